//! Baselines: what moves stays known, what is added is reported, what is mended shrinks them.

use std::fs;

use crate::runner::Tree;

const HEAD: &str = "from flask import Flask, jsonify\n\napp = Flask(__name__)\n\n\n";
const CHECK: [&str; 5] = ["check", "--select", "TL101", "--baseline", "known.json"];

fn leaky(name: &str) -> String {
    format!(
        "@app.get(\"/{name}\")\ndef {name}():\n    try:\n        return jsonify({name}_work())\n    \
         except Exception as error:\n        return jsonify(error=str(error)), 500\n\n\n"
    )
}

/// A tree with two leaks that are alike, which its baseline knows.
fn known() -> Tree {
    let tree = Tree::new().with("shop/app.py", format!("{HEAD}{}{}", leaky("one"), leaky("two")));
    tree.run(&["check", "--select", "TL101", "--write-baseline", "known.json"])
        .says(0, &["known.json: 2 findings written"]);
    tree.run(&CHECK).is_silent(0);
    tree
}

#[test]
fn a_refactoring_changes_nothing() {
    let tree = known();
    fs::remove_file(tree.path("shop/app.py")).expect("it was there");
    // Renamed, reordered, moved down, and one of the functions renamed and taken into a block.
    let moved = leaky("uno").replace('\n', "\n    ");
    let tree = tree.with("store/views.py", format!("# new\n{HEAD}{}if True:\n    {moved}\n", leaky("two")));
    tree.run(&CHECK).is_silent(0);
}

#[test]
fn an_old_entry_hides_one_finding_only() {
    let tree = known();
    let added = format!("{HEAD}{}{}{}", leaky("one"), leaky("three"), leaky("two"));
    let tree = tree.with("shop/app.py", added);
    let run = tree.run(&CHECK);
    assert!(run.is_silent(1).stdout.contains("1 finding ("), "{}", run.stdout);
    // In another file as well.
    let tree = tree
        .with("shop/app.py", format!("{HEAD}{}{}", leaky("one"), leaky("two")))
        .with("shop/more.py", format!("{HEAD}{}", leaky("three")));
    let run = tree.run(&CHECK);
    assert!(run.is_silent(1).stdout.contains("shop/more.py"), "{}", run.stdout);
    assert!(run.stdout.contains("1 finding ("), "{}", run.stdout);
}

#[test]
fn what_is_mended_is_told_and_taken_out() {
    let tree = known().with("shop/app.py", format!("{HEAD}{}", leaky("one")));
    tree.run(&CHECK).says(0, &["warning: known.json: 1 finding of the baseline", "TL101 in shop/app.py"]);
    // Nothing new is put in.
    let tree = tree.with("shop/new.py", format!("{HEAD}@app.get('/')\ndef new():\n    try:\n        a()\n    except ValueError as e:\n        return repr(e)\n"));
    let run = tree.run(&[&CHECK[..], &["--update-baseline"]].concat());
    assert!(run.is_silent(1).stdout.contains("shop/new.py"), "{}", run.stdout);
    let tree = tree.with("shop/app.py", format!("{HEAD}{}{}", leaky("one"), leaky("two")));
    let run = tree.run(&CHECK);
    assert!(run.is_silent(1).stdout.contains("2 findings ("), "{}", run.stdout);
}

#[test]
fn what_is_not_looked_at_stays() {
    let tree = known().with("other/app.py", "x = 1\n");
    let before = fs::read(tree.path("known.json")).expect("it is there");
    tree.run(&["check", "other", "--baseline", "known.json", "--update-baseline"]).is_silent(0);
    tree.run(&["check", "--select", "TL2", "--baseline", "known.json"]).is_silent(0);
    assert_eq!(before, fs::read(tree.path("known.json")).expect("it is there"));
}

#[test]
fn what_is_no_baseline_is_told() {
    let tree = Tree::new().with("app.py", "x = 1\n");
    tree.run(&CHECK)
        .says(2, &["error: known.json: the baseline cannot be read: no such file", "--write-baseline"]);
    let tree = tree.with("known.json", "{\n  \"version\": 1,\n  \"findings\": 3\n}");
    tree.run(&CHECK).says(2, &["error: known.json:3:", "not a baseline", "invalid type"]);
    let tree = tree.with("known.json", "{\"version\": 9, \"findings\": []}");
    tree.run(&CHECK).says(2, &["error: known.json: a baseline of version 9"]);
}
