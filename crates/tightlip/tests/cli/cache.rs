//! The cache: the same bytes with it as without, whatever happens to it.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use crate::runner::Tree;

const LEAKY: &str = "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get(\"/\")\ndef index():\n    try:\n        \
                     work()\n    except Exception as error:\n        return str(error), 500\n";
const CHECK: [&str; 2] = ["check", "--output-format=json"];

fn entries(tree: &Tree, folder: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(tree.path(folder)).into_iter().flatten().flatten().map(|entry| entry.path());
    files.filter(|path| path.extension().is_some_and(|ending| ending == "judgement")).collect()
}

#[test]
fn an_unchanged_tree_gives_the_same_bytes() {
    let tree = Tree::new()
        .with("app.py", LEAKY)
        .with("cut.py", "def (\n")
        .with("templates/a.html", "{{ config }}")
        .with("Dockerfile", "CMD flask run --debug\n");
    for arguments in [
        &CHECK[..],
        &["check", "--output-format=sarif"],
        &["check", "--select", "TL2", "--output-format=json"],
    ] {
        let cold = tree.run(&[arguments, &["--no-cache"]].concat());
        for _ in 0..2 {
            let warm = tree.run(arguments);
            assert_eq!((&warm.stdout, &warm.stderr, warm.code), (&cold.stdout, &cold.stderr, cold.code));
        }
    }
    // The selection is none of its business.
    assert_eq!(entries(&tree, ".tightlip_cache").len(), 1);
    for file in ["CACHEDIR.TAG", ".gitignore"] {
        assert!(tree.path(".tightlip_cache").join(file).is_file(), "{file}");
    }
}

#[test]
fn what_is_kept_is_what_is_told() {
    let tree = Tree::new().with("app.py", LEAKY);
    tree.run(&CHECK);
    let [entry] = entries(&tree, ".tightlip_cache").try_into().expect("there is one");
    let kept = fs::read_to_string(&entry).expect("it can be read");
    fs::write(&entry, kept.replace("the text of an exception", "from the cache")).expect("it can be written");
    assert!(tree.run(&CHECK).stdout.contains("from the cache"));
    for argument in ["--no-cache", "--cache-dir=elsewhere"] {
        assert!(!tree.run(&[&CHECK[..], &[argument]].concat()).stdout.contains("from the cache"));
    }
    assert_eq!(entries(&tree, "elsewhere").len(), 1);
    // Other models, other findings.
    let tree = tree.with("tightlip.toml", "public-exceptions = [\"app.Refused\"]\n");
    assert!(!tree.run(&CHECK).stdout.contains("from the cache"));
}

#[test]
fn every_change_is_seen() {
    let tree = Tree::new().with("app.py", LEAKY);
    let changes = [
        ("app.py", LEAKY.replace("str(error)", "'a failure'")),
        // As long as before, at once after the last run.
        ("app.py", LEAKY.replace("str(error)", "str('errr')")),
        ("app.py", LEAKY.to_owned()),
        ("more.py", LEAKY.to_owned()),
        ("Dockerfile", "CMD flask run --debug\n".to_owned()),
        ("tightlip.toml", "exclude = [\"more.py\"]\n".to_owned()),
    ];
    let mut tree = tree;
    for (path, text) in changes {
        tree.run(&CHECK);
        tree = tree.with(path, text);
        let cold = tree.run(&[&CHECK[..], &["--no-cache"]].concat());
        assert_eq!(tree.run(&CHECK).stdout, cold.stdout, "{path}");
    }
    fs::remove_file(tree.path("app.py")).expect("it was there");
    let cold = tree.run(&[&CHECK[..], &["--no-cache"]].concat());
    assert_eq!(tree.run(&CHECK).stdout, cold.stdout);
}

#[test]
fn a_broken_cache_is_as_none() {
    let tree = Tree::new().with("app.py", LEAKY);
    let told = tree.run(&CHECK).stdout;
    for entry in entries(&tree, ".tightlip_cache") {
        let whole = fs::read(&entry).expect("it can be read");
        fs::write(&entry, &whole[..whole.len() / 2]).expect("it can be written");
    }
    assert_eq!(tree.run(&CHECK).stdout, told);
    fs::remove_dir_all(tree.path(".tightlip_cache")).expect("it was there");
    let tree = tree.with(".tightlip_cache", "a file");
    assert_eq!(tree.run(&CHECK).is_silent(1).stdout, told);
}

#[test]
fn it_does_not_grow_for_ever() {
    let mut tree = Tree::new();
    for number in 0..24 {
        let path = format!("a{number}.py");
        tree = tree.with(&path, "x = 1\n");
        tree.run(&["check", &path]);
    }
    assert_eq!(entries(&tree, ".tightlip_cache").len(), 16);
}

#[test]
fn runs_at_once_do_not_harm_each_other() {
    let tree = Tree::new().with("app.py", LEAKY);
    let told = tree.run(&[&CHECK[..], &["--no-cache"]].concat()).stdout;
    let start = |_| tree.command(&CHECK).stdout(Stdio::piped()).spawn().expect("it starts");
    let runs: Vec<_> = (0..6).map(start).collect();
    for run in runs {
        let output = run.wait_with_output().expect("it ends");
        assert_eq!(String::from_utf8_lossy(&output.stdout), told);
    }
}

#[test]
fn it_is_removed_when_asked_and_nothing_else_is() {
    let tree = Tree::new().with("app.py", LEAKY).with("mine/file", "x");
    tree.run(&CHECK);
    tree.run(&["clean"]).is_silent(0);
    assert!(!tree.path(".tightlip_cache").exists());
    tree.run(&["clean"]).is_silent(0);
    tree.run(&["clean", "--cache-dir", "mine"]).says(2, &["error: mine: no cache of tightlip"]);
    assert!(tree.path("mine/file").exists());
}
