//! A small judgement, made by hand. Each test file uses a part of it.

#![allow(dead_code)]

use std::path::PathBuf;
use std::sync::Arc;

use tightlip_ir::Span;
use tightlip_report::{Gravity, Problem};
use tightlip_rules::{
    Application, Confidence, Control, ControlReport, ControlState, Finding, Judgement, Place, Rule, Severity,
    SourceFile, Step,
};

const VIEWS: &str = "\
from flask import Blueprint, jsonify, request

from .errors import reply

bp = Blueprint(\"orders\", __name__)


@bp.post(\"/orders\")
def place():
    try:
        order = orders.place(request.get_json())
    except Exception as error:
        return jsonify(error=f\"Order failed: {error}\"), 500
    return jsonify(id=order)


@bp.get(\"/orders/<int:number>\")
def show(number):
    try:
        return jsonify(orders.find(number))
    except KeyError as error:
        return reply(
            error,
            status=404,
        )
";

const ERRORS: &str = "\
from flask import jsonify


def reply(error, status):
\treturn jsonify(reason=str(error), größe=\"😀\"), status
";

const WSGI: &str = "from shop import create_app\r\n\r\napp = create_app()\r\napp.run(debug=True)\r\n";

pub(crate) fn file(path: &str, text: &str) -> Arc<SourceFile> {
    Arc::new(SourceFile { path: path.to_owned(), location: PathBuf::from(path), text: text.to_owned() })
}

/// The `count`th place, from 0, where `words` stand in the file.
pub(crate) fn place(file: &Arc<SourceFile>, words: &str, count: usize) -> Place {
    let (start, _) = file.text.match_indices(words).nth(count).unwrap_or_else(|| panic!("no {words:?}"));
    Place { file: Arc::clone(file), span: Span::new(start as u32, (start + words.len()) as u32) }
}

pub(crate) fn step(place: Place, note: &str) -> Step {
    Step { place, note: note.to_owned() }
}

pub(crate) fn judgement() -> Judgement {
    let views = file("shop/views/orders.py", VIEWS);
    let errors = file("shop/errors.py", ERRORS);
    let wsgi = file("my shop/wsgi#1.py", WSGI);
    Judgement {
        findings: vec![across_files(&views, &errors), no_flow(&wsgi), in_one_file(&views)],
        applications: vec![application(&wsgi, &errors)],
        suppressed: 2,
    }
}

/// A switch, and one line that sends what `count` places raise.
pub(crate) fn many_sources(count: usize) -> Judgement {
    let errors = file("shop/errors.py", ERRORS);
    let raises: String = (1..=count)
        .map(|number| format!("def step_{number}():\n    if stuck():\n        raise Stuck(\"{number}\")\n\n"))
        .collect();
    let services = file("shop/services.py", &raises);
    let sent = place(&errors, "str(error)", 0);
    let mut findings: Vec<Finding> = (1..=count)
        .map(|number| Finding {
            place: sent.clone(),
            severity: Severity::High,
            confidence: Confidence::Likely,
            steps: vec![
                step(place(&services, &format!("Stuck(\"{number}\")"), 0), "`Stuck` is raised here"),
                step(sent.clone(), "and its text is sent in the reply"),
            ],
            fingerprint: format!("{number:016x}"),
            ..across_files(&file("shop/views/orders.py", VIEWS), &errors)
        })
        .collect();
    findings.push(no_flow(&file("my shop/wsgi#1.py", WSGI)));
    Judgement { findings, ..Judgement::default() }
}

/// So many findings at as many places, in files of forty.
pub(crate) fn large(count: usize) -> Judgement {
    let mut judgement = judgement();
    judgement.findings.clear();
    for start in (0..count).step_by(40) {
        let text = VIEWS.repeat(40);
        let views = file(&format!("shop/views/part_{}.py", start / 40), &text);
        for at in start..(start + 40).min(count) {
            let mut finding = in_one_file(&views);
            let reply = place(&views, "f\"Order failed: {error}\"", at - start);
            finding.steps = vec![
                step(
                    place(&views, "Exception as error", at - start),
                    "whatever `orders.place` raises is caught here",
                ),
                step(place(&views, "jsonify(error=", at - start), "`jsonify` is given it"),
                step(reply.clone(), "and its text is sent to the client"),
            ];
            finding.place = reply;
            finding.fingerprint = format!("{at:016x}");
            judgement.findings.push(finding);
        }
    }
    judgement
}

fn in_one_file(views: &Arc<SourceFile>) -> Finding {
    let reply = place(views, "f\"Order failed: {error}\"", 0);
    Finding {
        rule: Rule::ExceptionMessage,
        severity: Severity::High,
        confidence: Confidence::Likely,
        message: "text of every exception is sent to the client".to_owned(),
        place: reply.clone(),
        steps: vec![
            step(place(views, "error", 2), "whatever `orders.place` raises is caught here"),
            step(reply, "and its text is sent to the client"),
        ],
        example: Some("Order failed: duplicate key value\nDETAIL: Key (email)=(ann@example.org)".to_owned()),
        remedy: "send \"Order failed\", log the rest".to_owned(),
        fingerprint: "5a1f00c2d3e4b596".to_owned(),
        application: Some(0),
        evidence: None,
    }
}

fn across_files(views: &Arc<SourceFile>, errors: &Arc<SourceFile>) -> Finding {
    let reply = place(errors, "jsonify(reason=str(error), größe=\"😀\")", 0);
    Finding {
        rule: Rule::ExceptionMessage,
        severity: Severity::Medium,
        confidence: Confidence::Possible,
        message: "text of an exception is sent to the client".to_owned(),
        place: reply.clone(),
        steps: vec![
            step(place(views, "KeyError as error", 0), "a KeyError is caught here"),
            step(
                place(views, "reply(\n            error,\n            status=404,\n        )", 0),
                "and handed to `reply`",
            ),
            step(place(errors, "str(error)", 0), "which takes its text"),
            step(reply, "and sends it to the client"),
        ],
        example: None,
        remedy: "send a sentence of your own, log the exception".to_owned(),
        fingerprint: "0b7c11aa22bb33cc".to_owned(),
        application: Some(0),
        evidence: None,
    }
}

fn no_flow(wsgi: &Arc<SourceFile>) -> Finding {
    Finding {
        rule: Rule::DebugMode,
        severity: Severity::Critical,
        confidence: Confidence::Likely,
        message: "debug mode is switched on".to_owned(),
        place: place(wsgi, "debug=True", 0),
        steps: Vec::new(),
        example: None,
        remedy: "take `debug=True` out, set FLASK_DEBUG while developing".to_owned(),
        fingerprint: "99aa88bb77cc66dd".to_owned(),
        application: None,
        evidence: None,
    }
}

fn application(wsgi: &Arc<SourceFile>, errors: &Arc<SourceFile>) -> Application {
    let control = |control, state, reason: &str, place| ControlReport {
        control,
        state,
        reason: reason.to_owned(),
        place,
    };
    Application {
        name: "shop".to_owned(),
        framework: "Flask".to_owned(),
        place: place(wsgi, "create_app()", 0),
        controls: vec![
            control(
                Control::CentralHandler,
                ControlState::Weak,
                "`reply` sends str(error)",
                Some(place(errors, "def reply", 0)),
            ),
            control(Control::SanitizedReplies, ControlState::Absent, "two leaks", None),
            control(Control::DebugSuppression, ControlState::Present, "", None),
        ],
    }
}

pub(crate) fn problems() -> Vec<Problem> {
    vec![
        Problem {
            path: "shop/cut.py".to_owned(),
            place: Some((3, 9)),
            gravity: Gravity::Warning,
            message: "unexpected end of file; the rest of the file was checked".to_owned(),
        },
        Problem {
            path: "shop/private.py".to_owned(),
            place: None,
            gravity: Gravity::Warning,
            message: "cannot be read: permission denied; it is left out".to_owned(),
        },
    ]
}
