//! The documentation as a static site: the guide in `docs/`, the rules, and every pattern and look-alike of the
//! catalogue. No page is written that links to nothing.

mod catalogue;
mod guide;
mod links;
mod markdown;
mod page;
mod search;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::Done;
use crate::project::{root, target};
use crate::run::say;

/// What is not made of pages.
const ASSETS: &[(&str, &str)] =
    &[("style.css", include_str!("style.css")), ("search.js", include_str!("search.js"))];

/// The files of the site, by their path in it.
type Site = BTreeMap<String, String>;

pub(crate) fn docs(arguments: &[String]) -> Done {
    if let Some(argument) = arguments.first() {
        return Err(format!("docs takes no arguments, so not `{argument}`"));
    }
    let site = site(root())?;
    let folder = target().join("site");
    write(&site, &folder)?;
    say(&format!("{} files in {}", site.len(), folder.display()));
    Ok(())
}

/// The whole site of the repository at `root`. The error names every link that leads nowhere.
fn site(root: &Path) -> Result<Site, String> {
    let guide = guide::guide(root)?;
    let mut pages = guide.pages;
    pages.extend(catalogue::rules()?);
    pages.extend(catalogue::patterns(root)?);
    let mut site: Site = pages.iter().map(|page| (page.path.clone(), page.html(&guide.contents))).collect();
    site.insert("search-index.js".to_owned(), search::index(&pages));
    site.extend(guide::enclosed(root)?);
    site.extend(ASSETS.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
    let dead = links::dead(&site);
    if dead.is_empty() { Ok(site) } else { Err(format!("links that lead nowhere:\n{}", dead.join("\n"))) }
}

fn write(site: &Site, folder: &Path) -> Done {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    // Pages of last time that are not made any more.
    if folder.is_dir() {
        fs::remove_dir_all(folder).map_err(failed)?;
    }
    for (path, text) in site {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(folder)).map_err(failed)?;
        fs::write(&path, text).map_err(failed)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_site_has_a_page_for_everything_and_no_dead_link() {
        let site = site(root()).unwrap_or_else(|error| panic!("{error}"));
        for rule in tightlip_catalogue::Rule::all() {
            assert!(site.contains_key(&format!("rules/{}.html", rule.name())), "{rule} has no page");
        }
        for (name, _) in tightlip_catalogue::pattern_pages() {
            let page = site.get(&format!("catalogue/{name}.html"));
            assert!(page.is_some_and(|page| page.contains("<pre>")), "{name} has no page with code");
        }
        let page = &site["catalogue/flask/exception-text-as-json.html"];
        assert!(page.contains("class=\"side vulnerable\"") && page.contains("class=\"side secure\""));
        assert!(page.contains("<mark>"), "the leak is marked");
        assert!(site["search-index.js"].contains("Exception text returned as JSON"));
    }
}
