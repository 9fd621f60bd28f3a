//! CPU time and memory of `tightlip check`, beside those of a linter on the same trees in the same run.
//!
//! Seconds say little on a machine that does other work; the ratio of two programs that ran one after the
//! other says more. Nothing is asserted.

mod lsp;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use wait4::Wait4;

use crate::Done;
use crate::project::{root, target};
use crate::python::environment;
use crate::run::{cargo, say, step};

const HELP: &str = "\
cargo xtask bench [--tightlip PROGRAM] [--runs NUMBER] [TREES]
cargo xtask bench leak

Runs `tightlip check` and `ruff check --select S,BLE,TRY --no-cache` over each tree in turn, and prints
CPU time (user and system), peak memory and the number of findings. Of several runs the one with the least
CPU time counts. Without TREES it takes five Flask applications from PyPI, downloaded once to target/bench.

  --tightlip PROGRAM  measure this program instead of building a release
  --runs NUMBER       how often each is run, 3 unless said

`leak` measures how fast replies are looked at, on one core.";

/// What is measured where no tree is named.
const PACKAGES: &[(&str, &str)] = &[
    ("apache-airflow", "2.10.5"),
    ("apache-superset", "6.1.0"),
    ("mlflow", "3.18.0"),
    ("moto", "5.2.5"),
    ("ckan", "2.12.0"),
];

pub(crate) fn bench(arguments: &[String]) -> Done {
    if let Some(("lsp", rest)) = arguments.split_first().map(|(first, rest)| (first.as_str(), rest)) {
        return lsp::bench(rest);
    }
    if arguments.first().is_some_and(|first| first == "leak") {
        return leak();
    }
    let Some(options) = Options::parse(arguments)? else {
        println!("{HELP}");
        return Ok(());
    };
    let python = bench_environment()?;
    let ruff = python.with_file_name(format!("ruff{}", std::env::consts::EXE_SUFFIX));
    let trees = if options.trees.is_empty() { download(&python)? } else { options.trees };
    let tightlip = options.tightlip.map_or_else(built, Ok)?;
    let mut rows = Vec::new();
    for tree in &trees {
        say(&format!("measure {}", tree.display()));
        rows.push(Row::measure(tree, &tightlip, &ruff, options.runs)?);
    }
    print_table(&rows);
    Ok(())
}

/// A release of this state of the project.
fn built() -> Result<PathBuf, String> {
    step("cargo build --release", cargo().args(["build", "--release", "--package", "tightlip"]))?;
    Ok(target().join("release").join(format!("tightlip{}", std::env::consts::EXE_SUFFIX)))
}

/// What is measured where no tree is named.
fn trees_of_packages() -> Result<Vec<PathBuf>, String> {
    download(&bench_environment()?)
}

fn bench_environment() -> Result<PathBuf, String> {
    environment("venv-bench", &root().join("xtask/bench/requirements.txt"))
}

/// How fast replies are looked at.
fn leak() -> Done {
    let mut program = cargo();
    program.args(["run", "--release", "--package", "tightlip-leak", "--example", "throughput"]);
    step("cargo run --release --package tightlip-leak --example throughput", &mut program)
}

struct Options {
    tightlip: Option<PathBuf>,
    runs: u32,
    trees: Vec<PathBuf>,
}

impl Options {
    /// Nothing where help is asked for.
    fn parse(arguments: &[String]) -> Result<Option<Self>, String> {
        let mut options = Self { tightlip: None, runs: 3, trees: Vec::new() };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{argument} wants a value"));
            match argument.as_str() {
                "--help" | "-h" => return Ok(None),
                "--tightlip" => options.tightlip = Some(absolute(value()?)?),
                "--runs" => {
                    let number = value()?;
                    let runs = number.parse().ok().filter(|runs| *runs > 0);
                    options.runs =
                        runs.ok_or_else(|| format!("--runs wants a number from 1, not `{number}`"))?;
                }
                option if option.starts_with('-') => {
                    return Err(format!("no option is called `{option}`\n{HELP}"));
                }
                tree => options.trees.push(absolute(tree)?),
            }
        }
        Ok(Some(options))
    }
}

fn absolute(path: &str) -> Result<PathBuf, String> {
    fs::canonicalize(path).map_err(|error| format!("{path}: {error}"))
}

/// The trees of [`PACKAGES`], below `target/bench`.
fn download(python: &Path) -> Result<Vec<PathBuf>, String> {
    let folder = target().join("bench");
    let mut trees = Vec::new();
    for (name, version) in PACKAGES {
        let tree = folder.join(format!("{name}-{version}"));
        if !tree.is_dir() {
            unpack(python, &format!("{name}=={version}"), &tree)?;
        }
        trees.push(tree);
    }
    Ok(trees)
}

/// Downloads the wheel of `package` and unpacks it into `tree`, which is there only when that is done.
fn unpack(python: &Path, package: &str, tree: &Path) -> Done {
    let part = tree.with_extension("part");
    // Left over from a run that was broken off; mostly it is not there.
    let _ = fs::remove_dir_all(&part);
    let wheels = part.join("wheels");
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]);
    pip.args(["--only-binary", ":all:", "--ignore-requires-python", "--dest"]).arg(&wheels).arg(package);
    step(&format!("download {package}"), &mut pip)?;
    let unreadable = |error: std::io::Error| format!("{}: {error}", part.display());
    let wheel = fs::read_dir(&wheels).map_err(unreadable)?.flatten().next();
    let wheel = wheel.ok_or_else(|| format!("pip downloaded nothing for {package}"))?.path();
    let unpacked = part.join("tree");
    step(
        &format!("unpack {package}"),
        Command::new(python).args(["-m", "zipfile", "-e"]).arg(wheel).arg(&unpacked),
    )?;
    fs::rename(&unpacked, tree).map_err(unreadable)?;
    fs::remove_dir_all(&part).map_err(unreadable)
}

