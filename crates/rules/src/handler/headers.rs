//! Handlers that answer an error which is a reply itself with one made by hand, without the headers of the first.

use tightlip_catalogue::{Rule, Severity};
use tightlip_flow::{ClassName, FunctionRef};
use tightlip_ir::{ExpressionKind, Symbol};

use super::body::{Kind, Known};
use super::reply::Status;
use super::scope::{Scope, Target};
use super::{Defect, ErrorHandler, walk};

pub(super) fn find(handler: &ErrorHandler<'_>, found: &mut Vec<Defect>) {
    let own = own_headers(handler);
    let is_broad = handler.is_for_every_error() || handler.is_for_every_reply();
    if (!is_broad && own.is_empty()) || asks_for_reply(handler) {
        return;
    }
    let lost = handler.reading.returns.iter().find(|(value, known)| {
        let by_hand = handler
            .reply(*value)
            .filter(|reply| !reply.headers && answers_a_reply(handler, *known, reply.status));
        !known.developers && by_hand.is_some()
    });
    if let Some((value, _)) = lost {
        let message = match own.as_slice() {
            [] => "headers of the error are not sent, such as `Allow` and `Retry-After`".to_owned(),
            names => {
                let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
                format!("the reply has no {}", names.join(" and "))
            }
        };
        let location = handler.location_of(*value);
        found.push(Defect { location, rule: Rule::HandlerLosesHeaders, severity: Severity::Low, message });
    }
}

/// Whether an error that is a reply itself is answered here.
fn answers_a_reply(handler: &ErrorHandler<'_>, known: Known, status: Status) -> bool {
    match known.kind {
        Kind::Reply => true,
        Kind::Other => false,
        Kind::Any => handler.is_for_replies() || (known.asked && status == Status::OfError),
    }
}

/// The headers that the errors it handles always have.
fn own_headers(handler: &ErrorHandler<'_>) -> Vec<Symbol> {
    let classes = &handler.scope.catalogue.handling.classes;
    let mut headers: Vec<Symbol> = Vec::new();
    for class in handler.classes() {
        if let ClassName::Library(path) = class
            && let Some(class) = classes.get(&path)
        {
            headers.extend(&class.headers);
        }
    }
    headers.dedup();
    headers
}

/// Whether the handler, or a function of the program that it calls, asks for the reply or the headers of the error.
fn asks_for_reply(handler: &ErrorHandler<'_>) -> bool {
    let scope = handler.scope;
    let asked: Vec<Symbol> =
        scope.catalogue.handling.classes.values().flat_map(|class| class.replies.iter().copied()).collect();
    if handler.reading.reads.iter().any(|(_, name, _)| asked.contains(name)) {
        return true;
    }
    let asks = |function: FunctionRef| reads_attribute(scope.of(function), &asked);
    let module = scope.module();
    let statements = walk::statements(&scope.definition().body);
    let parts = statements.into_iter().flat_map(walk::expressions).flat_map(|id| walk::all_parts(module, id));
    parts.into_iter().any(|part| match scope.kind(part) {
        ExpressionKind::Call { callee, .. } => match scope.target(*callee) {
            Target::Function(function) => asks(function),
            _ => false,
        },
        _ => false,
    })
}

/// Whether a function reads an attribute of one of these names, of whatever object.
fn reads_attribute(scope: Scope<'_>, names: &[Symbol]) -> bool {
    let module = scope.module();
    let statements = walk::statements(&scope.definition().body);
    let parts = statements.into_iter().flat_map(walk::expressions).flat_map(|id| walk::all_parts(module, id));
    parts.into_iter().any(
        |part| matches!(scope.kind(part), ExpressionKind::Attribute { name, .. } if names.contains(name)),
    )
}
