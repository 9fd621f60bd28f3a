//! Comments addressed to tightlip: `{# tightlip: ... #}` and `<!-- tightlip: ... -->`.

use tightlip_ir::{Directive, DirectiveKind, Span};

/// How comments open and close.
const SIGNS: [(&str, &str); 2] = [("{#", "#}"), ("<!--", "-->")];

/// What the comments say. One that has its lines to itself speaks of the next line that is not blank.
pub(crate) fn directives(source: &str) -> Vec<Directive> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(offset) = source[at..].find(DirectiveKind::ADDRESS) {
        let address = at + offset;
        at = address + DirectiveKind::ADDRESS.len();
        if let Some((span, kind)) = comment_around(source, address) {
            at = at.max(span.end as usize);
            found.push(Directive { applies_to: lines_meant(source, span), span, kind });
        }
    }
    found
}

/// The comment that starts with the address at `address`.
fn comment_around(source: &str, address: usize) -> Option<(Span, DirectiveKind)> {
    let before = source[..address].trim_end();
    // `{#-` takes away the blanks before it.
    let before = before.strip_suffix(['-', '+']).filter(|rest| rest.ends_with("{#")).unwrap_or(before);
    let (opening, closing) = SIGNS.into_iter().find(|(opening, _)| before.ends_with(opening))?;
    let length = source[address..].find(closing)?;
    let words = source[address..address + length].trim_end();
    let words = if closing == "#}" { words.strip_suffix(['-', '+']).unwrap_or(words) } else { words };
    let kind = DirectiveKind::in_words(words)?;
    let end = address + length + closing.len();
    Some((Span::new((before.len() - opening.len()) as u32, end as u32), kind))
}

fn lines_meant(source: &str, comment: Span) -> Span {
    let (start, end) = (comment.start as usize, comment.end as usize);
    let first = source[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = |from: usize| source[from..].find('\n').map_or(source.len(), |at| from + at);
    let is_alone = source[first..start].trim().is_empty() && source[end..line_end(end)].trim().is_empty();
    let meant = if is_alone { next_line(source, line_end(end)) } else { None };
    let (first, last) = meant.unwrap_or((first, line_end(end)));
    Span::new(first as u32, last as u32)
}

/// The next line behind `from` that is not blank.
fn next_line(source: &str, from: usize) -> Option<(usize, usize)> {
    let mut at = from + 1;
    while at < source.len() {
        let end = source[at..].find('\n').map_or(source.len(), |length| at + length);
        if !source[at..end].trim().is_empty() {
            return Some((at, end));
        }
        at = end + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `comment => lines meant` of each.
    fn shown(source: &str) -> Vec<String> {
        let text = |span: Span| &source[span.start as usize..span.end as usize];
        let show =
            |directive: &Directive| format!("{} => {}", text(directive.span), text(directive.applies_to));
        directives(source).iter().map(show).collect()
    }

    #[test]
    fn comments_of_templates_and_pages_are_read() {
        assert_eq!(
            shown("<p>{{ a }} {#- tightlip: ignore[TL105] why -#}\n</p>"),
            ["{#- tightlip: ignore[TL105] why -#} => <p>{{ a }} {#- tightlip: ignore[TL105] why -#}"]
        );
        assert_eq!(shown("<!-- tightlip: ignore -->\n\n é\n"), ["<!-- tightlip: ignore --> =>  é"]);
    }

    #[test]
    fn the_reason_ends_with_the_comment() {
        let kinds: Vec<_> =
            directives("{# tightlip: ignore why #} x").into_iter().map(|one| one.kind).collect();
        assert_eq!(kinds, [DirectiveKind::Ignore { rules: Box::default(), reason: "why".to_owned() }]);
    }

    #[test]
    fn what_is_no_comment_says_nothing() {
        for source in
            ["tightlip: ignore", "{# see tightlip: ignore #}", "{# tightlip: ignore", "{{ 'tightlip:' }}"]
        {
            assert_eq!(directives(source), [], "{source}");
        }
    }
}
