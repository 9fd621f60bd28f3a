//! What the catalogue and the examples claim, seen on Flask itself: the vulnerable side of each pattern sends
//! what the pattern says that it leaks, the secure side does not; look-alikes boot; `examples/shop` leaks where
//! it is meant to, `examples/shop-tight` nowhere.
//!
//! The extensions of Flask, and the libraries that are used beside it, are booted in one environment that has all of
//! them; Flask and the language itself in one for each version of Flask.
//!
//! `cargo xtask test` makes the environments and names their interpreters (`TIGHTLIP_FLASK_3_1`, ...). Without
//! them nothing is booted, and these tests say so.

use std::collections::HashMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tightlip_catalogue::model::Boot;
use tightlip_catalogue::{Pattern, Side, parse_model, pattern_pages};

#[path = "boot/fixed.rs"]
mod fixed;
#[path = "boot/shop.rs"]
mod shop;
mod support;

/// The versions of Flask that are booted: a file of pins and a test each.
const VERSIONS: &[&str] = &["2.3", "3.0", "3.1"];

/// The environment with all extensions.
const EXTENSIONS: &str = "extensions";

/// Pages that need a newer Python than the oldest one that Flask runs on.
const NEWER_PYTHON: &[(&str, (u64, u64))] = &[
    ("python/exception-notes", (3, 11)),
    ("python/members-of-exception-group", (3, 11)),
    ("python/name-of-database-error", (3, 11)),
    ("python/sys-exception", (3, 11)),
];

#[test]
fn flask_2_3_replies_as_the_catalogue_says() {
    hold_patterns("flask-2.3", &shares_no_environment);
}

#[test]
fn flask_3_0_replies_as_the_catalogue_says() {
    hold_patterns("flask-3.0", &shares_no_environment);
}

#[test]
fn flask_3_1_replies_as_the_catalogue_says() {
    hold_patterns("flask-3.1", &shares_no_environment);
}

#[test]
fn the_extensions_reply_as_the_catalogue_says() {
    hold_patterns(EXTENSIONS, &|folder| !shares_no_environment(folder));
}

fn shares_no_environment(folder: &str) -> bool {
    boot(folder).and_then(|boot| boot.environment).is_none()
}

#[test]
fn the_versions_are_those_of_the_catalogue() {
    assert_eq!(boot("flask").expect("Flask is booted").versions, VERSIONS);
    for version in VERSIONS {
        assert!(pins(&format!("flask-{version}")).is_file(), "the pins of Flask {version} are missing");
    }
    let pinned = fs::read_to_string(pins(EXTENSIONS)).expect("the extensions are pinned");
    for folder in fs::read_dir(repository().join("catalogue")).expect("the catalogue is a folder") {
        let folder = folder.expect("it can be read").file_name().into_string().expect("a name is text");
        let Some(boot) = boot(&folder).filter(|boot| boot.environment.is_some()) else { continue };
        assert_eq!(boot.environment.as_deref(), Some(EXTENSIONS), "{folder}: no test boots this environment");
        let wanted: Vec<String> =
            boot.versions.iter().map(|version| format!("{folder}=={version}")).collect();
        let found: Vec<&str> =
            pinned.lines().filter(|line| line.split("==").next() == Some(folder.as_str())).collect();
        assert_eq!(wanted, found, "{folder}: the version in its model and the pin differ");
    }
}

/// How `folder` of the catalogue is booted, if its model says so.
fn boot(folder: &str) -> Option<Boot> {
    let path = repository().join("catalogue").join(folder).join("model.toml");
    let text = fs::read_to_string(&path).ok()?;
    let model = parse_model(&path.display().to_string(), &text).expect("the model is without mistakes");
    model.boot
}

/// The file of pins of an environment.
fn pins(environment: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/boot/requirements-{environment}.txt"))
}

/// One side of one page, as an application.
struct Booted {
    name: String,
    side: Side,
    leaks: Option<String>,
    lacks: Option<String>,
    case: Value,
}

