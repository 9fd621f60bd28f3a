//! What `--baseline`, `--update-baseline` and `--write-baseline` do to a run.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use tightlip_report::{Gravity, Problem};
use tightlip_rules::Finding;

use crate::arguments::CheckArguments;
use crate::baseline::{Baseline, Entry, read, write};
use crate::discover::Discovery;
use crate::output::complain;
use crate::paths::{absolute, shown};

/// More entries that are found no more are counted only.
const MOST_NAMED: usize = 5;

/// What a run could look at.
pub(crate) struct Sight {
    current: PathBuf,
    /// The files that were there to be read, from the root.
    files: HashSet<PathBuf>,
    /// What was named, from the root.
    roots: Vec<PathBuf>,
}

impl Sight {
    /// What is looked at when `discovery` is what was found for `arguments`.
    pub(crate) fn new(arguments: &CheckArguments, discovery: &Discovery) -> Self {
        let current = std::env::current_dir().unwrap_or_default();
        let code = discovery.files.iter().map(|found| &found.location);
        let deployment = discovery.deployment.iter().map(|found| &found.location);
        let templates = discovery.templates.iter().map(|found| &found.location);
        let files = code.chain(deployment).chain(templates).map(|path| absolute(path, &current)).collect();
        let roots = arguments.paths.iter().map(|path| absolute(path, &current)).collect();
        Self { current, files, roots }
    }

    /// Whether the run would have seen a finding in the file.
    fn covers(&self, file: &Path) -> bool {
        self.files.contains(file) || (!file.exists() && self.roots.iter().any(|root| file.starts_with(root)))
    }
}

/// Drops the findings that the baseline knows, and tells what it knows that is there no more.
pub(crate) fn hold_against_baseline(
    arguments: &CheckArguments,
    sight: &Sight,
    findings: &mut Vec<Finding>,
) -> Result<Option<Problem>, String> {
    let Some(path) = &arguments.baseline else { return Ok(None) };
    let baseline = read(path)?;
    let home = Home::new(path, &sight.current);
    let comparison = baseline.compare(findings, |finding| home.path_of(finding));
    let mut is_new = comparison.is_new.iter();
    findings.retain(|_| is_new.next().copied().unwrap_or(true));
    let (stale, unseen): (Vec<Entry>, Vec<Entry>) =
        comparison.missing.iter().cloned().partition(|entry| sight.covers(&home.folder.join(&entry.path)));
    if arguments.update_baseline {
        let updated = comparison.shrunk(unseen);
        if updated != baseline {
            write(path, &updated)?;
        }
        return Ok(None);
    }
    let message = told(&stale);
    let path = shown(path, &sight.current);
    Ok(message.map(|message| Problem { path, place: None, gravity: Gravity::Warning, message }))
}

/// Writes a baseline of `findings`, which thereby are known, and drops them.
pub(crate) fn write_baseline(
    arguments: &CheckArguments,
    sight: &Sight,
    findings: &mut Vec<Finding>,
) -> Result<(), String> {
    let Some(path) = &arguments.write_baseline else { return Ok(()) };
    let home = Home::new(path, &sight.current);
    let baseline = Baseline::of(findings, |finding| home.path_of(finding));
    write(path, &baseline)?;
    complain(&format!("{}: {} written", shown(path, &sight.current), counted(baseline.len())));
    findings.clear();
    Ok(())
}

fn told(stale: &[Entry]) -> Option<String> {
    if stale.is_empty() {
        return None;
    }
    let count = stale.iter().map(|entry| entry.count).sum();
    let named: Vec<String> =
        stale.iter().take(MOST_NAMED).map(|entry| format!("{} in {}", entry.rule, entry.path)).collect();
    let more = if stale.len() > MOST_NAMED { ", ..." } else { "" };
    let named = named.join(", ");
    Some(format!(
        "{} of the baseline no longer there ({named}{more}); --update-baseline takes them out",
        counted(count)
    ))
}

fn counted(count: usize) -> String {
    if count == 1 { "1 finding".to_owned() } else { format!("{count} findings") }
}

/// Where a baseline is: it tells paths from there.
struct Home {
    folder: PathBuf,
    current: PathBuf,
}

impl Home {
    fn new(baseline: &Path, current: &Path) -> Self {
        let path = absolute(baseline, current);
        let folder = path.parent().unwrap_or(&path).to_path_buf();
        Self { folder, current: current.to_path_buf() }
    }

    fn path_of(&self, finding: &Finding) -> String {
        shown(&absolute(&finding.place.file.location, &self.current), &self.folder)
    }
}
