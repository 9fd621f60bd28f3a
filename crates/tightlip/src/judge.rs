use std::path::PathBuf;
use std::sync::Arc;

use tightlip_catalogue::{Catalogue, OwnModel};
use tightlip_flow::{Program, solve};
use tightlip_report::Problem;
use tightlip_rules::{Checked, FileId, Judgement, SourceFile};

use crate::deployment::read_deployment;
use crate::discover::{FoundDeployment, FoundTemplate};
use crate::lower::LoweredFile;
use crate::read::read;
use crate::templates::read_templates;

/// Links, solves and judges. Where it needs the text of a file again, [`read`] gives the same text that was lowered.
pub(crate) fn judge(
    files: Vec<LoweredFile>,
    deployment: Vec<FoundDeployment>,
    templates: &[FoundTemplate],
    own: &[OwnModel],
) -> Result<(Judgement, Vec<Problem>), String> {
    let catalogue = Catalogue::embedded_with("python", own).map_err(|error| error.to_string())?;
    let deployment = read_deployment(deployment, &catalogue);
    let mut locations: Vec<PathBuf> = Vec::with_capacity(files.len());
    let mut modules = Vec::with_capacity(files.len());
    for file in files {
        locations.push(file.location);
        modules.push((file.path, file.module));
    }
    let (pages, page_locations) = read_templates(&modules, templates);
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
        let text = read(location).map(|source| source.text).unwrap_or_default();
        Arc::new(SourceFile { path: path.to_owned(), location: location.clone(), text })
    };
    let checked = Checked {
        program: &program,
        solution: &solution,
        catalogue: &catalogue,
        deployment: &deployment.files,
    };
    Ok((tightlip_rules::judge(checked, &sources), deployment.problems))
}
