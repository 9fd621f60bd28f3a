//! How error handlers are written: whether they fail themselves, lose status or headers, keep the error to
//! themselves, or are never asked.
//!
//! What is not understood is believed to be right: a call that cannot be looked into may log, a value that
//! cannot be followed may have a status.

mod abort;
mod body;
mod crash;
mod headers;
mod lookup;
mod reached;
mod recording;
mod reply;
pub(crate) mod scope;
mod silence;
mod spoken;
mod status;
mod text_added;
pub mod walk;

use tightlip_catalogue::model::{Returned, Scope as Whose};
use tightlip_catalogue::{Catalogue, Rule, Severity};
use tightlip_flow::{ClassName, FunctionRef, Location, Program, Registration, Role, Solution};
use tightlip_ir::{ExpressionId, Span, Symbol};

use self::body::Reading;
use self::scope::Scope;

pub(crate) use self::spoken::speaks_of;

/// What is wrong with a handler.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Defect {
    pub(crate) location: Location,
    pub(crate) rule: Rule,
    pub(crate) severity: Severity,
    /// Half a sentence.
    pub(crate) message: String,
}

/// All defects of the handlers of a program, in no order, without doubles.
pub(crate) fn defects(program: &Program, solution: &Solution, catalogue: &Catalogue) -> Vec<Defect> {
    let handlers = handlers(program, solution, catalogue);
    let mut found = Vec::new();
    for handler in &handlers {
        crash::find(handler, &handlers, &mut found);
        status::find(handler, &handlers, &mut found);
        headers::find(handler, &mut found);
        silence::find(handler, &mut found);
        text_added::find(handler, &mut found);
    }
    abort::find(program, catalogue, &mut found);
    status::find_classes(program, catalogue, &mut found);
    lookup::find(program, catalogue, solution, &mut found);
    reached::find(program, catalogue, &mut found);
    let mut defects: Vec<Defect> = Vec::new();
    for defect in found {
        let known = |known: &Defect| known.location == defect.location && known.rule == defect.rule;
        if !defects.iter().any(known) {
            defects.push(defect);
        }
    }
    defects
}

/// A function that answers errors.
struct ErrorHandler<'a> {
    scope: Scope<'a>,
    /// What its exception is called.
    error: Symbol,
    roles: Vec<&'a Role>,
    reading: Reading,
}

/// The functions that are registered for errors and answer them, each once.
fn handlers<'a>(
    program: &'a Program,
    solution: &'a Solution,
    catalogue: &'a Catalogue,
) -> Vec<ErrorHandler<'a>> {
    let mut handlers: Vec<ErrorHandler<'a>> = Vec::new();
    for registration in
        solution.registrations.iter().filter(|registration| answers_errors(program, registration))
    {
        let function = registration.function;
        if let Some(known) = handlers.iter_mut().find(|known| known.scope.function == function) {
            known.roles.push(&registration.role);
            continue;
        }
        let scope = Scope { program, catalogue, function };
        let Some(place) = registration.role.exception else { continue };
        let Some(error) = body::error_name(scope, place) else { continue };
        let reading = body::read(scope, error);
        handlers.push(ErrorHandler { scope, error, roles: vec![&registration.role], reading });
    }
    handlers
}

/// Whether it is registered for errors that the registration names; a method that replaces one of the framework is
/// not.
fn answers_errors(program: &Program, registration: &Registration) -> bool {
    let role = &registration.role;
    role.returns == Returned::Body
        && role.exception.is_some()
        && !role.handles.is_empty()
        && !role.assumed
        && role.location.span != program.function(registration.function).name_span
}

impl ErrorHandler<'_> {
    fn classes(&self) -> impl Iterator<Item = ClassName> + '_ {
        self.roles.iter().flat_map(|role| role.handles.iter().copied())
    }

    /// Whether errors of every kind come here.
    fn is_for_every_error(&self) -> bool {
        self.classes().any(|class| is_every_error(self.scope.catalogue, class))
    }

    /// Whether errors that are replies themselves come here, whatever their status.
    fn is_for_every_reply(&self) -> bool {
        self.classes().any(|class| is_every_reply(self.scope.catalogue, class))
    }

    /// Whether nothing but errors that are replies themselves comes here.
    fn is_for_replies(&self) -> bool {
        self.classes().all(|class| body::is_reply(self.scope, class))
    }

    fn is_for_application(&self) -> bool {
        self.roles.iter().any(|role| role.scope == Whose::Application)
    }

    fn reply(&self, value: ExpressionId) -> Option<reply::Reply> {
        reply::reply(self.scope, Some(self.error), value)
    }

    fn location(&self, span: Span) -> Location {
        Location { file: self.scope.function.file, span }
    }

    fn location_of(&self, value: ExpressionId) -> Location {
        self.location(self.scope.module().expression(value).span)
    }

    /// Where it is named.
    fn name_location(&self) -> Location {
        self.location(self.scope.definition().name_span)
    }
}

/// Whether every error is of this class.
pub(crate) fn is_every_error(catalogue: &Catalogue, class: ClassName) -> bool {
    matches!(class, ClassName::Library(path) if catalogue.is_every_error(path))
}

/// Whether every error that is a reply itself is of this class.
pub(crate) fn is_every_reply(catalogue: &Catalogue, class: ClassName) -> bool {
    match class {
        ClassName::Library(path) => {
            catalogue.handling.classes.get(&path).is_some_and(|class| !class.replies.is_empty())
        }
        ClassName::Program(_) => false,
    }
}

/// The bodies of all functions of the program.
fn scopes<'a>(program: &'a Program, catalogue: &'a Catalogue) -> impl Iterator<Item = Scope<'a>> {
    program.functions().map(move |function: FunctionRef| Scope { program, catalogue, function })
}
