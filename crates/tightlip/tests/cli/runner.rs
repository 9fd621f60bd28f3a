//! Runs the real command in a folder made for the test.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A folder with files.
pub(crate) struct Tree {
    root: TempDir,
}

/// What the command did.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Tree {
    pub(crate) fn new() -> Self {
        Self { root: tempfile::tempdir().expect("a folder can be made") }
    }

    /// Adds a file, and the folders it is in.
    pub(crate) fn with(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder can be made");
        fs::write(path, content).expect("a file can be written");
        self
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tightlip"));
        command.args(arguments).current_dir(self.root.path()).env_remove("NO_COLOR").stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        Run::new(self.command(arguments).output().expect("the command starts"))
    }

    /// The paths that are checked: each file that has no other problem gets a syntax error, which is told.
    pub(crate) fn checked(&self, arguments: &[&str]) -> Vec<String> {
        let mut all = vec!["check", "--output-format=json"];
        all.extend(arguments);
        let run = self.run(&all);
        let report: serde_json::Value = serde_json::from_str(&run.stdout).expect("the report is JSON");
        let problems = report["problems"].as_array().expect("problems are a list");
        problems
            .iter()
            .filter(|problem| !problem["line"].is_null())
            .map(|problem| problem["path"].as_str().expect("a path is text").to_owned())
            .collect()
    }
}

impl Run {
    fn new(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("reports are UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("messages are UTF-8"),
        }
    }

    /// The exit code is `code`, and standard error has all of `words` in one of its lines.
    #[track_caller]
    pub(crate) fn says(&self, code: i32, words: &[&str]) -> &Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        let is_said = self.stderr.lines().any(|line| words.iter().all(|word| line.contains(word)));
        assert!(is_said, "{words:?} is not in:\n{}", self.stderr);
        self
    }

    #[track_caller]
    pub(crate) fn is_silent(&self, code: i32) -> &Self {
        assert_eq!((self.code, self.stderr.as_str()), (Some(code), ""), "{self:?}");
        self
    }
}

/// Whether this user is kept out by permissions; root is not.
pub(crate) fn is_kept_out(path: &Path) -> bool {
    fs::read(path).is_err()
}
