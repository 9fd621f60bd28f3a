//! Tests that decide who sees what stands behind them: developers, or whoever likes to.

use std::sync::Arc;

use tightlip_ir::{Comparison, ExpressionId, ExpressionKind, LogicOperator, Symbol};

use super::Interpreter;
use crate::environment::{Environment, Set};
use crate::taint::{Location, Note, Opener, Origin, Source, SourceKind, Taint};
use crate::value::{Constant, Entity, Value};
use tightlip_catalogue::Rule;

/// A test that guards detail.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Guard {
    /// Detail stands where the test holds, else where it does not.
    holds: bool,
    admits: Admits,
}

/// Who passes a guard.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Admits {
    Developers,
    Anybody(Opener),
}

/// A guard that anybody passes, around what is being run.
#[derive(Clone, Debug)]
pub(super) struct OpenGuard {
    opener: Opener,
    location: Location,
    /// What was there before it: only that is shown or not shown by it.
    known: Vec<Arc<Source>>,
    /// An error is being handled, so that what is read of it is what the guard is about.
    handling: bool,
}

impl Guard {
    /// Whether only developers see what stands where the test `holds`.
    pub(super) fn closes(self, holds: bool) -> bool {
        self.holds == holds && self.admits == Admits::Developers
    }
}

impl Interpreter<'_> {
    /// What the operand of a test is; to be asked again by [`Self::known`].
    pub(super) fn test(&mut self, operand: ExpressionId) -> Value {
        let value = self.value(operand);
        self.tested.push((operand, value.clone()));
        value
    }

    /// What `operand` was when it was last tested, or is.
    fn known(&mut self, operand: ExpressionId) -> Value {
        let tested = self.tested.iter().rev().find(|(tested, _)| *tested == operand);
        tested.map(|(_, value)| value.clone()).unwrap_or_else(|| self.value(operand))
    }

    /// What kind of guard `test` is, if it is one.
    pub(super) fn guard(&mut self, test: ExpressionId) -> Option<Guard> {
        let module = self.module;
        match &module.expression(test).kind {
            ExpressionKind::Not(inner) => {
                self.guard(*inner).map(|guard| Guard { holds: !guard.holds, ..guard })
            }
            ExpressionKind::Logic { operator, operands } => {
                let guards: Vec<Option<Guard>> =
                    operands.iter().map(|operand| self.guard(*operand)).collect();
                combined(*operator, &guards)
            }
            ExpressionKind::Compare { comparison, left, right } => {
                self.guarding_setting(test).or_else(|| self.guarding_comparison(*comparison, *left, *right))
            }
            ExpressionKind::Call { callee, arguments } if arguments.len() == 1 && self.is_cast(*callee) => {
                self.guard(arguments[0].value)
            }
            _ => {
                let by_setting = self.guarding_setting(test);
                by_setting.or_else(|| {
                    let value = self.known(test);
                    self.admits(test, &value).map(|admits| Guard { holds: true, admits })
                })
            }
        }
    }

    /// `bool(debug)`, `int(debug)`
    fn is_cast(&self, callee: ExpressionId) -> bool {
        matches!(self.module.expression(callee).kind, ExpressionKind::Name(name) if name == "bool" || name == "int")
    }

    fn guarding_comparison(
        &mut self,
        comparison: Comparison,
        left: ExpressionId,
        right: ExpressionId,
    ) -> Option<Guard> {
        let (known, against) = (self.known(left), self.known(right));
        if comparison == Comparison::In || comparison == Comparison::NotIn {
            let holds = comparison == Comparison::In;
            let asked = if self.is_chosen_by_client(&against) {
                self.key(left)
            } else if self.is_chosen_by_client(&known) && !against.is_telling() {
                self.asked_name(left)
            } else {
                return None;
            };
            return Some(Guard { holds, admits: Admits::Anybody(Opener::Client(asked)) });
        }
        let against = against.constant?;
        let admits = self.admits(left, &known)?;
        let positive = against.truth();
        match comparison {
            Comparison::Equal | Comparison::Is => Some(Guard { holds: positive, admits }),
            Comparison::NotEqual | Comparison::IsNot => Some(Guard { holds: !positive, admits }),
            _ => None,
        }
    }

    /// A test of a setting that speaks of detail, by what it is when nobody sets anything.
    fn guarding_setting(&mut self, test: ExpressionId) -> Option<Guard> {
        let (name, speaks) = self.words_of(test, 0);
        if !speaks {
            return None;
        }
        let environment = Environment::new(self.program, self.catalogue);
        let reading = environment.read(&self.scope(), test, 0)?;
        let open = reading.unset_truth()?;
        if reading.set == Set::Never && !(open && self.is_constant_setting(test)) {
            return None;
        }
        let admits = if open { Admits::Anybody(Opener::Default(name)) } else { Admits::Developers };
        Some(Guard { holds: true, admits })
    }

    /// A variable of a module or an attribute: what a function itself has just set is no setting.
    fn is_constant_setting(&self, test: ExpressionId) -> bool {
        match &self.module.expression(test).kind {
            ExpressionKind::Name(name) => {
                self.is_module_body() || self.function.locals.binary_search(name).is_err()
            }
            ExpressionKind::Attribute { .. } => true,
            _ => false,
        }
    }

    /// The first name or text in the expression that speaks of detail, the name of a setting if there is one.
    fn words_of(&self, id: ExpressionId, depth: u32) -> (Option<Symbol>, bool) {
        const DEEPEST: u32 = 6;
        if depth > DEEPEST {
            return (None, false);
        }
        let kind = &self.module.expression(id).kind;
        let own = match kind {
            ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } => Some(*name),
            ExpressionKind::Literal(tightlip_ir::Literal::Text(text)) => Some(*text),
            _ => None,
        };
        if let Some(own) = own.filter(|name| self.catalogue.speaks_of_detail(*name)) {
            return (Some(own), true);
        }
        let inner: Vec<ExpressionId> = match kind {
            ExpressionKind::Attribute { object, .. } => vec![*object],
            ExpressionKind::Index { object, index } => vec![*index, *object],
            ExpressionKind::Compare { left, right, .. } => vec![*left, *right],
            ExpressionKind::Call { callee, arguments } => {
                arguments.iter().map(|argument| argument.value).chain([*callee]).collect()
            }
            _ => Vec::new(),
        };
        let found = inner.into_iter().map(|inner| self.words_of(inner, depth + 1));
        found.into_iter().find(|(_, speaks)| *speaks).unwrap_or((None, false))
    }

    fn admits(&mut self, test: ExpressionId, value: &Value) -> Option<Admits> {
        if self.is_chosen_by_client(value) {
            return Some(Admits::Anybody(Opener::Client(self.asked_name(test))));
        }
        // A switch that the code itself turns on guards nothing.
        if value.constant.is_some_and(Constant::truth)
            || self.is_from_client(value)
            || self.is_on_unless_given(test)
        {
            return None;
        }
        let by_path = value.entities.iter().any(|entity| match entity {
            Entity::Library(path) => self.catalogue.guards.contains(path),
            _ => false,
        });
        let (name, default) = self.last_name(test);
        let by_name = name.is_some_and(|name| self.catalogue.guard_names.contains(&name));
        let setting = name.filter(|name| is_constant_name(*name) && self.catalogue.speaks_of_detail(*name));
        if default && (by_path || by_name || setting.is_some()) {
            return Some(Admits::Anybody(Opener::Default(name)));
        }
        if by_path || by_name {
            return Some(Admits::Developers);
        }
        setting.map(|name| match self.solver.is_switched_on(name) {
            true => Admits::Anybody(Opener::Default(Some(name))),
            false => Admits::Developers,
        })
    }

    /// Whether `test` is a parameter that counts as true when nobody passes it: `def answer(error, debug=True)`.
    fn is_on_unless_given(&mut self, test: ExpressionId) -> bool {
        let ExpressionKind::Name(name) = self.module.expression(test).kind else { return false };
        let parameter = self.function.parameters.iter().find(|parameter| parameter.name == name);
        let default = parameter.and_then(|parameter| parameter.default);
        default.is_some_and(|default| self.value(default).constant.is_some_and(Constant::truth))
    }

    /// Whether the client sends `value`.
    pub(super) fn is_from_client(&self, value: &Value) -> bool {
        value.entities.iter().any(|entity| match entity {
            Entity::Library(path) => {
                self.catalogue.client.contains(path) || self.catalogue.is_below_client(*path)
            }
            _ => false,
        })
    }

    /// Whether `value` is there or true only where the client chooses so.
    fn is_chosen_by_client(&self, value: &Value) -> bool {
        self.chosen_by_client(value).is_some()
    }

    pub(super) fn chosen_by_client(&self, value: &Value) -> Option<Entity> {
        let is_choice = |entity: &&Entity| matches!(entity, Entity::Library(path) if self.catalogue.client_choices.contains(path));
        value.entities.iter().find(is_choice).cloned()
    }

    /// What a client has to send, as far as the test says it.
    fn asked_name(&mut self, test: ExpressionId) -> Option<Symbol> {
        let module = self.module;
        match &module.expression(test).kind {
            ExpressionKind::Name(name) => Some(*name),
            ExpressionKind::Index { index, .. } => self.key(*index),
            ExpressionKind::Call { callee, arguments } => match &module.expression(*callee).kind {
                ExpressionKind::Attribute { name, .. } if self.catalogue.entry_methods.contains(name) => {
                    self.key(arguments.first()?.value)
                }
                // `request.args.get("debug").lower()`
                ExpressionKind::Attribute { object, .. } => self.asked_name(*object),
                _ => None,
            },
            _ => None,
        }
    }

    /// `DEBUG` of `DEBUG`, `settings.DEBUG`, `config["DEBUG"]` and `config.get("DEBUG")`, and whether a default that
    /// counts as true leaves it open.
    fn last_name(&mut self, id: ExpressionId) -> (Option<Symbol>, bool) {
        let module = self.module;
        match &module.expression(id).kind {
            ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } => (Some(*name), false),
            ExpressionKind::Index { index, .. } => (self.key(*index), false),
            ExpressionKind::Call { callee, arguments } => {
                let (ExpressionKind::Attribute { name, .. }, Some(key)) =
                    (&module.expression(*callee).kind, arguments.first())
                else {
                    return (None, false);
                };
                if !self.catalogue.entry_methods.contains(name) {
                    return (None, false);
                }
                let default = arguments.get(1).map(|default| self.value(default.value).constant);
                (self.key(key.value), default.flatten().is_some_and(Constant::truth))
            }
            _ => (None, false),
        }
    }

    /// The guard that stands open around what is run where `test` `holds`, if `guard` is such a one.
    pub(super) fn open_guard(
        &self,
        guard: Option<Guard>,
        holds: bool,
        test: ExpressionId,
    ) -> Option<OpenGuard> {
        let Guard { admits: Admits::Anybody(opener), .. } = guard.filter(|guard| guard.holds == holds)?
        else {
            return None;
        };
        let mut known: Vec<Arc<Source>> = Vec::new();
        for (_, value) in self.state.as_ref()?.names() {
            for taint in value.all_taints() {
                if let Origin::Source(source) = taint.origin {
                    known.push(source);
                }
            }
        }
        let handling = self.handling > 0 || self.roles.iter().any(|role| role.exception.is_some());
        Some(OpenGuard { opener, location: self.at(test), known, handling })
    }

    /// `value` behind `guard`, if there is one.
    pub(super) fn behind(&self, guard: Option<&OpenGuard>, value: Value) -> Value {
        match guard {
            Some(guard) => value.map_taints(&mut |taint| Some(self.shown_by(guard, taint))),
            None => value,
        }
    }

    /// `taint` behind all guards around that stand open.
    pub(super) fn opened(&self, taint: Taint) -> Taint {
        self.open_guards.iter().fold(taint, |taint, guard| self.shown_by(guard, taint))
    }

    fn shown_by(&self, guard: &OpenGuard, taint: Taint) -> Taint {
        let is_about = match &taint.origin {
            Origin::Given(..) => true,
            Origin::Source(source) => {
                let is_trace_of_here = source.function == self.here && source.rule == Rule::StackTrace;
                guard.known.contains(source)
                    || (matches!(source.kind, SourceKind::Read(_)) && (guard.handling || is_trace_of_here))
            }
        };
        if !is_about || taint.opened {
            return taint;
        }
        let taint = taint.step(guard.location, Note::Opened(guard.opener));
        Taint { opened: true, ..taint }
    }
}

/// What `and` and `or` make of guards.
fn combined(operator: LogicOperator, guards: &[Option<Guard>]) -> Option<Guard> {
    let known = || guards.iter().flatten().copied();
    let is_open = |guard: &Guard| guard.admits != Admits::Developers;
    // Where all operands hold each guard was passed, where one of them fails one was; for `or` the other way round.
    let all_hold = operator == LogicOperator::And;
    let closed = known().find(|guard| !is_open(guard) && guard.holds == all_hold);
    let opened = known().find(|guard| is_open(guard) && guard.holds != all_hold);
    let unanimous = |wanted: bool| {
        let same = |guard: &Option<Guard>| {
            guard.is_some_and(|guard| is_open(&guard) == wanted && guard.holds == (all_hold == wanted))
        };
        guards.iter().all(same).then(|| known().next()).flatten()
    };
    closed.or(opened).or_else(|| unanimous(true)).or_else(|| unanimous(false))
}

/// Settings are written in capitals.
fn is_constant_name(name: Symbol) -> bool {
    let text = name.text();
    text.chars().any(|letter| letter.is_ascii_uppercase())
        && !text.chars().any(|letter| letter.is_ascii_lowercase())
}
