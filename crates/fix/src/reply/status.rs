//! What a reply says where its author said nothing: by its status.

use tightlip_catalogue::model::Channel;
use tightlip_flow::FunctionRef;
use tightlip_ir::{CollectionKind, ExpressionId, ExpressionKind, Literal, Statement, StatementKind};
use tightlip_rules::{Target, walk};

use super::body::Body;
use crate::site::{Project, Site};

/// Calls are followed this far.
const DEEPEST: usize = 3;

/// The status that `statement` sends, if it says so.
pub(super) fn status(site: &Site<'_>, body: &Body<'_>, statement: &Statement) -> Option<i64> {
    status_within(site, body, statement, 0)
}

fn status_within(site: &Site<'_>, body: &Body<'_>, statement: &Statement, depth: usize) -> Option<i64> {
    let scope = site.function_at(statement.span).ok().map(|function| site.scope(function))?;
    let handling = &site.project.checked.catalogue.handling;
    let is_status = |id: &ExpressionId| match body.kind(*id) {
        ExpressionKind::Literal(Literal::Integer(status)) if (400..600).contains(status) => Some(*status),
        ExpressionKind::Attribute { name, .. } => {
            // `HTTPStatus.BAD_REQUEST`, `status.HTTP_400_BAD_REQUEST`.
            STATUSES
                .iter()
                .find(|(_, text)| name.text() == text.to_uppercase().replace(' ', "_"))
                .map(|known| known.0)
        }
        _ => None,
    };
    let roots = walk::expressions(statement).into_iter();
    roots.flat_map(|root| walk::all_parts(body.module, root)).find_map(|part| match body.kind(part) {
        ExpressionKind::Collection { kind: CollectionKind::Tuple, items } => {
            items.iter().skip(1).find_map(is_status)
        }
        ExpressionKind::Call { callee, arguments } => {
            let of_class = scope.path(*callee).and_then(|path| handling.classes.get(&path)?.status);
            let of_name = || named(walk_name(body, *callee)?);
            of_class
                .or_else(of_name)
                .or_else(|| arguments.iter().find_map(|argument| is_status(&argument.value)))
                .or_else(|| match scope.target(*callee) {
                    Target::Function(function) => status_of_returns(site.project, function, depth + 1),
                    _ => None,
                })
        }
        _ => None,
    })
}

/// The status of what `function` returns, if it returns but one.
fn status_of_returns(project: &Project<'_>, function: FunctionRef, depth: usize) -> Option<i64> {
    if depth > DEEPEST {
        return None;
    }
    let site = project.site(super::file_of(function));
    let module = site.module().ok()?;
    let body = Body::new(module, &module.function(function.id).body);
    let is_return = |statement: &&&Statement| matches!(statement.kind, StatementKind::Return(_));
    let returns = body.statements.iter().filter(is_return);
    let mut statuses = returns.filter_map(|statement| status_within(&site, &body, statement, depth));
    let first = statuses.next()?;
    statuses.all(|other| other == first).then_some(first)
}

fn walk_name(body: &Body<'_>, callee: ExpressionId) -> Option<&'static str> {
    match body.kind(callee) {
        ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } => Some(name.text()),
        _ => None,
    }
}

/// The status in the name of a function or class: `response_422`, `BadRequest`, `not_found_error`.
fn named(name: &str) -> Option<i64> {
    let digits = name.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    if let Ok(status) = digits.parse() {
        return Some(status).filter(|status| (400..600).contains(status));
    }
    let letters = |text: &str| text.to_lowercase().replace(['_', ' '], "");
    let name = letters(name);
    let bare = ["exception", "error"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
    STATUSES
        .iter()
        .find(|(_, words)| [name.as_str(), bare].contains(&letters(words).as_str()))
        .map(|known| known.0)
}

/// What to say where no error is told of: settings, versions, content of logs.
pub(super) const NOT_TOLD: &str = "Not available";

/// What to say with it.
pub(super) fn words(status: Option<i64>, channel: Channel, is_near: bool) -> &'static str {
    let known = status.and_then(|status| STATUSES.iter().find(|(known, _)| *known == status));
    match (known, channel) {
        (Some((_, words)), _) => words,
        (None, Channel::Flash | Channel::Session | Channel::Redirect | Channel::Template) => {
            "Something went wrong"
        }
        // Far from the reply nobody knows with which status it goes out.
        (None, _) if !is_near => "An error occurred",
        (None, _) => "Internal server error",
    }
}

const STATUSES: &[(i64, &str)] = &[
    (400, "Bad request"),
    (401, "Unauthorized"),
    (403, "Forbidden"),
    (404, "Not found"),
    (409, "Conflict"),
    (410, "Gone"),
    (413, "Payload too large"),
    (415, "Unsupported media type"),
    (422, "Invalid data"),
    (429, "Too many requests"),
    (500, "Internal server error"),
    (501, "Not implemented"),
    (502, "Bad gateway"),
    (503, "Service unavailable"),
    (504, "Gateway timeout"),
];
