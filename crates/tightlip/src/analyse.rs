use tightlip_catalogue::OwnModel;
use tightlip_fix::{Options, Proposal};
use tightlip_languages::STACK_SIZE;
use tightlip_report::{Gravity, Problem, Repair};
use tightlip_rules::Judgement;

use crate::discover::Discovery;
use crate::judge::{Judged, judge};
use crate::lower::lower_all;
use crate::progress::Progress;
use crate::texts::Texts;

/// What is found in the files of a discovery.
pub(crate) struct Analysis {
    pub(crate) judgement: Judgement,
    /// Fixes, for those who apply them; empty where the analysis is one that was kept from an earlier run.
    pub(crate) proposals: Vec<Proposal>,
    /// What can be done about each finding, in their order.
    pub(crate) repairs: Vec<Repair>,
    /// What could not be read or understood, sorted.
    pub(crate) problems: Vec<Problem>,
    /// How many files were read.
    pub(crate) files: usize,
}

/// Reads, lowers and judges all of it: as `texts` has it.
pub(crate) fn analyse(
    discovery: &Discovery,
    own: &[OwnModel],
    texts: &Texts,
    options: Options,
) -> Result<Analysis, String> {
    let count = discovery.files.len();
    let progress = Progress::start(count);
    // Code can be nested deeper than the stacks that threads have by default.
    let pool = rayon::ThreadPoolBuilder::new()
        .stack_size(STACK_SIZE)
        .build()
        .map_err(|error| format!("no threads can be started: {error}"))?;
    let (judged, lowered_problems, files) = pool.install(|| {
        let (lowered, problems) = lower_all(&discovery.files, texts, &progress);
        let files = lowered.len();
        progress.follow_flows();
        judge(lowered, &discovery.deployment, &discovery.templates, own, texts, options)
            .map(|judged| (judged, problems, files))
    })?;
    let Judged { judgement, proposals, repairs, problems: more } = judged;
    let mut problems = discovery.problems.clone();
    problems.extend(lowered_problems);
    problems.extend(more);
    if count > 0 && files == 0 {
        // Of all that was asked for, nothing could be read.
        problems.iter_mut().for_each(|problem| problem.gravity = Gravity::Error);
    }
    problems.sort();
    Ok(Analysis { judgement, proposals, repairs, problems, files })
}