/// What one program used on one tree.
#[derive(Clone, Copy)]
struct Usage {
    cpu: Duration,
    memory: u64,
    findings: usize,
}

struct Row {
    name: String,
    tightlip: Usage,
    ruff: Usage,
}

impl Row {
    fn measure(tree: &Path, tightlip: &Path, ruff: &Path, runs: u32) -> Result<Self, String> {
        let mut best: Option<(Usage, Usage)> = None;
        for _ in 0..runs {
            let ours =
                usage(Command::new(tightlip).args(["check", "--no-cache", "--color", "never"]).arg(tree))?;
            let theirs = usage(
                Command::new(ruff)
                    .args(["check", "--select", "S,BLE,TRY", "--no-cache"])
                    // The settings and ignored folders around a tree are no part of the measure.
                    .args(["--isolated", "--no-respect-gitignore"])
                    .arg(tree),
            )?;
            best = Some(match best {
                Some((known, other)) => (known.cheaper(ours), other.cheaper(theirs)),
                None => (ours, theirs),
            });
        }
        let (tightlip, ruff) = best.ok_or("nothing was run")?;
        let name = tree.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { name, tightlip, ruff })
    }
}

impl Usage {
    fn cheaper(self, other: Usage) -> Usage {
        if other.cpu < self.cpu { other } else { self }
    }
}

/// Runs `command` to its end. Both programs exit with 1 where they find something.
fn usage(command: &mut Command) -> Result<Usage, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let failed = |error: std::io::Error| format!("{program}: {error}");
    let output = target().join("bench-output.txt");
    fs::create_dir_all(target()).map_err(failed)?;
    let file = File::create(&output).map_err(failed)?;
    let mut child =
        command.stdin(Stdio::null()).stdout(file).stderr(Stdio::null()).spawn().map_err(failed)?;
    let used = child.wait4().map_err(failed)?;
    if !matches!(used.status.code(), Some(0 | 1)) {
        return Err(format!("{program}: {}", used.status));
    }
    let text = fs::read(&output).map_err(failed)?;
    let text = String::from_utf8_lossy(&text);
    Ok(Usage {
        cpu: used.rusage.utime + used.rusage.stime,
        memory: used.rusage.maxrss,
        findings: findings(&text),
    })
}

/// The number in the closing line: `Found 12 errors.` or `12 findings (3 high) in 27 files, 9 ms`.
fn findings(text: &str) -> usize {
    let number = |line: &str| {
        let line = line.strip_prefix("Found ").unwrap_or(line);
        let (number, what) = line.split_once(' ')?;
        let closing = what.starts_with("error") || what.starts_with("finding");
        closing.then(|| number.parse().ok())?
    };
    text.lines().rev().take(5).find_map(number).unwrap_or(0)
}

fn print_table(rows: &[Row]) {
    let head = "CPU s         ratio   peak MiB        findings";
    println!("\n{:28}  {head}", "");
    println!("{:28}  tightlip  ruff  x      tightlip  ruff  tightlip  ruff", "tree");
    for row in rows {
        print_row(&row.name, row.tightlip, row.ruff);
    }
    if rows.len() > 1 {
        print_row("sum (memory: the most)", sum(rows, |row| row.tightlip), sum(rows, |row| row.ruff));
    }
}

fn sum(rows: &[Row], which: impl Fn(&Row) -> Usage) -> Usage {
    let all: Vec<Usage> = rows.iter().map(which).collect();
    Usage {
        cpu: all.iter().map(|usage| usage.cpu).sum(),
        memory: all.iter().map(|usage| usage.memory).max().unwrap_or(0),
        findings: all.iter().map(|usage| usage.findings).sum(),
    }
}

fn print_row(name: &str, tightlip: Usage, ruff: Usage) {
    let mebibytes = |usage: Usage| usage.memory >> 20;
    let ratio = tightlip.cpu.as_secs_f64() / ruff.cpu.as_secs_f64().max(0.001);
    println!(
        "{name:28}  {:8.2}  {:4.2}  {ratio:5.2}  {:8}  {:4}  {:8}  {:4}",
        tightlip.cpu.as_secs_f64(),
        ruff.cpu.as_secs_f64(),
        mebibytes(tightlip),
        mebibytes(ruff),
        tightlip.findings,
        ruff.findings,
    );
}

#[cfg(test)]
mod tests {
    use super::findings;

    #[test]
    fn the_closing_lines_are_understood() {
        assert_eq!(findings("x\nFound 1834 errors.\n[*] 12 fixable with the `--fix` option.\n"), 1834);
        assert_eq!(findings("...\n\n14 findings (4 high, 10 medium) in 14 files, 19 ms\n"), 14);
        assert_eq!(findings("All checks passed!\n"), 0);
        assert_eq!(findings("no findings in 14 files, 19 ms\n"), 0);
    }
}
