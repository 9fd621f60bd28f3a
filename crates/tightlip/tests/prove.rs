//! `prove` on applications: the example and its tight twin, the patterns of the catalogue, and applications that are
//! broken or mean harm.
//!
//! Like the booting of patterns, this needs environments with Flask: `cargo xtask test` makes them and names their
//! interpreters. Without them these tests say so and pass.

mod support;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tightlip_catalogue::{Pattern, Rule, Side, pattern_pages};
use tightlip_prove::{Effort, Options, Outcome, Supervisor, prove};
use tightlip_rules::{Cause, Judgement, Verdict};

#[path = "prove/frameworks.rs"]
mod frameworks;
#[path = "prove/hostile.rs"]
mod hostile;
#[cfg(target_os = "linux")]
#[path = "prove/interrupt.rs"]
mod interrupt;
#[path = "prove/listener.rs"]
mod listener;
#[path = "prove/pages.rs"]
mod pages;
#[path = "prove/patterns.rs"]
mod patterns;
#[path = "prove/program.rs"]
mod program;
#[path = "prove/server.rs"]
mod server;
#[path = "prove/server_hostile.rs"]
mod server_hostile;
#[path = "prove/server_tls.rs"]
mod server_tls;
#[path = "prove/shop.rs"]
mod shop;

/// The interpreter of an environment, if the tests were told of one.
fn interpreter(variable: &str) -> Option<PathBuf> {
    let interpreter = std::env::var_os(variable).map(PathBuf::from);
    if interpreter.is_none() {
        say(&format!("nothing is proven: {variable} is not set; `cargo xtask test` sets it"));
    }
    interpreter
}

fn supervisor(interpreter: &Path) -> Supervisor {
    Supervisor::start(interpreter).unwrap_or_else(|error| panic!("{}", error.reason))
}

/// Enough for small applications.
fn small() -> Options {
    let seconds = Duration::from_secs;
    let effort = Effort { requests: 250, time: seconds(60), reply: seconds(4), boot: seconds(60) };
    Options { effort, ..Options::default() }
}

/// Writes `files` into a folder of their own, checks them and proves what was found.
fn prove_files(
    supervisor: &mut Supervisor,
    files: &[(&str, &str)],
    options: &Options,
) -> (Judgement, Outcome) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let root = fs::canonicalize(folder.path()).expect("it is there");
    for (path, text) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("it is below the folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }
    let mut judgement = support::check(files);
    let outcome = prove(supervisor, &root, &mut judgement, options, &|| {});
    (judgement, outcome)
}

/// The rules of the findings that were proven, with how.
fn proven(judgement: &Judgement) -> Vec<(Rule, Cause)> {
    let proven = judgement.findings.iter().filter_map(|finding| match finding.evidence.as_ref()?.verdict {
        Verdict::Proven(cause) => Some((finding.rule, cause)),
        _ => None,
    });
    proven.collect()
}

/// Says something even where the test passes, whose output is not shown.
fn say(words: &str) {
    // Nobody is left to tell where standard error is closed.
    let _ = writeln!(std::io::stderr(), "{words}");
}

fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
