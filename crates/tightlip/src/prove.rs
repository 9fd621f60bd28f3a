mod server;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tightlip_prove::{
    Booted, Effort, Limits, NotBooted, Options, Outcome as Proved, Supervisor, interpreter,
};
use tightlip_report::{Gravity, Problem, Report, Summary, escape_controls};
use tightlip_rules::{Judgement, Verdict};

use crate::analyse::{Analysis, analyse};
use crate::arguments::{Color, ProveArguments};
use crate::check::{by_fingerprint, outcome, repairs_of, select, tell};
use crate::config::escape_lines;
use crate::configuration::Configurations;
use crate::discover::discover;
use crate::output::{Outcome, complain, print};
use crate::outputs::Outputs;
use crate::progress::Progress;
use crate::terminal::{stderr_color, text_style};
use crate::texts::Texts;

/// Checks projects, boots their applications and shows what leaks.
pub(crate) fn prove(arguments: &ProveArguments, color: Color) -> Outcome {
    match run(arguments, color) {
        Ok(outcome) => outcome,
        Err(message) => {
            complain(&format!("error: {}", escape_lines(&message)));
            Outcome::CouldNotRun
        }
    }
}

fn run(arguments: &ProveArguments, color: Color) -> Result<Outcome, String> {
    if let Some(url) = &arguments.server.url {
        return server::ask(url, arguments, color);
    }
    let started = Instant::now();
    let outputs = Outputs::new(&arguments.output_format, arguments.output_file.as_deref(), false)?;
    let configurations = Arc::new(Configurations::new(&arguments.settings)?);
    let discovery = discover(&arguments.paths, &configurations);
    discovery.files.iter().for_each(|found| drop(configurations.of_file(&found.location)));
    let mistakes = configurations.mistakes();
    if !mistakes.is_empty() {
        return Err(mistakes.join("\nerror: "));
    }
    let base = discovery.base.clone();
    let models = configurations.models();
    let analysis = analyse(&discovery, &models, &Texts::default(), Default::default())?;
    let Analysis { mut judgement, repairs, mut problems, files, .. } = analysis;
    let repairs = by_fingerprint(&judgement, repairs);
    select(&mut judgement.findings, &configurations, &arguments.paths);
    let mut is_any_booted = false;
    for path in &arguments.paths {
        match prove_project(path, &mut judgement, arguments) {
            Ok(proved) => {
                is_any_booted |= proved.booted.is_some();
                say_what_ran(path, &proved);
                problems.extend(problems_of(path, &proved));
            }
            Err(message) => problems.push(problem(path, Gravity::Error, message)),
        }
    }
    sort_findings(&mut judgement);
    problems.sort();
    tell(&problems, stderr_color(color));
    let outcome = match outcome(&judgement, &problems, arguments.exit_zero) {
        _ if !is_any_booted => Outcome::CouldNotRun,
        outcome => outcome,
    };
    let summary = Summary { files, elapsed: started.elapsed(), mended: 0, requests: None };
    let repairs = repairs_of(&judgement.findings, &repairs);
    let report = Report {
        judgement: &judgement,
        repairs: &repairs,
        problems: &problems,
        summary,
        base: base.as_deref(),
    };
    outputs.write_files(&report)?;
    if !is_any_booted && outputs.is_text() {
        return Ok(outcome);
    }
    Ok(print(outcome, |out| outputs.write_standard(&report, text_style(color), out)))
}

fn prove_project(
    path: &Path,
    judgement: &mut Judgement,
    arguments: &ProveArguments,
) -> Result<Proved, String> {
    let root = project(path)?;
    let python = interpreter(&root, arguments.python.as_deref())?;
    let progress = Progress::of_requests();
    let mut supervisor = Supervisor::start(&python).map_err(|error| error.reason)?;
    let step = || {
        progress.say("sending requests");
        progress.step();
    };
    Ok(tightlip_prove::prove(&mut supervisor, &root, judgement, &options(arguments), &step))
}

/// The folder of a project, without links in its path.
fn project(path: &Path) -> Result<PathBuf, String> {
    let path = fs::canonicalize(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let folder = if path.is_dir() { Some(path.as_path()) } else { path.parent() };
    folder.map(Path::to_owned).ok_or_else(|| "no folder".to_owned())
}

fn options(arguments: &ProveArguments) -> Options {
    Options {
        application: arguments.app.clone(),
        command: arguments.cmd.clone(),
        environment: arguments.environment.iter().cloned().collect(),
        network: arguments.allow_network,
        copied: arguments.copy_limit << 20,
        limits: Limits {
            memory: arguments.memory << 20,
            processes: arguments.processes,
            seconds: (arguments.time + arguments.boot_time).max(1),
            ..Limits::default()
        },
        effort: Effort {
            requests: arguments.requests,
            time: Duration::from_secs(arguments.time),
            reply: Duration::from_secs(arguments.reply_time.max(1)),
            boot: Duration::from_secs(arguments.boot_time.max(1)),
        },
    }
}

/// A line on standard error: what was booted, and how much was tried.
fn say_what_ran(path: &Path, proved: &Proved) {
    if let Some(Booted { module, framework, python, routes }) = &proved.booted {
        let path = path.display().to_string();
        complain(&format!(
            "booted {} in {}: {framework}, Python {python}, {routes} routes, {} requests",
            escape_controls(module),
            escape_controls(&path),
            proved.requests
        ));
    }
}

fn problems_of(path: &Path, proved: &Proved) -> Vec<Problem> {
    let mut problems = Vec::new();
    if let Some(NotBooted { reason, log, no_flask }) = &proved.not_booted {
        let mut message = format!("not booted: {reason}");
        if *no_flask {
            message
                .push_str("; Flask is not installed in this environment: --python names another interpreter");
        }
        if let Some(line) = log.trim_end().lines().last() {
            message.push_str(&format!("; it printed: {}", escape_controls(line)));
        }
        problems.push(problem(path, Gravity::Error, message));
    }
    problems.extend(proved.troubles.iter().map(|trouble| problem(path, Gravity::Warning, trouble.clone())));
    problems
}

fn problem(path: &Path, gravity: Gravity, message: String) -> Problem {
    Problem { path: path.display().to_string(), place: None, gravity, message }
}

/// Proven first, then what was not, each by its place as before.
fn sort_findings(judgement: &mut Judgement) {
    judgement.findings.sort_by_key(|finding| {
        let verdict = finding.evidence.as_ref().map(|evidence| evidence.verdict);
        !matches!(verdict, Some(Verdict::Proven(_)))
    });
}
