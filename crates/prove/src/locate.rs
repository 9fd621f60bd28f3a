//! Where the application may be, and the interpreter that runs it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::message::Candidate;

/// Files in which frameworks and their users look first.
const USUAL: &[&str] = &["wsgi", "app", "application", "main", "run", "server", "manage"];
/// Folders in which environments usually are.
const ENVIRONMENTS: &[&str] = &[".venv", "venv", "env", ".env", "virtualenv"];
const MOST_CANDIDATES: usize = 12;

/// Where the application may be, the likeliest first. `named` is what the user said, `known` are files that the check
/// found an application in, below `root`.
pub(crate) fn candidates(root: &Path, named: Option<&str>, known: &[PathBuf]) -> Vec<Candidate> {
    if let Some(named) = named {
        return vec![of_name(root, named)];
    }
    let mut found: Vec<Candidate> = flask_app(root).map(|name| of_name(root, &name)).into_iter().collect();
    let mut add = |candidate: Candidate| {
        if !found.contains(&candidate) && found.len() < MOST_CANDIDATES {
            found.push(candidate);
        }
    };
    for name in &USUAL[..2] {
        if root.join(format!("{name}.py")).is_file() {
            add(of_file(root, &PathBuf::from(format!("{name}.py"))));
        }
    }
    let mut known = known.to_vec();
    known.sort_by_key(|path| path.components().count());
    known.iter().for_each(|path| add(of_file(root, path)));
    for name in &USUAL[2..] {
        if root.join(format!("{name}.py")).is_file() {
            add(of_file(root, &PathBuf::from(format!("{name}.py"))));
        }
    }
    found
}

/// `FLASK_APP`, of the environment or of the files that Flask reads.
fn flask_app(root: &Path) -> Option<String> {
    let of_files = [".env", ".flaskenv"].iter().find_map(|file| {
        let text = fs::read_to_string(root.join(file)).ok()?;
        let value = text.lines().find_map(|line| {
            let line = line.trim();
            line.strip_prefix("export ")
                .unwrap_or(line)
                .trim_start()
                .strip_prefix("FLASK_APP")?
                .trim_start()
                .strip_prefix('=')
        })?;
        Some(value.trim().trim_matches(['"', '\'']).to_owned())
    });
    std::env::var("FLASK_APP").ok().or(of_files).filter(|value| !value.is_empty())
}

/// `shop/wsgi.py`, `shop.wsgi`, `shop:create_app`, `shop:create_app()`.
fn of_name(root: &Path, name: &str) -> Candidate {
    let (module, attribute) = match name.split_once(':') {
        Some((module, attribute)) => (module, Some(attribute.to_owned())),
        None => (name, None),
    };
    if module.ends_with(".py") || module.contains('/') {
        return Candidate { attribute, ..of_file(root, Path::new(module)) };
    }
    let is_below = |folder: &Path| {
        let path = folder.join(module.replace('.', "/"));
        path.is_dir() || path.with_extension("py").is_file()
    };
    let folder = match package(root) {
        Some(name) if module.split('.').next() == Some(name.as_str()) => "..",
        _ if !is_below(root) && is_below(&root.join("src")) => "src",
        _ => "",
    };
    Candidate { folder: folder.to_owned(), module: module.to_owned(), attribute }
}

/// The name of the package that the whole project is, as an installed one; it is imported from the folder above.
fn package(root: &Path) -> Option<String> {
    root.join("__init__.py").is_file().then(|| root.file_name()?.to_str().map(str::to_owned)).flatten()
}

/// The module that a file is: packages reach as far up as there is an `__init__.py`.
fn of_file(root: &Path, file: &Path) -> Candidate {
    let stem = file.with_extension("");
    let mut parts: Vec<String> =
        stem.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    let mut module = parts.pop().into_iter().collect::<Vec<_>>();
    if module == ["__init__"] {
        module = parts.pop().into_iter().collect();
    }
    while !parts.is_empty() && root.join(parts.join("/")).join("__init__.py").is_file() {
        module.insert(0, parts.pop().unwrap_or_default());
    }
    if parts.is_empty()
        && let Some(name) = package(root)
    {
        module.insert(0, name);
        parts.push("..".to_owned());
    }
    Candidate { folder: parts.join("/"), module: module.join("."), attribute: None }
}

