//! The body of an error handler, read once: what it returns, raises and reads of the error, and whether it keeps
//! it, each with what the tests before it have found out about the error.

use std::collections::HashSet;
use tightlip_flow::ClassName;
use tightlip_ir::{
    Argument, Block, ExpressionId, ExpressionKind, Handler, Literal, LogicOperator, Span, Statement,
    StatementKind, Symbol,
};

use super::recording::Recording;
use super::scope::{Scope, Target};
use super::walk;

/// What is known of the error at one place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Known {
    pub(super) kind: Kind,
    /// A test has asked what it is or has, in a way that holds here.
    pub(super) asked: bool,
    /// Only developers get here.
    pub(super) developers: bool,
    /// What fails here is caught.
    pub(super) tried: bool,
}

/// What kind of error it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// Any that the handler is for.
    Any,
    /// One that is a reply itself.
    Reply,
    /// Another.
    Other,
}

/// What was read.
#[derive(Default, Debug)]
pub(super) struct Reading {
    /// Values that are returned.
    pub(super) returns: Vec<(ExpressionId, Known)>,
    /// Where the error itself is raised again.
    pub(super) raised_again: Vec<(Span, Known)>,
    /// Whether anything at all is raised.
    pub(super) raises: bool,
    /// Attributes of the error that are read.
    pub(super) reads: Vec<(Span, Symbol, Known)>,
    /// Where the error, as it is, is given to what fails then.
    pub(super) encoded: Vec<(Span, Known)>,
    /// Where the error is kept for operators.
    pub(super) kept: Vec<Known>,
}

/// Reads the body of `scope`, whose parameter `error` is the exception.
pub(super) fn read(scope: Scope<'_>, error: Symbol) -> Reading {
    let derived = derived_names(scope, error);
    let mut reader = Reader {
        scope,
        error,
        recording: Recording::new(scope, error, derived),
        reading: Reading::default(),
    };
    let start = Known { kind: Kind::Any, asked: false, developers: false, tried: false };
    reader.block(&scope.definition().body, start);
    reader.reading
}

/// Variables that are made of the error.
fn derived_names(scope: Scope<'_>, error: Symbol) -> HashSet<Symbol> {
    let module = scope.module();
    let mut derived = HashSet::from_iter([error]);
    let statements = walk::statements(&scope.definition().body);
    // What is made of what was made of it: twice is far enough.
    for statement in statements.iter().chain(&statements) {
        let StatementKind::Assign { targets, value } = &statement.kind else { continue };
        let is_derived = |id: &ExpressionId| match &module.expression(*id).kind {
            ExpressionKind::Name(name) => derived.contains(name),
            _ => false,
        };
        if walk::all_parts(module, *value).iter().any(is_derived) {
            let names = targets.iter().filter_map(|target| match &module.expression(*target).kind {
                ExpressionKind::Name(name) => Some(*name),
                _ => None,
            });
            derived.extend(names.collect::<Vec<_>>());
        }
    }
    derived
}

struct Reader<'a> {
    scope: Scope<'a>,
    error: Symbol,
    recording: Recording<'a>,
    reading: Reading,
}

impl<'a> Reader<'a> {
    /// What is known behind the block; none if nothing gets there.
    fn block(&mut self, block: &'a Block, mut known: Known) -> Option<Known> {
        for statement in block {
            known = self.statement(statement, known)?;
        }
        Some(known)
    }

    fn statement(&mut self, statement: &'a Statement, known: Known) -> Option<Known> {
        match &statement.kind {
            StatementKind::If { test, then, otherwise } => {
                let (holds, fails) = self.test(*test, known);
                let then = self.block(then, holds);
                let otherwise = self.block(otherwise, fails);
                return join(then, otherwise);
            }
            StatementKind::Try { body, handlers, otherwise, finally } => {
                return self.attempt(body, handlers, otherwise, finally, known);
            }
            StatementKind::Loop { source, body, otherwise, .. } => {
                self.expression(*source, known);
                self.block(body, known);
                self.block(otherwise, known);
                return Some(known);
            }
            StatementKind::With { items, body } => {
                items.iter().for_each(|item| self.expression(item.context, known));
                return self.block(body, known);
            }
            StatementKind::Match { subject, cases } => {
                self.expression(*subject, known);
                let asked = Known { asked: known.asked || self.mentions_error(*subject), ..known };
                let ends: Vec<Option<Known>> =
                    cases.iter().map(|case| self.block(&case.body, asked)).collect();
                return ends.into_iter().fold(Some(known), join);
            }
            StatementKind::Return(value) => {
                if let Some(value) = value {
                    self.returned(*value, known);
                }
                return None;
            }
            StatementKind::Raise { exception, .. } => {
                self.reading.raises = true;
                exception.iter().for_each(|exception| self.expression(*exception, known));
                if exception.is_none_or(|exception| self.is_error(exception)) {
                    self.reading.raised_again.push((statement.span, known));
                }
                return None;
            }
            StatementKind::Assign { targets, value } => {
                self.expression(*value, known);
                return Some(targets.iter().fold(known, |known, target| self.assigned(*target, known)));
            }
            _ => walk::expressions(statement).into_iter().for_each(|id| self.expression(id, known)),
        }
        Some(known)
    }

