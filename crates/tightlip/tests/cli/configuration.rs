//! Configuration files: which is nearest, what it changes, and mistakes in it.

use std::fs;

use crate::runner::{Run, Tree, is_kept_out};

/// A function that sends the text of an exception.
fn leaky(name: &str) -> String {
    format!(
        "from flask import Flask, jsonify\n\napp = Flask(__name__)\n\n\n@app.get(\"/\")\ndef {name}():\n    try:\n        \
         return jsonify(work())\n    except Exception as error:\n        return jsonify(error=str(error)), 500\n"
    )
}

/// Code and path of each finding.
fn found(run: &Run) -> Vec<(String, String)> {
    let report: serde_json::Value = serde_json::from_str(&run.stdout).expect("the report is JSON");
    let text = |value: &serde_json::Value| value.as_str().expect("it is text").to_owned();
    let findings = report["findings"].as_array().expect("a list").iter();
    findings.map(|finding| (text(&finding["rule"]), text(&finding["path"]))).collect()
}

fn check(tree: &Tree, arguments: &[&str]) -> Vec<(String, String)> {
    found(&tree.run(&[&["check", "--output-format=json"], arguments].concat()))
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(rule, path)| ((*rule).to_owned(), (*path).to_owned())).collect()
}

#[test]
fn each_file_is_judged_by_the_nearest_configuration() {
    let tree = Tree::new()
        .with("pyproject.toml", "[tool.tightlip]\nselect = [\"TL101\"]\n")
        .with("one/app.py", leaky("one"))
        .with("two/tightlip.toml", "select = [\"TL301\"]\n")
        .with("two/pyproject.toml", "[project]\nname = \"two\"\n")
        .with("two/app.py", leaky("two"));
    let both = pairs(&[("TL101", "one/app.py"), ("TL301", "two/app.py")]);
    assert_eq!(check(&tree, &[]), both);
    assert_eq!(check(&tree, &["--isolated", "--select", "TL101"]).len(), 2);
    assert_eq!(
        check(&tree, &["--config", "two/tightlip.toml"]),
        pairs(&[("TL301", "one/app.py"), ("TL301", "two/app.py")])
    );
    // Arguments win over files.
    assert_eq!(check(&tree, &["--select", "TL101"]).len(), 2);
    assert_eq!(check(&tree, &["--ignore", "TL301"]), pairs(&[("TL101", "one/app.py")]));
    assert_eq!(check(&tree, &["--min-severity", "critical"]), []);
}

#[test]
fn files_are_left_out_and_rules_in_files() {
    let tree = Tree::new()
        .with(
            "tightlip.toml",
            "select = [\"TL101\"]\nexclude = [\"old/\"]\n[per-file-ignores]\n\"admin.py\" = [\"TL1\"]\n",
        )
        .with("app.py", leaky("one"))
        .with("admin.py", leaky("two"))
        .with("old/app.py", leaky("three"));
    assert_eq!(check(&tree, &[]), pairs(&[("TL101", "app.py")]));
    // What is named is read.
    assert_eq!(check(&tree, &["old"]), pairs(&[("TL101", "old/app.py")]));
}

#[test]
fn severities_and_least_severity_are_obeyed() {
    let settings = "select = [\"TL101\"]\nmin-severity = \"high\"\n";
    let tree = Tree::new().with("app.py", leaky("one")).with("tightlip.toml", settings);
    assert_eq!(check(&tree, &[]), []);
    let tree = tree.with("tightlip.toml", format!("{settings}[severities]\nTL101 = \"critical\"\n"));
    let run = tree.run(&["check"]);
    assert!(run.is_silent(1).stdout.contains("(1 critical)"), "{}", run.stdout);
}

#[test]
fn classes_are_declared_public_and_own_models_are_read() {
    let app = "from flask import Flask\nfrom errors import Refused, fail\nfrom own import send\n\napp = Flask(__name__)\n\n\n\
               @app.get(\"/\")\ndef index():\n    try:\n        fail()\n    except Refused as error:\n        \
               return str(error), 400\n    except ValueError as error:\n        send(str(error))\n    return \"ok\"\n";
    let errors = "class Refused(Exception):\n    pass\n\n\ndef fail():\n    try:\n        load()\n    \
                  except KeyError as error:\n        raise Refused(str(error))\n";
    let tree = Tree::new().with("app.py", app).with("errors.py", errors);
    let tree = tree.with("tightlip.toml", "select = [\"TL101\"]\n");
    assert_eq!(check(&tree, &[]), pairs(&[("TL101", "app.py")]));
    let tree = tree.with("tightlip.toml", "select = [\"TL101\"]\npublic-exceptions = [\"errors.Refused\"]\n");
    assert_eq!(check(&tree, &[]), []);
    let model = "language = \"python\"\npackage = \"own\"\n[[sink]]\ncall = [\"own.send\"]\nargument = 0\nas = \"body\"\n";
    let tree = tree.with(".tightlip/own.toml", model);
    assert_eq!(check(&tree, &[]), pairs(&[("TL101", "app.py")]));
    let tree = tree.with(".tightlip/own.toml", model.replace("argument", "arguments"));
    let run = tree.run(&["check"]);
    run.says(2, &["error: .tightlip/own.toml"]).says(2, &["^^^"]).says(2, &["unknown field `arguments`"]);
}

