//! Where the error itself is needed: a text in its place would break what it is given to.

use tightlip_catalogue::Rule;
use tightlip_flow::FunctionRef;
use tightlip_ir::{
    Argument, ExpressionId, ExpressionKind, Owner, Parameter, ParameterKind, Spread, StatementKind, Symbol,
};
use tightlip_rules::{Target, walk};

use super::body::Body;
use super::spot::{Reader, Spot};

/// Calls that keep, write or send what they are given, whatever it is.
const KEEPERS: &[&str] = &[
    "append",
    "add",
    "put",
    "insert",
    "setdefault",
    "write",
    "send",
    "emit",
    "abort",
    "flash",
    "fail",
    "error",
    "dumps",
];

/// Parts of names that are given to errors that are kept as such.
const NAMES_OF_ERRORS: &[&str] = &["exc", "cause", "orig"];

/// Calls are followed this far.
const DEEPEST: usize = 4;

/// Whether what stands at `spot` has to stay what it is: a loop goes over it, a call takes it apart, or is given the
/// error to look into it.
pub(super) fn is_needed(reader: &Reader<'_>, spot: Spot) -> bool {
    let Spot::Whole(id, _) = spot else { return false };
    is_gone_over(reader.body, id)
        || is_spread(reader, id)
        || (matches!(reader.body.kind(id), ExpressionKind::Name(_)) && is_looked_into(reader, id, 0))
}

fn is_gone_over(body: &Body<'_>, id: ExpressionId) -> bool {
    let is_loop = |kind: &StatementKind| matches!(kind, StatementKind::Loop { target: Some(_), .. });
    body.parent(id).is_none() && body.statement(id).is_some_and(|statement| is_loop(&statement.kind))
}

/// Whether its items are the arguments of a call: `close(*sys.exc_info())`.
fn is_spread(reader: &Reader<'_>, id: ExpressionId) -> bool {
    let Some(parent) = reader.body.parent(id) else { return false };
    let ExpressionKind::Call { callee, arguments } = reader.body.kind(parent) else { return false };
    let is_items = |argument: &Argument| argument.value == id && argument.spread == Spread::Items;
    let target = reader.site.scope(reader.function).target(*callee);
    arguments.iter().any(is_items) && !matches!(target, Target::Library(_))
}

/// Whether the call that is given the error at `id` may use more of it than its text.
fn is_looked_into(reader: &Reader<'_>, id: ExpressionId, depth: usize) -> bool {
    let Some(parent) = reader.body.parent(id) else { return false };
    let ExpressionKind::Call { callee, arguments } = reader.body.kind(parent) else { return false };
    let Some(place) = arguments.iter().position(|argument| argument.value == id) else { return false };
    let argument = &arguments[place];
    if argument.keyword.is_some_and(is_name_of_error) {
        return true;
    }
    let project = reader.site.project;
    match reader.site.scope(reader.function).target(*callee) {
        Target::Library(path) => {
            let catalogue = project.checked.catalogue;
            let last = path.text().rsplit('.').next().unwrap_or_default();
            let is_class = last.starts_with(|letter: char| letter.is_ascii_uppercase());
            !is_class
                && !KEEPERS.contains(&last)
                && !catalogue.calls.contains_key(&path)
                && !catalogue.handling.replies.contains_key(&path)
                && !catalogue.handling.raisers.contains(&path)
        }
        Target::Function(function) => {
            let is_bound = matches!(reader.body.kind(*callee), ExpressionKind::Attribute { .. });
            uses_more(reader, function, argument, place, is_bound, depth)
        }
        Target::Class(class) => {
            let init = project.checked.program.method(class, Symbol::new("__init__"));
            init.is_some_and(|init| uses_more(reader, init, argument, place, true, depth))
        }
        Target::Method(name) => match method_of_class(reader, *callee, name) {
            Some(method) => uses_more(reader, method, argument, place, true, depth),
            None => !KEEPERS.contains(&name.text()),
        },
        Target::Unknown => true,
    }
}

/// The method where it is called on its class: `Reply.failure(error)`.
fn method_of_class(reader: &Reader<'_>, callee: ExpressionId, name: Symbol) -> Option<FunctionRef> {
    let ExpressionKind::Attribute { object, .. } = *reader.body.kind(callee) else { return None };
    match reader.site.scope(reader.function).target(object) {
        Target::Class(class) => reader.site.project.checked.program.method(class, name),
        _ => None,
    }
}

