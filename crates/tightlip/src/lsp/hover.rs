//! What is told of a place that the mouse rests on.

use lsp_types::{Diagnostic, Hover, HoverContents, MarkupContent, MarkupKind, Position, Range};
use tightlip_catalogue::rule_page;
use tightlip_report::page_body;

use super::diagnostics::rule_of;

/// The pages of the rules that are broken at `position`.
pub(super) fn hover<'a>(
    diagnostics: impl Iterator<Item = &'a Diagnostic>,
    position: Position,
) -> Option<Hover> {
    let here = |diagnostic: &&Diagnostic| contains(diagnostic.range, position);
    let mut pages: Vec<String> = Vec::new();
    let mut shown = None;
    for diagnostic in diagnostics.filter(here) {
        let Some(rule) = rule_of(diagnostic) else { continue };
        let page = format!("# {} {}\n\n{}", rule.code(), rule.name(), page_body(rule_page(rule)));
        if !pages.contains(&page) {
            pages.push(page);
        }
        shown.get_or_insert(diagnostic.range);
    }
    let contents = MarkupContent { kind: MarkupKind::Markdown, value: pages.join("\n\n---\n\n") };
    shown.map(|range| Hover { contents: HoverContents::Markup(contents), range: Some(range) })
}

/// Whether `position` is inside of `range` or at its end, where a cursor may stand.
fn contains(range: Range, position: Position) -> bool {
    let place = (position.line, position.character);
    (range.start.line, range.start.character) <= place && place <= (range.end.line, range.end.character)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lsp_types::NumberOrString;

    #[test]
    fn each_rule_that_is_broken_here_is_told_once() {
        let at = |line, code: &str| Diagnostic {
            range: Range::new(Position::new(line, 4), Position::new(line, 9)),
            code: Some(NumberOrString::String(code.to_owned())),
            source: Some("tightlip".to_owned()),
            ..Diagnostic::default()
        };
        let diagnostics = [at(1, "TL101"), at(1, "TL101"), at(1, "TL102"), at(2, "TL201")];
        let Some(hover) = hover(diagnostics.iter(), Position::new(1, 9)) else {
            panic!("something is known")
        };
        let HoverContents::Markup(text) = hover.contents else { panic!("it is Markdown") };
        assert_eq!(text.value.matches("## What it finds").count(), 2);
        assert!(super::hover(diagnostics.iter(), Position::new(1, 3)).is_none());
    }
}