    fn attempt(
        &mut self,
        body: &'a Block,
        handlers: &'a [Handler],
        otherwise: &'a Block,
        finally: &'a Block,
        known: Known,
    ) -> Option<Known> {
        let inside = Known { tried: known.tried || !handlers.is_empty(), ..known };
        let mut end = self.block(body, inside).and_then(|known| self.block(otherwise, known));
        for handler in handlers {
            end = join(end, self.block(&handler.body, known));
        }
        let end = end.map(|end| Known { tried: known.tried, ..end });
        self.block(finally, known)?;
        end
    }

    /// What is known behind `target = ...`: an error that was given an attribute, or that is another one by now,
    /// is not asked any more.
    fn assigned(&mut self, target: ExpressionId, known: Known) -> Known {
        match self.scope.kind(target) {
            ExpressionKind::Name(name) if *name == self.error => Known { asked: true, ..known },
            ExpressionKind::Attribute { object, .. } if self.is_error(*object) => {
                Known { asked: true, ..known }
            }
            ExpressionKind::Name(_) => known,
            _ => {
                self.expression(target, known);
                known
            }
        }
    }

    fn returned(&mut self, value: ExpressionId, known: Known) {
        if let ExpressionKind::Choice { test, then, otherwise } = self.scope.kind(value) {
            let (holds, fails) = self.test(*test, known);
            self.returned(*then, holds);
            self.returned(*otherwise, fails);
            return;
        }
        self.expression(value, known);
        if let Some(body) = self.body_of(value)
            && let ExpressionKind::Record(entries) = self.scope.kind(body)
            && entries.iter().any(|entry| self.holds_error(entry.value))
        {
            self.reading.encoded.push((self.span(value), known));
        }
        self.reading.returns.push((value, known));
    }

    /// The first of what is returned: the body of the reply.
    fn body_of(&self, value: ExpressionId) -> Option<ExpressionId> {
        match self.scope.kind(value) {
            ExpressionKind::Collection { items, .. } => items.first().copied(),
            _ => Some(value),
        }
    }

    /// What is known where `test` holds and where it does not.
    fn test(&mut self, test: ExpressionId, known: Known) -> (Known, Known) {
        match self.scope.kind(test) {
            ExpressionKind::Not(inner) => {
                let (holds, fails) = self.test(*inner, known);
                (fails, holds)
            }
            ExpressionKind::Logic { operator, operands } => {
                let (mut on, mut sides) = (known, Vec::new());
                for operand in operands {
                    let (holds, fails) = self.test(*operand, on);
                    on = if *operator == LogicOperator::And { holds } else { fails };
                    sides.push(if *operator == LogicOperator::And { fails } else { holds });
                }
                let mixed = sides.into_iter().reduce(meet).unwrap_or(known);
                match operator {
                    LogicOperator::And => (on, mixed),
                    LogicOperator::Or => (mixed, on),
                }
            }
            ExpressionKind::Call { callee, arguments } => self.test_call(test, *callee, arguments, known),
            _ => {
                self.expression(test, known);
                let asks = self.asks(test);
                let asked = Known { asked: known.asked || asks, ..known };
                (Known { developers: known.developers || is_guard(self.scope, test), ..asked }, asked)
            }
        }
    }

    fn test_call(
        &mut self,
        test: ExpressionId,
        callee: ExpressionId,
        arguments: &'a [Argument],
        known: Known,
    ) -> (Known, Known) {
        self.expression(test, known);
        let of_error = arguments.first().is_some_and(|argument| self.is_error(argument.value));
        let asked = Known { asked: true, ..known };
        match (self.scope.kind(callee), arguments) {
            (ExpressionKind::Name(name), [_, classes]) if of_error && *name == "isinstance" => {
                let kind = self.kind_of(classes.value);
                let other = if kind == Kind::Reply && self.is_every_reply(classes.value) {
                    Kind::Other
                } else {
                    known.kind
                };
                (Known { kind, ..asked }, Known { kind: other, ..known })
            }
            (ExpressionKind::Name(name), [_, _]) if of_error && *name == "hasattr" => (asked, known),
            _ if self.asks(test) => (asked, asked),
            _ => (Known { developers: known.developers || is_guard(self.scope, test), ..known }, known),
        }
    }

    /// The kind of error of which all `classes` are.
    fn kind_of(&self, classes: ExpressionId) -> Kind {
        let Some(classes) = self.scope.classes(classes) else { return Kind::Any };
        if classes.iter().all(|class| is_reply(self.scope, *class)) { Kind::Reply } else { Kind::Any }
    }

    /// Whether `classes` are those of all errors that are replies.
    fn is_every_reply(&self, classes: ExpressionId) -> bool {
        let tops = |class: &ClassName| match class {
            ClassName::Library(path) => {
                self.scope.catalogue.handling.classes.get(path).is_some_and(|class| !class.replies.is_empty())
            }
            ClassName::Program(_) => false,
        };
        self.scope.classes(classes).is_some_and(|classes| classes.iter().any(tops))
    }

