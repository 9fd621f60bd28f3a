//! What values are that depend on the environment: what when nobody sets a variable, and what any text in it
//! would make of them.
//!
//! Settings are written in few ways and far from where they are used: in classes, in other modules, behind a
//! function that reads a variable. So they are looked up where a switch asks for one, from the definitions alone,
//! without a run.
//!
//! **Invariant:** it ends: nesting is bounded, and so is the number of expressions that one question looks at.

mod calls;
mod conditions;
mod scope;
mod switched;

use std::cell::Cell;

use tightlip_catalogue::Catalogue;
use tightlip_ir::{
    Comparison, ExpressionId, ExpressionKind, Literal, LogicOperator, Module, RecordEntry, Span, Symbol,
};

use crate::program::{ClassRef, FileIndex, FunctionRef, Program};
use crate::value::Constant;
pub(crate) use calls::argument;
pub(crate) use conditions::Reached;
pub(crate) use scope::Scope;

/// Deeper questions are not answered.
const DEEPEST: usize = 24;
/// Longer ones neither.
const MOST_VISITS: usize = 4_000;

/// What is known of a value.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Reading {
    /// What it is when nobody sets a variable; `None` if that is not known, or fails.
    pub(crate) unset: Option<Thing>,
    /// What setting one makes of it.
    pub(crate) set: Set,
    /// Where it is written, where that is not where it is used.
    pub(crate) written: Option<(FileIndex, Span)>,
}

/// What a text in a variable makes of a value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Set {
    /// Nothing: the value depends on none.
    Never,
    /// Some texts make it true, some false.
    Chosen,
    /// Any text makes it true: `0` and `false` too.
    AnyText,
}

/// What a value may be.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Thing {
    Constant(Constant),
    Function(FunctionRef),
    Class(ClassRef),
    /// An object of a class.
    Instance(ClassRef),
    Module(FileIndex),
    /// Something of a library, by its path.
    Library(Symbol),
    /// A display of entries or items, and where it stands.
    Display(Scope, ExpressionId),
}

impl Reading {
    fn known(thing: Thing) -> Self {
        Self { unset: Some(thing), set: Set::Never, written: None }
    }

    fn constant(constant: Constant) -> Self {
        Self::known(Thing::Constant(constant))
    }

    /// Whether it counts as true when nobody sets a variable.
    pub(crate) fn unset_truth(&self) -> Option<bool> {
        match self.unset.as_ref()? {
            Thing::Constant(constant) => Some(constant.truth()),
            Thing::Library(_) | Thing::Display(..) => None,
            _ => Some(true),
        }
    }

    fn unset_constant(&self) -> Option<Constant> {
        match self.unset {
            Some(Thing::Constant(constant)) => Some(constant),
            _ => None,
        }
    }

    /// The same value, but depending on what `set` says.
    fn depending(mut self, set: Set) -> Self {
        self.set = self.set.max(set);
        self
    }
}

/// Answers what values are.
pub(crate) struct Environment<'a> {
    pub(crate) program: &'a Program,
    pub(crate) catalogue: &'a Catalogue,
    visits: Cell<usize>,
}

impl<'a> Environment<'a> {
    pub(crate) fn new(program: &'a Program, catalogue: &'a Catalogue) -> Self {
        Self { program, catalogue, visits: Cell::new(0) }
    }

