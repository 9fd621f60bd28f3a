//! What ARCHITECTURE.md promises of the rooms, and the README of the commands.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// What each room may see of the others. Arrows point this way only.
const ARROWS: &[(&str, &[&str])] = &[
    ("ir", &[]),
    ("languages", &["ir"]),
    ("catalogue", &["ir"]),
    ("deployment", &["ir"]),
    ("templates", &["ir"]),
    ("flow", &["ir", "catalogue"]),
    ("rules", &["ir", "catalogue", "deployment", "flow"]),
    ("leak", &["catalogue"]),
    ("recording", &["leak"]),
    ("report", &["ir", "rules"]),
    ("configuration", &["catalogue"]),
    ("fix", &["ir", "languages", "catalogue", "deployment", "flow", "rules"]),
    ("prove", &["ir", "catalogue", "leak", "rules"]),
    (
        "tightlip",
        &[
            "ir",
            "languages",
            "catalogue",
            "configuration",
            "deployment",
            "templates",
            "flow",
            "rules",
            "report",
            "leak",
            "recording",
            "fix",
            "prove",
        ],
    ),
];

/// Rooms that know no framework, and names that would betray one.
const KNOW_NO_FRAMEWORK: &[&str] = &["ir", "languages", "flow"];
const FRAMEWORKS: &[&str] =
    &["flask", "werkzeug", "jinja", "django", "fastapi", "starlette", "tornado", "sqlalchemy"];

/// Rooms that know no parser.
const KNOW_NO_PARSER: &[&str] = &["ir", "catalogue", "flow", "rules", "report", "tightlip"];

/// Names that say nothing of what is in a file.
const EMPTY_NAMES: &[&str] = &["utils", "util", "helpers", "helper", "common", "manager", "misc"];

#[test]
fn every_room_is_known_and_sees_only_what_it_may() {
    for room in rooms() {
        let (_, allowed) = ARROWS
            .iter()
            .find(|(known, _)| *known == room)
            .unwrap_or_else(|| panic!("say in ARCHITECTURE.md and here what crates/{room} may see"));
        for seen in dependencies(&room).iter().filter_map(|name| name.strip_prefix("tightlip-")) {
            assert!(allowed.contains(&seen), "crates/{room} must not see crates/{seen}");
        }
    }
}

#[test]
fn parsers_stay_in_the_room_of_the_languages() {
    for room in KNOW_NO_PARSER {
        for name in dependencies(room) {
            let parser = ["ruff_", "oxc", "tree-sitter"].iter().any(|prefix| name.starts_with(prefix));
            assert!(!parser, "crates/{room} must not see the parser {name}");
        }
    }
}

#[test]
fn the_engine_names_no_framework() {
    for room in KNOW_NO_FRAMEWORK {
        let sources = repository().join("crates").join(room).join("src");
        for file in files(&sources, "rs")
            .iter()
            .filter(|file| !file.components().any(|part| part.as_os_str() == "tests"))
        {
            let text = read(file).to_lowercase();
            for (number, line) in text.lines().enumerate() {
                for name in FRAMEWORKS {
                    let place = format!("{}:{}", file.display(), number + 1);
                    assert!(!line.contains(name), "{place} names {name}: that is the catalogue's to say");
                }
            }
        }
    }
}

#[test]
fn files_are_named_for_what_is_in_them() {
    for folder in ["crates", "xtask"] {
        for file in files(&repository().join(folder), "rs") {
            let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            assert!(
                !EMPTY_NAMES.contains(&stem.as_str()),
                "{} says nothing of what is in it",
                file.display()
            );
        }
    }
}

#[test]
fn the_files_that_the_documents_name_are_there() {
    for document in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"] {
        for path in named_paths(&read(&repository().join(document))) {
            assert!(repository().join(&path).exists(), "{document} names {path}, which is not there");
        }
    }
}

#[test]
fn the_commands_of_the_readme_run() {
    let readme = read(&repository().join("README.md"));
    for command in ["cargo run --release -- check examples/shop", "cargo xtask test"] {
        assert!(readme.contains(command), "the README shows `{command}`");
    }
    let commands = readme.lines().filter_map(|line| line.strip_prefix("    tightlip "));
    let mut seen = 0;
    for command in commands {
        // Behind two blanks stands a remark, behind `>` the file that the output goes to.
        let command = command.split("  ").next().unwrap_or_default().split(" > ").next().unwrap_or_default();
        let words: Vec<&str> = command.split_whitespace().collect();
        let output = Command::new(env!("CARGO_BIN_EXE_tightlip"))
            .args(&words)
            .current_dir(repository())
            .output()
            .expect("tightlip runs");
        let code = output.status.code();
        assert!(matches!(code, Some(0 | 1)), "`tightlip {}` exits with {code:?}", words.join(" "));
        seen += 1;
    }
    assert!(seen > 0, "the README shows how tightlip is called");
}

