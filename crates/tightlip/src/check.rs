use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use tightlip_catalogue::OwnModel;
use tightlip_configuration::Verdict;
use tightlip_fix::Safety;
use tightlip_report::{Applicability, Gravity, Problem, Repair, Report, Summary, escape_controls};
use tightlip_rules::{Finding, Judgement, Rule, Severity};

use crate::analyse::{Analysis, analyse};
use crate::arguments::{CheckArguments, Color};
use crate::cache::Cache;
use crate::config::escape_lines;
use crate::configuration::Configurations;
use crate::diff::write_diff;
use crate::discover::{Discovery, discover};
use crate::fix::{Fixed, mend};
use crate::output::{Outcome, complain, print};
use crate::outputs::Outputs;
use crate::ratchet::{Sight, hold_against_baseline, write_baseline};
use crate::since::changes_since;
use crate::terminal::{stderr_color, text_style};
use crate::texts::Texts;
use crate::write::write;

/// Checks files and folders: discover, lower, judge, fix, report.
pub(crate) fn check(arguments: &CheckArguments, color: Color) -> Outcome {
    match run(arguments, color) {
        Ok(outcome) => outcome,
        Err(message) => {
            complain(&format!("error: {}", escape_lines(&message)));
            Outcome::CouldNotRun
        }
    }
}

fn run(arguments: &CheckArguments, color: Color) -> Result<Outcome, String> {
    let started = Instant::now();
    let outputs =
        Outputs::new(&arguments.output_format, arguments.output_file.as_deref(), arguments.statistics)?;
    let configurations = Arc::new(Configurations::new(&arguments.settings)?);
    let discovery = discover(&arguments.paths, &configurations);
    discovery.files.iter().for_each(|found| drop(configurations.of_file(&found.location)));
    let mistakes = configurations.mistakes();
    if !mistakes.is_empty() {
        return Err(mistakes.join("\nerror: "));
    }
    // What git cannot tell is told before the work is done.
    let changes = arguments.since.as_deref().map(changes_since).transpose();
    let changes = changes.map_err(|message| format!("--since: {message}"))?;
    let base = discovery.base.clone();
    let sight = Sight::new(arguments, &discovery);
    let models = configurations.models();
    let mut analysis = look(arguments, &discovery, &models)?;
    let mut mended = 0;
    if arguments.fix || arguments.diff {
        let most = if arguments.unsafe_fixes { Safety::Unsafe } else { Safety::Safe };
        let is_asked = |finding: &Finding| is_reported(finding, &configurations, &arguments.paths).is_some();
        let options = arguments.handler_style.into();
        let fixed = mend(discovery, analysis, &models, &is_asked, most, options)?;
        if arguments.diff {
            tell(&fixed.analysis.problems, stderr_color(color));
            return Ok(show(&fixed, arguments));
        }
        // What is new comes first: what is there may import it.
        let (new, changed): (Vec<_>, Vec<_>) = fixed.files.iter().partition(|file| file.before.is_none());
        for file in new.into_iter().chain(changed) {
            write(file).map_err(|reason| format!("{}: {reason}", file.path))?;
        }
        mended = fixed.mended;
        analysis = explained(fixed);
    }
    let Analysis { mut judgement, repairs, mut problems, files, .. } = analysis;
    let repairs = by_fingerprint(&judgement, repairs);
    let findings = &mut judgement.findings;
    problems.extend(hold_against_baseline(arguments, &sight, findings)?);
    select(findings, &configurations, &arguments.paths);
    write_baseline(arguments, &sight, findings)?;
    if let Some(changes) = changes {
        findings.retain(|finding| changes.touch(finding));
    }
    problems.sort();
    tell(&problems, stderr_color(color));
    let repairs = repairs_of(findings, &repairs);

    let outcome = outcome(&judgement, &problems, arguments.exit_zero);
    let summary = Summary { files, elapsed: started.elapsed(), mended, requests: None };
    let report = Report {
        judgement: &judgement,
        repairs: &repairs,
        problems: &problems,
        summary,
        base: base.as_deref(),
    };
    outputs.write_files(&report)?;
    if files == 0 && judgement.findings.is_empty() && outputs.is_text() {
        // Nothing was checked, so "no findings" would sound better than it is.
        return Ok(outcome);
    }
    Ok(print(outcome, |out| outputs.write_standard(&report, text_style(color), out)))
}

