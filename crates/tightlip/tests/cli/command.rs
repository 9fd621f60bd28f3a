//! Arguments, exit codes and what is written where.

use std::process::Stdio;

use crate::runner::Tree;

#[test]
fn a_clean_tree_says_so_and_nothing_else() {
    let tree = Tree::new().with("app.py", "x = 1\n");
    let run = tree.run(&["check"]);
    run.is_silent(0);
    assert!(run.stdout.starts_with("no findings in 1 file, "), "{}", run.stdout);
    assert_eq!(run.stdout.lines().count(), 1);
}

#[test]
fn wrong_arguments_are_told() {
    let tree = Tree::new().with("app.py", "x = 1\n");
    tree.run(&["check", "--select", "TL999"])
        .says(2, &["error: --select: no rule is called 'TL999'", "tightlip rules"]);
    tree.run(&["check", "--ignore", "TL101,nonsense"])
        .says(2, &["error: --ignore: no rule is called 'nonsense'"]);
    tree.run(&["check", "--output-format", "xml"]).says(2, &["error: invalid value 'xml'"]);
    tree.run(&["check", "--no-such-thing"]).says(2, &["error: unexpected argument"]);
    tree.run(&["frobnicate"]).says(2, &["error: unrecognized subcommand"]);
    assert_eq!(tree.run(&[]).code, Some(2));
}

#[test]
fn rules_can_be_chosen_by_code_name_and_start() {
    let tree = Tree::new().with("app.py", "x = 1\n");
    let arguments =
        ["check", "--select", "TL1,debug-mode", "--select=tl301", "--ignore", "stack-trace", "--exit-zero"];
    tree.run(&arguments).is_silent(0);
}

#[test]
fn help_and_version_go_to_standard_output() {
    let tree = Tree::new();
    assert!(tree.run(&["--version"]).is_silent(0).stdout.starts_with("tightlip "));
    assert!(tree.run(&["check", "--help"]).is_silent(0).stdout.contains("--output-format"));
    assert!(tree.run(&["--help"]).is_silent(0).stdout.contains("could not run"));
}

#[test]
fn rules_are_listed_and_explained() {
    let tree = Tree::new();
    let list = tree.run(&["rules"]);
    assert!(list.is_silent(0).stdout.contains("TL101  exception-message"), "{}", list.stdout);
    for topic in ["TL102", "tl102", "stack-trace"] {
        let page = tree.run(&["explain", topic]);
        assert!(page.is_silent(0).stdout.starts_with("# TL102 stack-trace\n"), "{}", page.stdout);
        assert!(!page.stdout.contains("+++"), "{}", page.stdout);
    }
    tree.run(&["explain", "nonsense"])
        .says(2, &["error: no rule or pattern is called 'nonsense'", "tightlip rules"]);
}

#[test]
fn colours_are_for_terminals_only() {
    let tree = Tree::new().with("cut.py", "def (");
    let plain = tree.run(&["check"]);
    assert!(!plain.stderr.contains('\u{1b}') && !plain.stdout.contains('\u{1b}'));
    let colored = tree.run(&["check", "--color", "always"]);
    assert!(colored.stderr.contains('\u{1b}'));
    assert!(!tree.run(&["check", "--color=never"]).stderr.contains('\u{1b}'));
}

#[test]
fn the_same_tree_gives_the_same_bytes() {
    let mut tree = Tree::new();
    for number in 0..40 {
        tree = tree.with(&format!("part{}/file{number}.py", number % 7), "def (\n");
    }
    for format in ["json", "sarif"] {
        let arguments = ["check", "--output-format", format];
        let once = tree.run(&arguments);
        let again = tree.run(&arguments);
        assert_eq!((once.stdout, once.stderr), (again.stdout, again.stderr));
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let tree = Tree::new().with("app.py", "x = 1\n");
    for arguments in [&["rules"][..], &["explain", "TL101"], &["check", "--output-format=sarif"]] {
        let mut child =
            tree.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told() {
    let tree = Tree::new().with("app.py", "x = 1\n");
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
    let output = tree.command(&["check"]).stdout(full).output().expect("it starts");
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("error: the report cannot be written"), "{stderr}");
}

/// An application that sends the text of an exception.
const LEAKY: &str = "\
from flask import Flask, jsonify

app = Flask(__name__)


@app.get(\"/\")
def index():
    try:
        return jsonify(work())
    except Exception as error:
        return jsonify(error=str(error)), 500
";

#[test]
fn findings_give_exit_code_1_unless_told_otherwise() {
    let tree = Tree::new().with("app.py", LEAKY);
    let run = tree.run(&["check", "--select", "TL101"]);
    run.is_silent(1);
    assert!(run.stdout.starts_with("TL101 exception-message"), "{}", run.stdout);
    assert!(run.stdout.contains("tightlip explain TL101"), "{}", run.stdout);
    let run = tree.run(&["check", "--select", "TL101", "--exit-zero"]);
    assert!(run.is_silent(0).stdout.contains("1 finding ("), "{}", run.stdout);
    tree.run(&["check", "--select", "TL2"]).is_silent(0);
    tree.run(&["check", "--select", "TL1", "--ignore", "exception-message"]).is_silent(0);
    tree.run(&["check", "--color", "always"]).is_silent(1);
    // A missing path weighs more than a finding, which is told all the same.
    let run = tree.run(&["check", "app.py", "missing.py"]);
    assert!(run.says(2, &["error: missing.py"]).stdout.contains("TL101"), "{}", run.stdout);
}

#[test]
fn broken_files_hide_no_findings() {
    let tree = Tree::new().with("app.py", LEAKY).with("broken.py", "def (\n").with("nul.py", "\0");
    for format in ["text", "json", "sarif"] {
        let run = tree.run(&["check", "--output-format", format]);
        run.says(1, &["warning: nul.py"]);
        assert!(run.stdout.contains("TL101"), "{}", run.stdout);
    }
}
