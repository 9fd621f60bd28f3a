use maud::{Markup, PreEscaped, html};
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use tightlip_rules::Rule;

use crate::RulePages;
use crate::page::page_body;

/// The page of each rule that was broken, at the end: it is told once, not at every finding.
pub(super) fn guides(rules: &[Rule], pages: RulePages<'_>) -> Markup {
    html! {
        @if !rules.is_empty() {
            section aria-labelledby="guides-title" {
                h2 id="guides-title" { "The rules" }
                @for rule in rules {
                    details.guide id=(format!("guide-{}", rule.code())) {
                        summary { h3 { (rule.code()) " " (rule.name()) } }
                        div.prose { (rendered(page_body(pages(*rule)))) }
                    }
                }
            }
        }
    }
}

/// Markdown as HTML. HTML inside of it is shown as text, and headings are those of a part of a part of the page.
fn rendered(markdown: &str) -> Markup {
    let events = Parser::new_ext(markdown, Options::ENABLE_TABLES).map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        Event::Start(Tag::Heading { level, classes, attrs, .. }) => {
            Event::Start(Tag::Heading { level: lowered(level), id: None, classes, attrs })
        }
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(lowered(level))),
        // The page shows no picture, from nowhere.
        Event::Start(Tag::Image { .. }) => Event::Text(CowStr::Borrowed("[")),
        Event::End(TagEnd::Image) => Event::Text(CowStr::Borrowed("]")),
        other => other,
    });
    let mut page = String::new();
    pulldown_cmark::html::push_html(&mut page, events);
    PreEscaped(page)
}

fn lowered(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 | HeadingLevel::H2 => HeadingLevel::H4,
        HeadingLevel::H3 => HeadingLevel::H5,
        HeadingLevel::H4 | HeadingLevel::H5 | HeadingLevel::H6 => HeadingLevel::H6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_becomes_harmless_html() {
        let page =
            rendered("## Why\n\n<script>x</script>\n\n![p](http://example.org/p.png) `a<b`\n").into_string();
        assert_eq!(page.matches("<h4>Why</h4>").count(), 1, "{page}");
        assert!(!page.contains("<script") && !page.contains("<img"), "{page}");
        assert!(page.contains("<code>a&lt;b</code>"), "{page}");
    }
}
