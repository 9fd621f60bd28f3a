use std::path::PathBuf;
use std::sync::Arc;

use tightlip_catalogue::{Catalogue, OwnModel};
use tightlip_fix::{Options, Proposal, propose};
use tightlip_flow::{FileIndex, Program, solve};
use tightlip_report::{Problem, Repair};
use tightlip_rules::{Checked, FileId, Judgement, SourceFile};

use crate::deployment::read_deployment;
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
    let deployment = read_deployment(deployment, texts, &catalogue);
    let mut locations: Vec<PathBuf> = Vec::with_capacity(files.len());
    let mut modules = Vec::with_capacity(files.len());
    for file in files {
        locations.push(file.location);
        modules.push((file.path, file.module));
    }
    let (pages, page_locations) = read_templates(&modules, templates, texts);
    let program = Program::link(modules, &catalogue).with_pages(pages);
    let solution = solve(&program, &catalogue);
    let sources = |file: FileId| {
        let (path, location) = match file {
            FileId::Program(file) => (program.file(file).path.as_str(), &locations[file.0 as usize]),
            FileId::Deployment(index) => {
                (deployment.files[index].path.as_str(), &deployment.locations[index])
            }
            FileId::Page(page) => (program.pages.path(page), &page_locations[page.0 as usize]),
        };
        let text = texts.read(location).map(|source| source.text).unwrap_or_default();
        Arc::new(SourceFile { path: path.to_owned(), location: location.clone(), text })
    };
    let checked = Checked {
        program: &program,
        solution: &solution,
        catalogue: &catalogue,
        deployment: &deployment.files,
    };
    let judgement = tightlip_rules::judge(checked, &sources);
    let proposals = propose(checked, &judgement, &sources, options);
    let repairs = repairs(&judgement, &proposals, |path| {
        program
            .files
            .iter()
            .position(|file| file.path == path)
            .map(|at| sources(FileId::Program(FileIndex(at as u32))))
    });
    Ok(Judged { judgement, proposals, repairs, problems: deployment.problems })
}
