use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::PathBuf;

use tightlip_flow::Pages;
use tightlip_ir::{ExpressionKind, Literal, Module, Page, Symbol};

use crate::discover::FoundTemplate;
use crate::texts::Texts;

/// Larger files are data.
const LARGEST: u64 = 2 << 20;
/// The folder that templates are in, unless the program says otherwise.
const FOLDER: &str = "templates/";
/// Endings by which templates are known wherever they are.
const ENDINGS: &[&str] = &[".html", ".htm", ".jinja", ".jinja2", ".j2"];

/// Whether the file at `path` may be a page template.
pub(crate) fn may_be_template(path: &str) -> bool {
    let is_source = path.ends_with(".py");
    !is_source
        && (ENDINGS.iter().any(|ending| path.ends_with(ending))
            || path.starts_with(FOLDER)
            || path.contains("/templates/"))
}

/// The templates that texts of the program name, and those that they extend and include. Also where each can be read
/// again.
pub(crate) fn read_templates<'a>(
    modules: impl Iterator<Item = &'a Module>,
    found: &[FoundTemplate],
    changed: &Texts,
) -> (Pages, Vec<PathBuf>) {
    let mut by_file_name: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, template) in found.iter().enumerate() {
        by_file_name.entry(file_name(&template.path)).or_default().push(index);
    }
    let mut waiting: Vec<Symbol> = if found.is_empty() { Vec::new() } else { texts(modules, &by_file_name) };
    let mut seen: HashSet<Symbol> = waiting.iter().copied().collect();
    // By place in `found`, so that the order is that of the paths.
    let mut pages: BTreeMap<usize, (Vec<Symbol>, Page)> = BTreeMap::new();
    while let Some(name) = waiting.pop() {
        for index in named(name.text(), &by_file_name, found) {
            let (names, page) =
                pages.entry(index).or_insert_with(|| (Vec::new(), read_one(&found[index], changed)));
            names.push(name);
            waiting.extend(page.parts.iter().map(|part| part.name).filter(|part| seen.insert(*part)));
        }
    }
    let locations = pages.keys().map(|index| found[*index].location.clone()).collect();
    let pages = pages.into_iter().map(|(index, (names, page))| (found[index].path.clone(), names, page));
    (Pages::new(pages.collect()), locations)
}

fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// The texts of the program that may name a template.
fn texts<'a>(
    modules: impl Iterator<Item = &'a Module>,
    by_file_name: &HashMap<&str, Vec<usize>>,
) -> Vec<Symbol> {
    let mut seen = HashSet::new();
    let expressions = modules.flat_map(|module| &module.expressions);
    let texts = expressions.filter_map(|expression| match expression.kind {
        ExpressionKind::Literal(Literal::Text(text)) => Some(text),
        _ => None,
    });
    texts.filter(|text| by_file_name.contains_key(file_name(text.text())) && seen.insert(*text)).collect()
}

/// The files that `name` may mean: those below a folder of templates if there are such.
fn named(name: &str, by_file_name: &HashMap<&str, Vec<usize>>, found: &[FoundTemplate]) -> Vec<usize> {
    let name = name.trim_start_matches('/');
    let folder_of = |index: &usize| {
        let folder = found[*index].path.strip_suffix(name)?;
        (folder.is_empty() || folder.ends_with('/')).then_some(folder)
    };
    let all = by_file_name.get(file_name(name)).into_iter().flatten().copied();
    let all: Vec<usize> = all.filter(|index| folder_of(index).is_some()).collect();
    let is_in_folder = |index: &usize| {
        folder_of(index).is_some_and(|folder| folder == FOLDER || folder.ends_with("/templates/"))
    };
    let in_folder: Vec<usize> = all.iter().copied().filter(is_in_folder).collect();
    if in_folder.is_empty() { all } else { in_folder }
}

/// What cannot be read shows anything.
fn read_one(template: &FoundTemplate, texts: &Texts) -> Page {
    let is_large = fs::metadata(&template.location).is_ok_and(|metadata| metadata.len() > LARGEST);
    match texts.read(&template.location) {
        Ok(source) if !is_large => tightlip_templates::read(&source.text),
        _ => tightlip_templates::unknown(),
    }
}
