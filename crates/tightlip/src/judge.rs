use std::path::PathBuf;
use std::sync::Arc;

use tightlip_catalogue::Catalogue;
use tightlip_flow::{Program, solve};
use tightlip_rules::{Judgement, SourceFile};

use crate::lower::LoweredFile;
use crate::read::read;

/// Links, solves and judges. Where it needs the text of a file again, [`read`] gives the same text that was lowered.
pub(crate) fn judge(files: Vec<LoweredFile>) -> Result<Judgement, String> {
    let catalogue = Catalogue::embedded("python").map_err(|error| error.to_string())?;
    let mut locations: Vec<PathBuf> = Vec::with_capacity(files.len());
    let mut modules = Vec::with_capacity(files.len());
    for file in files {
        locations.push(file.location);
        modules.push((file.path, file.module));
    }
    let program = Program::link(modules, &catalogue);
    let solution = solve(&program, &catalogue);
    let sources = |index: tightlip_flow::FileIndex| {
        let location = locations[index.0 as usize].clone();
        let text = read(&location).map(|source| source.text).unwrap_or_default();
        Arc::new(SourceFile { path: program.file(index).path.clone(), location, text })
    };
    Ok(tightlip_rules::judge(&program, &solution, &catalogue, &sources))
}
