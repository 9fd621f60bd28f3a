//! Broken input: each is told in words, gets the right exit code, and harms no other file.

use std::time::{Duration, Instant};

use crate::runner::{self, Tree};

const GOOD: &str = "x = 1\n";

fn checked_files(stdout: &str) -> u64 {
    let report: serde_json::Value = serde_json::from_str(stdout).expect("the report is JSON");
    report["files"].as_u64().expect("files are counted")
}

#[test]
fn a_file_cut_in_the_middle_is_checked_as_far_as_it_goes() {
    let tree = Tree::new().with("cut.py", "def view():\n    return jsonify(error=str(").with("good.py", GOOD);
    let run = tree.run(&["check", "--output-format", "json"]);
    run.says(0, &["warning: cut.py:2:", "what can be read is checked"]);
    assert_eq!(checked_files(&run.stdout), 2);
}

#[test]
fn a_file_with_nul_bytes_is_left_out() {
    let tree = Tree::new().with("nul.py", b"a = 1\n\0\0\0").with("good.py", GOOD);
    let run = tree.run(&["check", "--output-format", "json"]);
    run.says(0, &["warning: nul.py", "NUL byte at byte 6 (line 2)", "left out"]);
    assert_eq!(checked_files(&run.stdout), 1);
}

#[test]
fn latin_1_is_decoded_when_declared_and_replaced_when_not() {
    let tree = Tree::new()
        .with("declared.py", b"# -*- coding: latin-1 -*-\nx = 'caf\xe9'\n")
        .with("undeclared.py", b"x = 'caf\xe9'\n");
    let run = tree.run(&["check", "--output-format", "json"]);
    run.says(0, &["warning: undeclared.py:1:9", "not UTF-8 at byte 8 (line 1)", "decoded with replacement"]);
    assert!(!run.stderr.contains("declared.py:2"), "{}", run.stderr);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    assert_eq!(checked_files(&run.stdout), 2);
}

