//! Handlers that fail themselves: the framework then handles that failure instead of the error.

use tightlip_catalogue::{Rule, Severity};
use tightlip_flow::ClassName;
use tightlip_ir::{Span, Symbol};

use super::body::{Kind, Known};
use super::{Defect, ErrorHandler, is_every_error, is_every_reply};

pub(super) fn find(handler: &ErrorHandler<'_>, all: &[ErrorHandler<'_>], found: &mut Vec<Defect>) {
    let mut add = |span: Span, message: String| {
        let location = handler.location(span);
        found.push(Defect { location, rule: Rule::HandlerCrashes, severity: Severity::Medium, message });
    };
    for (span, known) in &handler.reading.raised_again {
        if raises_a_reply(handler, all, *known) {
            add(*span, "what should be answered is raised again: a 404 becomes a crash".to_owned());
        }
    }
    // Behind the first one that fails nothing is read any more.
    let fails = |(_, name, known): &&(Span, Symbol, Known)| {
        runs(*known) && !known.asked && is_missing(handler, *name, *known)
    };
    if let Some((span, name, _)) = handler.reading.reads.iter().find(fails) {
        add(*span, format!("not every error that comes here has `{name}`"));
    }
    let of_libraries = handler.classes().all(|class| matches!(class, ClassName::Library(_)));
    for (span, known) in &handler.reading.encoded {
        if runs(*known) && of_libraries {
            add(*span, "an exception as it is cannot be encoded".to_owned());
        }
    }
}

/// Whether what fails here fails in production and is caught nowhere.
fn runs(known: Known) -> bool {
    !known.developers && !known.tried
}

/// Whether the error that is raised again may be one that is a reply itself.
fn raises_a_reply(handler: &ErrorHandler<'_>, all: &[ErrorHandler<'_>], known: Known) -> bool {
    // Where there is a handler for all of them, none comes to that of every error.
    let comes_here = || handler.is_for_every_error() && !all.iter().any(ErrorHandler::is_for_every_reply);
    let may_be = match known.kind {
        Kind::Reply => true,
        Kind::Other => false,
        Kind::Any => !known.asked && (comes_here() || handler.is_for_replies()),
    };
    runs(known) && may_be
}

/// Whether some error that comes here has no attribute `name`. Only handlers of many classes are asked: who handles
/// one class knows it better.
fn is_missing(handler: &ErrorHandler<'_>, name: Symbol, known: Known) -> bool {
    let catalogue = handler.scope.catalogue;
    let is_broad = |class: &ClassName| is_every_error(catalogue, *class) || is_every_reply(catalogue, *class);
    if known.kind == Kind::Reply || name.text().starts_with("__") {
        return false;
    }
    handler.classes().filter(is_broad).any(|class| match class {
        ClassName::Library(path) => !catalogue
            .replying_classes(path)
            .any(|class| class.has.contains(&name) || class.replies.contains(&name)),
        ClassName::Program(_) => false,
    })
}