/// The scripts that start a server themselves when they are run.
pub(crate) fn scripts(root: &Path, candidates: &[Candidate]) -> Vec<String> {
    let files = candidates.iter().map(|candidate| {
        let path = format!("{}.py", candidate.module.replace('.', "/"));
        if candidate.folder.is_empty() { path } else { format!("{}/{path}", candidate.folder) }
    });
    let starts = |path: &String| {
        let text = fs::read_to_string(root.join(path)).unwrap_or_default();
        text.contains("__main__")
            || text.lines().any(|line| line.contains(".run(") && !line.starts_with([' ', '\t', '#']))
    };
    files.filter(starts).collect()
}

/// The interpreter of the project: the one that was named, that of its environment, or the one that is first in PATH.
pub fn interpreter(root: &Path, named: Option<&Path>) -> Result<PathBuf, String> {
    if let Some(named) = named {
        // It is started from another folder; a name alone is looked for in PATH.
        let is_path = named.components().count() > 1;
        return Ok(std::path::absolute(named).ok().filter(|_| is_path).unwrap_or_else(|| named.to_owned()));
    }
    let above = root.ancestors().take(3);
    let beside = above.flat_map(|folder| ENVIRONMENTS.iter().map(move |name| folder.join(name)));
    let active = ["VIRTUAL_ENV", "CONDA_PREFIX"].iter().filter_map(std::env::var_os).map(PathBuf::from);
    for folder in beside.chain(active).chain(poetry(root)) {
        let python = folder.join("bin").join("python");
        if python.is_file() {
            return Ok(python);
        }
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let of_path = std::env::split_paths(&path)
        .flat_map(|folder| [folder.join("python3"), folder.join("python")])
        .find(|file| file.is_file());
    of_path.ok_or_else(|| "no Python found; --python names one".to_owned())
}

/// The environment that Poetry or Pipenv keeps elsewhere.
fn poetry(root: &Path) -> Option<PathBuf> {
    let tools: [(&str, &str, &[&str]); 2] =
        [("poetry.lock", "poetry", &["env", "info", "--path"]), ("Pipfile", "pipenv", &["--venv"])];
    let (_, tool, arguments) = tools.iter().find(|(file, _, _)| root.join(file).is_file())?;
    let output = Command::new(tool).args(*arguments).current_dir(root).output().ok()?;
    let path = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !path.trim().is_empty()).then(|| PathBuf::from(path.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(folder: &str, module: &str, attribute: Option<&str>) -> Candidate {
        Candidate {
            folder: folder.to_owned(),
            module: module.to_owned(),
            attribute: attribute.map(str::to_owned),
        }
    }

    #[test]
    fn files_are_modules_of_their_packages() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("src/shop/web")).unwrap();
        for folder in ["src/shop", "src/shop/web"] {
            fs::write(root.path().join(folder).join("__init__.py"), "").unwrap();
        }
        let of = |path: &str| of_file(root.path(), Path::new(path));
        assert_eq!(of("src/shop/web/__init__.py"), candidate("src", "shop.web", None));
        assert_eq!(of("src/shop/wsgi.py"), candidate("src", "shop.wsgi", None));
        assert_eq!(of("tools/app.py"), candidate("tools", "app", None));
        assert_eq!(of_name(root.path(), "shop.web:app"), candidate("src", "shop.web", Some("app")));
        let root = root.path().join("src/shop");
        assert_eq!(of_file(&root, Path::new("wsgi.py")), candidate("..", "shop.wsgi", None));
        assert_eq!(of_file(&root, Path::new("__init__.py")), candidate("..", "shop", None));
        assert_eq!(of_file(&root, Path::new("web/__init__.py")), candidate("..", "shop.web", None));
        assert_eq!(of_name(&root, "shop:app"), candidate("..", "shop", Some("app")));
    }

    #[test]
    fn an_interpreter_is_named_from_here_or_by_path() {
        let root = Path::new("/nowhere");
        let named = |name: &str| interpreter(root, Some(Path::new(name))).unwrap();
        assert_eq!(named("python3"), PathBuf::from("python3"));
        assert_eq!(named("/usr/bin/python3"), PathBuf::from("/usr/bin/python3"));
        assert_eq!(named(".venv/bin/python"), std::env::current_dir().unwrap().join(".venv/bin/python"));
    }

    #[test]
    fn names_are_as_flask_has_them() {
        let root = Path::new("/nowhere");
        assert_eq!(of_name(root, "shop:create_app()"), candidate("", "shop", Some("create_app()")));
        assert_eq!(of_name(root, "src/wsgi.py"), candidate("src", "wsgi", None));
        assert_eq!(of_name(root, "shop.web"), candidate("", "shop.web", None));
    }
}
