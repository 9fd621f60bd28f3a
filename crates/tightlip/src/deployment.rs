use std::fs;
use std::path::PathBuf;

use memchr::memmem;
use rayon::prelude::*;
use tightlip_catalogue::Catalogue;
use tightlip_deployment::Kind;
use tightlip_ir::DirectiveKind;
use tightlip_report::{Gravity, Problem};
use tightlip_rules::DeploymentFile;

use crate::discover::FoundDeployment;
use crate::texts::Texts;

/// Larger files are data.
const LARGEST: u64 = 1 << 20;

/// The files that say how programs are started, and where each can be read again.
pub(crate) struct ReadDeployment {
    pub(crate) files: Vec<DeploymentFile>,
    pub(crate) locations: Vec<PathBuf>,
    pub(crate) problems: Vec<Problem>,
}

/// Reads all of them, in their order. Those that say nothing are left out.
pub(crate) fn read_deployment(
    found: &[FoundDeployment],
    texts: &Texts,
    catalogue: &Catalogue,
) -> ReadDeployment {
    let words: Vec<_> =
        catalogue.deployment.words().into_iter().map(|word| memmem::Finder::new(word).into_owned()).collect();
    let results: Vec<_> = found.par_iter().map(|found| read_one(found, texts, &words)).collect();
    let mut all = ReadDeployment { files: Vec::new(), locations: Vec::new(), problems: Vec::new() };
    for result in results {
        match result {
            Ok(Some((file, location))) => {
                all.files.push(file);
                all.locations.push(location);
            }
            Ok(None) => {}
            Err(problem) => all.problems.push(problem),
        }
    }
    all
}

fn read_one(
    found: &FoundDeployment,
    texts: &Texts,
    words: &[memmem::Finder<'_>],
) -> Result<Option<(DeploymentFile, PathBuf)>, Problem> {
    let FoundDeployment { path, location, kind } = found.clone();
    if fs::metadata(&location).is_ok_and(|metadata| metadata.len() > LARGEST) {
        return Ok(None);
    }
    let text = match texts.read(&location) {
        Ok(source) => source.text,
        Err(reason) => {
            let message = format!("{reason}; the file is left out");
            return Err(Problem { path, place: None, gravity: Gravity::Warning, message });
        }
    };
    // Most files of YAML and of the shell have nothing to do with applications; taking them apart costs most.
    let is_asked = |word: &memmem::Finder<'_>| word.find(text.as_bytes()).is_some();
    let is_addressed = || text.contains(DirectiveKind::ADDRESS);
    if matches!(kind, Kind::Manifest | Kind::ShellScript) && !words.iter().any(is_asked) && !is_addressed() {
        return Ok(None);
    }
    let facts = tightlip_deployment::read(kind, &text);
    let says_something = !facts.variables.is_empty()
        || !facts.commands.is_empty()
        || !facts.settings.is_empty()
        || !facts.requirements.is_empty()
        || !facts.directives.is_empty();
    Ok(says_something.then_some((DeploymentFile { path, kind, facts }, location)))
}
