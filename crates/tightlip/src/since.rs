//! Which lines have changed since a revision, by asking `git`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use tightlip_rules::{Finding, Place};

use crate::paths::absolute;

/// Nothing that a repository configures is run.
const GUARDED: [&str; 4] = ["-c", "core.fsmonitor=false", "-c", "core.quotePath=false"];

/// The lines that have changed.
#[derive(Debug)]
pub(crate) struct Changes {
    current: PathBuf,
    /// By file, without links in its path.
    by_file: HashMap<PathBuf, Lines>,
}

#[derive(PartialEq, Eq, Debug)]
enum Lines {
    /// The file is new.
    All,
    /// These, from the first to the last, from 1.
    Ranges(Vec<(usize, usize)>),
}

/// Asks for what has changed in the working tree since its history parted from `revision`.
pub(crate) fn changes_since(revision: &str) -> Result<Changes, String> {
    let current = std::env::current_dir().unwrap_or_default();
    let git = |arguments: &[&str]| run(&current, arguments);
    let root = git(&["rev-parse", "--show-toplevel"])?;
    let root = PathBuf::from(root.trim_end_matches('\n'));
    let wanted = format!("{revision}^{{commit}}");
    let commit = git(&["rev-parse", "--verify", "--end-of-options", &wanted]).map_err(|error| {
        format!("no commit is called '{revision}' here ({error}); fetch it, or name another")
    })?;
    let parting = git(&["merge-base", commit.trim(), "HEAD"]).map_err(|error| {
        format!("'{revision}' and HEAD have no commit in common ({error}); fetch more of the history")
    })?;
    let diff = run(
        &root,
        &[
            "diff",
            "-U0",
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
            "--no-prefix",
            "--no-renames",
            parting.trim(),
            "--",
        ],
    )?;
    let mut by_file = changed_lines(&root, &diff);
    let new = run(&root, &["ls-files", "--others", "--exclude-standard", "-z"])?;
    by_file.extend(new.split('\0').filter(|path| !path.is_empty()).map(|path| (root.join(path), Lines::All)));
    Ok(Changes { current, by_file })
}

fn run(folder: &Path, arguments: &[&str]) -> Result<String, String> {
    let mut command = Command::new("git");
    let output = command.args(GUARDED).args(arguments).current_dir(folder).output();
    let output = output.map_err(|error| format!("git cannot be started: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let told = told.lines().next().unwrap_or("git says nothing").trim_start_matches("fatal: ").to_owned();
    Err(told)
}

/// Reads `git diff -U0 --no-prefix`. Where lines were taken out, those around count.
fn changed_lines(root: &Path, diff: &str) -> HashMap<PathBuf, Lines> {
    let mut by_file: HashMap<PathBuf, Lines> = HashMap::new();
    let mut file = None;
    // How many lines of the hunk are still to come: they may look like anything.
    let mut inside = 0usize;
    for line in diff.lines() {
        if inside > 0 && line.starts_with(['+', '-']) {
            inside -= 1;
        } else if let Some(path) = line.strip_prefix("+++ ") {
            file = (path != "/dev/null").then(|| root.join(unquoted(path)));
        } else if let Some((removed, start, added)) = line.strip_prefix("@@ -").and_then(hunk) {
            inside = removed + added;
            if let Some(file) = &file {
                let range = if added == 0 { (start, start + 1) } else { (start, start + added - 1) };
                let lines = by_file.entry(file.clone()).or_insert_with(|| Lines::Ranges(Vec::new()));
                if let Lines::Ranges(ranges) = lines {
                    ranges.push(range);
                }
            }
        }
    }
    by_file
}

/// `3,2 +4,5 @@`: how many lines were removed, where lines were added, and how many.
fn hunk(text: &str) -> Option<(usize, usize, usize)> {
    let mut parts = text.split(' ');
    let (_, removed) = range(parts.next()?)?;
    let (start, added) = range(parts.next()?.strip_prefix('+')?)?;
    Some((removed, start, added))
}

fn range(text: &str) -> Option<(usize, usize)> {
    match text.split_once(',') {
        Some((start, count)) => Some((start.parse().ok()?, count.parse().ok()?)),
        None => Some((text.parse().ok()?, 1)),
    }
}

/// A path as git writes it: one with odd characters in quotes. A tab stands behind one with blanks.
fn unquoted(path: &str) -> String {
    let path = path.strip_suffix('\t').unwrap_or(path);
    let Some(inside) = path.strip_prefix('"').and_then(|path| path.strip_suffix('"')) else {
        return path.to_owned();
    };
    let mut plain = String::new();
    let mut characters = inside.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('n') => plain.push('\n'),
                Some('t') => plain.push('\t'),
                Some(other) => plain.push(other),
                None => {}
            },
            _ => plain.push(character),
        }
    }
    plain
}

impl Changes {
    /// Whether the place of `finding` or a step on its way has changed.
    pub(crate) fn touch(&self, finding: &Finding) -> bool {
        self.hold(&finding.place) || finding.steps.iter().any(|step| self.hold(&step.place))
    }

    fn hold(&self, place: &Place) -> bool {
        let path = absolute(&place.file.location, &self.current);
        let path = path.canonicalize().unwrap_or(path);
        let line = |offset: u32| {
            let offset = (offset as usize).min(place.file.text.len());
            place.file.text.as_bytes()[..offset].iter().filter(|byte| **byte == b'\n').count() + 1
        };
        match self.by_file.get(&path) {
            None => false,
            Some(Lines::All) => true,
            Some(Lines::Ranges(ranges)) => {
                let (first, last) = (line(place.span.start), line(place.span.end));
                ranges.iter().any(|(start, end)| *start <= last && first <= *end)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_lines_are_read() {
        let diff = "diff --git a.py a.py\n--- a.py\n+++ a.py\n@@ -1,2 +1,3 @@ def f():\n-x\n--- y\n+++ z\n+b\n+c\n\
                    @@ -9,2 +9,0 @@\n-q\n-r\n--- gone.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n\
                    --- \"b\\\"\\t.py\"\n+++ \"b\\\"\\t.py\"\n@@ -1 +1 @@\n-x\n+y\n";
        let lines = changed_lines(Path::new("/r"), diff);
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[Path::new("/r/a.py")], Lines::Ranges(vec![(1, 3), (9, 10)]));
        assert_eq!(lines[Path::new("/r/b\"\t.py")], Lines::Ranges(vec![(1, 1)]));
    }
}
