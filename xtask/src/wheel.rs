//! The Python package: built, installed into a fresh environment, and run on a Flask application.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Done;
use crate::hook::hook;
use crate::project::{root, target};
use crate::python::{environment, fresh_environment};
use crate::run::{command, say, step};

/// An application that leaks, and what is said of it.
const APPLICATION: &str = "examples/shop";
const EXPECTED: &str = "TL101 exception-message";

pub(crate) fn wheel(arguments: &[String]) -> Done {
    let profile = match arguments {
        [] => "release",
        [profile] => profile,
        _ => return Err("wheel takes one argument, a profile of cargo".to_owned()),
    };
    let python = environment("venv-wheel", &root().join("xtask/wheel/requirements.txt"))?;
    let wheels = target().join("wheels");
    // So that what is installed is what is built now.
    let _ = fs::remove_dir_all(&wheels);
    let mut maturin = command(&python);
    maturin.args(["-m", "maturin", "build", "--strip", "--profile", profile, "--out"]).arg(&wheels);
    step(&format!("build the wheel ({profile})"), &mut maturin)?;
    let wheel = only_wheel(&wheels)?;
    let installed = fresh_environment("venv-wheel-installed")?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-index"];
    step(&format!("pip install {}", wheel.display()), Command::new(&installed).args(pip).arg(&wheel))?;
    check_application(&installed.with_file_name(format!("tightlip{}", std::env::consts::EXE_SUFFIX)))?;
    hook(&wheels)
}

fn only_wheel(folder: &Path) -> Result<PathBuf, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut wheels: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "whl"))
        .collect();
    match (wheels.pop(), wheels.is_empty()) {
        (Some(wheel), true) => Ok(wheel),
        _ => Err(format!("there should be one wheel in {}", folder.display())),
    }
}

/// Runs the installed command on an application, in its folder.
fn check_application(tightlip: &Path) -> Done {
    say(&format!("tightlip check in {APPLICATION}"));
    let output = Command::new(tightlip).arg("check").current_dir(root().join(APPLICATION)).output();
    let output = output.map_err(|error| format!("{}: {error}", tightlip.display()))?;
    let report = String::from_utf8_lossy(&output.stdout);
    if output.status.code() == Some(1) && report.contains(EXPECTED) {
        return Ok(());
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    Err(format!("the installed command does not report `{EXPECTED}`: {}\n{report}{errors}", output.status))
}
