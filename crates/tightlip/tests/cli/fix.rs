//! `check --fix`: what is written, what is not, and what is said.

use std::fs;

use crate::runner::{Run, Tree};

const LEAK: &str = "from flask import Flask, jsonify\n\napp = Flask(__name__)\n\n\n@app.get('/')\ndef read():\n    try:\n        return work()\n    except Exception as e:\n        return jsonify(error=f'Reading failed: {e}'), 500\n";
const MENDED: &str = "from flask import Flask, jsonify\n\napp = Flask(__name__)\n\n\n@app.get('/')\ndef read():\n    try:\n        return work()\n    except Exception:\n        app.logger.exception('Reading failed')\n        return jsonify(error='Reading failed'), 500\n";

/// Arguments that look at leaks alone.
fn check(folder: &Tree, more: &[&str]) -> Run {
    let mut arguments = vec!["check", "--select", "TL1", "app.py"];
    arguments.extend(more);
    folder.run(&arguments)
}

fn folder(text: &[u8]) -> Tree {
    Tree::new().with("app.py", text)
}

fn text(folder: &Tree) -> Vec<u8> {
    fs::read(folder.path("app.py")).expect("it is there")
}

/// What `--fix --unsafe-fixes` makes of `before`; a second time changes nothing.
#[track_caller]
fn becomes(before: &str, after: &str) {
    let folder = folder(before.as_bytes());
    check(&folder, &["--fix", "--unsafe-fixes"]);
    assert_eq!(String::from_utf8(text(&folder)).expect("it is text"), after);
    check(&folder, &["--fix", "--unsafe-fixes"]);
    assert_eq!(String::from_utf8(text(&folder)).expect("it is text"), after, "a second time");
}

#[test]
fn a_fix_is_written_and_nothing_is_left() {
    let folder = folder(LEAK.as_bytes());
    let run = check(&folder, &["--fix"]);
    assert_eq!(run.code, Some(0), "{}", run.stdout);
    assert!(run.stdout.contains("; 1 fixed"), "{}", run.stdout);
    assert_eq!(String::from_utf8_lossy(&text(&folder)), MENDED);
}

