use std::fs;
use std::path::Path;

use lsp_types::{Diagnostic, DiagnosticSeverity, NumberOrString, Position, Range};
use serde_json::json;
use tempfile::{TempDir, tempdir};

use crate::client::{Client, url, write};

const SERVICES: &str = "\
def place(order):
    try:
        return True, save(order)
    except Exception as error:
        return False, str(error)
";

const VIEWS: &str = "\
from flask import Flask, jsonify
from services import place

app = Flask(__name__)

@app.post(\"/orders\")
def orders():
    ok, result = place({})
    if not ok:
        return jsonify(error=result), 400
    return jsonify(result)
";

fn shop() -> TempDir {
    let folder = tempdir().expect("a folder");
    write(folder.path(), &[("views.py", VIEWS), ("services.py", SERVICES)]);
    folder
}

/// The codes of those rules that speak of replies, with the lines, from 0.
fn leaks(diagnostics: &[Diagnostic]) -> Vec<(String, u32)> {
    let leaks = diagnostics.iter().filter_map(|diagnostic| match &diagnostic.code {
        Some(NumberOrString::String(code)) => Some((code.clone(), diagnostic.range.start.line)),
        _ => None,
    });
    leaks.filter(|(code, _)| code.starts_with("TL1")).collect()
}

fn leak(line: u32) -> Vec<(String, u32)> {
    vec![("TL101".to_owned(), line)]
}

#[test]
fn a_whole_session_goes_well() {
    let shop = shop();
    let views = shop.path().join("views.py");
    let services = shop.path().join("services.py");
    let mut client = Client::start(&[shop.path()]);
    client.wait();
    assert_eq!(leaks(&client.shown(&views)), leak(9), "what is on disk is looked at without being opened");

    client.open(&views, VIEWS);
    client.wait();
    let shown = client.shown(&views);
    assert_eq!(leaks(&shown), leak(9));
    let diagnostic = shown.iter().find(|known| known.range.start.line == 9).expect("the leak");
    assert_eq!(diagnostic.severity, Some(DiagnosticSeverity::WARNING));
    assert_eq!(diagnostic.source.as_deref(), Some("tightlip"));
    let steps = diagnostic.related_information.as_deref().unwrap_or_default();
    assert!(steps.iter().any(|step| step.location.uri == url(&services)), "the flow starts in another file");

    let place = json!({ "textDocument": { "uri": url(&views) }, "position": diagnostic.range.start });
    let hover = client.request("textDocument/hover", place);
    let text = hover["contents"]["value"].as_str().unwrap_or_default();
    assert!(text.starts_with("# TL101 exception-message") && text.contains("## How to mend it"), "{text}");

    let params = json!({
        "textDocument": { "uri": url(&views) },
        "range": diagnostic.range,
        "context": { "diagnostics": [diagnostic] },
    });
    let actions = client.request("textDocument/codeAction", params);
    let mend = &actions[0];
    assert!(mend["title"].as_str().is_some_and(|title| title.starts_with("Fix: ")), "{actions}");
    let mended = &mend["edit"]["changes"][url(&services).as_str()];
    assert!(mended.to_string().contains("exception"), "the fix is where the text is made: {mended}");
    let silence = &actions[1];
    assert_eq!(silence["kind"], "quickfix");
    let edit = &silence["edit"]["changes"][url(&views).as_str()][0];
    assert_eq!(edit["newText"], "  # tightlip: ignore[TL101]");
    client.change_in_parts(&views, 2, json!([{ "range": edit["range"], "text": edit["newText"] }]));
    client.wait();
    assert_eq!(leaks(&client.shown(&views)), [], "the comment silences it");

    client.change(&views, 3, VIEWS);
    client.wait();
    assert_eq!(leaks(&client.shown(&views)), leak(9));
    let fixed = SERVICES.replace("str(error)", "\"the order cannot be placed\"");
    client.open(&services, &fixed);
    client.wait();
    assert_eq!(leaks(&client.shown(&views)), [], "an unsaved change of one file is seen in another");
    client.notify("textDocument/didClose", json!({ "textDocument": { "uri": url(&services) } }));
    client.wait();
    assert_eq!(leaks(&client.shown(&views)), leak(9), "what was not saved is gone");

    fs::write(&services, &fixed).expect("it can be written");
    let changes = json!([{ "uri": url(&services), "type": 2 }]);
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
    client.wait();
    assert_eq!(leaks(&client.shown(&views)), [], "a change outside of the editor is seen");
    assert_eq!(client.leave(), Some(0));
}

#[test]
fn the_first_answer_comes_before_the_whole_and_agrees_with_it() {
    let shop = shop();
    let views = shop.path().join("views.py");
    let mut client = Client::start(&[shop.path()]);
    client.open(&views, VIEWS);
    client.wait();
    client.published.clear();
    let longer = VIEWS.replace("\napp =", "\n\n\n# a remark\napp =");
    client.change(&views, 2, &longer);
    client.wait();
    let answers: Vec<_> = client
        .published
        .iter()
        .filter(|params| params.uri == url(&views))
        .map(|it| leaks(&it.diagnostics))
        .collect();
    assert_eq!(answers, [leak(12), leak(12)]);
    assert_eq!(client.leave(), Some(0));
}

#[test]
fn positions_are_counted_in_units_of_utf_16() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("app.py");
    let before = "from flask import Flask\napp = Flask(__name__)\n\n@app.get('/')\ndef home():\n    try:\n        work()\n    except Exception as e:\n        return '😀é' + strx(e)\n";
    write(folder.path(), &[("app.py", before)]);
    let mut client = Client::start(&[folder.path()]);
    client.open(&path, before);
    // The letter too many lies behind a character of two units.
    let letter = Range::new(Position::new(8, 26), Position::new(8, 27));
    client.change_in_parts(&path, 2, json!([{ "range": letter, "text": "" }]));
    client.wait();
    let shown = client.shown(&path);
    let leak = shown.iter().find(|known| known.range.start.line == 8);
    let Some(leak) = leak else { panic!("there is a leak in {shown:?}") };
    assert_eq!((leak.range.start.character, leak.range.end.character), (15, 29));
    assert_eq!(client.leave(), Some(0));
}