/// Whether `function` looks into what it is given as `argument`.
fn uses_more(
    reader: &Reader<'_>,
    function: FunctionRef,
    argument: &Argument,
    place: usize,
    is_bound: bool,
    depth: usize,
) -> bool {
    if depth > DEEPEST {
        return true;
    }
    let project = reader.site.project;
    let definition = project.checked.program.function(function);
    let scope = reader.site.scope(function);
    let is_static = |decorator: &ExpressionId| matches!(scope.kind(*decorator), ExpressionKind::Name(name) if *name == "staticmethod");
    let is_method = is_bound
        && matches!(definition.owner, Owner::Class(_))
        && !definition.decorators.iter().any(is_static);
    let parameter = match argument.keyword {
        Some(keyword) => definition.parameters.iter().find(|known| known.name == keyword),
        None => definition.parameters.get(place + usize::from(is_method)),
    };
    // What is gathered with others is handed on as it is.
    let Some(parameter) =
        parameter.filter(|known| matches!(known.kind, ParameterKind::Positional | ParameterKind::Keyword))
    else {
        return false;
    };
    let site = project.site(super::file_of(function));
    let Ok(module) = site.module() else { return true };
    let body = Body::new(module, &definition.body);
    let inside = Reader { site: &site, body: &body, function };
    if is_declared(&inside, parameter) {
        return true;
    }
    body.reads(parameter.name).into_iter().any(|id| needs_object(&inside, id, depth))
}

/// Whether the error is needed where it is read at `id`.
fn needs_object(reader: &Reader<'_>, id: ExpressionId, depth: usize) -> bool {
    let body = reader.body;
    if super::mend::is_logged(reader, id) || is_guarded(reader, id) {
        return false;
    }
    match body.parent(id).map(|parent| body.kind(parent)) {
        Some(ExpressionKind::Attribute { .. } | ExpressionKind::Index { .. }) => true,
        Some(ExpressionKind::Call { callee, arguments }) => {
            if let Some(spot) = reader.spot(id, Rule::ExceptionMessage)
                && !matches!(spot, Spot::Whole(whole, _) if whole == id)
            {
                return false;
            }
            let ExpressionKind::Name(name) = body.kind(*callee) else {
                return is_looked_into(reader, id, depth + 1);
            };
            match name.text() {
                "type" | "vars" | "dir" => true,
                "getattr" => arguments.len() < 3,
                "isinstance" | "hasattr" | "issubclass" | "str" | "repr" | "format" | "bool" => false,
                _ => is_looked_into(reader, id, depth + 1),
            }
        }
        Some(_) => false,
        None => body.statement(id).is_some_and(|statement| match &statement.kind {
            StatementKind::Raise { .. } | StatementKind::Loop { .. } => true,
            StatementKind::Assign { targets, .. } => targets.iter().any(|target| {
                matches!(body.kind(*target), ExpressionKind::Attribute { name, .. } if is_name_of_error(*name))
            }),
            _ => false,
        }),
    }
}

/// Whether it is asked first what the error is or has: `if isinstance(error, Refused): return error.reason`. A text
/// takes the other way.
fn is_guarded(reader: &Reader<'_>, id: ExpressionId) -> bool {
    let body = reader.body;
    let ExpressionKind::Name(error) = body.kind(id) else { return false };
    let is_question = |part: ExpressionId| {
        let ExpressionKind::Call { callee, arguments } = body.kind(part) else { return false };
        let asks = matches!(body.kind(*callee), ExpressionKind::Name(name)
            if matches!(name.text(), "isinstance" | "hasattr"));
        let first = arguments.first().map(|argument| body.kind(argument.value));
        asks && matches!(first, Some(ExpressionKind::Name(name)) if name == error)
    };
    let asks = |test: ExpressionId| walk::all_parts(body.module, test).into_iter().any(is_question);
    let in_expression = body.around(id).any(|around| match body.kind(around) {
        ExpressionKind::Choice { test, .. } => asks(*test),
        ExpressionKind::Logic { operands, .. } => operands.iter().any(|operand| asks(*operand)),
        _ => false,
    });
    in_expression
        || body.statements.iter().any(|statement| match &statement.kind {
            StatementKind::If { test, .. } => statement.span.contains(body.span(id)) && asks(*test),
            _ => false,
        })
}

/// Whether the annotation of a parameter says that it is an exception.
fn is_declared(reader: &Reader<'_>, parameter: &Parameter) -> bool {
    let Some(annotation) = parameter.annotation else { return false };
    let site = reader.site;
    let Ok(module) = site.module() else { return false };
    let text = site.slice(module.expression(annotation).span);
    text.ends_with("Exception") || text.ends_with("Error")
}

fn is_name_of_error(name: Symbol) -> bool {
    let name = name.text().to_lowercase();
    NAMES_OF_ERRORS.iter().any(|part| name.contains(part))
}
