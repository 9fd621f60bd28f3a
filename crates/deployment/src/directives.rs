//! Comments addressed to tightlip, in files in which `#` starts a comment.

use tightlip_ir::{Directive, DirectiveKind, Span};

use crate::lines::{Line, lines, span};

/// What the comments say. One of its own speaks of the next line that is no comment.
pub(crate) fn directives(text: &str) -> Vec<Directive> {
    let mut found = Vec::new();
    if !text.contains(DirectiveKind::ADDRESS) {
        return found;
    }
    let mut waiting: Vec<(Span, DirectiveKind)> = Vec::new();
    for line in lines(text) {
        let trimmed = line.text.trim_start();
        let is_comment = trimmed.starts_with(['#', ';']);
        if let Some((offset, kind)) = DirectiveKind::in_comment(line.text) {
            let comment = span(line.start, offset, line.text.len());
            if is_comment {
                waiting.push((comment, kind));
            } else {
                found.push(Directive { span: comment, applies_to: whole(line), kind });
            }
        } else if !is_comment && !trimmed.is_empty() {
            let applies_to = whole(line);
            found.extend(waiting.drain(..).map(|(span, kind)| Directive { span, applies_to, kind }));
        }
    }
    found
}

fn whole(line: Line<'_>) -> Span {
    span(line.start, 0, line.text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_speaks_of_its_line_or_of_the_next() {
        let text = "A=1 # tightlip: ignore[TL202] here\n\n# tightlip: ignore below\n# more\nB=2\n";
        let spoken: Vec<&str> = directives(text)
            .iter()
            .map(|directive| &text[directive.applies_to.start as usize..directive.applies_to.end as usize])
            .collect();
        assert_eq!(spoken, ["A=1 # tightlip: ignore[TL202] here", "B=2"]);
    }
}
