//! The example and its tight twin.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::{fs, interpreter, repository};

/// Each planted leak that a request can reach, by where it is sent, and how it is brought about.
const PLANTED: &[(&str, u64, &str)] = &[
    ("shop/decorators.py", 30, "forced by input"),
    ("shop/errors.py", 26, "forced by input"),
    ("shop/errors.py", 40, "forced by input"),
    ("shop/views/account.py", 25, "forced by input"),
    ("shop/views/account.py", 58, "injected"),
    ("shop/views/account.py", 71, "forced by input"),
    ("shop/views/catalog.py", 49, "forced by input"),
    ("shop/views/catalog.py", 65, "forced by input"),
    ("shop/views/catalog.py", 107, "injected"),
    ("shop/views/catalog.py", 122, "forced by input"),
    ("shop/views/orders.py", 24, "forced by input"),
    ("shop/views/orders.py", 36, "forced by input"),
    ("shop/views/orders.py", 74, "forced by input"),
    ("shop/views/orders.py", 97, "forced by input"),
    ("wsgi.py", 6, "forced by input"),
];

/// What `tightlip prove` reports of an example, as JSON, and how it exits.
fn report(example: &str) -> Option<(Value, Option<i32>)> {
    let interpreter = interpreter("TIGHTLIP_FLASK_3_1")?;
    let before = files(&repository().join("examples").join(example));
    let output = Command::new(env!("CARGO_BIN_EXE_tightlip"))
        .args(["prove", "--output-format", "json", "--python"])
        .arg(interpreter)
        .arg(format!("examples/{example}"))
        .current_dir(repository())
        .output()
        .expect("tightlip runs");
    let report = serde_json::from_slice(&output.stdout);
    let report =
        report.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    assert_eq!(files(&repository().join("examples").join(example)), before, "the project was changed");
    Some((report, output.status.code()))
}

/// All files below `folder`, with their sizes.
fn files(folder: &std::path::Path) -> BTreeMap<PathBuf, u64> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).expect("it can be read").flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.insert(path, entry.metadata().expect("it is there").len());
            }
        }
    }
    found
}

#[test]
fn every_planted_leak_of_the_shop_is_proven() {
    let Some((report, code)) = report("shop") else { return };
    assert_eq!(code, Some(1));
    let findings = report["findings"].as_array().expect("there are findings");
    for (path, line, cause) in PLANTED {
        let path = format!("examples/shop/{path}");
        let found = findings.iter().find(|it| it["path"] == path.as_str() && it["line"] == *line);
        let found = found.unwrap_or_else(|| panic!("{path}:{line} is not found"));
        let evidence = &found["evidence"];
        assert_eq!(evidence["verdict"], "proven", "{path}:{line}: {evidence:#}");
        assert_eq!(found["confidence"], "proven");
        // An injected one may as well be forced by input one day.
        let is_cause = evidence["cause"] == *cause || *cause == "injected";
        assert!(is_cause, "{path}:{line}: {evidence:#}");
        assert!(evidence["exchange"]["request"]["curl"].as_str().is_some_and(|it| it.starts_with("curl ")));
    }
    let beyond = findings.iter().filter(|it| it["evidence"]["verdict"] != "proven").count();
    assert_eq!(findings.len(), PLANTED.len() + beyond, "{findings:#?}");
}

#[test]
fn nothing_is_proven_of_the_tight_twin() {
    let Some((report, code)) = report("shop-tight") else { return };
    assert_eq!(code, Some(0), "{report:#}");
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(0), "{report:#}");
}
