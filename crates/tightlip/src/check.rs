use std::time::Instant;

use tightlip_fix::Safety;
use tightlip_report::{Applicability, Gravity, Problem, Repair, Report, Summary, escape_controls};
use tightlip_rules::Judgement;

use crate::analyse::{Analysis, analyse};
use crate::arguments::{CheckArguments, Color};
use crate::diff::write_diff;
use crate::discover::discover;
use crate::fix::{Fixed, mend};
use crate::output::{Outcome, complain, print};
use crate::outputs::Outputs;
use crate::selection::Selection;
use crate::terminal::{stderr_color, text_style};
use crate::write::write;

/// Checks files and folders: discover, lower, judge, fix, report.
pub(crate) fn check(arguments: &CheckArguments, color: Color) -> Outcome {
    match run(arguments, color) {
        Ok(outcome) => outcome,
        Err(message) => {
            complain(&format!("error: {}", escape_controls(&message)));
            Outcome::CouldNotRun
        }
    }
}

fn run(arguments: &CheckArguments, color: Color) -> Result<Outcome, String> {
    let started = Instant::now();
    let selection = Selection::new(&arguments.select, &arguments.ignore)?;
    let outputs =
        Outputs::new(&arguments.output_format, arguments.output_file.as_deref(), arguments.statistics)?;
    let discovery = discover(&arguments.paths);
    let base = discovery.base.clone();
    let analysis = analyse(&discovery, &Default::default(), arguments.handler_style.into())?;
    tell(&analysis.problems, stderr_color(color));
    let mut analysis = analysis;
    let mut mended = 0;
    if arguments.fix || arguments.diff {
        let most = if arguments.unsafe_fixes { Safety::Unsafe } else { Safety::Safe };
        let fixed = mend(discovery, analysis, &selection, most, arguments.handler_style.into())?;
        if arguments.diff {
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
    let Analysis { mut judgement, repairs, problems, files, .. } = analysis;
    let repairs = select(&mut judgement, repairs, &selection);

    let outcome = outcome(&judgement, &problems, arguments.exit_zero);
    let summary = Summary { files, elapsed: started.elapsed(), mended };
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

/// Leaves the findings of the rules that are asked for, with their repairs.
fn select(judgement: &mut Judgement, repairs: Vec<Repair>, selection: &Selection) -> Vec<Repair> {
    let is_asked: Vec<bool> =
        judgement.findings.iter().map(|finding| selection.contains(finding.rule)).collect();
    let mut asked = is_asked.iter();
    judgement.findings.retain(|_| *asked.next().unwrap_or(&false));
    repairs.into_iter().zip(is_asked).filter_map(|(repair, is_asked)| is_asked.then_some(repair)).collect()
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
