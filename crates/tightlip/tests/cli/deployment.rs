//! Files beside the code that say how it is started.

use serde_json::Value;

use crate::runner::{Run, Tree};

const APP: &str = "from flask import Flask\n\napp = Flask(__name__)\n\nif __name__ == \"__main__\":\n    app.run(debug=True)\n";
const QUIET: &str = "from flask import Flask\n\napp = Flask(__name__)\n";

/// Rule, severity, path and line of each finding about debug.
fn findings(run: &Run) -> Vec<(String, String, String, u64)> {
    let report: Value = serde_json::from_str(&run.stdout).expect("the report is JSON");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let findings = report["findings"].as_array().expect("findings are a list");
    findings
        .iter()
        .filter(|finding| text(&finding["rule"]).starts_with("TL2"))
        .map(|finding| {
            let line = finding["line"].as_u64().expect("a line");
            (text(&finding["rule"]), text(&finding["severity"]), text(&finding["path"]), line)
        })
        .collect()
}

fn found(tree: &Tree) -> Vec<(String, String, String, u64)> {
    findings(&tree.run(&["check", "--output-format=json"]))
}

fn finding(rule: &str, severity: &str, path: &str, line: u64) -> (String, String, String, u64) {
    (rule.to_owned(), severity.to_owned(), path.to_owned(), line)
}

#[test]
fn environment_files_that_git_ignores_are_left_alone() {
    let tree = Tree::new().with("app.py", QUIET).with(".env", "A=1\nFLASK_DEBUG=1\n");
    assert_eq!(found(&tree), [finding("TL202", "critical", ".env", 2)]);
    assert_eq!(found(&tree.with(".gitignore", ".env\n")), []);
}

#[test]
fn how_it_is_started_decides_the_severity() {
    let tree = || Tree::new().with("app.py", APP);
    assert_eq!(found(&tree()), [finding("TL201", "critical", "app.py", 6)]);
    let served = tree().with("Procfile", "web: gunicorn app:app\n");
    assert_eq!(found(&served), [finding("TL201", "low", "app.py", 6)]);
    let started = tree().with("Procfile", "web: gunicorn app:app\nadmin: python app.py\n");
    assert_eq!(found(&started), [finding("TL201", "critical", "app.py", 6)]);
}

#[test]
fn what_is_not_deployed_is_worth_knowing_only() {
    let tree = Tree::new()
        .with("shop/app.py", QUIET)
        .with("examples/tour/app.py", APP)
        .with("docs/Dockerfile", "FROM x\nENV FLASK_DEBUG=1\n");
    let severities: Vec<_> =
        found(&tree).into_iter().map(|(_, severity, path, _)| (path, severity)).collect();
    let info = |path: &str| (path.to_owned(), "info".to_owned());
    assert_eq!(severities, [info("docs/Dockerfile"), info("examples/tour/app.py")]);
    // What is asked for by name is not an example to whoever asks.
    let severities: Vec<_> = findings(&tree.run(&["check", "--output-format=json", "examples/tour"]))
        .into_iter()
        .map(|(_, severity, ..)| severity)
        .collect();
    assert_eq!(severities, ["critical"]);
}

#[test]
fn comments_silence_findings_in_such_files() {
    let tree = Tree::new()
        .with("app.py", QUIET)
        .with("Dockerfile", "FROM x\n# tightlip: ignore[TL202] a training room\nENV FLASK_DEBUG=1\n")
        .with(
            "compose.yml",
            "services:\n  web:\n    command: flask run --debug # tightlip: ignore[debug-environment] same\n",
        );
    let run = tree.run(&["check"]);
    assert!(run.stdout.contains("2 suppressed"), "{}", run.stdout);
    assert_eq!(found(&tree), []);
}

#[test]
fn the_summary_names_the_place_that_starts_it() {
    let tree = Tree::new()
        .with("app.py", QUIET)
        .with("Dockerfile", "FROM x\nCMD [\"flask\", \"run\", \"--debug\"]\n");
    let run = tree.run(&["check"]);
    let control =
        run.stdout.lines().find(|line| line.contains("3 debug suppression")).expect("there are controls");
    assert!(control.contains("absent") && control.ends_with("Dockerfile:2"), "{control}");
    assert!(control.contains("the image starts `flask run --debug`"), "{control}");
}

#[test]
fn every_format_shows_findings_in_such_files() {
    let tree = Tree::new().with("app.py", QUIET).with("größe/Dockerfile", "FROM x\nENV FLASK_DEBUG=1\n");
    let text = tree.run(&["check"]).stdout;
    assert!(text.contains("ENV FLASK_DEBUG=1") && text.contains("^^^^^^^^^^^^^"), "{text}");
    let sarif: Value =
        serde_json::from_str(&tree.run(&["check", "--output-format=sarif"]).stdout).expect("it is JSON");
    let results = sarif["runs"][0]["results"].as_array().expect("there are results");
    let result = results.iter().find(|result| result["ruleId"] == "TL202").expect("it is among them");
    assert_eq!(result["locations"][0]["physicalLocation"]["region"]["startLine"], 2);
}

#[test]
fn broken_files_give_what_can_be_read() {
    let bomb = "a: &a [x, x]\n".to_owned()
        + &(0..60)
            .map(|n| {
                format!(
                    "a{n}: &a{n} [*a{p}, *a{p}]\n",
                    p = if n == 0 { String::new() } else { (n - 1).to_string() }
                )
            })
            .collect::<String>();
    let tree = Tree::new()
        .with("app.py", QUIET)
        .with("Dockerfile", b"FROM x\nENV FLASK_DEBUG=1 \xff\nCMD [\"flask\n")
        .with(
            "docker-compose.yml",
            "services:\n  web:\n    environment:\n      FLASK_DEBUG: 1\n    command: [a\n  : }\n",
        )
        .with("deploy/bomb.yaml", format!("flask: 1\n{bomb}"))
        .with("deploy/deep.yaml", format!("flask: {}\n", "[".repeat(200_000)))
        .with("package.json", "{\"scripts\": {\"start\": ")
        .with("pyproject.toml", "[tool\nx = ")
        .with("uwsgi.ini", "[uwsgi\ncatch-exceptions = true")
        .with("Procfile", ":::\nweb")
        .with(".env", "=\n\"\nFLASK_DEBUG='1");
    let paths: Vec<_> = found(&tree).into_iter().map(|(_, _, path, _)| path).collect();
    assert_eq!(paths, [".env", "Dockerfile", "docker-compose.yml", "uwsgi.ini"]);
}
