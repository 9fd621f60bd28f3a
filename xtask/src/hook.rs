//! The hook for pre-commit: pre-commit itself runs it in a scratch repository, from the wheel that was built.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Done;
use crate::project::{root, target};
use crate::python::environment;
use crate::run::{command, say, step};

const LEAKS: &str = "\
from flask import Flask

app = Flask(__name__)


@app.get(\"/\")
def read():
    try:
        return work()
    except Exception as error:
        return str(error), 500
";

/// What is said of it.
const EXPECTED: &str = "TL101 exception-message";

/// Runs the hook twice: where there is a leak, and where there is none any more.
pub(crate) fn hook(wheels: &Path) -> Done {
    let python = environment("venv-pre-commit", &root().join("xtask/hook/requirements.txt"))?;
    let folder = target().join("hook");
    let _ = fs::remove_dir_all(&folder);
    let hooks = repository_of_hooks(&folder.join("hooks"))?;
    let application = folder.join("application");
    write(&application.join("app.py"), LEAKS)?;
    let revision = revision(&hooks)?;
    let configuration = format!(
        "repos:\n  - repo: {}\n    rev: {revision}\n    hooks:\n      - id: tightlip\n        args: [--select, TL1]\n",
        quoted(&hooks)
    );
    write(&application.join(".pre-commit-config.yaml"), &configuration)?;
    commit(&application)?;
    let run = |expected: bool| {
        say(&format!("pre-commit run, {}", if expected { "with a leak" } else { "without one" }));
        let mut program = Command::new(&python);
        program.args(["-m", "pre_commit", "run", "--all-files", "--verbose", "--color", "never"]);
        program.current_dir(&application).env("PIP_FIND_LINKS", wheels);
        program.env("PRE_COMMIT_HOME", folder.join("home"));
        let output = program.output().map_err(|error| format!("{}: {error}", python.display()))?;
        let said = String::from_utf8_lossy(&output.stdout);
        if said.contains(EXPECTED) == expected && output.status.success() != expected {
            return Ok(());
        }
        let errors = String::from_utf8_lossy(&output.stderr);
        Err(format!("the hook does not tell what it should: {}\n{said}{errors}", output.status))
    };
    run(true)?;
    write(&application.join("app.py"), &LEAKS.replace("str(error)", "\"It failed\""))?;
    commit(&application)?;
    run(false)
}

/// A repository as one would be published for pre-commit: the hooks of this one, and a package that asks for the wheel,
/// so that nobody has to compile.
fn repository_of_hooks(folder: &Path) -> Result<PathBuf, String> {
    let version = env!("CARGO_PKG_VERSION");
    let package = format!(
        "[build-system]\nrequires = [\"setuptools\"]\nbuild-backend = \"setuptools.build_meta\"\n\n[project]\n\
         name = \"tightlip-hooks\"\nversion = \"{version}\"\ndependencies = [\"tightlip=={version}\"]\n\n\
         [tool.setuptools]\npy-modules = []\n"
    );
    write(&folder.join("pyproject.toml"), &package)?;
    let hooks = root().join(".pre-commit-hooks.yaml");
    let hooks = fs::read_to_string(&hooks).map_err(|error| format!("{}: {error}", hooks.display()))?;
    write(&folder.join(".pre-commit-hooks.yaml"), &hooks)?;
    commit(folder)?;
    Ok(folder.to_owned())
}

fn write(path: &Path, text: &str) -> Done {
    let made = path.parent().map_or(Ok(()), fs::create_dir_all);
    made.and_then(|()| fs::write(path, text)).map_err(|error| format!("{}: {error}", path.display()))
}

/// What is not ignored in `folder` becomes a commit; the settings of the user have no say in it.
fn commit(folder: &Path) -> Done {
    let git = || {
        let mut git = command("git");
        git.current_dir(folder).args(["-c", "user.name=tightlip", "-c", "user.email=tightlip@localhost"]);
        git.args(["-c", "commit.gpgsign=false", "-c", "init.defaultBranch=main"]);
        git
    };
    let what = format!("a scratch repository in {}", folder.display());
    step(&what, git().args(["init", "--quiet"]))?;
    step(&what, git().args(["add", "--all"]))?;
    step(&what, git().args(["commit", "--quiet", "--message", "scratch"]))
}

fn revision(folder: &Path) -> Result<String, String> {
    let output = command("git").current_dir(folder).args(["rev-parse", "HEAD"]).output();
    let output = output.map_err(|error| format!("git: {error}"))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A path in quotes that YAML reads.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', "''"))
}
