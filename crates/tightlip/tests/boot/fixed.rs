//! What fixes make of applications, booted: the central handler that is put in answers as it should, whatever the
//! application looks like, and `examples/shop` leaks no more.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tightlip_fix::{HandlerStyle, Options};

use super::shop::{ENVIRONMENT, GOOD, LEAKS, replies, without_headers};
use super::support::mend::{Files, findings, mended};
use super::{answers, interpreter, repository, told};

/// What is raised, and must stay in the log.
const SECRET: &str = "duplicate key 4711";

const VIEWS: &str = r#"
@{router}.get("/boom")
def boom():
    raise RuntimeError("duplicate key 4711")


@{router}.get("/orders/<int:number>")
def order(number):
    if number > 9:
        abort(404)
    return {good}


@{router}.get("/items/")
def items():
    return {good}


@{router}.get("/own")
def own():
    abort(make_response("own words", 418))


@{router}.get("/busy")
def busy():
    raise TooManyRequests("Not so fast.", retry_after=30)
"#;

const IMPORTS: &str = "from flask import {names}\nfrom werkzeug.exceptions import TooManyRequests\n\n";

/// What the views of an application answer with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Records,
    Pages,
    Both,
}

impl Kind {
    fn views(self, router: &str) -> String {
        let good = match self {
            Kind::Records => "jsonify(ok=True)",
            Kind::Pages | Kind::Both => "render_template_string(\"<p>ok</p>\")",
        };
        let both = format!(
            "\n\n@{router}.get(\"/api\")\ndef api():\n    return jsonify(success=False, message=\"No.\"), 400\n"
        );
        let views = VIEWS.replace("{router}", router).replace("{good}", good);
        if self == Kind::Both { views + &both } else { views }
    }

    fn imports(self, more: &str) -> String {
        let names = match self {
            Kind::Records => "abort, jsonify, make_response",
            Kind::Pages => "abort, make_response, render_template_string",
            Kind::Both => "abort, jsonify, make_response, render_template_string",
        };
        IMPORTS.replace("{names}", &format!("{more}{names}"))
    }
}

fn single_file(kind: Kind) -> Files {
    let imports = kind.imports("Flask, ");
    let app = format!(
        "{imports}app = Flask(__name__)\napp.config[\"MAX_CONTENT_LENGTH\"] = 1024\n\n{}",
        kind.views("app")
    );
    vec![("app.py".to_owned(), app)]
}

fn factory(kind: Kind) -> Files {
    let views = kind.views("app").replace('\n', "\n    ");
    let app = format!(
        "{}\ndef create_app():\n    app = Flask(__name__)\n    {}\n\n    return app\n",
        kind.imports("Flask, "),
        views.trim(),
    );
    vec![("app.py".to_owned(), app)]
}

fn package(kind: Kind) -> Files {
    let factory = "from flask import Flask\n\nfrom . import views\n\n\ndef create_app():\n    app = Flask(__name__)\n    \
                   app.register_blueprint(views.bp)\n    return app\n";
    let imports = kind.imports("Blueprint, ");
    let views = format!("{imports}bp = Blueprint(\"views\", __name__)\n\n{}", kind.views("bp"));
    vec![
        ("app.py".to_owned(), "from shop import create_app\n\napp = create_app()\n".to_owned()),
        ("shop/__init__.py".to_owned(), factory.to_owned()),
        ("shop/views.py".to_owned(), views),
    ]
}

const REQUESTS: &[&str] = &[
    "GET /boom",
    "GET /boom\nAccept: text/html",
    "GET /orders/10",
    "POST /orders/1",
    "GET /items",
    "GET /own",
    "GET /busy",
    "GET /orders/1",
];

#[test]
fn the_handler_that_is_put_in_answers_on_flask_2_3() {
    hold_handlers("flask-2.3");
}

#[test]
fn the_handler_that_is_put_in_answers_on_flask_3_0() {
    hold_handlers("flask-3.0");
}

#[test]
fn the_handler_that_is_put_in_answers_on_flask_3_1() {
    hold_handlers("flask-3.1");
}

