//! Whether a call keeps an error for operators: in a log, with a service that collects errors, as a signal. Calls
//! of the program are looked through; what cannot be looked into and is given the error is believed to keep it.

use std::collections::HashSet;
use tightlip_flow::FunctionRef;
use tightlip_ir::{Argument, ExpressionId, ExpressionKind, Literal, StatementKind, Symbol};

use super::scope::{Scope, Target};
use super::walk;

/// So far are calls of the program looked through.
const DEEPEST: usize = 4;
/// More functions than these are not looked at for the name of a method.
const MOST_METHODS: usize = 4;

/// Asks of calls in one handler whether they keep the error.
pub(super) struct Recording<'a> {
    scope: Scope<'a>,
    error: Symbol,
    /// Variables that are made of the error, and the error.
    derived: HashSet<Symbol>,
}

impl<'a> Recording<'a> {
    pub(super) fn new(scope: Scope<'a>, error: Symbol, derived: HashSet<Symbol>) -> Self {
        Self { scope, error, derived }
    }

    pub(super) fn is_derived(&self, name: Symbol) -> bool {
        self.derived.contains(&name)
    }

    /// Whether `callee(arguments)` keeps the error.
    pub(super) fn keeps(&self, call: ExpressionId, callee: ExpressionId, arguments: &[Argument]) -> bool {
        let handling = &self.scope.catalogue.handling;
        let Some(name) = last_name(self.scope, callee) else { return self.is_given(arguments) };
        if handling.current_methods.contains(&name) {
            return true;
        }
        let is_method = matches!(self.scope.kind(callee), ExpressionKind::Attribute { .. });
        match self.scope.target(callee) {
            Target::Library(path) if handling.records.contains(&path) => true,
            Target::Function(function) => {
                keeps_somewhere(self.scope.of(function), DEEPEST, &mut HashSet::default())
            }
            Target::Class(class) => {
                let init = self.scope.program.method(class, Symbol::new("__init__"));
                init.is_some_and(|init| {
                    keeps_somewhere(self.scope.of(init), DEEPEST, &mut HashSet::default())
                })
            }
            _ if is_method && handling.record_methods.contains(&name) => {
                self.speaks_of_error(call, arguments)
            }
            Target::Library(path) => {
                let is_known =
                    self.scope.catalogue.calls.contains_key(&path) || handling.replies.contains_key(&path);
                let is_builtin = !path.text().contains('.');
                !is_known && !is_builtin && (has_fragment(self.scope, name) || self.is_given(arguments))
            }
            Target::Method(name) => self.method_keeps(callee, name, arguments),
            Target::Unknown => has_fragment(self.scope, name) || self.is_given(arguments),
        }
    }

    fn method_keeps(&self, callee: ExpressionId, name: Symbol, arguments: &[Argument]) -> bool {
        if has_fragment(self.scope, name) {
            return true;
        }
        let methods = self.scope.program.methods(name);
        if !methods.is_empty() && methods.len() <= MOST_METHODS {
            let keeps = |function: FunctionRef| {
                keeps_somewhere(self.scope.of(function), DEEPEST, &mut HashSet::default())
            };
            return methods.iter().any(|(function, _)| keeps(*function));
        }
        let catalogue = self.scope.catalogue;
        let is_plain = catalogue.plain_methods.contains(&name)
            || catalogue.filling_methods.contains(&name)
            || catalogue.entry_methods.contains(&name)
            || catalogue.sanitizing_methods.contains(&name);
        let of_error =
            walk::all_parts(self.scope.module(), callee).into_iter().any(|part| self.is_error(part));
        !is_plain && !of_error && self.is_given(arguments)
    }

    /// Whether the error itself is among the arguments.
    fn is_given(&self, arguments: &[Argument]) -> bool {
        arguments.iter().any(|argument| self.is_error(argument.value))
    }

    /// Whether a log line says anything of the error: it has its text or its trace.
    fn speaks_of_error(&self, call: ExpressionId, arguments: &[Argument]) -> bool {
        let module = self.scope.module();
        let is_on = |id: ExpressionId| {
            !matches!(
                self.scope.kind(id),
                ExpressionKind::Literal(Literal::Boolean(false) | Literal::None | Literal::Integer(0))
            )
        };
        let with_trace = arguments
            .iter()
            .any(|argument| argument.keyword.is_some_and(|name| name == "exc_info") && is_on(argument.value));
        let spread = arguments.iter().any(|argument| argument.spread != tightlip_ir::Spread::No);
        with_trace
            || spread
            || walk::all_parts(module, call).into_iter().skip(1).any(|part| {
                match &module.expression(part).kind {
                    ExpressionKind::Name(name) => self.derived.contains(name),
                    ExpressionKind::Call { callee, .. } => self.tells(*callee),
                    _ => false,
                }
            })
    }

    /// Whether a call gives detail of the error being handled, or may do so.
    fn tells(&self, callee: ExpressionId) -> bool {
        match self.scope.target(callee) {
            Target::Library(path) => {
                self.scope.catalogue.calls.get(&path).is_some_and(|model| !model.sources.is_empty())
            }
            Target::Function(_) => true,
            _ => false,
        }
    }

    fn is_error(&self, id: ExpressionId) -> bool {
        matches!(self.scope.kind(id), ExpressionKind::Name(name) if *name == self.error)
    }
}

/// Whether a function of the program keeps anything at all.
fn keeps_somewhere(scope: Scope<'_>, depth: usize, seen: &mut HashSet<FunctionRef>) -> bool {
    if !seen.insert(scope.function) {
        return false;
    }
    if depth == 0 {
        return true;
    }
    let handling = &scope.catalogue.handling;
    let module = scope.module();
    for statement in walk::statements(&scope.definition().body) {
        if matches!(statement.kind, StatementKind::Raise { .. }) {
            return true;
        }
        for part in walk::expressions(statement).into_iter().flat_map(|id| walk::all_parts(module, id)) {
            let ExpressionKind::Call { callee, .. } = scope.kind(part) else { continue };
            let Some(name) = last_name(scope, *callee) else { continue };
            let is_method = matches!(scope.kind(*callee), ExpressionKind::Attribute { .. });
            if handling.current_methods.contains(&name)
                || (is_method && handling.record_methods.contains(&name))
            {
                return true;
            }
            let keeps = match scope.target(*callee) {
                Target::Function(function) => keeps_somewhere(scope.of(function), depth - 1, seen),
                Target::Library(path) => handling.records.contains(&path) || has_fragment(scope, name),
                _ => has_fragment(scope, name),
            };
            if keeps {
                return true;
            }
        }
    }
    false
}

fn has_fragment(scope: Scope<'_>, name: Symbol) -> bool {
    let name = name.text().to_lowercase();
    scope.catalogue.handling.fragments.iter().any(|fragment| name.contains(fragment.text()))
}

fn last_name(scope: Scope<'_>, callee: ExpressionId) -> Option<Symbol> {
    match scope.kind(callee) {
        ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } => Some(*name),
        _ => None,
    }
}
