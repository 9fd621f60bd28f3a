//! Markdown to HTML, with the two sides of a pattern beside each other.

use std::collections::HashSet;

use pulldown_cmark::{CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// A text in HTML.
pub(super) struct Rendered {
    /// Its first heading of the first level, which is not in the body.
    pub(super) title: Option<String>,
    /// The rest.
    pub(super) body: String,
    /// Its words without code, for the search.
    pub(super) words: String,
    /// Where its links lead, as written.
    pub(super) links: Vec<String>,
}

/// Renders `text`. `link` says where a link leads in the site; a link that it knows nothing for is left out, its words
/// stay.
pub(super) fn render(text: &str, link: impl Fn(&str) -> Option<String>) -> Rendered {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut rendered = Rendered { title: None, body: String::new(), words: String::new(), links: Vec::new() };
    let mut events: Vec<Event<'_>> = Vec::new();
    let mut sides = Sides::default();
    let mut ids = HashSet::new();
    let mut parser = Parser::new_ext(text, options).peekable();
    let mut dropped_links = Vec::new();
    while let Some(event) = parser.next() {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                let code = code(&mut parser);
                let head = match &kind {
                    CodeBlockKind::Fenced(head) => head.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                if let Some(html) = sides.take(&head, &code) {
                    events.push(raw(html));
                }
                continue;
            }
            Event::Start(Tag::Heading { level, .. }) => {
                events.extend(sides.finish().map(raw));
                let (inner, words) = heading(&mut parser);
                rendered.words.push_str(&words);
                rendered.words.push(' ');
                if level == HeadingLevel::H1 && rendered.title.is_none() {
                    rendered.title = Some(words);
                    continue;
                }
                let id = id(&words, &mut ids);
                let level = level as u8;
                events.push(raw(format!("<h{level} id=\"{id}\">")));
                events.extend(inner);
                events.push(raw(format!("</h{level}>\n")));
                continue;
            }
            _ => events.extend(sides.finish().map(raw)),
        }
        if let Event::Text(words) | Event::Code(words) = &event {
            rendered.words.push_str(words);
            rendered.words.push(' ');
        }
        match event {
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                rendered.links.push(dest_url.to_string());
                match link(&dest_url) {
                    Some(target) => {
                        dropped_links.push(false);
                        let dest_url = CowStr::from(target);
                        events.push(Event::Start(Tag::Link { link_type, dest_url, title, id }));
                    }
                    None => dropped_links.push(true),
                }
            }
            Event::End(TagEnd::Link) => {
                if dropped_links.pop() == Some(false) {
                    events.push(Event::End(TagEnd::Link));
                }
            }
            event => events.push(event),
        }
    }
    events.extend(sides.finish().map(raw));
    html::push_html(&mut rendered.body, events.into_iter());
    rendered
}

fn raw(html: String) -> Event<'static> {
    Event::Html(html.into())
}

/// The text of the block that was just opened.
fn code<'a>(parser: &mut impl Iterator<Item = Event<'a>>) -> String {
    let mut code = String::new();
    for event in parser {
        match event {
            Event::Text(text) => code.push_str(&text),
            Event::End(TagEnd::CodeBlock) => break,
            _ => {}
        }
    }
    code
}

/// What is in the heading that was just opened, and its words.
fn heading<'a>(parser: &mut impl Iterator<Item = Event<'a>>) -> (Vec<Event<'a>>, String) {
    let mut words = String::new();
    let mut inner = Vec::new();
    for event in parser {
        match event {
            Event::End(TagEnd::Heading(_)) => break,
            Event::Start(Tag::Link { .. }) | Event::End(TagEnd::Link) => {}
            event => {
                if let Event::Text(text) | Event::Code(text) = &event {
                    words.push_str(text);
                }
                inner.push(event);
            }
        }
    }
    (inner, words)
}

/// By which a heading is linked to: its words in small letters with hyphens between, as code forges make them.
fn id(words: &str, taken: &mut HashSet<String>) -> String {
    let kept = words.to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    let id: String = kept.map(|c| if c == ' ' { '-' } else { c }).collect();
    let mut unique = id.clone();
    let mut count = 0;
    while !taken.insert(unique.clone()) {
        count += 1;
        unique = format!("{id}-{count}");
    }
    unique
}

