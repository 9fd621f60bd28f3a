//! Virtual environments below `target`, made when they are first needed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::project::{root, target};
use crate::run::{say, step};

/// The oldest Python that all pinned packages run on.
const OLDEST: (u32, u32) = (3, 9);

/// The interpreter of an environment with what `requirements` pins; made anew when the pins or Python change.
pub(crate) fn environment(name: &str, requirements: &Path) -> Result<PathBuf, String> {
    let base = Base::find()?;
    let pins =
        fs::read_to_string(requirements).map_err(|error| format!("{}: {error}", requirements.display()))?;
    let folder = target().join(name);
    let interpreter = interpreter(&folder);
    let stamp = folder.join("stamp.txt");
    let wanted = format!("{}\n{pins}", base.version);
    if interpreter.is_file() && fs::read_to_string(&stamp).is_ok_and(|known| known == wanted) {
        say(&format!("{name} is up to date"));
        return Ok(interpreter);
    }
    base.make(name, &folder)?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "-r"];
    step(&format!("install the pins of {name}"), Command::new(&interpreter).args(pip).arg(requirements))?;
    fs::write(&stamp, wanted).map_err(|error| format!("{}: {error}", stamp.display()))?;
    Ok(interpreter)
}

/// The interpreter of an environment with nothing in it, made anew.
pub(crate) fn fresh_environment(name: &str) -> Result<PathBuf, String> {
    let folder = target().join(name);
    Base::find()?.make(name, &folder)?;
    Ok(interpreter(&folder))
}

/// The interpreter of the environment in `folder`.
fn interpreter(folder: &Path) -> PathBuf {
    if cfg!(windows) { folder.join("Scripts").join("python.exe") } else { folder.join("bin").join("python") }
}

/// The Python that environments are made of.
struct Base {
    program: String,
    version: String,
}

impl Base {
    /// What `PYTHON` names, else `python3`, else `python`.
    fn find() -> Result<Self, String> {
        let named = std::env::var("PYTHON").ok();
        let candidates = named.as_deref().map_or(vec!["python3", "python"], |named| vec![named]);
        let mut older = None;
        for program in &candidates {
            let Some((number, version)) = version(program) else { continue };
            if number >= OLDEST {
                return Ok(Self { program: (*program).to_owned(), version });
            }
            older.get_or_insert(format!("`{program}` is Python {version}"));
        }
        let (major, minor) = OLDEST;
        let found = older.unwrap_or_else(|| format!("none of {} runs", candidates.join(", ")));
        Err(format!(
            "Python {major}.{minor} or newer is needed, and {found}; \
             install it, or name the interpreter in the environment variable PYTHON"
        ))
    }

    /// Makes the environment in `folder`, anew.
    fn make(&self, name: &str, folder: &Path) -> Result<(), String> {
        let mut venv = self.command();
        venv.args(["-m", "venv", "--clear"]).arg(folder);
        step(&format!("make {name} (Python {})", self.version), &mut venv).map_err(|error| {
            format!("{error}\nDebian and Ubuntu keep this part of Python in the package python3-venv")
        })
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(root());
        command
    }
}

/// Major and minor number of a Python, and its whole version.
fn version(program: &str) -> Option<((u32, u32), String)> {
    let output = Command::new(program)
        .args(["-c", "import platform; print(platform.python_version())"])
        .output()
        .ok()?;
    let version = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    let mut numbers = version.split('.').map_while(|number| number.parse().ok());
    Some(((numbers.next()?, numbers.next()?), version))
}
