//! The guide: `docs/*.md`, as they are found.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::markdown::{Rendered, render};
use super::page::Page;

/// The page that the site opens with. The guide's pages stand in the order in which it links to them; those that it
/// does not name come last.
const FIRST: &str = "index.md";

pub(super) struct Guide {
    pub(super) pages: Vec<Page>,
    /// Path and title of what every page leads to.
    pub(super) contents: Vec<(String, String)>,
}

pub(super) fn guide(root: &Path) -> Result<Guide, String> {
    let (names, _) = files(root)?;
    let mut order = Vec::new();
    let mut pages = Vec::new();
    for name in &names {
        let text = text(root, name)?;
        let Rendered { title, body, words, links } = render(&text, |target| link(root, target));
        let title = title.ok_or_else(|| format!("docs/{name}: a page starts with a heading, `# ...`"))?;
        if name == FIRST {
            order = links;
        }
        pages.push(Page { path: html_name(name), title, body, words });
    }
    let place = |page: &Page| {
        let is_linked = |link: &String| html_name(link) == page.path;
        let linked = order.iter().position(is_linked).map_or(usize::MAX, |place| place + 1);
        if page.path == html_name(FIRST) { 0 } else { linked }
    };
    pages.sort_by(|one, other| place(one).cmp(&place(other)).then_with(|| one.path.cmp(&other.path)));
    let mut contents: Vec<_> = pages.iter().map(|page| (page.path.clone(), page.title.clone())).collect();
    contents.push(("rules/index.html".to_owned(), "Rules".to_owned()));
    contents.push(("catalogue/index.html".to_owned(), "Catalogue".to_owned()));
    Ok(Guide { pages, contents })
}

/// What is part of the guide and no page, such as a schema: by its name, as it is.
pub(super) fn enclosed(root: &Path) -> Result<Vec<(String, String)>, String> {
    let (_, names) = files(root)?;
    names.into_iter().map(|name| text(root, &name).map(|text| (name, text))).collect()
}

/// The names of the pages in `docs/`, and those of its other files.
fn files(root: &Path) -> Result<(Vec<String>, Vec<String>), String> {
    let folder = root.join("docs");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .map_err(|error| format!("{}: {error}", folder.display()))?
        .flatten()
        .filter(|entry| entry.path().is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    Ok(names.into_iter().partition(|name| name.ends_with(".md")))
}

fn text(root: &Path, name: &str) -> Result<String, String> {
    fs::read_to_string(root.join("docs").join(name)).map_err(|error| format!("docs/{name}: {error}"))
}

fn html_name(name: &str) -> String {
    name.strip_suffix(".md").map_or_else(|| name.to_owned(), |stem| format!("{stem}.html"))
}

/// Where a link of the guide leads in the site. Files of the repository outside of the guide are not part of it.
fn link(root: &Path, target: &str) -> Option<String> {
    let (file, heading) =
        target.split_once('#').map_or((target, None), |(file, heading)| (file, Some(heading)));
    if !target.contains("://") && is_elsewhere(root, file) {
        return None;
    }
    let heading = heading.map_or(String::new(), |heading| format!("#{heading}"));
    Some(html_name(file) + &heading)
}

/// Whether the file that `docs/` names is in the repository and no page of the guide.
fn is_elsewhere(root: &Path, file: &str) -> bool {
    let mut path = PathBuf::from("docs");
    for part in Path::new(file).components() {
        match part {
            Component::ParentDir => drop(path.pop()),
            part => path.push(part),
        }
    }
    !path.starts_with("docs") && root.join(path).exists()
}
