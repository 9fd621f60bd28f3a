//! A program of one file for tests.

use std::sync::Arc;

use tightlip_catalogue::Catalogue;
use tightlip_flow::{FileIndex, Program, solve};
use tightlip_languages::{Language, lower};
use tightlip_rules::{Checked, FileId, SourceFile};

use crate::site::{Project, Site};

/// Runs `work` on the file `app.py` with this text.
pub(crate) fn in_site<T>(text: &str, work: impl FnOnce(&Site<'_>) -> T) -> T {
    let catalogue = Catalogue::embedded("python").unwrap_or_else(|error| panic!("{error}"));
    let modules = vec![("app.py".to_owned(), lower(Language::Python, text))];
    let program = Program::link(modules, &catalogue);
    let solution = solve(&program, &catalogue);
    let source =
        Arc::new(SourceFile { path: "app.py".to_owned(), location: "app.py".into(), text: text.to_owned() });
    let sources = |_: FileId| source.clone();
    let checked = Checked { program: &program, solution: &solution, catalogue: &catalogue, deployment: &[] };
    let judgement = tightlip_rules::judge(checked, &sources);
    let project = Project::new(checked, &judgement, &sources, crate::options::Options::default());
    work(&project.site(FileId::Program(FileIndex(0))))
}
