//! The pages of the rules, and of every pattern and look-alike.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tightlip_catalogue::{Control, Pattern, Rule, parse_model, pattern_pages, rule_page};

use super::markdown::{Rendered, escape, render};
use super::page::Page;

/// A page for each rule, with the patterns that break it, and one that lists them.
pub(super) fn rules() -> Result<Vec<Page>, String> {
    let mut by_rule: BTreeMap<&str, String> = BTreeMap::new();
    for (name, text) in pattern_pages() {
        let pattern = read(&name, text)?;
        if let Some(rule) = pattern.rule {
            let entry = by_rule.entry(rule.code()).or_default();
            entry.push_str(&item(&format!("../catalogue/{name}.html"), &pattern.title, &name));
        }
    }
    let mut pages = Vec::new();
    let mut list = String::new();
    let mut before = None;
    for rule in Rule::all() {
        let Rendered { mut body, words, .. } = render(without_front(rule_page(rule)), kept);
        if let Some(patterns) = by_rule.get(rule.code()) {
            body.push_str(&format!("<h2 id=\"patterns\">Patterns</h2>\n<ul>\n{patterns}</ul>\n"));
        }
        if before != Some(rule.control()) {
            let close = if before.is_some() { "</ul>\n" } else { "" };
            let title = rule.control().map_or("Comments to tightlip", Control::title);
            list.push_str(&format!("{close}<h2>{}</h2>\n<ul>\n", escape(title)));
            before = Some(rule.control());
        }
        let name = format!("{} {}", rule.code(), rule.name());
        list.push_str(&item(&format!("{}.html", rule.name()), &name, rule.summary()));
        pages.push(Page { path: format!("rules/{}.html", rule.name()), title: name, body, words });
    }
    list.push_str("</ul>\n");
    pages.push(listing("rules/index.html", "Rules", list));
    Ok(pages)
}

/// A page for each pattern and look-alike, one for each framework, and one that lists these.
pub(super) fn patterns(root: &Path) -> Result<Vec<Page>, String> {
    let mut pages = Vec::new();
    let mut by_folder: BTreeMap<String, (String, String)> = BTreeMap::new();
    for (name, text) in pattern_pages() {
        let pattern = read(&name, text)?;
        let (folder, short) = name.split_once('/').ok_or_else(|| format!("{name}: no folder"))?;
        let (patterns, look_alikes) = by_folder.entry(folder.to_owned()).or_default();
        let list = if pattern.rule.is_some() { patterns } else { look_alikes };
        list.push_str(&item(&format!("{short}.html"), &pattern.title, short));
        let Rendered { body, words, .. } = render(without_front(text), kept);
        let body = facts(&name, &pattern) + &body;
        pages.push(Page {
            path: format!("catalogue/{name}.html"),
            title: pattern.title.clone(),
            words: format!("{} {words}", pattern.title),
            body,
        });
    }
    let mut list = String::from("<ul>\n");
    for (folder, (patterns, look_alikes)) in by_folder {
        let title = title(root, &folder)?;
        let count = patterns.matches("<li>").count();
        let body = section("patterns", "What leaks", &patterns)
            + &section("look-alikes", "What looks like it and does not", &look_alikes);
        list.push_str(&item(&format!("{folder}/index.html"), &title, &format!("{count} patterns")));
        pages.push(listing(&format!("catalogue/{folder}/index.html"), &title, body));
    }
    list.push_str("</ul>\n");
    pages.push(listing("catalogue/index.html", "Catalogue", list));
    Ok(pages)
}

fn read(name: &str, text: &str) -> Result<Pattern, String> {
    Pattern::parse(text).map_err(|error| format!("catalogue/{name}: {error}"))
}

/// What the folder is called in its model.
fn title(root: &Path, folder: &str) -> Result<String, String> {
    let path = root.join("catalogue").join(folder).join("model.toml");
    let shown = path.display().to_string();
    let text = fs::read_to_string(&path).map_err(|error| format!("{shown}: {error}"))?;
    let model = parse_model(&shown, &text).map_err(|error| error.to_string())?;
    Ok(if model.title.is_empty() { folder.to_owned() } else { model.title })
}

/// What the front matter says.
fn facts(name: &str, pattern: &Pattern) -> String {
    let mut facts = String::from("<dl class=\"facts\">\n");
    let mut add = |name: &str, value: String| facts.push_str(&format!("<dt>{name}</dt><dd>{value}</dd>\n"));
    match pattern.rule {
        Some(rule) => {
            let link =
                format!("<a href=\"../../rules/{}.html\">{} {}</a>", rule.name(), rule.code(), rule.name());
            add("rule", link);
        }
        None => add("rule", "none: this is not reported".to_owned()),
    }
    if let Some(severity) = pattern.severity {
        add("severity", severity.name().to_owned());
    }
    let code = |text: &str| format!("<code>{}</code>", escape(text));
    if let Some(request) = &pattern.request {
        add("request", code(request.lines().next().unwrap_or_default()));
    }
    for (word, text) in [("leaks", &pattern.leaks), ("is lost", &pattern.lacks)] {
        if let Some(text) = text {
            add(word, code(text));
        }
    }
    add("in a terminal", code(&format!("tightlip explain {name}")));
    facts + "</dl>\n"
}

fn section(id: &str, title: &str, items: &str) -> String {
    if items.is_empty() {
        return String::new();
    }
    format!("<h2 id=\"{id}\">{title}</h2>\n<ul>\n{items}</ul>\n")
}

fn item(path: &str, title: &str, remark: &str) -> String {
    format!("<li><a href=\"{path}\">{}</a> <small>{}</small></li>\n", escape(title), escape(remark))
}

/// A page that lists others. It is not searched for its words: they are those of the others.
fn listing(path: &str, title: &str, body: String) -> Page {
    Page { path: path.to_owned(), title: title.to_owned(), body, words: String::new() }
}

fn without_front(page: &str) -> &str {
    let rest = page.strip_prefix("+++\n").and_then(|rest| rest.split_once("\n+++\n"));
    rest.map_or(page, |(_, body)| body)
}

/// Links of the catalogue's pages lead to other sites.
fn kept(target: &str) -> Option<String> {
    Some(target.to_owned())
}
