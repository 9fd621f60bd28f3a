//! Handlers, and exception classes, by which the status of an error is lost.

use std::collections::HashSet;
use tightlip_catalogue::{Catalogue, Rule, Severity};
use tightlip_flow::{ClassRef, Location, Program};
use tightlip_ir::{ExpressionId, ExpressionKind, Literal, Owner, StatementKind, Symbol};

use super::body::{Kind, Known};
use super::reply::Status;
use super::scope::{Scope, Target};
use super::{Defect, ErrorHandler, scopes, walk};

/// An application of a single page answers each unknown address with its front page, on purpose.
const FRONT_PAGE: &str = "index.html";

pub(super) fn find(handler: &ErrorHandler<'_>, all: &[ErrorHandler<'_>], found: &mut Vec<Defect>) {
    if !handler.is_for_every_error() && !handler.is_for_replies() {
        return;
    }
    let before = found.len();
    for (value, known) in &handler.reading.returns {
        let unsaid = || handler.reply(*value).is_some_and(|reply| reply.status == Status::Unsaid);
        if !known.developers && unsaid() && !is_front_page(handler.scope, *value) {
            let message = "the error is answered with status 200".to_owned();
            found.push(defect(handler.location_of(*value), message));
        }
    }
    if found.len() == before
        && let Some(status) = one_for_all(handler, all)
    {
        let message = format!("every HTTP error, a 404 for example, becomes a {status}");
        found.push(defect(handler.name_location(), message));
    }
}

fn defect(location: Location, message: String) -> Defect {
    Defect { location, rule: Rule::HandlerLosesStatus, severity: Severity::Low, message }
}

fn is_front_page(scope: Scope<'_>, value: ExpressionId) -> bool {
    walk::all_parts(scope.module(), value).into_iter().any(|part| {
        matches!(scope.kind(part), ExpressionKind::Literal(Literal::Text(text)) if text.text().ends_with(FRONT_PAGE))
    })
}

/// The status that a handler of every error gives to each, errors that have one of their own included.
fn one_for_all(handler: &ErrorHandler<'_>, all: &[ErrorHandler<'_>]) -> Option<i64> {
    let elsewhere = || all.iter().any(ErrorHandler::is_for_every_reply);
    let is_asked = |known: &Known| known.asked || known.kind != Kind::Any;
    let returns = &handler.reading.returns;
    let raised = &handler.reading.raised_again;
    if !handler.is_for_every_error() || raised.iter().any(|(_, known)| is_asked(known)) {
        return None;
    }
    if returns.iter().any(|(_, known)| is_asked(known)) || elsewhere() {
        return None;
    }
    let mut status = None;
    for (value, _) in returns.iter().filter(|(_, known)| !known.developers) {
        match handler.reply(*value)?.status {
            Status::Code(code) => status = Some(code),
            _ => return None,
        }
    }
    status
}

/// Exception classes that are replies and have no status, where one is raised.
pub(super) fn find_classes(program: &Program, catalogue: &Catalogue, found: &mut Vec<Defect>) {
    let raised = raised_classes(program, catalogue);
    for class in raised {
        let Some(needed) = needed_attribute(program, catalogue, class) else { continue };
        if !sets(program, class, needed) {
            let definition = program.class(class);
            let message = format!("`{}` has no `{needed}`: it is answered with status 200", definition.name);
            found.push(defect(Location { file: class.file, span: definition.name_span }, message));
        }
    }
}

fn raised_classes(program: &Program, catalogue: &Catalogue) -> Vec<ClassRef> {
    let mut raised: HashSet<ClassRef> = HashSet::new();
    for scope in scopes(program, catalogue) {
        for statement in walk::statements(&scope.definition().body) {
            let StatementKind::Raise { exception: Some(exception), .. } = &statement.kind else { continue };
            let class = match scope.kind(*exception) {
                ExpressionKind::Call { callee, .. } => *callee,
                _ => *exception,
            };
            if let Target::Class(class) = scope.target(class) {
                raised.insert(class);
            }
        }
    }
    let mut raised: Vec<ClassRef> = raised.into_iter().collect();
    raised.sort_unstable();
    raised
}

/// The attribute that a class must set, where all libraries' classes that it derives from leave that to it.
fn needed_attribute(program: &Program, catalogue: &Catalogue, class: ClassRef) -> Option<Symbol> {
    let bases = program.library_ancestors(class);
    let needed = |path: &Symbol| catalogue.handling.classes.get(path).and_then(|class| class.needs);
    let mut needs: Option<Symbol> = None;
    for base in bases {
        needs = match needed(base) {
            Some(name) => Some(name),
            // A mixture with classes nobody knows may have it from there.
            None => return None,
        };
    }
    needs
}

/// Whether the class, or one of the program that it derives from, sets the attribute anywhere.
fn sets(program: &Program, class: ClassRef, name: Symbol) -> bool {
    program.ancestors(class).iter().any(|class| {
        let module = &program.file(class.file).module;
        let is_named = |id: &ExpressionId| match &module.expression(*id).kind {
            ExpressionKind::Name(known) | ExpressionKind::Attribute { name: known, .. } => *known == name,
            _ => false,
        };
        let own = walk::statements(&program.class(*class).body);
        let methods = module.functions.iter().filter(|function| function.owner == Owner::Class(class.id));
        let of_methods = methods.flat_map(|method| walk::statements(&method.body));
        let is_property = module
            .functions
            .iter()
            .any(|function| function.owner == Owner::Class(class.id) && function.name == name);
        is_property
            || own.into_iter().chain(of_methods).any(|statement| match &statement.kind {
                StatementKind::Assign { targets, .. } => targets.iter().any(is_named),
                StatementKind::Declare { target, .. } => is_named(target),
                _ => false,
            })
    })
}
