//! Links of the site that lead nowhere.

use std::collections::HashSet;

use super::Site;

/// One line for each link to a page or a heading that is not there. Links to other sites are taken as they are: the
/// check needs no network.
pub(super) fn dead(site: &Site) -> Vec<String> {
    let mut dead = Vec::new();
    for (path, text) in site.iter().filter(|(path, _)| path.ends_with(".html")) {
        for target in attributes(text, "href").chain(attributes(text, "src")) {
            if !leads_somewhere(site, path, target) {
                dead.push(format!("{path}: {target}"));
            }
        }
    }
    dead.sort();
    dead.dedup();
    dead
}

fn leads_somewhere(site: &Site, from: &str, target: &str) -> bool {
    if target.starts_with("https://") || target.starts_with("http://") || target.starts_with("mailto:") {
        return true;
    }
    let (file, heading) = target.split_once('#').unwrap_or((target, ""));
    let Some(file) = resolve(from, file) else { return false };
    let Some(page) = site.get(&file) else { return false };
    heading.is_empty() || attributes(page, "id").collect::<HashSet<_>>().contains(heading)
}

/// Where `target` is, as written on the page `from`; nothing outside of the site.
fn resolve(from: &str, target: &str) -> Option<String> {
    if target.is_empty() {
        return Some(from.to_owned());
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            ".." => drop(parts.pop()?),
            "." => {}
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The values of an attribute. The pages are our own, so double quotes are around each.
fn attributes<'a>(html: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let start = format!(" {name}=\"");
    html.match_indices(&start)
        .map(|(at, start)| {
            let rest = &html[at + start.len()..];
            &rest[..rest.find('"').unwrap_or(rest.len())]
        })
        .collect::<Vec<_>>()
        .into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_followed_to_pages_and_headings() {
        let page = |links: &[&str]| links.iter().map(|link| format!("<a href=\"{link}\">x</a>")).collect();
        let links = [
            "b.html#top",
            "b.html#gone",
            "../c.html",
            "../../c.html",
            "d.html",
            "#here",
            "https://cwe.mitre.org",
        ];
        let site = Site::from([
            ("a/a.html".to_owned(), page(&links)),
            ("a/b.html".to_owned(), "<h2 id=\"top\">".to_owned()),
            ("c.html".to_owned(), String::new()),
        ]);
        assert_eq!(
            dead(&site),
            ["a/a.html: #here", "a/a.html: ../../c.html", "a/a.html: b.html#gone", "a/a.html: d.html"]
        );
    }
}
