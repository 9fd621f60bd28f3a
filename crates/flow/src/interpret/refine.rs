//! What a test that held, or did not hold, tells of the values in it.

use std::sync::Arc;

use tightlip_ir::{Argument, Comparison, ExpressionId, ExpressionKind, LogicOperator, Symbol};

use super::Interpreter;
use crate::shared::Shared;
use crate::value::{Constant, Shape, Value};

/// What a test says of a value.
#[derive(Clone, Copy)]
enum Test {
    Truthy,
    Falsy,
    None,
    NotNone,
    Equal(Constant),
    NotEqual(Constant),
}

impl Test {
    /// Whether a value of which this is known may pass.
    fn may_pass(self, value: &Value) -> bool {
        let telling = value.is_telling();
        match (self, value.constant) {
            (Test::Truthy, Some(constant)) => constant.truth(),
            (Test::Falsy, Some(constant)) => !constant.truth(),
            (Test::None, Some(constant)) => constant == Constant::None,
            (Test::NotNone, Some(constant)) => constant != Constant::None,
            (Test::Equal(wanted), Some(constant)) => constant == wanted || constant == Constant::Truthy,
            (Test::NotEqual(wanted), Some(constant)) => constant != wanted,
            (Test::None, None) => !telling,
            _ => true,
        }
    }

    /// A value that passes and holds nothing.
    fn empties(self) -> bool {
        matches!(self, Test::Falsy | Test::None)
    }
}

impl Interpreter<'_> {
    /// Narrows the variables in `test`, which is known to hold or not.
    pub(super) fn refine(&mut self, test: ExpressionId, holds: bool) {
        let module = self.module;
        self.learn_outcome(test, holds);
        match &module.expression(test).kind {
            ExpressionKind::Not(inner) => self.refine(*inner, !holds),
            ExpressionKind::Logic { operator, operands } => {
                if (*operator == LogicOperator::And) == holds {
                    for operand in operands {
                        self.refine(*operand, holds);
                    }
                }
            }
            ExpressionKind::Bind { target, .. } => {
                self.narrow_name(*target, if holds { Test::Truthy } else { Test::Falsy });
            }
            ExpressionKind::Compare { comparison, left, right } => {
                self.refine_comparison(*comparison, *left, *right, holds);
            }
            ExpressionKind::Call { callee, arguments } => self.refine_call(*callee, arguments, holds),
            _ => self.narrow(test, if holds { Test::Truthy } else { Test::Falsy }),
        }
    }

    fn refine_comparison(
        &mut self,
        comparison: Comparison,
        left: ExpressionId,
        right: ExpressionId,
        holds: bool,
    ) {
        let Some(constant) = self.value(right).constant else { return };
        let equal = match comparison {
            Comparison::Equal | Comparison::Is => holds,
            Comparison::NotEqual | Comparison::IsNot => !holds,
            _ => return,
        };
        let test = match (constant, equal) {
            (Constant::None, true) => Test::None,
            (Constant::None, false) => Test::NotNone,
            (Constant::Truthy, _) => return,
            (constant, true) => Test::Equal(constant),
            (constant, false) => Test::NotEqual(constant),
        };
        self.narrow(left, test);
    }

    /// `isinstance(value, classes)`, and the entry that a record's method gives.
    fn refine_call(&mut self, callee: ExpressionId, arguments: &[Argument], holds: bool) {
        let module = self.module;
        match (&module.expression(callee).kind, arguments) {
            (ExpressionKind::Name(name), [value, classes])
                if *name == "isinstance" || *name == "issubclass" =>
            {
                let ExpressionKind::Name(name) = module.expression(value.value).kind else { return };
                let wanted = self.value(classes.value);
                let mut classes = Vec::new();
                if !self.classes(&wanted, &mut classes) {
                    return;
                }
                let known = self.name(name);
                let left = self.restrict(&known, &Arc::from(classes), holds);
                if let Some(state) = &mut self.state {
                    state.narrow(name, left);
                }
            }
            (ExpressionKind::Attribute { object, name }, [key, ..])
                if self.catalogue.entry_methods.contains(name) =>
            {
                if let Some(key) = self.key(key.value) {
                    self.narrow_entry(*object, key, if holds { Test::Truthy } else { Test::Falsy });
                }
            }
            _ => {}
        }
    }

    fn narrow(&mut self, id: ExpressionId, test: Test) {
        let module = self.module;
        match &module.expression(id).kind {
            ExpressionKind::Name(name) => self.narrow_name(*name, test),
            ExpressionKind::Index { object, index } => match self.value(*index).constant {
                Some(Constant::Text(key)) => self.narrow_entry(*object, key, test),
                Some(Constant::Integer(place)) => self.narrow_item(*object, place, test),
                _ => {}
            },
            ExpressionKind::Attribute { object, name } => self.narrow_entry(*object, *name, test),
            ExpressionKind::Call { callee, arguments } => {
                if let ExpressionKind::Attribute { object, name } = &module.expression(*callee).kind
                    && self.catalogue.entry_methods.contains(name)
                    && let Some(key) = arguments.first().and_then(|argument| self.key(argument.value))
                {
                    self.narrow_entry(*object, key, test);
                }
            }
            _ => {}
        }
    }

    fn narrow_name(&mut self, name: Symbol, test: Test) {
        let Some(state) = &mut self.state else { return };
        state.choose(name, &|value| test.may_pass(value));
        let Some(value) = state.get(name) else { return };
        if test.empties() && value.constant.is_none() && !value.taints.iter().any(super::is_given) {
            let emptied = Value { constant: None, shapes: Shared::default(), ..value.without_detail() };
            state.narrow(name, emptied);
        }
    }

    fn narrow_item(&mut self, object: ExpressionId, place: i64, test: Test) {
        self.narrow_shapes(object, |shape| match shape {
            Shape::Tuple(items) => usize::try_from(place)
                .ok()
                .and_then(|place| items.get(place))
                .is_none_or(|item| test.may_pass(item)),
            _ => true,
        });
    }

    fn narrow_entry(&mut self, object: ExpressionId, key: Symbol, test: Test) {
        self.narrow_shapes(object, |shape| match shape {
            Shape::Record(entries, _) => {
                entries.iter().find(|(known, _)| *known == key).is_none_or(|(_, value)| test.may_pass(value))
            }
            _ => true,
        });
    }

    fn narrow_shapes(&mut self, object: ExpressionId, may_pass: impl Fn(&Shape) -> bool) {
        let ExpressionKind::Name(name) = self.module.expression(object).kind else { return };
        let Some(state) = &mut self.state else { return };
        let Some(value) = state.get(name) else { return };
        if value.shapes.len() < 2 {
            return;
        }
        let mut left = Value::clone(value);
        left.shapes.retain(may_pass);
        if !left.shapes.is_empty() {
            state.narrow(name, left);
        }
    }
}