/// Boots the pages of those folders of the catalogue that are `wanted` in the environment.
fn hold_patterns(environment: &str, wanted: &dyn Fn(&str) -> bool) {
    let Some(interpreter) = interpreter(environment) else { return };
    let python = python_version(&interpreter);
    let mut booted = Vec::new();
    let mut folders: HashMap<String, bool> = HashMap::new();
    for (name, page) in pattern_pages() {
        let folder = name.split('/').next().unwrap_or_default();
        if !*folders.entry(folder.to_owned()).or_insert_with(|| wanted(folder)) {
            continue;
        }
        let pattern = Pattern::parse(page).unwrap_or_else(|error| panic!("{name}: {error}"));
        let too_old = NEWER_PYTHON.iter().any(|(newer, needed)| *newer == name && python < *needed);
        if pattern.not_booted.is_some() || too_old {
            continue;
        }
        for side in [Side::Vulnerable, Side::Secure] {
            let files = pattern.files(side);
            if files.is_empty() {
                continue;
            }
            let requests: Vec<&String> = pattern.request.iter().collect();
            let case = json!({ "name": name, "files": files, "requests": requests });
            let (leaks, lacks) = (pattern.leaks.clone(), pattern.lacks.clone());
            booted.push(Booted { name: name.clone(), side, leaks, lacks, case });
        }
    }
    let cases: Vec<&Value> = booted.iter().map(|booted| &booted.case).collect();
    let answers = answers(&interpreter, &cases);
    let mistakes: Vec<String> =
        booted.iter().zip(&answers).filter_map(|(booted, answer)| mistake(booted, answer)).collect();
    assert!(mistakes.is_empty(), "{environment}: {} are wrong\n\n{}", mistakes.len(), mistakes.join("\n\n"));
    say(&format!("{environment}: {} applications of the catalogue booted", booted.len()));
}

/// What is wrong with the answer of a booted page.
fn mistake(booted: &Booted, answer: &Answer) -> Option<String> {
    let Booted { name, side, leaks, lacks, .. } = booted;
    let replies = match answer {
        Answer::Replies(replies) => replies.join("\n"),
        Answer::Failed(error) => return Some(format!("{name} ({side:?}) did not boot: {error}")),
    };
    let sends = |text: &String| match side {
        Side::Vulnerable => (format!("{name} sends `{text}`"), replies.contains(text)),
        Side::Secure => (format!("the secure side of {name} sends `{text}`"), replies.contains(text)),
    };
    let is_vulnerable = *side == Side::Vulnerable;
    let wanted =
        leaks.iter().map(|text| (text, is_vulnerable)).chain(lacks.iter().map(|text| (text, !is_vulnerable)));
    let wrong = wanted.map(|(text, wanted)| (sends(text), wanted)).find(|((_, sent), wanted)| sent != wanted);
    wrong.map(|((what, sent), _)| format!("{what}: {sent}, which is not what the page says:\n{replies}"))
}

/// What the harness tells of one case.
enum Answer {
    /// Status line, headers and body of each reply.
    Replies(Vec<String>),
    /// Why there are none.
    Failed(String),
}

/// Boots each of `cases`.
fn answers(interpreter: &Path, cases: &[&Value]) -> Vec<Answer> {
    told(interpreter, cases).iter().map(answer).collect()
}

/// What the harness tells of each of `cases`, its log too; see `boot/harness.py`.
fn told(interpreter: &Path, cases: &[&Value]) -> Vec<Value> {
    let harness = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/boot/harness.py");
    let mut child = Command::new(interpreter)
        .arg(harness)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", interpreter.display()));
    let input = json!({ "cases": cases }).to_string();
    // The harness reads all of its input before it writes.
    child
        .stdin
        .take()
        .expect("it is piped")
        .write_all(input.as_bytes())
        .expect("the harness reads its input");
    let output = child.wait_with_output().expect("the harness ends");
    assert!(output.status.success(), "the harness failed: {}", output.status);
    let answers: Vec<Value> = serde_json::from_slice(&output.stdout).expect("the harness writes JSON");
    assert_eq!(answers.len(), cases.len());
    answers
}

fn answer(answer: &Value) -> Answer {
    match answer["replies"].as_array() {
        Some(replies) => Answer::Replies(
            replies.iter().map(|reply| reply.as_str().unwrap_or_default().to_owned()).collect(),
        ),
        None => Answer::Failed(format!(
            "{}\n{}",
            answer["error"].as_str().unwrap_or_default(),
            answer["log"].as_str().unwrap_or_default()
        )),
    }
}

/// The interpreter of this environment, if the tests were told of one.
fn interpreter(environment: &str) -> Option<PathBuf> {
    let variable = format!("TIGHTLIP_{}", environment.to_uppercase().replace(['-', '.'], "_"));
    let interpreter = std::env::var_os(&variable).map(PathBuf::from);
    if interpreter.is_none() {
        say(&format!("{environment} is not booted: {variable} is not set; `cargo xtask test` sets it"));
    }
    interpreter
}

fn python_version(interpreter: &Path) -> (u64, u64) {
    let program = "import sys; print(*sys.version_info[:2])";
    let output = Command::new(interpreter).args(["-c", program]).output().expect("the interpreter runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut numbers = text.split_whitespace().map(|number| number.parse().expect("a number"));
    (numbers.next().expect("the major number"), numbers.next().expect("the minor number"))
}

/// Says something even where the test passes, whose output is not shown.
fn say(words: &str) {
    // Nobody is left to tell where standard error is closed.
    let _ = writeln!(std::io::stderr(), "{words}");
}

fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
