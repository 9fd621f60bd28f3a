//! All that must hold before a change is taken.

use std::fs;

use crate::Done;
use crate::project::root;
use crate::python::environment;
use crate::run::{cargo, say, step};
use crate::wheel::wheel;

/// Where the pins of each framework version stand: `requirements-flask-3.1.txt`.
const PINS: &str = "crates/tightlip/tests/boot";

pub(crate) fn test(arguments: &[String]) -> Done {
    if let Some(argument) = arguments.first() {
        return Err(format!("test takes no arguments, so not `{argument}`; `cargo test` does"));
    }
    let mut tests = cargo();
    tests.args(["test", "--workspace"]);
    for (variable, interpreter) in interpreters()? {
        tests.env(variable, interpreter);
    }
    step("cargo fmt", cargo().args(["fmt", "--all", "--check"]))?;
    step("cargo clippy", cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    step("cargo test", &mut tests)?;
    // The profile of the tests, so that little is compiled again.
    wheel(&["dev".to_owned()])
}

/// Runs the tests and takes the snapshots as they come out. Look at the difference before you commit it.
pub(crate) fn bless(arguments: &[String]) -> Done {
    let mut tests = cargo();
    tests.args(["test", "--workspace"]).args(arguments).env("INSTA_UPDATE", "always");
    step("cargo test, snapshots are taken as they come out", &mut tests)
}

/// One environment for each file of pins: `TIGHTLIP_FLASK_3_1` and the interpreter with Flask 3.1.
fn interpreters() -> Result<Vec<(String, std::path::PathBuf)>, String> {
    let folder = root().join(PINS);
    let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    let mut interpreters = Vec::new();
    for file in files {
        let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let Some(framework) = stem.strip_prefix("requirements-") else { continue };
        let interpreter = environment(&format!("venv-{framework}"), &file)?;
        let variable = format!("TIGHTLIP_{}", framework.to_uppercase().replace(['-', '.'], "_"));
        interpreters.push((variable, interpreter));
    }
    if interpreters.is_empty() {
        say("no pins of frameworks found: nothing will be booted");
    }
    Ok(interpreters)
}
