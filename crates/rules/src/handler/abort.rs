//! A reply that is raised inside of a `try` whose handler takes it for a failure: the 404 becomes a 500.

use tightlip_catalogue::{Catalogue, Rule, Severity};
use tightlip_flow::{Location, Program};
use tightlip_ir::{Block, ExpressionId, ExpressionKind, Handler, Literal, Statement, StatementKind, Symbol};

use super::body;
use super::reply::{Status, reply};
use super::scope::{Scope, Target};
use super::{Defect, is_every_error, scopes, walk};

pub(super) fn find(program: &Program, catalogue: &Catalogue, found: &mut Vec<Defect>) {
    for scope in scopes(program, catalogue) {
        for statement in walk::statements(&scope.definition().body) {
            if let StatementKind::Try { body, handlers, .. } = &statement.kind
                && let Some(eater) = eater(scope, handlers)
                && let Some(raised) = raised_in(scope, body)
                && answers(scope, eater, raised)
            {
                let message =
                    format!("what {} raises above ends here, with another status", name_of(scope, raised));
                let location = Location { file: scope.function.file, span: eater_span(scope, eater) };
                found.push(Defect {
                    location,
                    rule: Rule::HandlerLosesStatus,
                    severity: Severity::Low,
                    message,
                });
            }
        }
    }
}

/// The handler that gets a reply that is raised, if it is one for every error.
fn eater<'a>(scope: Scope<'a>, handlers: &'a [Handler]) -> Option<&'a Handler> {
    for handler in handlers {
        if handler.types.is_empty() {
            return Some(handler);
        }
        for class in &handler.types {
            // A class that nobody knows may be the one that is raised.
            let classes = scope.classes(*class)?;
            if classes.iter().any(|class| body::is_reply(scope, *class)) {
                return None;
            }
            if classes.iter().any(|class| is_every_error(scope.catalogue, *class)) {
                return Some(handler);
            }
        }
    }
    None
}

fn eater_span(scope: Scope<'_>, eater: &Handler) -> tightlip_ir::Span {
    eater.types.first().map_or(eater.name_span, |class| scope.module().expression(*class).span)
}

/// The name of what a call calls.
fn name_of(scope: Scope<'_>, call: ExpressionId) -> String {
    let ExpressionKind::Call { callee, .. } = scope.kind(call) else { return "a call".to_owned() };
    match scope.kind(*callee) {
        ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } => format!("`{name}`"),
        _ => "a call".to_owned(),
    }
}

/// The call that raises a reply, directly in the block, not inside of another `try`.
fn raised_in(scope: Scope<'_>, block: &Block) -> Option<ExpressionId> {
    let handling = &scope.catalogue.handling;
    let raises = |id: &ExpressionId| {
        let ExpressionKind::Call { callee, .. } = scope.kind(*id) else { return false };
        match scope.target(*callee) {
            Target::Library(path) => handling.raisers.contains(&path),
            _ => matches!(scope.kind(*callee), ExpressionKind::Attribute { name, .. }
                if handling.raising_methods.contains_key(name)),
        }
    };
    block.iter().find_map(|statement| {
        let own = walk::expressions(statement).into_iter().flat_map(|id| walk::all_parts(scope.module(), id));
        own.into_iter().find(raises).or_else(|| match &statement.kind {
            StatementKind::Try { .. } => None,
            _ => walk::blocks(statement).into_iter().find_map(|block| raised_in(scope, block)),
        })
    })
}

/// Whether the handler answers with another status than the one that was raised, without asking what it has.
fn answers(scope: Scope<'_>, eater: &Handler, raised: ExpressionId) -> bool {
    let statements = walk::statements(&eater.body);
    let is_raise = |statement: &&Statement| matches!(statement.kind, StatementKind::Raise { .. });
    if statements.iter().any(is_raise) || eater.name.is_some_and(|name| asks(scope, &statements, name)) {
        return false;
    }
    let wanted = first_status(scope, raised);
    let mut returns = statements.iter().filter_map(|statement| match &statement.kind {
        StatementKind::Return(Some(value)) => Some(*value),
        _ => None,
    });
    returns.any(|value| match reply(scope, eater.name, value).map(|reply| reply.status) {
        Some(Status::Code(code)) => Some(code) != wanted,
        Some(Status::Unsaid) => true,
        _ => false,
    })
}

/// Whether the handler asks what the exception is or has.
fn asks(scope: Scope<'_>, statements: &[&Statement], name: Symbol) -> bool {
    let module = scope.module();
    let is_name = |id: ExpressionId| matches!(scope.kind(id), ExpressionKind::Name(known) if *known == name);
    statements.iter().any(|statement| {
        walk::expressions(statement).into_iter().flat_map(|id| walk::all_parts(module, id)).any(|part| {
            match scope.kind(part) {
                ExpressionKind::Attribute { object, .. } => is_name(*object),
                ExpressionKind::Call { callee, arguments } => {
                    let is_test = matches!(scope.kind(*callee), ExpressionKind::Name(called)
                        if matches!(called.text(), "isinstance" | "hasattr" | "getattr"));
                    is_test && arguments.iter().any(|argument| is_name(argument.value))
                }
                _ => false,
            }
        })
    })
}

/// The status that is raised, where it is written there.
fn first_status(scope: Scope<'_>, raised: ExpressionId) -> Option<i64> {
    let ExpressionKind::Call { callee, arguments } = scope.kind(raised) else { return None };
    if let ExpressionKind::Attribute { name, .. } = scope.kind(*callee)
        && let Some(status) = scope.catalogue.handling.raising_methods.get(name)
    {
        return *status;
    }
    match scope.kind(arguments.first()?.value) {
        ExpressionKind::Literal(Literal::Integer(code)) => Some(*code),
        _ => None,
    }
}
