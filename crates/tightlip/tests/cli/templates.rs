//! Page templates beside the code that renders them.

use serde_json::Value;

use crate::runner::Tree;

const VIEW: &str = "from flask import Flask, render_template\n\napp = Flask(__name__)\n\n\n@app.route(\"/\")\ndef start():\n    try:\n        return load()\n    except Exception as error:\n        return render_template(\"shop/error.html\", error=error)\n";

/// The paths of the steps of each finding about detail in replies.
fn ways(tree: &Tree) -> Vec<Vec<String>> {
    let run = tree.run(&["check", "--output-format=json"]);
    let report: Value = serde_json::from_str(&run.stdout).expect("the report is JSON");
    let findings = report["findings"].as_array().expect("findings are a list");
    let told = findings.iter().filter(|finding| finding["rule"].as_str().is_some_and(|rule| rule < "TL2"));
    told.map(|finding| {
        let steps = finding["steps"].as_array().expect("steps are a list");
        steps.iter().map(|step| step["path"].as_str().expect("a path").to_owned()).collect()
    })
    .collect()
}

#[test]
fn the_template_decides_and_is_a_step() {
    let tree = || Tree::new().with("shop/app.py", VIEW);
    assert_eq!(ways(&tree()).len(), 1, "without the template everything is taken as shown");
    let silent = tree().with("shop/templates/shop/error.html", "{% if error %}Sorry.{% endif %}\n");
    assert_eq!(ways(&silent), [[""; 0]; 0]);
    let open = tree().with("shop/templates/shop/error.html", "{{ error }}\n");
    let way = ["shop/app.py", "shop/templates/shop/error.html", "shop/app.py"];
    assert_eq!(ways(&open), [way]);
}

#[test]
fn bases_are_looked_up_and_other_folders_serve() {
    let tree =
        || Tree::new().with("app.py", VIEW).with("views/shop/error.html", "{% extends 'base.html' %}\n");
    let silent = tree().with("views/base.html", "<p>Sorry.</p>\n");
    assert_eq!(ways(&silent), [[""; 0]; 0]);
    let open = tree().with("views/base.html", "<p>{{ error }}</p>\n");
    assert_eq!(ways(&open), [["app.py", "views/base.html", "app.py"]]);
    // What lies in a folder of templates goes first.
    let covered = open.with("templates/base.html", "<p>Sorry.</p>\n");
    assert_eq!(ways(&covered), [[""; 0]; 0]);
}

#[test]
fn broken_templates_harm_nothing() {
    let tree =
        Tree::new().with("app.py", VIEW).with("templates/shop/error.html", "{% if %}{{ error }} {{ '\n");
    assert_eq!(ways(&tree).len(), 1);
    let looping = Tree::new().with("app.py", VIEW);
    let looping = looping.with("templates/shop/error.html", "{% include 'shop/error.html' %}\n");
    assert_eq!(ways(&looping).len(), 1, "what cannot be followed is taken as shown");
}
