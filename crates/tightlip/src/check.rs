use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use tightlip_catalogue::{OwnModel, rule_page};
use tightlip_configuration::Verdict;
use tightlip_languages::STACK_SIZE;
use tightlip_report::{Format, Gravity, Problem, Report, Summary, escape_controls};
use tightlip_rules::{Finding, Judgement, Rule};

use crate::arguments::{CheckArguments, Color};
use crate::cache::Cache;
use crate::config::escape_lines;
use crate::configuration::Configurations;
use crate::discover::{Discovery, discover};
use crate::judge::judge;
use crate::lower::lower_all;
use crate::output::{Outcome, complain, print};
use crate::progress::Progress;
use crate::ratchet::{Sight, hold_against_baseline, write_baseline};
use crate::since::changes_since;
use crate::terminal::{stderr_color, text_style};

/// Checks files and folders: discover, lower, judge, report.
pub(crate) fn check(arguments: &CheckArguments, color: Color) -> Outcome {
    let started = Instant::now();
    let could_not_run = |message: &str| {
        complain(&format!("error: {}", escape_lines(message)));
        Outcome::CouldNotRun
    };
    let configurations = match Configurations::new(&arguments.settings) {
        Ok(configurations) => Arc::new(configurations),
        Err(message) => return could_not_run(&message),
    };
    let discovery = discover(&arguments.paths, &configurations);
    discovery.files.iter().for_each(|found| drop(configurations.of_file(&found.location)));
    let mistakes = configurations.mistakes();
    if !mistakes.is_empty() {
        return could_not_run(&mistakes.join("\nerror: "));
    }
    // What git cannot tell is told before the work is done.
    let changes = match arguments.since.as_deref().map(changes_since).transpose() {
        Ok(changes) => changes,
        Err(message) => return could_not_run(&format!("--since: {message}")),
    };
    let base = discovery.base.clone();
    let sight = Sight::new(arguments, &discovery);
    let models = configurations.models();
    let mut cache = Cache::open(arguments, &discovery, &models);
    let checked = match cache.as_mut().and_then(Cache::find) {
        Some(checked) => checked,
        None => match analyse(discovery, &models) {
            Ok(checked) => {
                cache.iter().for_each(|cache| cache.keep(&checked));
                checked
            }
            Err(message) => return could_not_run(&message),
        },
    };
    let Checked { mut judgement, mut problems, files } = checked;
    let findings = &mut judgement.findings;
    match hold_against_baseline(arguments, &sight, findings) {
        Ok(problem) => problems.extend(problem),
        Err(message) => return could_not_run(&message),
    }
    select(findings, &configurations, &arguments.paths);
    if let Err(message) = write_baseline(arguments, &sight, findings) {
        return could_not_run(&message);
    }
    if let Some(changes) = changes {
        findings.retain(|finding| changes.touch(finding));
    }
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

/// Keeps what the configuration nearest to each finding has reported.
fn select(findings: &mut Vec<Finding>, configurations: &Configurations, named: &[PathBuf]) {
    findings.retain_mut(|finding| {
        let location = &finding.place.file.location;
        // Detail from files that were not read may come along.
        if finding.rule == Rule::UnusedSuppression && named.contains(location) {
            return false;
        }
        let path = configurations.absolute(location);
        let settings = &configurations.of_file(location).settings;
        match settings.judge(finding.rule, finding.severity, finding.confidence, &path) {
            Verdict::Reported(severity) => {
                finding.severity = severity;
                true
            }
            Verdict::Left(_) => false,
        }
    });
}

/// What is known of a tree before anything is selected.
pub(crate) struct Checked {
    /// What was found.
    pub(crate) judgement: Judgement,
    /// What could not be read or understood.
    pub(crate) problems: Vec<Problem>,
    /// How many files were read.
    pub(crate) files: usize,
}

fn analyse(discovery: Discovery, own: &[OwnModel]) -> Result<Checked, String> {
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
        judge(lowered, deployment, &templates, own).map(|(judgement, more)| {
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
fn tell(problems: &[Problem], color: bool) {
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

fn outcome(judgement: &Judgement, problems: &[Problem], exit_zero: bool) -> Outcome {
    if problems.iter().any(|problem| problem.gravity == Gravity::Error) {
        Outcome::CouldNotRun
    } else if judgement.findings.is_empty() || exit_zero {
        Outcome::Clean
    } else {
        Outcome::Findings
    }
}
