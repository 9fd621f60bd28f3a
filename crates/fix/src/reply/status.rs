//! What a reply says where its author said nothing: by its status.

use tightlip_catalogue::model::Channel;
use tightlip_ir::{CollectionKind, ExpressionId, ExpressionKind, Literal, Statement};
use tightlip_rules::walk;

use super::body::Body;
use crate::site::Site;

/// The status that `statement` sends, if it says so.
pub(super) fn status(site: &Site<'_>, body: &Body<'_>, statement: &Statement) -> Option<i64> {
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
        }
        _ => None,
    })
}

fn walk_name(body: &Body<'_>, callee: ExpressionId) -> Option<&'static str> {
    match body.kind(callee) {
        ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } => Some(name.text()),
        _ => None,
    }
}

/// The status in the name of a function: `response_422`.
fn named(name: &str) -> Option<i64> {
    let digits = name.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    digits.parse().ok().filter(|status| (400..600).contains(status))
}

/// What to say with it.
pub(super) fn words(status: Option<i64>, channel: Channel) -> &'static str {
    let known = status.and_then(|status| STATUSES.iter().find(|(known, _)| *known == status));
    match (known, channel) {
        (Some((_, words)), _) => words,
        (None, Channel::Flash | Channel::Session | Channel::Redirect | Channel::Template) => {
            "Something went wrong"
        }
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
