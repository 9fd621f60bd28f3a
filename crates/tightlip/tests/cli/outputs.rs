use std::fs;

use crate::runner::Tree;

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

const ALL: [&str; 10] =
    ["text", "json", "sarif", "html", "markdown", "github", "gitlab", "junit", "csv", "prompt"];

#[test]
fn every_format_is_printed_and_written_alike() {
    let tree = Tree::new().with("app.py", LEAKY);
    for format in ALL {
        let printed = tree.run(&["check", "--output-format", format, "--select", "TL101"]);
        assert!(printed.is_silent(1).stdout.contains("TL101"), "{}", printed.stdout);
        let file = format!("report-{format}");
        let pair = format!("{format}={file}");
        tree.run(&["check", "--output-format", &pair, "--select", "TL101"]).is_silent(1);
        let written = fs::read_to_string(tree.path(&file)).expect("the file is there");
        if format != "text" {
            // The text tells how long it took.
            assert_eq!(written, printed.stdout);
        }
    }
}

#[test]
fn one_run_writes_several_files_and_prints_the_text() {
    let tree = Tree::new().with("app.py", LEAKY).with("old.sarif", "what was there before");
    let run = tree.run(&[
        "check",
        "--no-cache",
        "--output-format",
        "sarif=old.sarif",
        "--output-format",
        "html=report.html",
    ]);
    assert!(run.is_silent(1).stdout.contains("TL101 exception-message  "), "{}", run.stdout);
    assert!(fs::read_to_string(tree.path("old.sarif")).is_ok_and(|text| text.starts_with('{')));
    assert!(fs::read_to_string(tree.path("report.html")).is_ok_and(|text| text.ends_with("</html>\n")));
    let left: Vec<_> = fs::read_dir(tree.path("")).expect("a folder").flatten().collect();
    assert_eq!(left.len(), 3, "nothing else is left: {left:?}");
}

#[test]
fn what_would_be_printed_goes_to_a_file() {
    let tree = Tree::new().with("app.py", LEAKY);
    let run = tree.run(&["check", "--output-format", "json", "--output-file", "report.json"]);
    assert_eq!(run.is_silent(1).stdout, "");
    assert!(fs::read_to_string(tree.path("report.json")).is_ok_and(|text| text.contains("\"findings\"")));
}

#[test]
fn nothing_is_written_where_not_all_can_be() {
    let tree = Tree::new().with("app.py", LEAKY).with("good.csv", "before");
    let run =
        tree.run(&["check", "--output-format", "csv=good.csv", "--output-format", "html=missing/x.html"]);
    run.says(2, &["error: missing/x.html cannot be written", "the folder it is to be in is not there"]);
    assert_eq!(fs::read_to_string(tree.path("good.csv")).ok().as_deref(), Some("before"));
    tree.run(&["check", "--output-file", "."]).says(2, &["error: . cannot be written: it is a folder"]);
}

#[test]
fn what_does_not_go_together_is_refused() {
    let tree = Tree::new().with("app.py", LEAKY);
    tree.run(&["check", "--output-format", "json", "--output-format", "csv"])
        .says(2, &["error: only one format can go to standard output"]);
    tree.run(&["check", "--output-format", "json=x", "--output-format", "csv=x"])
        .says(2, &["error: two formats go to x"]);
    tree.run(&["check", "--output-format", "csv="]).says(2, &["the name of a file is missing"]);
    tree.run(&["check", "--output-format", "xml=x"]).says(2, &["the formats are text, json, sarif"]);
    tree.run(&["check", "--statistics", "--output-format", "html"]).says(2, &["statistics are text or json"]);
}

#[test]
fn statistics_count_by_rule() {
    let tree = Tree::new().with("app.py", LEAKY);
    let run = tree.run(&["check", "--statistics", "--select", "TL101", "--output-format", "csv=report.csv"]);
    assert_eq!(run.is_silent(1).stdout, "1  TL101  exception-message  medium\n");
    assert!(tree.path("report.csv").is_file());
    let run = tree.run(&["check", "--statistics", "--output-format=json"]);
    assert!(serde_json::from_str::<serde_json::Value>(&run.stdout).is_ok_and(|counts| counts.is_array()));
}

#[cfg(unix)]
#[test]
fn a_link_stays_one_and_a_device_is_written_to() {
    let tree = Tree::new().with("app.py", LEAKY).with("kept/report.csv", "before");
    std::os::unix::fs::symlink("kept/report.csv", tree.path("link.csv")).expect("a link can be made");
    tree.run(&["check", "--output-format", "csv=link.csv"]).is_silent(1);
    assert!(tree.path("link.csv").is_symlink());
    assert!(fs::read_to_string(tree.path("kept/report.csv")).is_ok_and(|text| text.starts_with("rule,")));
    tree.run(&["check", "--output-format", "csv=/dev/null"]).is_silent(1);
}
