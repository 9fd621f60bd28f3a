//! Checks sources that are held in memory, as `tightlip check` would.

use std::sync::Arc;

use tightlip_catalogue::{Catalogue, Rule};
use tightlip_flow::{Program, solve};
use tightlip_languages::{Language, lower};
use tightlip_rules::{Judgement, SourceFile, judge};

/// What `tightlip check` finds in these files: path and text of each.
pub(crate) fn check(files: &[(&str, &str)]) -> Judgement {
    let catalogue = Catalogue::embedded("python").unwrap_or_else(|error| panic!("{error}"));
    let modules =
        files.iter().map(|(path, text)| ((*path).to_owned(), lower(Language::Python, text))).collect();
    let program = Program::link(modules, &catalogue);
    let solution = solve(&program, &catalogue);
    let sources = |index: tightlip_flow::FileIndex| {
        let (path, text) = files[index.0 as usize];
        Arc::new(SourceFile { path: path.to_owned(), location: path.into(), text: text.to_owned() })
    };
    judge(&program, &solution, &catalogue, &sources)
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