/// Blocks that follow each other and show the two sides of a pattern.
#[derive(Default)]
struct Sides {
    vulnerable: String,
    secure: String,
}

impl Sides {
    /// Takes a block that shows a side; gives the HTML of one that does not.
    fn take(&mut self, head: &str, code: &str) -> Option<String> {
        let words: Vec<&str> = head.split_whitespace().collect();
        let side = match words.get(1) {
            Some(&"vulnerable") => &mut self.vulnerable,
            Some(&"secure") => &mut self.secure,
            _ => {
                let mut html = self.finish().unwrap_or_default();
                html.push_str(&format!("<pre><code>{}</code></pre>\n", escape(code)));
                return Some(html);
            }
        };
        let marked = words.iter().find_map(|word| word.strip_prefix("leaks="));
        let marked: Vec<usize> = marked
            .map_or(Vec::new(), |lines| lines.split(',').filter_map(|line| line.parse().ok()).collect());
        if let Some(path) = words.iter().skip(2).find(|word| !word.contains('=')) {
            side.push_str(&format!("<p class=\"path\">{}</p>\n", escape(path)));
        }
        side.push_str(&format!("<pre><code>{}</code></pre>\n", lines(code, &marked)));
        None
    }

    /// The HTML of what was taken, if there is any.
    fn finish(&mut self) -> Option<String> {
        let Sides { vulnerable, secure } = std::mem::take(self);
        let side = |name: &str, title: &str, blocks: &str| match blocks {
            "" => String::new(),
            _ => format!("<div class=\"side {name}\">\n<h3>{title}</h3>\n{blocks}</div>\n"),
        };
        let both = side("vulnerable", "Leaks", &vulnerable) + &side("secure", "Tight", &secure);
        (!both.is_empty()).then(|| format!("<div class=\"sides\">\n{both}</div>\n"))
    }
}

/// The lines of a block; those that leak stand out. A mark on a line of its own speaks of the next one.
fn lines(code: &str, marked: &[usize]) -> String {
    let mut html = String::new();
    let mut next = false;
    for (index, line) in code.lines().enumerate() {
        let mark = line.find("# leak").map(|at| line[..at].trim().is_empty());
        let stands_out = next || mark == Some(false) || marked.contains(&(index + 1));
        next = mark == Some(true);
        if stands_out {
            html.push_str(&format!("<mark>{}</mark>\n", escape(line)));
        } else {
            html.push_str(&escape(line));
            html.push('\n');
        }
    }
    html
}

/// `text` where HTML expects text or the value of an attribute.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str) -> String {
        render(text, |target| (target != "gone.md").then(|| target.replace(".md", ".html"))).body
    }

    #[test]
    fn sides_stand_beside_each_other_and_leaks_are_marked() {
        let html =
            body("Text.\n\n```py vulnerable a.py\nx < 1\ny  # leak\n```\n```py secure\nz\n```\nMore.\n");
        assert_eq!(html.matches("class=\"sides\"").count(), 1);
        assert!(html.contains("x &lt; 1\n<mark>y  # leak</mark>"), "{html}");
        assert!(html.contains("<p class=\"path\">a.py</p>"));
        let json = body("```json vulnerable package.json leaks=2\n{\n}\n```\n");
        assert!(json.contains("{\n<mark>}</mark>"), "{json}");
        let own_line = body("```dockerfile vulnerable Dockerfile\n# leak\nENV A=1\n```\n");
        assert!(own_line.contains("# leak\n<mark>ENV A=1</mark>"), "{own_line}");
    }

    #[test]
    fn headings_can_be_linked_to_and_links_lead_into_the_site() {
        let rendered = render("# Top\n\n## Say `why`, twice\n\n## Say why twice\n", |_| None);
        assert_eq!(rendered.title.as_deref(), Some("Top"));
        assert!(rendered.body.contains("<h2 id=\"say-why-twice\">"), "{}", rendered.body);
        assert!(rendered.body.contains("<h2 id=\"say-why-twice-1\">"), "{}", rendered.body);
        assert!(body("[a](b.md#c)").contains("href=\"b.html#c\""));
        assert_eq!(body("[words](gone.md)"), "<p>words</p>\n");
    }
}