    fn module(&self, scope: &Scope) -> &'a Module {
        &self.program.file(scope.file).module
    }

    /// What the expression is.
    pub(crate) fn read(&self, scope: &Scope, id: ExpressionId, depth: usize) -> Option<Reading> {
        self.visits.set(self.visits.get() + 1);
        if depth > DEEPEST || self.visits.get() > MOST_VISITS {
            return None;
        }
        let depth = depth + 1;
        match &self.module(scope).expression(id).kind {
            ExpressionKind::Literal(literal) => Some(Reading::constant(constant(*literal)?)),
            ExpressionKind::Name(name) => self.name(scope, *name, depth),
            ExpressionKind::Attribute { object, name } => {
                let owner = self.read(scope, *object, depth)?;
                let found = self.attribute_in(scope, owner.unset.as_ref()?, *name, depth)?;
                Some(found.depending(owner.set))
            }
            ExpressionKind::Index { object, index } => self.index(scope, *object, *index, depth),
            ExpressionKind::Call { callee, .. } if self.is_record_call(scope, *callee) => {
                Some(Reading::known(Thing::Display(scope.clone(), id)))
            }
            ExpressionKind::Call { callee, arguments } => self.call(scope, *callee, arguments, depth),
            ExpressionKind::Record(_) | ExpressionKind::Collection { .. } => {
                Some(Reading::known(Thing::Display(scope.clone(), id)))
            }
            ExpressionKind::Not(operand) => {
                let operand = self.read(scope, *operand, depth)?;
                let unset = operand.unset_truth().map(|truth| Thing::Constant(Constant::Boolean(!truth)));
                Some(Reading { unset, set: operand.set.min(Set::Chosen), written: None })
            }
            ExpressionKind::Logic { operator, operands } => self.logic(scope, *operator, operands, depth),
            ExpressionKind::Compare { comparison, left, right } => {
                self.compare(scope, *comparison, *left, *right, depth)
            }
            ExpressionKind::Choice { test, then, otherwise } => {
                let test = self.read(scope, *test, depth)?;
                let (unset, other) =
                    if test.unset_truth()? { (*then, *otherwise) } else { (*otherwise, *then) };
                let reading = self.read(scope, unset, depth)?;
                let opens =
                    || self.read(scope, other, depth).and_then(|other| other.unset_truth()) == Some(true);
                let set = if test.set == Set::AnyText && !opens() { Set::Chosen } else { test.set };
                Some(reading.depending(set))
            }
            ExpressionKind::Bind { value, .. } | ExpressionKind::Await(value) => {
                self.read(scope, *value, depth)
            }
            _ => None,
        }
    }

    fn logic(
        &self,
        scope: &Scope,
        operator: LogicOperator,
        operands: &[ExpressionId],
        depth: usize,
    ) -> Option<Reading> {
        let mut set = Set::Never;
        let mut result = None;
        let mut decided = false;
        for operand in operands {
            let Some(reading) = self.read(scope, *operand, depth) else {
                // What comes behind what decides does not matter.
                if decided {
                    break;
                }
                return None;
            };
            set =
                if operator == LogicOperator::And && set == Set::Chosen { set } else { set.max(reading.set) };
            if !decided {
                let truth = reading.unset_truth();
                decided = truth == Some(operator == LogicOperator::Or);
                result = if truth.is_some() { reading.unset } else { None };
            }
        }
        Some(Reading { unset: result, set, written: None })
    }

    fn compare(
        &self,
        scope: &Scope,
        comparison: Comparison,
        left: ExpressionId,
        right: ExpressionId,
        depth: usize,
    ) -> Option<Reading> {
        let left = self.read(scope, left, depth)?;
        let right = self.read(scope, right, depth)?;
        let is_membership = matches!(comparison, Comparison::In | Comparison::NotIn);
        let of_all = is_membership && matches!(right.unset, Some(Thing::Library(_)));
        let set = if of_all { Set::Chosen } else { left.set.max(right.set).min(Set::Chosen) };
        let holds = match comparison {
            Comparison::Equal | Comparison::Is => equal(&left, &right),
            Comparison::NotEqual | Comparison::IsNot => equal(&left, &right).map(|equal| !equal),
            Comparison::In => self.contains(&right, &left, depth),
            Comparison::NotIn => self.contains(&right, &left, depth).map(|contains| !contains),
            Comparison::Order => None,
        };
        let unset = holds.map(|holds| Thing::Constant(Constant::Boolean(holds)));
        Some(Reading { unset, set, written: None })
    }

    /// Whether `item` is in the items, keys or text of `whole`, when nobody sets a variable.
    fn contains(&self, whole: &Reading, item: &Reading, depth: usize) -> Option<bool> {
        let item = item.unset_constant()?;
        match whole.unset.as_ref()? {
            Thing::Constant(Constant::Text(text)) => match item {
                Constant::Text(item) => Some(text.text().contains(item.text())),
                _ => None,
            },
            Thing::Display(scope, id) => {
                let items: Vec<ExpressionId> = match &self.module(scope).expression(*id).kind {
                    ExpressionKind::Collection { items, .. } => items.to_vec(),
                    ExpressionKind::Record(entries) => entries.iter().filter_map(|entry| entry.key).collect(),
                    _ => return None,
                };
                for known in items {
                    if self.read(scope, known, depth)?.unset_constant()? == item {
                        return Some(true);
                    }
                }
                Some(false)
            }
            // Whether somebody set a variable: nobody did.
            Thing::Library(path) => {
                let entry = self.canonical(&format!("{path}[]"));
                self.catalogue.variable_values.contains_key(&entry).then_some(false)
            }
            _ => None,
        }
    }

    fn index(
        &self,
        scope: &Scope,
        object: ExpressionId,
        index: ExpressionId,
        depth: usize,
    ) -> Option<Reading> {
        let owner = self.read(scope, object, depth)?;
        match owner.unset.as_ref()? {
            Thing::Library(path) => {
                let path = self.canonical(&format!("{path}[]"));
                let model = self.catalogue.variable_values.get(&path)?;
                Some(Reading {
                    unset: None,
                    set: if model.parsed { Set::Chosen } else { Set::AnyText },
                    written: None,
                })
            }
            display @ Thing::Display(..) => {
                let key = self.read(scope, index, depth)?;
                let found = self.entry(display, key.unset_constant()?, depth)?;
                Some(found.depending(owner.set.max(key.set)).chosen_by(key.set))
            }
            _ => None,
        }
    }

    /// The entry under `key` of a record.
    pub(crate) fn entry(&self, display: &Thing, key: Constant, depth: usize) -> Option<Reading> {
        let Thing::Display(scope, id) = display else { return None };
        let entries = match &self.module(scope).expression(*id).kind {
            ExpressionKind::Record(entries) => entries,
            ExpressionKind::Call { arguments, .. } => {
                let named = |name: Symbol| Constant::Text(name) == key;
                let entry = arguments.iter().find(|argument| argument.keyword.is_some_and(named))?;
                return self.written(scope, entry.value, depth);
            }
            _ => return None,
        };
        let is_key = |entry: &&RecordEntry| {
            entry.key.is_some_and(|known| {
                self.read(scope, known, depth).and_then(|known| known.unset_constant()) == Some(key)
            })
        };
        let entry = entries.iter().rev().find(is_key)?;
        self.written(scope, entry.value, depth)
    }

    /// `dict(key=value)`.
    fn is_record_call(&self, scope: &Scope, callee: ExpressionId) -> bool {
        matches!(self.module(scope).expression(callee).kind, ExpressionKind::Name(name) if name == "dict")
    }

    fn canonical(&self, path: &str) -> Symbol {
        self.catalogue.canonical(Symbol::new(path))
    }
}

impl Reading {
    /// What is looked up by a name from the environment is chosen by it.
    fn chosen_by(mut self, set: Set) -> Self {
        if set != Set::Never {
            self.set = Set::Chosen;
        }
        self
    }
}

fn equal(left: &Reading, right: &Reading) -> Option<bool> {
    Some(left.unset_constant()? == right.unset_constant()?)
}

pub(crate) fn constant(literal: Literal) -> Option<Constant> {
    Some(match literal {
        Literal::Text(text) => Constant::Text(text),
        Literal::Integer(number) => Constant::Integer(number),
        Literal::Boolean(value) => Constant::Boolean(value),
        Literal::None => Constant::None,
        Literal::LongText | Literal::Ellipsis => Constant::Truthy,
        Literal::Number => return None,
    })
}