    /// Whether a test asks what the error is, other than by reading one of its attributes.
    fn asks(&self, test: ExpressionId) -> bool {
        let module = self.scope.module();
        walk::all_parts(module, test).into_iter().any(|part| match &module.expression(part).kind {
            ExpressionKind::Call { arguments, .. } => {
                arguments.iter().any(|argument| self.mentions_error(argument.value))
            }
            ExpressionKind::Attribute { object, name } => self.is_error(*object) && *name == "__class__",
            ExpressionKind::Name(name) => *name != self.error && self.recording.is_derived(*name),
            _ => false,
        })
    }

    /// Reads an expression; the right side of `and` and the branches of a choice know what their test says.
    fn expression(&mut self, id: ExpressionId, known: Known) {
        match self.scope.kind(id) {
            ExpressionKind::Logic { .. } => {
                self.test(id, known);
                return;
            }
            ExpressionKind::Choice { test, then, otherwise } => {
                let (holds, fails) = self.test(*test, known);
                self.expression(*then, holds);
                self.expression(*otherwise, fails);
                return;
            }
            ExpressionKind::Attribute { object, name } if self.is_error(*object) => {
                self.reading.reads.push((self.span(id), *name, known));
            }
            ExpressionKind::Call { callee, arguments } => {
                if self.recording.keeps(id, *callee, arguments) {
                    self.reading.kept.push(known);
                }
                if self.encodes(*callee, arguments) {
                    self.reading.encoded.push((self.span(id), known));
                }
            }
            _ => {}
        }
        for part in walk::parts(self.scope.module(), id) {
            self.expression(part, known);
        }
    }

    /// Whether the call fails because it is given the error as it is.
    fn encodes(&self, callee: ExpressionId, arguments: &[Argument]) -> bool {
        let Target::Library(path) = self.scope.target(callee) else { return false };
        let encodes = self.scope.catalogue.handling.replies.get(&path).is_some_and(|reply| reply.encodes);
        let own_encoder = arguments
            .iter()
            .any(|argument| argument.keyword.is_some_and(|name| name == "default" || name == "cls"));
        encodes && !own_encoder && arguments.iter().any(|argument| self.holds_error(argument.value))
    }

    /// Whether a value is the error, or a list or record with it.
    fn holds_error(&self, id: ExpressionId) -> bool {
        match self.scope.kind(id) {
            ExpressionKind::Collection { items, .. } => items.iter().any(|item| self.holds_error(*item)),
            ExpressionKind::Record(entries) => entries.iter().any(|entry| self.holds_error(entry.value)),
            _ => self.is_error(id),
        }
    }

    fn is_error(&self, id: ExpressionId) -> bool {
        matches!(self.scope.kind(id), ExpressionKind::Name(name) if *name == self.error)
    }

    fn mentions_error(&self, id: ExpressionId) -> bool {
        walk::all_parts(self.scope.module(), id).into_iter().any(|part| self.is_error(part))
    }

    fn span(&self, id: ExpressionId) -> Span {
        self.scope.module().expression(id).span
    }
}

/// Whether a test asks for what only developers switch on.
pub(super) fn is_guard(scope: Scope<'_>, test: ExpressionId) -> bool {
    let catalogue = scope.catalogue;
    let named = |id: ExpressionId| match scope.kind(id) {
        ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } => {
            catalogue.guard_names.contains(name)
        }
        ExpressionKind::Literal(Literal::Text(text)) => catalogue.guard_names.contains(text),
        _ => false,
    };
    let known = |id: ExpressionId| scope.path(id).is_some_and(|path| catalogue.guards.contains(&path));
    walk::all_parts(scope.module(), test).into_iter().any(|part| named(part) || known(part))
}

/// Whether errors of `class` are replies themselves.
pub(super) fn is_reply(scope: Scope<'_>, class: ClassName) -> bool {
    match class {
        ClassName::Library(path) => scope.catalogue.is_reply(path),
        ClassName::Program(class) => {
            scope.program.library_ancestors(class).iter().any(|path| scope.catalogue.is_reply(*path))
        }
    }
}

fn join(one: Option<Known>, other: Option<Known>) -> Option<Known> {
    match (one, other) {
        (Some(one), Some(other)) => Some(meet(one, other)),
        (one, other) => one.or(other),
    }
}

/// What holds of both.
fn meet(one: Known, other: Known) -> Known {
    Known {
        kind: if one.kind == other.kind { one.kind } else { Kind::Any },
        asked: one.asked && other.asked,
        developers: one.developers && other.developers,
        tried: one.tried && other.tried,
    }
}

/// The name of the parameter that is the exception, by its place, the object of a method not counted.
pub(super) fn error_name(scope: Scope<'_>, place: usize) -> Option<Symbol> {
    let definition = scope.definition();
    let is_method = matches!(definition.owner, tightlip_ir::Owner::Class(_));
    let receives = is_method
        && definition
            .parameters
            .first()
            .is_some_and(|first| matches!(first.name.text(), "self" | "cls" | "_self" | "this"));
    definition.parameters.get(place + usize::from(receives)).map(|parameter| parameter.name)
}
