//! Which files are checked.

use crate::runner::Tree;

/// A syntax error, so that each file that is checked is told of.
const BAD: &str = "def (\n";

#[test]
fn gitignore_is_respected_in_and_outside_of_repositories() {
    let tree = Tree::new()
        .with(".gitignore", "generated/\nlocal_*.py\n")
        .with("app.py", BAD)
        .with("local_settings.py", BAD)
        .with("generated/client.py", BAD)
        .with("shop/.gitignore", "secret.py\n")
        .with("shop/secret.py", BAD)
        .with("shop/views.py", BAD);
    assert_eq!(tree.checked(&[]), ["app.py", "shop/views.py"]);
    // What is named is checked, whatever .gitignore says.
    assert_eq!(tree.checked(&["generated"]), ["generated/client.py"]);
    assert_eq!(tree.checked(&["shop/secret.py"]), ["shop/secret.py"]);
}

#[test]
fn other_peoples_code_is_left_out() {
    let tree = Tree::new()
        .with("app.py", BAD)
        .with(".venv/lib/python3.12/site-packages/flask/app.py", BAD)
        .with("env/pyvenv.cfg", "")
        .with("env/lib/python3.12/site-packages/flask/app.py", BAD)
        .with("my-python/pyvenv.cfg", "")
        .with("my-python/tool.py", BAD)
        .with("lib/site-packages/flask/app.py", BAD)
        .with("node_modules/gyp/gyp.py", BAD)
        .with("__pycache__/app.py", BAD)
        .with("vendor/six.py", BAD)
        .with("shop/_vendor/six.py", BAD)
        .with("third_party/six.py", BAD)
        .with("build/lib/app.py", BAD)
        .with("shop.egg-info/x.py", BAD)
        .with(".hidden/x.py", BAD)
        .with("shop/vendor/views.py", BAD)
        .with("notebook.ipynb", "{}")
        .with("stub.pyi", BAD);
    assert_eq!(tree.checked(&[]), ["app.py", "shop/vendor/views.py"]);
}

#[test]
fn what_is_named_is_checked() {
    let tree = Tree::new()
        .with(".hidden/x.py", BAD)
        .with("vendor/six.py", BAD)
        .with("venv/pyvenv.cfg", "")
        .with("venv/lib/site-packages/flask/app.py", BAD);
    assert_eq!(tree.checked(&[".hidden"]), [".hidden/x.py"]);
    assert_eq!(tree.checked(&["vendor"]), ["vendor/six.py"]);
    assert_eq!(tree.checked(&["venv"]), ["venv/lib/site-packages/flask/app.py"]);
    assert_eq!(tree.checked(&["venv/lib/site-packages"]), ["venv/lib/site-packages/flask/app.py"]);
    assert_eq!(tree.checked(&["venv/lib/site-packages/flask"]), ["venv/lib/site-packages/flask/app.py"]);
}

#[test]
fn a_file_named_twice_is_checked_once_and_paths_are_short() {
    let tree = Tree::new().with("shop/b.py", BAD).with("shop/a.py", BAD);
    assert_eq!(tree.checked(&["./shop/", "shop/a.py", "shop/../shop/b.py", "."]), ["shop/a.py", "shop/b.py"]);
}

#[test]
fn absolute_paths_below_the_current_folder_are_shown_relative() {
    let tree = Tree::new().with("shop/a.py", BAD);
    // The folder for temporary files may be behind a link.
    let root = tree.path("").canonicalize().unwrap();
    assert_eq!(tree.checked(&[root.join("shop").to_str().unwrap()]), ["shop/a.py"]);
}

#[test]
fn sarif_tells_no_machines_folders() {
    let tree = Tree::new().with("shop/a.py", BAD);
    let elsewhere = Tree::new();
    let root = tree.path("").canonicalize().unwrap();
    let run = elsewhere.run(&["check", "--output-format=sarif", root.to_str().unwrap()]);
    assert!(run.stdout.contains("\"uri\": \"shop/a.py\""), "{}", run.stdout);
    assert!(!run.stdout.contains(root.to_str().unwrap()), "{}", run.stdout);
}

#[cfg(unix)]
#[test]
fn linked_files_are_checked_once() {
    use std::os::unix::fs::symlink;
    let tree = Tree::new().with("shop/a.py", BAD).with("elsewhere/b.py", BAD);
    symlink("a.py", tree.path("shop/again.py")).unwrap();
    symlink("../elsewhere/b.py", tree.path("shop/b.py")).unwrap();
    assert_eq!(tree.checked(&["shop"]), ["shop/a.py", "shop/b.py"]);
    assert_eq!(tree.checked(&["."]), ["elsewhere/b.py", "shop/a.py"]);
}
