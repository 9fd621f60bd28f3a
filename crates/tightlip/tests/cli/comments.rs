//! Comments that silence nothing, say no reason, or are not understood.

use crate::runner::Tree;

const UNUSED: &str = "x = 1  # tightlip: ignore[TL101] once there was a leak\n";

#[test]
fn unused_comments_are_found_in_trees_only() {
    let tree = Tree::new().with("app.py", UNUSED);
    let run = tree.run(&["check"]);
    assert!(run.is_silent(1).stdout.contains("TL001 unused-suppression"), "{}", run.stdout);
    // Who names one file does not show where its detail may come from.
    tree.run(&["check", "app.py"]).is_silent(0);
    tree.run(&["check", "--ignore", "TL001"]).is_silent(0);
}

#[test]
fn reasons_are_demanded_where_the_configuration_says_so() {
    let app = "import flask\napp = flask.Flask(__name__)\napp.debug = True  # tightlip: ignore\n";
    let tree = Tree::new().with("app.py", app);
    let chosen = ["check", "--ignore", "TL301"];
    tree.run(&chosen).is_silent(0);
    let tree = tree.with("tightlip.toml", "require-reason = true\n");
    let run = tree.run(&chosen);
    assert!(run.is_silent(1).stdout.contains("TL002 unexplained-suppression"), "{}", run.stdout);
}

#[test]
fn comments_are_looked_at_in_deployment_files_too() {
    let tree =
        Tree::new().with("app.py", "x = 1\n").with("Dockerfile", "# tightlip: ignore[TLX]\nCMD [\"true\"]\n");
    let run = tree.run(&["check"]);
    assert!(run.is_silent(1).stdout.contains("TL003 unknown-directive"), "{}", run.stdout);
}

#[test]
fn templates_have_comments_of_their_own() {
    let app = "import flask\napp = flask.Flask(__name__)\n\n@app.get('/')\ndef index():\n    return flask.render_template('a.html')\n";
    let chosen = ["check", "--ignore", "TL301"];
    let tree = Tree::new().with("app.py", app).with("templates/a.html", "<pre>{{ config }}</pre>\n");
    assert!(tree.run(&chosen).is_silent(1).stdout.contains("TL105"));
    let tree = tree
        .with("templates/a.html", "{# tightlip: ignore[TL105] a test bench #}\n<pre>{{ config }}</pre>\n");
    tree.run(&chosen).is_silent(0);
    let tree = tree.with("templates/a.html", "<!-- tightlip: ignore[TL105] a test bench -->\n<pre></pre>\n");
    let run = tree.run(&chosen);
    assert!(run.is_silent(1).stdout.contains("TL001"), "{}", run.stdout);
}
