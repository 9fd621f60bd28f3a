//! Checks sources that are held in memory, as `tightlip check` would.

pub(crate) mod mend;

use std::sync::Arc;

use tightlip_catalogue::{Catalogue, Rule};
use tightlip_deployment::Kind;
use tightlip_flow::{Pages, Program, solve};
use tightlip_ir::Symbol;
use tightlip_languages::{Language, lower};
use tightlip_rules::{Checked, DeploymentFile, FileId, Judgement, SourceFile, Sources, judge};

/// What `tightlip check` finds in these files: path and text of each.
pub(crate) fn check(files: &[(&str, &str)]) -> Judgement {
    checked(files, |_, judgement, _| judgement)
}

/// Checks these files and gives what was found to `then`.
pub(crate) fn checked<T>(
    files: &[(&str, &str)],
    then: impl FnOnce(Checked<'_>, Judgement, &Sources<'_>) -> T,
) -> T {
    let catalogue = Catalogue::embedded("python").unwrap_or_else(|error| panic!("{error}"));
    let sources: Vec<_> = files.iter().filter(|(path, _)| path.ends_with(".py")).collect();
    let modules =
        sources.iter().map(|(path, text)| ((*path).to_owned(), lower(Language::Python, text))).collect();
    let program = Program::link(modules, &catalogue).with_pages(pages(files));
    let solution = solve(&program, &catalogue);
    let deployment: Vec<DeploymentFile> =
        files.iter().filter_map(|(path, text)| deployment(path, text)).collect();
    let source = |file: FileId| {
        let path = match file {
            FileId::Program(file) => program.file(file).path.as_str(),
            FileId::Deployment(index) => deployment[index].path.as_str(),
            FileId::Page(page) => program.pages.path(page),
        };
        let (_, text) = files.iter().find(|(known, _)| *known == path).expect("it is one of the files");
        Arc::new(SourceFile { path: path.to_owned(), location: path.into(), text: (*text).to_owned() })
    };
    let checked =
        Checked { program: &program, solution: &solution, catalogue: &catalogue, deployment: &deployment };
    let judgement = judge(checked, &source);
    then(checked, judgement, &source)
}

/// The page templates among `files`, by the names that they have below `templates`.
fn pages(files: &[(&str, &str)]) -> Pages {
    let page = |(path, text): &(&str, &str)| {
        let (_, name) = path.split_once("templates/")?;
        Some(((*path).to_owned(), vec![Symbol::new(name)], tightlip_templates::read(text)))
    };
    Pages::new(files.iter().filter_map(page).collect())
}

fn deployment(path: &str, text: &str) -> Option<DeploymentFile> {
    let kind = Kind::of_path(path)?;
    Some(DeploymentFile { path: path.to_owned(), kind, facts: tightlip_deployment::read(kind, text) })
}

/// Path, line from 1, and rule of each finding, sorted, without doubles.
#[allow(dead_code, reason = "not every test that has this module asks for places")]
pub(crate) fn places(judgement: &Judgement) -> Vec<(String, usize, Rule)> {
    let mut places: Vec<_> = judgement
        .findings
        .iter()
        .map(|finding| {
            let file = &finding.place.file;
            (file.path.clone(), line(&file.text, finding.place.span.start), finding.rule)
        })
        .collect();
    places.sort();
    places.dedup();
    places
}

/// The line of an offset, from 1.
pub(crate) fn line(text: &str, offset: u32) -> usize {
    text.as_bytes()[..offset as usize].iter().filter(|byte| **byte == b'\n').count() + 1
}
