use std::time::Instant;

use tightlip_catalogue::rule_page;
use tightlip_languages::STACK_SIZE;
use tightlip_report::{Format, Gravity, Problem, Report, Summary, escape_controls};
use tightlip_rules::Judgement;

use crate::arguments::{CheckArguments, Color};
use crate::discover::{Discovery, discover};
use crate::judge::judge;
use crate::lower::lower_all;
use crate::output::{Outcome, complain, print};
use crate::progress::Progress;
use crate::selection::Selection;
use crate::terminal::{stderr_color, text_style};

/// Checks files and folders: discover, lower, judge, report.
pub(crate) fn check(arguments: &CheckArguments, color: Color) -> Outcome {
    let started = Instant::now();
    let selection = match Selection::new(&arguments.select, &arguments.ignore) {
        Ok(selection) => selection,
        Err(message) => {
            complain(&format!("error: {}", escape_controls(&message)));
            return Outcome::CouldNotRun;
        }
    };
    let discovery = discover(&arguments.paths);
    let base = discovery.base.clone();
    let Checked { mut judgement, mut problems, files } = match analyse(discovery) {
        Ok(checked) => checked,
        Err(message) => {
            complain(&format!("error: {message}"));
            return Outcome::CouldNotRun;
        }
    };
    judgement.findings.retain(|finding| selection.contains(finding.rule));
    problems.sort();
    tell(&problems, stderr_color(color));

    let outcome = outcome(&judgement, &problems, arguments.exit_zero);
    let summary = Summary { files, elapsed: started.elapsed() };
    let report = Report { judgement: &judgement, problems: &problems, summary, base: base.as_deref() };
    let format = Format::from(arguments.output_format);
    if files == 0 && judgement.findings.is_empty() && format == Format::Text {
        // Nothing was checked, so "no findings" would sound better than it is.
        return outcome;
    }
    print(outcome, |out| tightlip_report::write(&report, format, text_style(color), &rule_page, out))
}

/// What the check of the source found.
pub(crate) struct Checked {
    pub(crate) judgement: Judgement,
    pub(crate) problems: Vec<Problem>,
    /// How many files were read.
    pub(crate) files: usize,
}

/// Lowers, links, solves and judges what was discovered.
pub(crate) fn analyse(discovery: Discovery) -> Result<Checked, String> {
    let Discovery { files: found, deployment, templates, mut problems, .. } = discovery;
    let count = found.len();
    let progress = Progress::start(count);
    // Code can be nested deeper than the stacks that threads have by default.
    let pool = rayon::ThreadPoolBuilder::new()
        .stack_size(STACK_SIZE)
        .build()
        .map_err(|error| format!("no threads can be started: {error}"))?;
    let (judgement, lowered_problems, files) = pool.install(|| {
        let (lowered, mut problems) = lower_all(found, &progress);
        let files = lowered.len();
        progress.follow_flows();
        judge(lowered, deployment, &templates).map(|(judgement, more)| {
            problems.extend(more);
            (judgement, problems, files)
        })
    })?;
    problems.extend(lowered_problems);
    if count > 0 && files == 0 {
        // Of all that was asked for, nothing could be read.
        problems.iter_mut().for_each(|problem| problem.gravity = Gravity::Error);
    }
    Ok(Checked { judgement, problems, files })
}

/// Writes the problems to standard error: `warning: shop/cut.py:3:9: ...`.
pub(crate) fn tell(problems: &[Problem], color: bool) {
    for problem in problems {
        let place = problem.place.map_or_else(String::new, |(line, column)| format!(":{line}:{column}"));
        let (on, off) = match (color, problem.gravity) {
            (false, _) => ("", ""),
            (true, Gravity::Error) => ("\u{1b}[1;91m", "\u{1b}[0m"),
            (true, Gravity::Warning) => ("\u{1b}[1;33m", "\u{1b}[0m"),
        };
        let gravity = problem.gravity.name();
        let path = escape_controls(&problem.path);
        let message = escape_controls(&problem.message);
        complain(&format!("{on}{gravity}{off}: {path}{place}: {message}"));
    }
}

pub(crate) fn outcome(judgement: &Judgement, problems: &[Problem], exit_zero: bool) -> Outcome {
    if problems.iter().any(|problem| problem.gravity == Gravity::Error) {
        Outcome::CouldNotRun
    } else if judgement.findings.is_empty() || exit_zero {
        Outcome::Clean
    } else {
        Outcome::Findings
    }
}
