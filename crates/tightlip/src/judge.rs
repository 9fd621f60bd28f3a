use std::path::PathBuf;
use std::sync::Arc;

use tightlip_catalogue::Catalogue;
use tightlip_flow::{Program, Solution, solve};
use tightlip_report::Problem;
use tightlip_rules::{Checked, FileId, Judgement, SourceFile};

use crate::deployment::{ReadDeployment, read_deployment};
use crate::discover::{FoundDeployment, FoundTemplate};
use crate::lower::LoweredFile;
use crate::overlay::Overlay;
use crate::templates::read_templates;

/// Links, solves and judges. Where it needs the text of a file again, `overlay` gives the same text that was lowered.
pub(crate) fn judge(
    files: Vec<LoweredFile>,
    deployment: Vec<FoundDeployment>,
    templates: &[FoundTemplate],
    overlay: &Overlay,
) -> Result<(Judgement, Vec<Problem>), String> {
    let catalogue = Catalogue::embedded("python").map_err(|error| error.to_string())?;
    let mut deployment = read_deployment(deployment, &catalogue, overlay);
    let problems = std::mem::take(&mut deployment.problems);
    let mut locations: Vec<PathBuf> = Vec::with_capacity(files.len());
    let mut modules = Vec::with_capacity(files.len());
    for file in files {
        locations.push(file.location);
        modules.push((file.path, file.module));
    }
    let (pages, page_locations) =
        read_templates(modules.iter().map(|(_, module)| module), templates, overlay);
    let program = Program::link(modules, &catalogue).with_pages(pages);
    let solution = solve(&program, &catalogue);
    let texts = Texts { locations: &locations, pages: &page_locations, overlay };
    Ok((judge_solution(&program, &solution, &catalogue, &deployment, texts), problems))
}

/// Where the texts of a program can be read again.
#[derive(Clone, Copy)]
pub(crate) struct Texts<'a> {
    /// The files of the program, in their order.
    pub(crate) locations: &'a [PathBuf],
    /// Its templates, in their order.
    pub(crate) pages: &'a [PathBuf],
    /// What stands for files on disk.
    pub(crate) overlay: &'a Overlay,
}

/// Judges what was found in `program`.
pub(crate) fn judge_solution(
    program: &Program,
    solution: &Solution,
    catalogue: &Catalogue,
    deployment: &ReadDeployment,
    texts: Texts<'_>,
) -> Judgement {
    let sources = |file: FileId| {
        let (path, location) = match file {
            FileId::Program(file) => (program.file(file).path.as_str(), &texts.locations[file.0 as usize]),
            FileId::Deployment(index) => {
                (deployment.files[index].path.as_str(), &deployment.locations[index])
            }
            FileId::Page(page) => (program.pages.path(page), &texts.pages[page.0 as usize]),
        };
        let text = texts.overlay.read(location).map(|source| source.text).unwrap_or_default();
        Arc::new(SourceFile { path: path.to_owned(), location: location.clone(), text })
    };
    let checked = Checked { program, solution, catalogue, deployment: &deployment.files };
    tightlip_rules::judge(checked, &sources)
}
