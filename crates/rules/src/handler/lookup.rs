//! Which handler is asked: that of a status before that of a class, the last of those that are registered for the
//! same, and a part's only once the request has found the part.

use tightlip_catalogue::model::{Returned, Scope as Whose};
use tightlip_catalogue::{Catalogue, Rule, Severity};
use tightlip_flow::{ClassName, FunctionRef, Location, Program, Registration, Solution};
use tightlip_ir::{ExpressionId, ExpressionKind, FunctionId, Statement, StatementKind, Symbol};

use super::scope::{Scope, Variable};
use super::{Defect, is_every_error, walk};

/// What a handler is looked up by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Key {
    Status(i64),
    Class(ClassName),
}

/// A handler as it is registered.
struct Entry<'a> {
    registration: &'a Registration,
    /// The application or part that it is registered with.
    router: Variable,
    /// The function that registers it, always when it runs.
    registrar: FunctionRef,
    keys: Vec<Key>,
}

pub(super) fn find(program: &Program, catalogue: &Catalogue, solution: &Solution, found: &mut Vec<Defect>) {
    let is_handler = |registration: &&Registration| {
        registration.role.exception.is_some() && registration.role.returns == Returned::Body
    };
    let entries: Vec<Entry<'_>> = solution
        .registrations
        .iter()
        .filter(is_handler)
        .filter_map(|registration| entry(program, catalogue, registration))
        .collect();
    for entry in &entries {
        if entries.iter().any(|other| replaces(other, entry)) {
            add(
                entry,
                Severity::Low,
                "a later handler for the same error replaces this one".to_owned(),
                found,
            );
        } else if is_for_unforeseen(catalogue, entry)
            && entries.iter().any(|other| is_wider(catalogue, other, entry))
        {
            let message =
                "unforeseen errors go to the handler of `Exception`; this one is asked for the rest only";
            add(entry, Severity::Info, message.to_owned(), found);
        }
    }
    for registration in solution.registrations.iter().filter(is_handler) {
        if let Some(status) = status_before_routing(program, catalogue, registration) {
            let message =
                format!("no address is known to this part when a {status} is found: it is not asked");
            let location = registration.role.location;
            found.push(Defect { location, rule: Rule::HandlerNeverRuns, severity: Severity::Info, message });
        }
    }
}

fn add(entry: &Entry<'_>, severity: Severity, message: String, found: &mut Vec<Defect>) {
    let location = entry.registration.role.location;
    found.push(Defect { location, rule: Rule::HandlerNeverRuns, severity, message });
}

fn entry<'a>(
    program: &'a Program,
    catalogue: &'a Catalogue,
    registration: &'a Registration,
) -> Option<Entry<'a>> {
    let location = registration.role.location;
    let (registrar, call) = call_at(program, location)?;
    let scope = Scope { program, catalogue, function: registrar };
    let ExpressionKind::Call { callee, .. } = scope.kind(call) else { return None };
    let ExpressionKind::Attribute { object, .. } = scope.kind(*callee) else { return None };
    let router = scope.variable(*object)?;
    is_always_run(scope, call).then_some(())?;
    Some(Entry { registration, router, registrar, keys: keys(catalogue, registration) })
}

/// The call at `location`, and the function whose body it stands in.
pub(super) fn call_at(program: &Program, location: Location) -> Option<(FunctionRef, ExpressionId)> {
    let module = &program.file(location.file).module;
    let is_call = |expression: &tightlip_ir::Expression| {
        expression.span == location.span && matches!(expression.kind, ExpressionKind::Call { .. })
    };
    let call = ExpressionId(module.expressions.iter().position(is_call)? as u32);
    let mut registrar = FunctionId::MODULE_BODY;
    let mut narrowest = u32::MAX;
    for (id, function) in module.functions.iter().enumerate().skip(1) {
        let width = function.span.end - function.span.start;
        let is_inside = function.span.contains(location.span) && !function.decorators.contains(&call);
        if is_inside && width < narrowest {
            (registrar, narrowest) = (FunctionId(id as u32), width);
        }
    }
    Some((FunctionRef { file: location.file, id: registrar }, call))
}