#[test]
fn the_readme_shows_what_the_first_command_prints() {
    let output = Command::new(env!("CARGO_BIN_EXE_tightlip"))
        .args(["check", "examples/shop"])
        .current_dir(repository())
        .output()
        .expect("tightlip runs");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let printed: Vec<&str> = printed.lines().map(str::trim_end).collect();
    let readme = read(&repository().join("README.md"));
    let shown = readme.split_once("```text\n").and_then(|(_, rest)| rest.split_once("```"));
    let (shown, _) = shown.expect("the README shows the output in a text block");
    let printed: Vec<&str> = printed.into_iter().map(without_time).collect();
    for line in shown.lines().map(str::trim_end).filter(|line| *line != "...") {
        assert!(printed.contains(&without_time(line)), "the README shows a line that is not printed: {line}");
    }
}

/// `TIGHTLIP_BLESS=1` writes what is printed into the page.
#[test]
fn the_guide_shows_what_fixes_make_of_the_shop() {
    let output = Command::new(env!("CARGO_BIN_EXE_tightlip"))
        .args(["check", "--diff", "--unsafe-fixes", "--no-cache", "examples/shop"])
        .current_dir(repository())
        .output()
        .expect("tightlip runs");
    let printed = String::from_utf8_lossy(&output.stdout).replace("\r\n", "\n");
    let path = repository().join("docs/fixing.md");
    let page = read(&path);
    let (head, rest) = page.split_once("```diff\n").expect("the page shows a difference");
    let (shown, tail) = rest.split_once("```\n").expect("the difference ends");
    if env::var_os("TIGHTLIP_BLESS").is_some() {
        let page = format!("{head}```diff\n{printed}```\n{tail}");
        return fs::write(&path, page).expect("the page can be written");
    }
    assert_eq!(shown, printed, "docs/fixing.md is behind; TIGHTLIP_BLESS=1 writes what is printed now");
}

/// The closing line without the time that the run took.
fn without_time(line: &str) -> &str {
    match line.rsplit_once(", ") {
        Some((counts, time)) if time.ends_with("ms") || time.ends_with(" s") => counts,
        _ => line,
    }
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("crates/tightlip").to_owned()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn rooms() -> Vec<String> {
    let folders = fs::read_dir(repository().join("crates")).expect("the rooms are in crates").flatten();
    folders
        .filter(|folder| folder.path().join("Cargo.toml").is_file())
        .map(|folder| folder.file_name().to_string_lossy().into_owned())
        .collect()
}

/// What stands under `[dependencies]` in the manifest of `room`.
fn dependencies(room: &str) -> Vec<String> {
    let manifest = read(&repository().join("crates").join(room).join("Cargo.toml"));
    let (_, rest) = manifest.split_once("[dependencies]\n").unwrap_or_default();
    let lines = rest.lines().take_while(|line| !line.starts_with('['));
    lines.filter_map(|line| Some(line.split(['.', '=', ' ']).next()?.to_owned())).collect()
}

/// The files below `folder` that end like this.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|known| known == ending) {
                found.push(path);
            }
        }
    }
    found
}

/// Paths of this repository that a document names between backquotes or as links.
fn named_paths(text: &str) -> Vec<String> {
    const FOLDERS: &[&str] = &["crates/", "catalogue/", "examples/", "xtask/", "fuzz/", ".ci/"];
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, '`' | '(' | ')' | ',' | ';' | '"'));
    words
        .filter(|word| FOLDERS.iter().any(|folder| word.starts_with(folder)))
        // Behind a colon stands a line.
        .map(|word| word.split(':').next().unwrap_or_default().trim_end_matches('.').to_owned())
        // `catalogue/NAME/model.toml` and `crates/*/src` stand for many.
        .filter(|word| !word.contains(|c: char| c.is_ascii_uppercase() || matches!(c, '*' | '{')))
        .collect()
}