fn hold_handlers(environment: &str) {
    let Some(interpreter) = interpreter(environment) else { return };
    let mut cases = Vec::new();
    for style in [HandlerStyle::Flask, HandlerStyle::Classic] {
        for kind in [Kind::Records, Kind::Pages, Kind::Both] {
            for (layout, files) in
                [("single file", single_file(kind)), ("factory", factory(kind)), ("package", package(kind))]
            {
                let (files, refused) = mended(files, Options { handler_style: style }, &|_| true);
                let name = format!("{environment}, {style:?}, {kind:?}, {layout}");
                let left = findings(&files, &|_| true);
                assert!(left.is_empty(), "{name}: {left:?}, {refused:?}\n{files:?}");
                cases.push((
                    kind,
                    name.clone(),
                    json!({ "name": name, "files": files, "requests": REQUESTS }),
                ));
            }
        }
    }
    let told = told(&interpreter, &cases.iter().map(|(_, _, case)| case).collect::<Vec<_>>());
    for ((kind, name, case), answer) in cases.iter().zip(&told) {
        let shown = format!("{name}: {answer:#}\n{case:#}");
        let replies: Vec<&str> = answer["replies"]
            .as_array()
            .unwrap_or_else(|| panic!("{shown}"))
            .iter()
            .filter_map(Value::as_str)
            .collect();
        let starts =
            |place: usize, status: &str| assert!(replies[place].starts_with(status), "{place}: {shown}");
        for (place, wants_page) in [(0, false), (1, true)] {
            starts(place, "500");
            assert!(!replies[place].contains(SECRET), "{shown}");
            let is_page = *kind == Kind::Pages || (*kind == Kind::Both && wants_page);
            let reference =
                reference(replies[place], is_page).unwrap_or_else(|| panic!("no reference, {shown}"));
            let log = answer["log"].as_str().unwrap_or_default();
            let (_, behind) = log.split_once(&reference).unwrap_or_else(|| panic!("not in the log, {shown}"));
            assert!(behind.contains("Traceback") && behind.contains(SECRET), "{shown}");
        }
        starts(2, "404");
        starts(3, "405");
        assert!(replies[3].contains("Allow: "), "{shown}");
        starts(4, "308");
        assert!(replies[4].contains("Location: "), "{shown}");
        starts(5, "418");
        assert!(replies[5].ends_with("own words"), "{shown}");
        starts(6, "429");
        assert!(replies[6].contains("Retry-After: 30") && replies[6].contains("Not so fast."), "{shown}");
        starts(7, "200");
        if *kind == Kind::Both {
            assert!(
                replies[2].contains("\"success\":false") || replies[2].contains("\"success\": false"),
                "{shown}"
            );
        }
    }
}

fn reference(reply: &str, is_page: bool) -> Option<String> {
    let body = reply.split_once("\r\n\r\n")?.1;
    if is_page {
        let (_, rest) = body.split_once("Reference: ")?;
        return Some(rest.split('<').next()?.to_owned());
    }
    let body: Value = serde_json::from_str(body.trim()).ok()?;
    Some(body["reference"].as_str()?.to_owned())
}

/// The files of an example, as far as checks and fixes see them.
fn files_of(folder: &Path, below: &str, files: &mut Files) {
    let entries = fs::read_dir(folder).expect("the folder can be read");
    for entry in entries {
        let path = entry.expect("it can be read").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name is text").to_owned();
        if path.is_dir() && !name.starts_with("__") && name != "instance" {
            files_of(&path, &format!("{below}{name}/"), files);
        } else if path.is_file() {
            let text = fs::read_to_string(&path).expect("it is text");
            files.push((format!("{below}{name}"), text));
        }
    }
}

#[test]
fn the_fixed_shop_leaks_nothing_and_answers_good_requests_as_before() {
    let mut files = Files::new();
    files_of(&repository().join("examples/shop"), "", &mut files);
    files.sort();
    let (files, refused) = mended(files, Options::default(), &|_| true);
    let left = findings(&files, &|_| true);
    assert!(left.is_empty(), "{left:?}\n{refused:#?}");

    let Some(interpreter) = interpreter(ENVIRONMENT) else { return };
    let folder = tempfile::tempdir().expect("a folder can be made");
    for (path, text) in &files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder can be made");
        fs::write(path, text).expect("it can be written");
    }
    let cases: Vec<Value> = LEAKS
        .iter()
        .map(|(what, requests, _)| json!({ "name": what, "folder": folder.path(), "requests": requests }))
        .collect();
    let seen = told(&interpreter, &cases.iter().collect::<Vec<_>>());
    for ((what, _, text), answer) in LEAKS.iter().zip(&seen) {
        let replies = answer["replies"].as_array().unwrap_or_else(|| panic!("{what}: {answer:#}"));
        let sent: Vec<&str> = replies.iter().filter_map(Value::as_str).collect();
        assert!(!sent.join("\n").contains(text), "{what}: `{text}` in {sent:?}");
        if what.contains("error handler is registered") {
            let reference = reference(sent[0], false).unwrap_or_else(|| panic!("no reference in {sent:?}"));
            let log = answer["log"].as_str().unwrap_or_default();
            let (_, behind) = log.split_once(&reference).unwrap_or_else(|| panic!("not in the log: {log}"));
            assert!(behind.contains(text), "{log}");
        }
    }
    let case = |folder: &Path| json!({ "name": "good", "folder": folder, "requests": GOOD });
    let before = case(&repository().join("examples/shop"));
    let both = answers(&interpreter, &[&before, &case(folder.path())]);
    for ((request, before), after) in GOOD.iter().zip(replies(&both[0])).zip(replies(&both[1])) {
        assert_eq!(without_headers(before), without_headers(after), "{request}");
    }
}