/// Whether the call is made whenever the function runs, once.
fn is_always_run(scope: Scope<'_>, call: ExpressionId) -> bool {
    let module = scope.module();
    let has = |statement: &Statement| match &statement.kind {
        StatementKind::Define(id) => module.function(*id).decorators.contains(&call),
        StatementKind::Expression(value) | StatementKind::Assign { value, .. } => {
            walk::all_parts(module, *value).contains(&call)
        }
        _ => false,
    };
    scope.definition().body.iter().any(has)
}

/// A class that stands for one status is looked up by it.
fn keys(catalogue: &Catalogue, registration: &Registration) -> Vec<Key> {
    let role = &registration.role;
    if !role.statuses.is_empty() {
        return role.statuses.iter().map(|status| Key::Status(*status)).collect();
    }
    let status = |class: &ClassName| match class {
        ClassName::Library(path) => catalogue.handling.classes.get(path).and_then(|class| class.status),
        ClassName::Program(_) => None,
    };
    role.handles.iter().map(|class| status(class).map_or(Key::Class(*class), Key::Status)).collect()
}

/// Whether `other` is registered behind `entry` for the same errors, so that `entry` is never asked.
fn replaces(other: &Entry<'_>, entry: &Entry<'_>) -> bool {
    let (one, two) = (&entry.registration.role, &other.registration.role);
    entry.router == other.router
        && entry.registrar == other.registrar
        && entry.registration.function != other.registration.function
        && one.scope == two.scope
        && one.location < two.location
        && !entry.keys.is_empty()
        && entry.keys.iter().all(|key| other.keys.contains(key))
}

/// Whether it is for unforeseen errors by the status that they are given when nobody takes them before.
fn is_for_unforeseen(catalogue: &Catalogue, entry: &Entry<'_>) -> bool {
    let role = &entry.registration.role;
    let is_last = |class: &ClassName| match class {
        ClassName::Library(path) => {
            let has_status = catalogue.handling.classes.get(path).is_some_and(|class| class.status.is_some());
            has_status && catalogue.exception(*path).is_some_and(|model| model.central)
        }
        ClassName::Program(_) => false,
    };
    !role.handles.is_empty() && role.handles.iter().all(is_last)
}

/// Whether `other` takes every error before `entry` can be asked.
fn is_wider(catalogue: &Catalogue, other: &Entry<'_>, entry: &Entry<'_>) -> bool {
    let (one, two) = (&entry.registration.role, &other.registration.role);
    entry.router == other.router
        && entry.registration.function != other.registration.function
        && one.scope == two.scope
        && two.handles.iter().any(|class| is_every_error(catalogue, *class))
}

/// The status of the errors that a handler of a part is for, if they are found before the part is, and nothing near
/// raises them by itself.
fn status_before_routing(
    program: &Program,
    catalogue: &Catalogue,
    registration: &Registration,
) -> Option<i64> {
    let role = &registration.role;
    let ([ClassName::Library(path)], Whose::Part) = (role.handles.as_slice(), role.scope) else {
        return None;
    };
    let class = catalogue.handling.classes.get(path).filter(|class| class.before_routing && !role.apart)?;
    let folder = |path: &str| path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let here = folder(&program.file(role.location.file).path);
    let class_name = Symbol::new(path.text().rsplit('.').next().unwrap_or_default());
    let raisers = catalogue
        .handling
        .raisers
        .iter()
        .map(|path| Symbol::new(path.text().rsplit('.').next().unwrap_or_default()));
    let registrar = call_at(program, role.location)?.0;
    let is_near = |function: &FunctionRef| {
        *function != registrar && folder(&program.file(function.file).path).starts_with(&here)
    };
    let raises = raisers
        .chain(catalogue.handling.raising_methods.keys().copied())
        .chain([class_name])
        .any(|name| program.mentioning(name).iter().any(is_near));
    if raises { None } else { class.status }
}