#[test]
fn roots_are_programs_of_their_own_and_so_is_a_file_outside() {
    let (one, other, outside) = (shop(), shop(), shop());
    let fixed = SERVICES.replace("str(error)", "\"no\"");
    write(other.path(), &[("services.py", &fixed)]);
    let mut client = Client::start(&[one.path(), other.path()]);
    client.wait();
    assert_eq!(leaks(&client.shown(&one.path().join("views.py"))), leak(9));
    assert_eq!(leaks(&client.shown(&other.path().join("views.py"))), []);

    // By itself it does not know what `place` gives.
    let alone = outside.path().join("alone.py");
    let text = "from flask import Flask\napp = Flask(__name__)\n@app.get('/')\ndef f():\n    try:\n        g()\n    except OSError as e:\n        return str(e)\n";
    client.open(&alone, text);
    client.wait();
    assert_eq!(leaks(&client.shown(&alone)), leak(7));
    client.notify("textDocument/didClose", json!({ "textDocument": { "uri": url(&alone) } }));
    client.wait();
    assert_eq!(client.shown(&alone), [], "what is closed is not shown any more");

    let removed =
        json!({ "event": { "added": [], "removed": [{ "uri": url(one.path()), "name": "shop" }] } });
    client.notify("workspace/didChangeWorkspaceFolders", removed);
    client.wait();
    assert_eq!(client.shown(&one.path().join("views.py")), []);
    assert_eq!(client.leave(), Some(0));
}

#[test]
fn new_files_and_files_that_are_left_out_are_told_apart() {
    let shop = shop();
    write(shop.path(), &[("venv/pyvenv.cfg", ""), ("venv/lib/views.py", VIEWS)]);
    let mut client = Client::start(&[shop.path()]);
    let new = shop.path().join("new.py");
    client.open(&new, VIEWS);
    let left_out = shop.path().join("venv/lib/views.py");
    client.open(&left_out, VIEWS);
    client.wait();
    assert_eq!(leaks(&client.shown(&new)), leak(9), "a file that was never saved is part of the program");
    assert_eq!(client.shown(Path::new(&left_out)), []);
    assert_eq!(client.leave(), Some(0));
}