/// What an earlier run found, if nothing has changed since, or what is found now.
fn look(arguments: &CheckArguments, discovery: &Discovery, models: &[OwnModel]) -> Result<Analysis, String> {
    let mut cache = Cache::open(arguments, discovery, models);
    if let Some(analysis) = cache.as_mut().and_then(Cache::find) {
        return Ok(analysis);
    }
    let analysis = analyse(discovery, models, &Texts::default(), arguments.handler_style.into())?;
    cache.iter().for_each(|cache| cache.keep(&analysis));
    Ok(analysis)
}

/// Findings go where configuration, baselines and changes do not want them; what can be done about them goes along.
pub(crate) fn by_fingerprint(judgement: &Judgement, repairs: Vec<Repair>) -> HashMap<String, Repair> {
    let fingerprints = judgement.findings.iter().map(|finding| finding.fingerprint.clone());
    fingerprints.zip(repairs).collect()
}

/// The repairs of `findings`, in their order.
pub(crate) fn repairs_of(findings: &[Finding], repairs: &HashMap<String, Repair>) -> Vec<Repair> {
    findings.iter().map(|finding| repair_of(finding, repairs)).collect()
}

/// What can be done about a finding. Of one that was found by other means nothing is known.
fn repair_of(finding: &Finding, repairs: &HashMap<String, Repair>) -> Repair {
    repairs.get(&finding.fingerprint).cloned().unwrap_or_else(|| Repair {
        title: String::new(),
        applicability: Applicability::None,
        changes: Vec::new(),
    })
}

/// Keeps what the configuration nearest to each finding has reported.
pub(crate) fn select(findings: &mut Vec<Finding>, configurations: &Configurations, named: &[PathBuf]) {
    findings.retain_mut(|finding| match is_reported(finding, configurations, named) {
        Some(severity) => {
            finding.severity = severity;
            true
        }
        None => false,
    });
}

/// With which severity the configuration nearest to a finding has it reported, if it does.
pub(crate) fn is_reported(
    finding: &Finding,
    configurations: &Configurations,
    named: &[PathBuf],
) -> Option<Severity> {
    let location = &finding.place.file.location;
    // Detail from files that were not read may come along.
    if finding.rule == Rule::UnusedSuppression && named.contains(location) {
        return None;
    }
    let path = configurations.absolute(location);
    let settings = &configurations.of_file(location).settings;
    match settings.judge(finding.rule, finding.severity, finding.confidence, &path) {
        Verdict::Reported(severity) => Some(severity),
        Verdict::Left(_) => None,
    }
}

/// The difference on standard output, and on standard error what is left. Nothing is written.
fn show(fixed: &Fixed, arguments: &CheckArguments) -> Outcome {
    let outcome =
        if fixed.files.is_empty() || arguments.exit_zero { Outcome::Clean } else { Outcome::Findings };
    complain(&format!("{} would be fixed in {}", findings(fixed.mended), files(fixed.files.len())));
    print(outcome, |out| write_diff(&fixed.files, out))
}

fn findings(count: usize) -> String {
    format!("{count} {}", if count == 1 { "finding" } else { "findings" })
}

fn files(count: usize) -> String {
    format!("{count} {}", if count == 1 { "file" } else { "files" })
}

/// What is left; a fix that failed its check says so.
fn explained(fixed: Fixed) -> Analysis {
    let Fixed { mut analysis, failed, .. } = fixed;
    for (finding, repair) in analysis.judgement.findings.iter().zip(&mut analysis.repairs) {
        if let Some(reason) = failed.get(&finding.fingerprint) {
            let title = format!("{}: {reason}", repair.title);
            *repair = Repair { title, applicability: Applicability::None, changes: Vec::new() };
        }
    }
    analysis
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