#[test]
fn a_difference_is_shown_and_nothing_is_written() {
    let folder = folder(LEAK.as_bytes());
    let run = check(&folder, &["--diff"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stdout.starts_with("--- a/app.py\n+++ b/app.py\n@@ "), "{}", run.stdout);
    assert!(run.stdout.contains("-    except Exception as e:\n"), "{}", run.stdout);
    assert!(run.stderr.contains("1 finding would be fixed in 1 file"), "{}", run.stderr);
    assert_eq!(String::from_utf8_lossy(&text(&folder)), LEAK);
}

#[test]
fn what_a_client_may_rely_on_is_asked_for() {
    let narrow = LEAK.replace("Exception as", "OSError as").replace("500", "400");
    let folder = folder(narrow.as_bytes());
    let run = check(&folder, &["--fix"]);
    assert_eq!(run.code, Some(1));
    assert_eq!(String::from_utf8_lossy(&text(&folder)), narrow);
    assert!(run.stdout.contains("1 can be fixed with --fix --unsafe-fixes"), "{}", run.stdout);
    check(&folder, &["--fix", "--unsafe-fixes"]);
    assert_eq!(
        String::from_utf8_lossy(&text(&folder)),
        MENDED.replace("Exception:", "OSError:").replace("500", "400")
    );
}

#[test]
fn without_findings_no_byte_changes() {
    let odd = "\u{feff}import os\r\nx = 1  ;  y = 2\r\n\tz = 3";
    let folder = folder(odd.as_bytes());
    check(&folder, &["--fix", "--unsafe-fixes"]);
    assert_eq!(text(&folder), odd.as_bytes());
}

#[test]
fn newlines_and_the_byte_order_mark_stay() {
    let dressed = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n"));
    becomes(&dressed(LEAK), &dressed(MENDED));
}

#[test]
fn tabs_stay() {
    becomes(&LEAK.replace("    ", "\t"), &MENDED.replace("    ", "\t"));
}

#[test]
fn a_suite_on_one_line_gets_lines() {
    let before = LEAK.replace("e:\n        return", "e: return");
    becomes(&before, MENDED);
    let before = LEAK.replace("e:\n        return", "e: done = 1; return");
    becomes(&before, &MENDED.replace("        return jsonify", "        done = 1; return jsonify"));
}

#[test]
fn comments_and_what_stands_around_stay() {
    let before = LEAK
        .replace("as e:", "as e:  # noqa: BLE001")
        .replace("        return jsonify", "        # The client waits.\n        return jsonify");
    let after = MENDED
        .replace("Exception:", "Exception:  # noqa: BLE001")
        .replace("        app.logger", "        # The client waits.\n        app.logger");
    becomes(&before, &after);
}

#[test]
fn nested_arms_are_mended_one_by_one() {
    let before = "from flask import Flask\napp = Flask(__name__)\n@app.get('/')\ndef read():\n    try:\n        return a()\n    except Exception as e:\n        try:\n            b()\n        except Exception as again:\n            return str(again), 500\n        return str(e), 500\n";
    let after = "from flask import Flask\napp = Flask(__name__)\n@app.get('/')\ndef read():\n    try:\n        return a()\n    except Exception:\n        app.logger.exception('read failed')\n        try:\n            b()\n        except Exception:\n            app.logger.exception('read failed')\n            return 'Internal server error', 500\n        return 'Internal server error', 500\n";
    becomes(before, after);
}

#[test]
fn decorators_and_type_comments_stay() {
    let before = "from flask import Flask\napp = Flask(__name__)\n@app.get('/')\n@app.get('/all')\ndef read():\n    # type: () -> str\n    try:\n        return a()\n    except Exception as e:\n        text = str(e)  # type: str\n        return text, 500\n";
    let after = "from flask import Flask\napp = Flask(__name__)\n@app.get('/')\n@app.get('/all')\ndef read():\n    # type: () -> str\n    try:\n        return a()\n    except Exception:\n        app.logger.exception('read failed')\n        text = 'Internal server error'  # type: str\n        return text, 500\n";
    becomes(before, after);
}

#[test]
fn a_read_only_file_is_told_and_left() {
    let folder = folder(LEAK.as_bytes());
    let path = folder.path("app.py");
    let mut permissions = fs::metadata(&path).expect("it is there").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).expect("it may be changed");
    let run = check(&folder, &["--fix"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("app.py: it is read-only"), "{}", run.stderr);
    assert_eq!(String::from_utf8_lossy(&text(&folder)), LEAK);
}

/// A limit on the size of files stands for a full disk: every byte that is written is refused.
#[cfg(unix)]
#[test]
fn where_nothing_can_be_written_nothing_is_lost() {
    use std::process::Command;
    let folder = folder(LEAK.as_bytes());
    let tightlip = folder.command(&[]).get_program().to_owned();
    let script = "trap '' XFSZ; ulimit -f 0; exec \"$0\" check --select TL1 --fix app.py";
    let mut shell = Command::new("sh");
    let output =
        shell.args(["-c", script]).arg(tightlip).current_dir(folder.path("")).output().expect("sh is there");
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{words}");
    assert!(words.contains("error: app.py: cannot be written: file too large"), "{words}");
    assert_eq!(String::from_utf8_lossy(&text(&folder)), LEAK);
    let beside =
        fs::read_dir(folder.path("")).expect("it is there").map(|entry| entry.expect("one").file_name());
    assert_eq!(beside.collect::<Vec<_>>(), ["app.py"], "nothing is left beside it");
}

#[test]
fn several_ways_to_one_reply_are_mended_together() {
    let arm = |name: &str| {
        format!(
            "\n\n@app.get('/{name}')\ndef {name}():\n    try:\n        return work()\n    except Exception as e:\n        \
             raise Failed(f'{name} failed: {{e}}') from e\n"
        )
    };
    let head = "from flask import Flask\n\napp = Flask(__name__)\n\n\nclass Failed(Exception):\n    \
                def __init__(self, message):\n        self.message = message\n\n\n\
                @app.errorhandler(Failed)\ndef show(error):\n    return error.message, 500\n";
    let folder = folder([head, &arm("one"), &arm("two"), &arm("three")].concat().as_bytes());
    let run = check(&folder, &["--fix", "--unsafe-fixes"]);
    assert_eq!(run.code, Some(0), "{}", run.stdout);
    let mended = String::from_utf8(text(&folder)).expect("it is text");
    for name in ["one", "two", "three"] {
        assert!(mended.contains(&format!("raise Failed('{name} failed') from e\n")), "{mended}");
    }
}

#[test]
fn programs_are_told_what_can_be_fixed() {
    let folder = folder(LEAK.as_bytes());
    let run = check(&folder, &["--output-format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).expect("it is JSON");
    assert_eq!(report["findings"][0]["fixable"], "safe");
    let run = check(&folder, &["--output-format", "sarif"]);
    let log: serde_json::Value = serde_json::from_str(&run.stdout).expect("it is JSON");
    let change = &log["runs"][0]["results"][0]["fixes"][0]["artifactChanges"][0];
    assert_eq!(change["artifactLocation"]["uri"], "app.py");
    assert_eq!(change["replacements"][0]["deletedRegion"]["startLine"], 10);
}

/// An application whose only view has `arm` for its `except Exception as e:`, behind `head`.
fn with_arm(head: &str, arm: &str) -> String {
    format!(
        "from flask import Flask, jsonify\n\napp = Flask(__name__)\n{head}\n\n@app.get('/')\ndef read():\n    try:\n        \
         return work()\n    except Exception as e:\n{arm}"
    )
}

#[test]
fn an_error_that_a_function_looks_into_stays_what_it_is() {
    let helper = "\n\ndef parts_of(error):\n    return {'code': error.code, 'error': str(error)}\n";
    let before = with_arm(helper, "        return jsonify(parts_of(e)), 500\n");
    becomes(&before, &before);
}

#[test]
fn an_error_that_becomes_text_in_a_function_is_replaced_by_text() {
    let helper = "\n\ndef failure(error):\n    return jsonify(error=str(error)), 404\n";
    let before = with_arm(helper, "        return failure(e)\n");
    let folder = folder(before.as_bytes());
    check(&folder, &["--fix", "--unsafe-fixes"]);
    let mended = String::from_utf8(text(&folder)).expect("it is text");
    assert!(mended.contains("return failure('Not found')"), "{mended}");
}

#[test]
fn a_function_that_asks_first_takes_a_text_too() {
    let helper = "\n\ndef failure(error):\n    if isinstance(error, Refused):\n        error = error.reason\n    return \
                  jsonify(error='{}'.format(error)), 500\n";
    let before = with_arm(helper, "        return failure(e)\n");
    let folder = folder(before.as_bytes());
    check(&folder, &["--fix", "--unsafe-fixes"]);
    let mended = String::from_utf8(text(&folder)).expect("it is text");
    assert!(mended.contains("return failure('Internal server error')"), "{mended}");
}

#[test]
fn a_function_that_is_declared_to_take_an_error_gets_one() {
    let helper = "\n\ndef failure(error: Exception):\n    return jsonify(error=str(error)), 500\n";
    let before = with_arm(helper, "        return failure(e)\n");
    becomes(&before, &before);
}

#[test]
fn a_loop_is_not_sent_over_a_text() {
    let before = "import os\n\nfrom flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get('/')\ndef read():\n    found = []\n    \
                  for name in os.environ:\n        found.append(os.environ[name])\n    return {'all': found}\n";
    let folder = folder(before.as_bytes());
    check(&folder, &["--fix", "--unsafe-fixes"]);
    let mended = String::from_utf8(text(&folder)).expect("it is text");
    assert!(mended.contains("for name in os.environ:"), "{mended}");
}

#[test]
fn both_ways_of_a_choice_are_one_text() {
    let arm = "        message = e.message if hasattr(e, 'message') and e.message else str(e)\n        return \
               jsonify(error=message), 403\n";
    let after = "        app.logger.exception('read failed')\n        message = 'Forbidden'\n        return \
                 jsonify(error=message), 403\n";
    becomes(&with_arm("", arm), &with_arm("", after).replace("Exception as e", "Exception"));
}

#[test]
fn the_name_of_an_exception_says_its_status() {
    let class = "\n\nclass BadRequest(Exception):\n    pass\n\n\n@app.errorhandler(BadRequest)\ndef show(error):\n    return \
                 jsonify(error=str(error)), 400\n";
    let arm = "        raise BadRequest(str(e))\n";
    let after = "        raise BadRequest('Bad request') from e\n";
    becomes(&with_arm(class, arm), &with_arm(class, after));
}

#[test]
fn a_version_gives_way_to_no_word_about_errors() {
    let before = "import platform\nfrom flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get('/')\ndef read():\n    \
                  return {'python': platform.python_version()}\n";
    let after = "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get('/')\ndef read():\n    return {'python': \
                 'Not available'}\n";
    becomes(before, after);
}
