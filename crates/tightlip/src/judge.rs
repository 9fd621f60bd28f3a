use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tightlip_catalogue::{Catalogue, OwnModel};
use tightlip_fix::{Options, Proposal, propose};
use tightlip_flow::{FileIndex, Program, Solution, solve};
use tightlip_report::{Problem, Repair};
use tightlip_rules::{Checked, FileId, Judgement, SourceFile};

use crate::deployment::{ReadDeployment, read_deployment};
use crate::discover::{FoundDeployment, FoundTemplate};
use crate::lower::LoweredFile;
use crate::repairs::repairs;
use crate::templates::read_templates;
use crate::texts::Texts;

/// What is found in a program, and what can be done about it.
pub(crate) struct Judged {
    pub(crate) judgement: Judgement,
    pub(crate) proposals: Vec<Proposal>,
    /// What can be done about each finding, in their order.
    pub(crate) repairs: Vec<Repair>,
    pub(crate) problems: Vec<Problem>,
}

/// Links, solves, judges and looks for fixes. Where it needs the text of a file again, `texts` gives the same text that
/// was lowered.
pub(crate) fn judge(
    files: Vec<LoweredFile>,
    deployment: &[FoundDeployment],
    templates: &[FoundTemplate],
    own: &[OwnModel],
    texts: &Texts,
    options: Options,
) -> Result<Judged, String> {
    let catalogue = Catalogue::embedded_with("python", own).map_err(|error| error.to_string())?;
    let mut deployment = read_deployment(deployment, texts, &catalogue);
    let problems = std::mem::take(&mut deployment.problems);
    let mut locations: Vec<PathBuf> = Vec::with_capacity(files.len());
    let mut modules = Vec::with_capacity(files.len());
    for file in files {
        locations.push(file.location);
        modules.push((file.path, file.module));
    }
    let (pages, page_locations) = read_templates(modules.iter().map(|(_, module)| module), templates, texts);
    let program = Program::link(modules, &catalogue).with_pages(pages);
    let solution = solve(&program, &catalogue);
    let case = Case {
        program: &program,
        solution: &solution,
        catalogue: &catalogue,
        deployment: &deployment,
        locations: &locations,
        page_locations: &page_locations,
        texts,
    };
    let judgement = case.judge();
    let (proposals, repairs) = case.repair(&judgement, options);
    Ok(Judged { judgement, proposals, repairs, problems })
}

/// A solved program, and where the texts of its files can be read again.
#[derive(Clone, Copy)]
pub(crate) struct Case<'a> {
    pub(crate) program: &'a Program,
    pub(crate) solution: &'a Solution,
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) deployment: &'a ReadDeployment,
    /// The files of the program, in their order.
    pub(crate) locations: &'a [PathBuf],
    /// Its templates, in their order.
    pub(crate) page_locations: &'a [PathBuf],
    pub(crate) texts: &'a Texts,
}

impl Case<'_> {
    /// What is found.
    pub(crate) fn judge(&self) -> Judgement {
        tightlip_rules::judge(self.checked(), &|file| self.source(file))
    }

    /// What can be done about it: fixes, and for each finding what a report tells of them.
    pub(crate) fn repair(&self, judgement: &Judgement, options: Options) -> (Vec<Proposal>, Vec<Repair>) {
        let places = judgement.findings.iter().map(|finding| &finding.place.file);
        let read: HashMap<&Path, &Arc<SourceFile>> =
            places.map(|file| (file.location.as_path(), file)).collect();
        let source = |file: FileId| {
            let (_, location) = self.names(file);
            read.get(location.as_path()).map_or_else(|| self.source(file), |known| Arc::clone(known))
        };
        let proposals = propose(self.checked(), judgement, &source, options);
        let repairs = repairs(judgement, &proposals, |path| {
            let at = self.program.files.iter().position(|file| file.path == path)?;
            Some(source(FileId::Program(FileIndex(at as u32))))
        });
        (proposals, repairs)
    }

    fn checked(&self) -> Checked<'_> {
        Checked {
            program: self.program,
            solution: self.solution,
            catalogue: self.catalogue,
            deployment: &self.deployment.files,
        }
    }

    /// The path as reports tell it, and where the file is.
    fn names(&self, file: FileId) -> (&str, &PathBuf) {
        match file {
            FileId::Program(file) => {
                (self.program.file(file).path.as_str(), &self.locations[file.0 as usize])
            }
            FileId::Deployment(index) => {
                (self.deployment.files[index].path.as_str(), &self.deployment.locations[index])
            }
            FileId::Page(page) => (self.program.pages.path(page), &self.page_locations[page.0 as usize]),
        }
    }

    fn source(&self, file: FileId) -> Arc<SourceFile> {
        let (path, location) = self.names(file);
        let text = self.texts.read(location).map(|source| source.text).unwrap_or_default();
        Arc::new(SourceFile { path: path.to_owned(), location: location.clone(), text })
    }
}
