//! How the first control of an application stands, why, and which line says so.

mod support;

use tightlip_rules::{ControlReport, ControlState};

const HEAD: &str =
    "from flask import Blueprint, Flask, jsonify\nfrom werkzeug.exceptions import HTTPException\n\n";

/// The first control of the application that `code`, behind some imports, makes.
fn central_handler(code: &str) -> ControlReport {
    let text = format!("{HEAD}{code}");
    let judgement = support::check(&[("shop.py", &text)]);
    let [application] = judgement.applications.as_slice() else { panic!("one application is made") };
    application.controls[0].clone()
}

/// The line, of what is behind the imports, that says so.
fn line(report: &ControlReport) -> &str {
    let place = report.place.as_ref().expect("there is a place that says so");
    let text = &place.file.text;
    let line = support::line(text, place.span.start);
    text.lines().nth(line - 1).expect("the place is in the file")
}

fn holds(code: &str, state: ControlState, reason: &str, line_of_place: &str) {
    let report = central_handler(code);
    assert_eq!((report.state, report.reason.as_str(), line(&report)), (state, reason, line_of_place));
}

#[test]
fn a_good_handler_is_present() {
    holds(
        "app = Flask(__name__)\n\n@app.errorhandler(HTTPException)\ndef failed(error):\n    return error.get_response()\n",
        ControlState::Present,
        "`failed`",
        "def failed(error):",
    );
}

#[test]
fn a_handler_of_500_is_asked_for_every_unhandled_error() {
    holds(
        "app = Flask(__name__)\n\n@app.errorhandler(500)\ndef failed(error):\n    return 'failed', 500\n",
        ControlState::Present,
        "`failed`",
        "def failed(error):",
    );
}

#[test]
fn without_a_handler_the_application_says_so() {
    holds(
        "app = Flask(__name__)\n\n@app.errorhandler(404)\ndef missing(error):\n    return 'missing', 404\n",
        ControlState::Absent,
        "no handler for HTTPException, 500 or Exception",
        "app = Flask(__name__)",
    );
}

#[test]
fn a_handler_that_leaks_is_weak() {
    holds(
        "app = Flask(__name__)\n\n@app.errorhandler(Exception)\ndef failed(error):\n    app.logger.exception('failed')\n    return str(error), 500\n",
        ControlState::Weak,
        "in `failed` the text of an exception is sent in the reply",
        "    return str(error), 500",
    );
}

#[test]
fn a_handler_that_keeps_errors_to_itself_is_weak() {
    holds(
        "app = Flask(__name__)\n\n@app.errorhandler(Exception)\ndef failed(error):\n    if isinstance(error, HTTPException):\n        return error\n    return 'failed', 500\n",
        ControlState::Weak,
        "in `failed` the error is neither logged nor signalled: nobody is told of it",
        "def failed(error):",
    );
}

#[test]
fn a_handler_of_one_part_is_weak() {
    holds(
        "app = Flask(__name__)\napi = Blueprint('api', __name__)\n\n@api.errorhandler(500)\ndef failed(error):\n    return 'failed', 500\n",
        ControlState::Weak,
        "`failed` covers a part of the application only",
        "@api.errorhandler(500)",
    );
}

#[test]
fn a_handler_that_is_there_without_debug_only_is_weak() {
    holds(
        "app = Flask(__name__)\n\nif not app.debug:\n    @app.errorhandler(500)\n    def failed(error):\n        return 'failed', 500\n",
        ControlState::Weak,
        "`failed`: it is registered only where debug mode is off when the program starts",
        "    @app.errorhandler(500)",
    );
}

const RESOURCE: &str = "from flask_restful import Api, Resource\n\napp = Flask(__name__)\n\n@app.errorhandler(500)\ndef failed(error):\n    return 'failed', 500\n\nclass Orders(Resource):\n    def get(self):\n        return []\n";

#[test]
fn resources_whose_errors_go_elsewhere_make_it_weak() {
    holds(RESOURCE, ControlState::Weak, "errors of `Orders.get` do not reach `failed`", "    def get(self):");
}

#[test]
fn resources_whose_errors_are_handled_or_let_through_do_not() {
    let own = format!(
        "{RESOURCE}\nclass OwnApi(Api):\n    def handle_error(self, error):\n        return 'failed', 500\n"
    );
    let through = format!("{RESOURCE}\napp.config['PROPAGATE_EXCEPTIONS'] = True\n");
    for code in [own, through] {
        assert_eq!(central_handler(&code).state, ControlState::Present, "{code}");
    }
}
