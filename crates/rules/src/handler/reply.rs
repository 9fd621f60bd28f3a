//! The status and the headers of what a handler returns, as far as they can be read off.

use tightlip_catalogue::Arguments;
use tightlip_flow::FunctionRef;
use tightlip_ir::{
    Argument, CollectionKind, ExpressionId, ExpressionKind, Literal, Spread, StatementKind, Symbol,
};

use super::scope::{Scope, Target};
use super::walk;

/// A reply.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Reply {
    pub(super) status: Status,
    /// Something was said of its headers.
    pub(super) headers: bool,
}

/// The status of a reply.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Status {
    /// Nothing is said of it, so it is a success.
    Unsaid,
    /// This one.
    Code(i64),
    /// The error's own.
    OfError,
    /// Some other.
    Other,
}

/// Deeper is not looked.
const DEEPEST: usize = 4;

const PLAIN: Reply = Reply { status: Status::Unsaid, headers: false };

/// What `value`, which `scope` returns, is as a reply; none if that cannot be told. `error` is the name of the
/// exception there.
pub(super) fn reply(scope: Scope<'_>, error: Option<Symbol>, value: ExpressionId) -> Option<Reply> {
    ReplyReader { scope, error, depth: 0 }.reply(value)
}

#[derive(Clone, Copy)]
struct ReplyReader<'a> {
    scope: Scope<'a>,
    error: Option<Symbol>,
    depth: usize,
}

