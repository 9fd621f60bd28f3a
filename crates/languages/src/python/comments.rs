//! Comments addressed to tightlip.

use memchr::memmem;
use ruff_python_ast::token::{Token, TokenKind};
use ruff_text_size::Ranged;
use tightlip_ir::{Directive, DirectiveKind, Span};

use super::lowering::span_of;

/// What the comments of a file say to tightlip. Costs one search where none does.
pub(super) fn directives(source: &str, tokens: &[Token]) -> Vec<Directive> {
    if memmem::find(source.as_bytes(), DirectiveKind::ADDRESS.as_bytes()).is_none() {
        return Vec::new();
    }
    let mut directives = Vec::new();
    // From the end, so that the code behind a comment is known when the comment is met.
    let mut next_line = None;
    for token in tokens.iter().rev() {
        if token.kind() == TokenKind::Comment {
            let comment = span_of(token.range());
            let text = &source[comment.start as usize..comment.end as usize];
            if let Some((offset, kind)) = DirectiveKind::in_comment(text) {
                let applies_to = own_line(source, comment).or(next_line).unwrap_or(comment);
                let span = Span::new(comment.start + offset as u32, comment.end);
                directives.push(Directive { span, applies_to, kind });
            }
        } else if !is_layout(token.kind()) {
            let start = token.start().to_u32();
            if next_line.is_none_or(|line: Span| start < line.start) {
                next_line = Some(line_around(source, start));
            }
        }
    }
    directives.reverse();
    directives
}

/// The line of the comment if code stands before it.
fn own_line(source: &str, comment: Span) -> Option<Span> {
    let start = line_start(source, comment.start);
    let before = &source[start as usize..comment.start as usize];
    let alone = before.trim_start_matches('\u{feff}').trim().is_empty();
    (!alone).then_some(Span::new(start, comment.end))
}

/// The line that holds `offset`, without what ends it.
fn line_around(source: &str, offset: u32) -> Span {
    let behind = &source.as_bytes()[offset as usize..];
    let end = memchr::memchr2(b'\n', b'\r', behind).map_or(source.len(), |end| offset as usize + end);
    Span::new(line_start(source, offset), end as u32)
}

fn line_start(source: &str, offset: u32) -> u32 {
    memchr::memrchr2(b'\n', b'\r', &source.as_bytes()[..offset as usize]).map_or(0, |end| end as u32 + 1)
}

fn is_layout(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Comment
            | TokenKind::Newline
            | TokenKind::NonLogicalNewline
            | TokenKind::Indent
            | TokenKind::Dedent
            | TokenKind::EndOfFile
    )
}

#[cfg(test)]
mod tests {
    use tightlip_ir::Symbol;

    use super::super::lower;
    use super::*;

    /// `span text => lines meant: kind` of each directive.
    fn shown(source: &str) -> Vec<String> {
        let text = |span: Span| &source[span.start as usize..span.end as usize];
        let show = |directive: &Directive| {
            format!("{} => {}: {:?}", text(directive.span), text(directive.applies_to), directive.kind)
        };
        lower(source).directives.iter().map(show).collect()
    }

    #[test]
    fn a_comment_behind_code_speaks_of_its_line() {
        assert_eq!(
            shown("a()\n  # other\nb(  # tightlip: ignore\n  c)\n"),
            ["# tightlip: ignore => b(  # tightlip: ignore: Ignore { rules: [], reason: \"\" }"]
        );
        assert_eq!(
            shown("x = '''\n''' # tightlip:public\r\n"),
            ["# tightlip:public => ''' # tightlip:public: Public"]
        );
    }

    #[test]
    fn a_comment_of_its_own_speaks_of_the_next_code() {
        assert_eq!(
            shown("\u{feff}# tightlip: public\n\n# other\n\nif a:\n    b\n"),
            ["# tightlip: public => if a:: Public"]
        );
        assert_eq!(
            shown("f(\n    # tightlip: public\n\n    a, b)\n"),
            ["# tightlip: public =>     a, b): Public"]
        );
        assert_eq!(shown("a\n# tightlip: public"), ["# tightlip: public => # tightlip: public: Public"]);
    }

    #[test]
    fn rules_and_reasons_are_read() {
        let ignored = |rules: &[&str], reason: &str| DirectiveKind::Ignore {
            rules: rules.iter().map(|rule| Symbol::new(rule)).collect(),
            reason: reason.to_owned(),
        };
        for (words, expected) in [
            ("ignore", ignored(&[], "")),
            ("ignore shown to admins only", ignored(&[], "shown to admins only")),
            ("ignore[TL101]", ignored(&["TL101"], "")),
            (
                "ignore [ TL101 , exception-message ]  see #12 ",
                ignored(&["TL101", "exception-message"], "see #12"),
            ),
            ("ignore[TL101] # noqa: E501", ignored(&["TL101"], "")),
            ("ignore why # noqa", ignored(&[], "why")),
            ("public", DirectiveKind::Public),
            ("public for clients", DirectiveKind::Public),
            ("ignored", DirectiveKind::Unknown("ignored".to_owned())),
            ("ignore[]", DirectiveKind::Unknown("ignore[]".to_owned())),
            ("ignore[TL101", DirectiveKind::Unknown("ignore[TL101".to_owned())),
            ("publicly", DirectiveKind::Unknown("publicly".to_owned())),
            ("", DirectiveKind::Unknown(String::new())),
        ] {
            let module = lower(&format!("a # tightlip: {words}\n"));
            assert_eq!(module.directives.len(), 1, "{words}");
            assert_eq!(module.directives[0].kind, expected, "{words}");
        }
    }

    #[test]
    fn the_words_of_other_tools_may_stand_before() {
        assert_eq!(shown("a # noqa: E501 # tightlip: public\n").len(), 1);
        assert_eq!(shown("a # see tightlip: public\n").len(), 0);
        assert_eq!(shown("a = '# tightlip: public'\n").len(), 0);
    }
}