#[test]
fn mistakes_stop_the_run_and_have_a_place() {
    for (file, text, words) in [
        ("tightlip.toml", &b"selct = []\n"[..], "error: tightlip.toml:1:1: unknown field `selct`"),
        ("tightlip.toml", b"ignore = 3\n", "error: tightlip.toml:1:10: invalid type: integer"),
        (
            "pyproject.toml",
            b"[tool.tightlip]\nignore = [\"TLX\"]\n",
            "error: pyproject.toml:2:11: no rule is called 'TLX'",
        ),
        ("tightlip.toml", b"[a\n", "error: tightlip.toml:1:3: "),
        ("pyproject.toml", b"[tool.tightlip\n", "error: pyproject.toml:1:15: "),
        ("tightlip.toml", b"ignore = []\n# \xff\n", "error: tightlip.toml:2:3: not UTF-8"),
    ] {
        let tree = Tree::new().with("app.py", "x = 1\n").with(file, text);
        for command in ["check", "config"] {
            tree.run(&[command]).says(2, &[words]).says(2, &[" | ", "^"]);
        }
        assert_eq!(tree.run(&["check", "--isolated"]).code, Some(0));
    }
    let tree = Tree::new().with("app.py", "x = 1\n");
    tree.run(&["check", "--config", "none.toml"]).says(2, &["error: none.toml: no such file"]);
    tree.run(&["config", "none"]).says(2, &["error: none: no such file or folder"]);
    let tree = tree.with("tightlip.toml/inside", "");
    tree.run(&["check"]).says(2, &["error: tightlip.toml: not a regular file"]);
}

#[test]
fn two_configurations_in_a_folder_are_one_too_many() {
    let tree = Tree::new()
        .with("shop/app.py", "x = 1\n")
        .with("shop/tightlip.toml", "")
        .with("shop/pyproject.toml", "[tool.tightlip]\n");
    tree.run(&["check"]).says(2, &["error: shop/pyproject.toml: tightlip.toml beside it"]);
}

#[cfg(unix)]
#[test]
fn links_in_circles_and_files_that_cannot_be_read_are_told() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    for name in ["tightlip.toml", "pyproject.toml"] {
        let tree = Tree::new().with("app.py", "x = 1\n");
        symlink(name, tree.path(name)).expect("a link can be made");
        tree.run(&["check"]).says(2, &["error", name, "cannot be read: too many levels of symbolic links"]);
    }
    let tree = Tree::new().with("app.py", "x = 1\n").with("tightlip.toml", "");
    symlink("nowhere", tree.path(".tightlip")).expect("a link can be made");
    tree.run(&["check"]).says(2, &["error: .tightlip: cannot be read"]);
    let tree = Tree::new().with("app.py", "x = 1\n").with("tightlip.toml", "");
    let path = tree.path("tightlip.toml");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("it is ours");
    if is_kept_out(&path) {
        tree.run(&["check"]).says(2, &["error: tightlip.toml: cannot be read: permission denied"]);
    }
    // Folders that lead into themselves harm nobody.
    let tree = Tree::new().with("app.py", "x = 1\n").with("tightlip.toml", "");
    symlink(".", tree.path("loop")).expect("a link can be made");
    assert_eq!(tree.run(&["check"]).code, Some(0));
}

#[test]
fn what_holds_is_shown_with_its_reason() {
    let tree = Tree::new().with("shop/app.py", "").with(
        "tightlip.toml",
        "ignore = [\n  \"TL301\",\n]\nmin-severity = \"low\"\n[severities]\nTL101 = \"high\"\n",
    );
    let shown = tree.run(&["config", "shop/app.py", "--ignore", "TL2"]).is_silent(0).stdout.clone();
    for line in [
        "shop/app.py: tightlip.toml",
        "min-severity      low  (min-severity, tightlip.toml:4)",
        "min-confidence    possible  (default)",
        "off  TL301  no-central-handler      (ignore, tightlip.toml:2)",
        "off  TL201  debug-mode              (--ignore)",
        "on   TL101  exception-message       (default)  severity high (severities, tightlip.toml:6)",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line:?} is not in:\n{shown}");
    }
}

#[test]
fn the_schema_is_that_of_the_program() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/tightlip.schema.json");
    let schema = tightlip_configuration::schema();
    if std::env::var_os("TIGHTLIP_BLESS").is_some() {
        fs::write(path, &schema).expect("it can be written");
    }
    let kept = fs::read_to_string(path).unwrap_or_default();
    assert_eq!(kept, schema, "run the test with TIGHTLIP_BLESS=1 to write it anew");
}