#[test]
fn fifty_megabytes_in_one_line_are_left_out_at_once() {
    let tree = Tree::new().with("huge.py", vec![b'x'; 50_000_000]).with("good.py", GOOD);
    let started = Instant::now();
    let run = tree.run(&["check", "--output-format", "json"]);
    run.says(0, &["warning: huge.py", "47.7 MiB", "larger than the 4 MiB", "left out"]);
    assert_eq!(checked_files(&run.stdout), 1);
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_line_as_long_as_a_file_may_be_is_checked() {
    let tree = Tree::new().with("long.py", "x=1;".repeat(1_000_000));
    tree.run(&["check"]).is_silent(0);
}

#[test]
fn deep_nesting_is_survived() {
    for (open, close) in
        [("(", ")"), ("[", "]"), ("{1:", "}"), ("f(", ")"), ("not ", ""), ("-", ""), ("a.b(", ")")]
    {
        let deep = format!("x = {}1{}\n", open.repeat(5_000), close.repeat(5_000));
        let tree = Tree::new()
            .with("deep.py", &deep)
            .with("unclosed.py", &deep[..deep.len() / 2])
            .with("good.py", GOOD);
        let run = tree.run(&["check", "--output-format", "json"]);
        assert_eq!(run.code, Some(0), "{open}: {}", run.stderr);
        assert_eq!(checked_files(&run.stdout), 3, "{open}: {}", run.stderr);
    }
}

#[test]
fn deep_blocks_and_chains_are_survived() {
    let blocks: String = (0..5_000).map(|depth| format!("{}if x:\n", " ".repeat(depth))).collect();
    let sum = format!("x = {}1\n", "1 + ".repeat(100_000));
    let calls = format!("x = f{}\n", "()".repeat(5_000));
    let branches = format!("if x:\n    pass\n{}", "elif x:\n    pass\n".repeat(5_000));
    let trees = [("blocks.py", blocks), ("sum.py", sum), ("calls.py", calls), ("branches.py", branches)];
    for (name, text) in trees {
        if text.len() > 4 << 20 {
            continue;
        }
        let run = Tree::new().with(name, &text).run(&["check"]);
        assert_eq!(run.code, Some(0), "{name}: {}", run.stderr);
    }
}

#[cfg(unix)]
#[test]
fn symlink_loops_are_not_followed() {
    use std::os::unix::fs::symlink;
    let tree = Tree::new().with("shop/good.py", GOOD);
    symlink("..", tree.path("shop/up")).unwrap();
    symlink("self.py", tree.path("shop/self.py")).unwrap();
    symlink("nowhere.py", tree.path("shop/dangling.py")).unwrap();
    let run = tree.run(&["check", "--output-format", "json"]);
    run.says(0, &["warning: shop/up", "a link to a folder that it is in", "not followed"]);
    run.says(0, &["warning: shop/self.py", "a link that cannot be read", "symbolic links"]);
    run.says(0, &["warning: shop/dangling.py", "no such file"]);
    assert_eq!(checked_files(&run.stdout), 1);
    tree.run(&["check", "shop/self.py"]).says(2, &["error: shop/self.py: cannot be read"]);
}

#[cfg(unix)]
#[test]
fn an_unreadable_file_or_folder_is_told() {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt;
    let tree = Tree::new().with("good.py", GOOD).with("closed.py", GOOD).with("closed/a.py", GOOD);
    set_permissions(tree.path("closed.py"), Permissions::from_mode(0o000)).unwrap();
    set_permissions(tree.path("closed"), Permissions::from_mode(0o000)).unwrap();
    if runner::is_kept_out(&tree.path("closed.py")) {
        let run = tree.run(&["check", "--output-format", "json"]);
        run.says(0, &["warning: closed.py: cannot be read: permission denied", "left out"]);
        run.says(0, &["warning: closed: cannot be read: permission denied"]);
        assert_eq!(checked_files(&run.stdout), 1);
        tree.run(&["check", "closed.py"]).says(2, &["error: closed.py: cannot be read: permission denied"]);
    }
    set_permissions(tree.path("closed"), Permissions::from_mode(0o700)).unwrap();
}

#[cfg(unix)]
#[test]
fn special_files_are_not_opened() {
    let tree = Tree::new().with("good.py", GOOD);
    let made = std::process::Command::new("mkfifo").arg(tree.path("pipe.py")).status();
    if made.is_ok_and(|status| status.success()) {
        tree.run(&["check"]).is_silent(0);
        tree.run(&["check", "pipe.py"]).says(2, &["error: pipe.py: not a regular file"]);
    }
    tree.run(&["check", "/dev/null"]).says(2, &["error: /dev/null: not a regular file"]);
}

#[test]
fn an_empty_folder_is_told_and_no_failure() {
    let tree = Tree::new().with("empty/notes.txt", "");
    let run = tree.run(&["check", "empty"]);
    run.says(0, &["warning: empty: no Python files found under this folder"]);
    assert_eq!(run.stdout, "");
}

#[test]
fn a_missing_path_fails_but_the_others_are_checked() {
    let tree = Tree::new().with("good.py", GOOD);
    let run = tree.run(&["check", "missing", "good.py"]);
    run.says(2, &["error: missing: cannot be read: no such file or folder"]);
    assert!(run.stdout.starts_with("no findings in 1 file, "), "{}", run.stdout);
    let run = tree.run(&["check", "--output-format=sarif", "missing"]);
    run.says(2, &["error: missing"]);
    assert!(run.stdout.contains("\"executionSuccessful\": false"), "{}", run.stdout);
    assert_eq!(tree.run(&["check", "--exit-zero", "missing"]).code, Some(2));
}

#[test]
fn a_named_file_that_is_no_python_is_an_error() {
    let tree = Tree::new().with("book.ipynb", "{}").with("stub.pyi", "x: int\n");
    tree.run(&["check", "book.ipynb"]).says(2, &["error: book.ipynb: not a Python file", ".py"]);
    tree.run(&["check", "stub.pyi"]).says(2, &["error: stub.pyi: not a Python file"]);
    tree.run(&["check"]).says(0, &["no Python files found"]);
}

#[test]
fn when_nothing_can_be_read_that_is_a_failure() {
    let tree = Tree::new().with("nul.py", b"\0");
    let run = tree.run(&["check"]);
    run.says(2, &["error: nul.py", "NUL byte"]);
    assert_eq!(run.stdout, "");
}

#[test]
fn odd_but_valid_files_are_fine() {
    let tree = Tree::new()
        .with("empty.py", "")
        .with("bom.py", b"\xef\xbb\xbfx = 1\r\n")
        .with("mac.py", "x = 1\ry = 2\r")
        .with("no_end.py", "x = 1")
        .with("form_feed.py", "\u{c}\nx = 1\n")
        .with("with space \u{e9}\u{1b}.py", GOOD);
    tree.run(&["check"]).is_silent(0);
}

#[cfg(unix)]
#[test]
fn file_names_cannot_speak_to_the_terminal() {
    let tree = Tree::new().with("evil\u{1b}[2J\n.py", "def (");
    let run = tree.run(&["check"]);
    run.says(0, &["warning: evil\\u{1b}[2J\\n.py:1:"]);
    assert!(!run.stderr.contains('\u{1b}'));
}
