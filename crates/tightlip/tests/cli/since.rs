//! What changed since a revision.

use std::process::Command;

use crate::runner::Tree;

const CHECK: [&str; 5] = ["check", "--select", "TL101", "--since", "HEAD"];

fn git(tree: &Tree, arguments: &[&str]) -> bool {
    let identity = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"];
    let command = Command::new("git").args(identity).args(arguments).current_dir(tree.path("")).output();
    command.is_ok_and(|output| output.status.success())
}

fn leaky(name: &str) -> String {
    format!(
        "@app.get(\"/{name}\")\ndef {name}():\n    try:\n        return {name}_work()\n    \
         except Exception as error:\n        return str(error), 500\n\n\n"
    )
}

#[test]
fn only_what_touches_changed_lines_is_reported() {
    let head = "from flask import Flask\n\napp = Flask(__name__)\n\n\n";
    let tree = Tree::new().with("shop/app.py", format!("{head}{}", leaky("one")));
    if !git(&tree, &["init", "-q"]) {
        eprintln!("without git nothing is tested here");
        return;
    }
    assert!(git(&tree, &["add", "."]) && git(&tree, &["commit", "-q", "-m", "one"]));
    tree.run(&CHECK).is_silent(0);
    let tree = tree.with("shop/app.py", format!("{head}{}{}", leaky("two"), leaky("one")));
    let run = tree.run(&CHECK);
    assert!(run.is_silent(1).stdout.contains("1 finding ("), "{}", run.stdout);
    assert!(run.stdout.contains("shop/app.py:11"), "{}", run.stdout);
    // A new file counts as a whole.
    let tree = tree.with("shop/new.py", format!("{head}{}", leaky("three")));
    assert!(tree.run(&CHECK).is_silent(1).stdout.contains("2 findings ("));
    for revision in ["nonsense", "-h"] {
        let asked = format!("--since={revision}");
        tree.run(&["check", &asked]).says(2, &["error: --since: no commit is called", revision]);
    }
}

#[test]
fn where_there_is_no_git_it_is_told() {
    let tree = Tree::new().with("app.py", "x = 1\n");
    let told = tree.command(&CHECK).env("PATH", "").output().expect("it starts");
    assert_eq!(told.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&told.stderr).contains("error: --since: git cannot be started"));
    let told = tree.command(&CHECK).env("GIT_CEILING_DIRECTORIES", "/").output().expect("it starts");
    assert_eq!(told.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&told.stderr).contains("error: --since: "));
}