impl ReplyReader<'_> {
    fn reply(self, value: ExpressionId) -> Option<Reply> {
        if self.depth > DEEPEST {
            return None;
        }
        let deeper = Self { depth: self.depth + 1, ..self };
        match self.scope.kind(value) {
            ExpressionKind::Literal(Literal::Text(_) | Literal::LongText)
            | ExpressionKind::Format(_)
            | ExpressionKind::Record(_) => Some(PLAIN),
            ExpressionKind::Sum(left, right) => {
                let text = |id: &ExpressionId| {
                    matches!(
                        self.scope.kind(*id),
                        ExpressionKind::Literal(Literal::Text(_) | Literal::LongText)
                            | ExpressionKind::Format(_)
                    )
                };
                (text(left) || text(right)).then_some(PLAIN)
            }
            ExpressionKind::Collection { kind: CollectionKind::List, .. } => Some(PLAIN),
            ExpressionKind::Collection { kind: CollectionKind::Tuple, items } => deeper.tuple(items),
            ExpressionKind::Choice { then, otherwise, .. } => {
                both(deeper.reply(*then)?, deeper.reply(*otherwise)?)
            }
            ExpressionKind::Call { callee, arguments } => deeper.call(*callee, arguments),
            ExpressionKind::Name(name) if Some(*name) == self.error => {
                Some(Reply { status: Status::OfError, headers: true })
            }
            ExpressionKind::Name(name) => deeper.variable(*name),
            _ => None,
        }
    }

    fn tuple(self, items: &[ExpressionId]) -> Option<Reply> {
        if items.iter().any(|item| matches!(self.scope.kind(*item), ExpressionKind::Spread(_))) {
            return None;
        }
        let first = *items.first()?;
        let second = *items.get(1)?;
        let body = self.reply(first);
        if items.len() == 2 && matches!(self.scope.kind(second), ExpressionKind::Record(_)) {
            return body.map(|body| Reply { headers: true, ..body });
        }
        let headers = items.len() > 2 || body.is_some_and(|body| body.headers);
        Some(Reply { status: self.status(second), headers })
    }

    fn status(self, id: ExpressionId) -> Status {
        match self.scope.kind(id) {
            ExpressionKind::Literal(Literal::Integer(code)) => Status::Code(*code),
            ExpressionKind::Literal(Literal::Text(text)) => {
                let code = text.text().split(' ').next().and_then(|code| code.parse().ok());
                code.map_or(Status::Other, Status::Code)
            }
            ExpressionKind::Attribute { object, .. } if self.is_error(*object) => Status::OfError,
            _ => Status::Other,
        }
    }

    fn call(self, callee: ExpressionId, arguments: &[Argument]) -> Option<Reply> {
        if let ExpressionKind::Attribute { object, .. } = self.scope.kind(callee)
            && self.is_error(*object)
        {
            return Some(Reply { status: Status::OfError, headers: true });
        }
        match self.scope.target(callee) {
            Target::Library(path) => {
                let model = self.scope.catalogue.handling.replies.get(&path)?;
                if arguments.iter().any(|argument| argument.spread != Spread::No) && model.body.is_some() {
                    return None;
                }
                let headers = selected(arguments, &model.headers).is_some();
                if let Some(status) = selected(arguments, &model.status) {
                    return Some(Reply { status: self.status(status), headers });
                }
                let body = model.body.and_then(|place| arguments.get(place));
                match body {
                    Some(body) => {
                        let body = self.reply(body.value)?;
                        Some(Reply { headers: headers || body.headers, ..body })
                    }
                    None => Some(Reply { status: Status::Unsaid, headers }),
                }
            }
            Target::Function(function) => self.returned_by(function),
            _ => None,
        }
    }

    /// What a function of the program returns, if that is the same kind of reply everywhere.
    fn returned_by(self, function: FunctionRef) -> Option<Reply> {
        let scope = self.scope.of(function);
        if !scope.definition().decorators.is_empty() || scope.definition().generator {
            return None;
        }
        let inner = Self { scope, error: None, ..self };
        let mut known: Option<Reply> = None;
        for statement in walk::statements(&scope.definition().body) {
            let StatementKind::Return(Some(value)) = &statement.kind else { continue };
            let reply = inner.reply(*value)?;
            known = Some(match known {
                Some(known) => both(known, reply)?,
                None => reply,
            });
        }
        known
    }

    /// A variable: what is assigned to it, and what is done to it.
    fn variable(self, name: Symbol) -> Option<Reply> {
        let definition = self.scope.definition();
        if definition.parameters.iter().any(|parameter| parameter.name == name)
            || definition.locals.binary_search(&name).is_err()
        {
            return None;
        }
        let mut known: Option<Reply> = None;
        let mut said = PLAIN;
        for statement in walk::statements(&definition.body) {
            if let StatementKind::Assign { targets, value } = &statement.kind {
                for target in targets {
                    if self.is_name(*target, name) {
                        let reply = self.reply(*value)?;
                        known = Some(match known {
                            Some(known) => both(known, reply)?,
                            None => reply,
                        });
                    } else {
                        self.assigned(*target, name, &mut said);
                    }
                }
            } else if self.is_bound_otherwise(&statement.kind, name) {
                return None;
            }
            for part in walk::expressions(statement).into_iter().flat_map(|id| self.parts(id)) {
                if let ExpressionKind::Call { callee, arguments } = self.scope.kind(part) {
                    self.called(*callee, name, &mut said);
                    if arguments.iter().any(|argument| self.is_name(argument.value, name))
                        && !self.is_kept(part)
                    {
                        return None;
                    }
                }
            }
        }
        let known = known?;
        let status = if said.status == Status::Unsaid { known.status } else { said.status };
        Some(Reply { status, headers: known.headers || said.headers })
    }

    /// `name.status_code = ...`, `name.headers[...] = ...`.
    fn assigned(self, target: ExpressionId, name: Symbol, said: &mut Reply) {
        let handling = &self.scope.catalogue.handling;
        match self.scope.kind(target) {
            ExpressionKind::Attribute { object, name: attribute } if self.is_name(*object, name) => {
                if handling.status_attributes.contains(attribute) {
                    said.status = Status::Other;
                }
                said.headers |= handling.headers_attributes.contains(attribute);
            }
            ExpressionKind::Index { object, .. } => self.assigned(*object, name, said),
            _ => {}
        }
    }

    /// `name.headers.extend(...)`.
    fn called(self, callee: ExpressionId, name: Symbol, said: &mut Reply) {
        if let ExpressionKind::Attribute { object, .. } = self.scope.kind(callee)
            && let ExpressionKind::Attribute { object, name: attribute } = self.scope.kind(*object)
            && self.is_name(*object, name)
        {
            said.headers |= self.scope.catalogue.handling.headers_attributes.contains(attribute);
        }
    }

    /// Whether a call that a reply is given to leaves it as it is.
    fn is_kept(self, call: ExpressionId) -> bool {
        let ExpressionKind::Call { callee, .. } = self.scope.kind(call) else { return true };
        match self.scope.target(*callee) {
            Target::Library(path) => {
                let catalogue = self.scope.catalogue;
                catalogue.handling.replies.contains_key(&path) || catalogue.calls.contains_key(&path)
            }
            _ => false,
        }
    }

    fn is_bound_otherwise(self, kind: &StatementKind, name: Symbol) -> bool {
        match kind {
            StatementKind::Update { target, .. } | StatementKind::Declare { target, value: Some(_), .. } => {
                self.is_name(*target, name)
            }
            StatementKind::Loop { target: Some(target), .. } => self.is_name(*target, name),
            StatementKind::With { items, .. } => {
                items.iter().filter_map(|item| item.target).any(|target| self.is_name(target, name))
            }
            _ => false,
        }
    }

    fn parts(self, id: ExpressionId) -> Vec<ExpressionId> {
        walk::all_parts(self.scope.module(), id)
    }

    fn is_error(self, id: ExpressionId) -> bool {
        self.error.is_some_and(|error| self.is_name(id, error))
    }

    fn is_name(self, id: ExpressionId, name: Symbol) -> bool {
        matches!(self.scope.kind(id), ExpressionKind::Name(known) if *known == name)
    }
}

/// The reply that is the one or the other.
fn both(one: Reply, other: Reply) -> Option<Reply> {
    match (one.status, other.status) {
        (one_status, other_status) if one_status == other_status => {
            Some(Reply { status: one_status, headers: one.headers || other.headers })
        }
        (Status::Unsaid, _) | (_, Status::Unsaid) => None,
        _ => Some(Reply { status: Status::Other, headers: one.headers || other.headers }),
    }
}

/// The argument that a model selects.
fn selected(arguments: &[Argument], wanted: &Arguments) -> Option<ExpressionId> {
    let mut place = 0;
    for argument in arguments {
        let is_wanted = match argument.keyword {
            Some(keyword) => wanted.keywords.contains(&keyword),
            None => {
                place += 1;
                wanted.positions.contains(&(place - 1))
            }
        };
        if is_wanted {
            return Some(argument.value);
        }
    }
    None
}
