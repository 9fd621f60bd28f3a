//! `tightlip prove --url`: a server that runs already is asked from outside.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tightlip_catalogue::{Probe, Signatures};
use tightlip_leak::Detector;
use tightlip_prove::{Methods, Pace, Server, Surveyed, prove_server};
use tightlip_report::{Gravity, Problem, Report, Summary};
use tightlip_rules::Judgement;

use crate::arguments::{Color, ProveArguments};
use crate::check::{outcome, repairs_of, select, tell};
use crate::configuration::Configurations;
use crate::output::{Outcome, complain, print};
use crate::outputs::Outputs;
use crate::progress::Progress;
use crate::terminal::{stderr_color, text_style};

/// A longer description is not read.
const LONGEST_DESCRIPTION: u64 = 32 << 20;

/// Asks the server at `url`, and reports the replies that leak.
pub(super) fn ask(url: &str, arguments: &ProveArguments, color: Color) -> Result<Outcome, String> {
    let started = Instant::now();
    let outputs = Outputs::new(&arguments.output_format, arguments.output_file.as_deref(), false)?;
    let configurations = Arc::new(Configurations::new(&arguments.settings)?);
    let here = configurations.absolute(Path::new("tightlip.toml"));
    drop(configurations.of_file(&here));
    let mistakes = configurations.mistakes();
    if !mistakes.is_empty() {
        return Err(mistakes.join("\nerror: "));
    }
    let broken = |error| format!("the catalogue has a mistake: {error}");
    let detector = Detector::new(&Signatures::embedded().map_err(broken)?);
    let probes = Probe::embedded().map_err(broken)?;
    let progress = Progress::of_requests();
    let step = || {
        progress.say("sending requests");
        progress.step();
    };
    let mut judgement = Judgement::default();
    let surveyed = prove_server(&server(url, arguments)?, &detector, probes, &mut judgement, &step)
        .map_err(|message| format!("--url: {message}"))?;
    drop(progress);
    say_what_was_asked(url, &surveyed);
    select(&mut judgement.findings, &configurations, &[]);
    let trouble = |message: &String| Problem {
        path: url.to_owned(),
        place: None,
        gravity: Gravity::Warning,
        message: message.clone(),
    };
    let problems: Vec<Problem> = surveyed.troubles.iter().map(trouble).collect();
    tell(&problems, stderr_color(color));
    let outcome = outcome(&judgement, &problems, arguments.exit_zero);
    let repairs = repairs_of(&judgement.findings, &HashMap::new());
    let summary =
        Summary { files: 0, elapsed: started.elapsed(), mended: 0, requests: Some(surveyed.requests) };
    let report =
        Report { judgement: &judgement, repairs: &repairs, problems: &problems, summary, base: None };
    outputs.write_files(&report)?;
    Ok(print(outcome, |out| outputs.write_standard(&report, text_style(color), out)))
}

fn server(url: &str, arguments: &ProveArguments) -> Result<Server, String> {
    let asked = &arguments.server;
    let methods = if asked.changing_requests { Methods::Changing } else { Methods::Reading };
    Ok(Server {
        url: url.to_owned(),
        consent: asked.i_may_test_this_host.clone(),
        description: asked.openapi.as_deref().map(description).transpose()?,
        starts: asked.starts.clone(),
        headers: asked.headers.clone(),
        methods,
        pace: Pace {
            rate: asked.rate,
            requests: arguments.requests,
            time: Duration::from_secs(arguments.time),
            reply: Duration::from_secs(arguments.reply_time.max(1)),
        },
    })
}

fn description(path: &Path) -> Result<Vec<u8>, String> {
    let wrong = |error: std::io::Error| format!("--openapi: {}: {error}", path.display());
    if fs::metadata(path).map_err(wrong)?.len() > LONGEST_DESCRIPTION {
        return Err(format!("--openapi: {}: it is longer than 32 MiB", path.display()));
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LONGEST_DESCRIPTION).read_to_end(&mut bytes))
        .map_err(wrong)?;
    Ok(bytes)
}

/// A line on standard error: what is known of the server, and how much was tried.
fn say_what_was_asked(url: &str, surveyed: &Surveyed) {
    let Surveyed { requests, routes, left, description, .. } = surveyed;
    let described = match description {
        Some(place) => format!("described by {place}"),
        None => "without a description".to_owned(),
    };
    let left = match left {
        0 => String::new(),
        left => format!(", {left} of them not asked without --changing-requests"),
    };
    complain(&format!("asked {url}, {described}: {routes} routes{left}, {requests} requests"));
}
