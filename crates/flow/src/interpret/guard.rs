//! Tests that hold only where developers look.

use tightlip_ir::{Comparison, ExpressionId, ExpressionKind, LogicOperator, Symbol};

use super::Interpreter;
use crate::value::{Constant, Entity, Value};

impl Interpreter<'_> {
    /// `Some(true)` if `test` holds only where detail may be shown, `Some(false)` if it fails only there.
    pub(super) fn guard(&mut self, test: ExpressionId) -> Option<bool> {
        let module = self.module;
        match &module.expression(test).kind {
            ExpressionKind::Not(inner) => self.guard(*inner).map(|sense| !sense),
            ExpressionKind::Logic { operator, operands } => {
                let senses: Vec<Option<bool>> = operands.iter().map(|operand| self.guard(*operand)).collect();
                match operator {
                    LogicOperator::And if senses.contains(&Some(true)) => Some(true),
                    LogicOperator::Or if senses.contains(&Some(false)) => Some(false),
                    LogicOperator::Or if senses.iter().all(|sense| *sense == Some(true)) => Some(true),
                    _ => None,
                }
            }
            ExpressionKind::Compare { comparison, left, right } => {
                self.guarding_comparison(*comparison, *left, *right)
            }
            ExpressionKind::Call { callee, arguments } if arguments.len() == 1 => {
                // `bool(debug)`
                let plain =
                    matches!(&module.expression(*callee).kind, ExpressionKind::Name(name) if *name == "bool");
                plain.then(|| self.guard(arguments[0].value))?
            }
            _ => {
                let value = self.value(test);
                self.is_guard(test, &value).then_some(true)
            }
        }
    }

    fn guarding_comparison(
        &mut self,
        comparison: Comparison,
        left: ExpressionId,
        right: ExpressionId,
    ) -> Option<bool> {
        let known = self.value(left);
        let against = self.value(right).constant?;
        if !self.is_guard(left, &known) {
            return None;
        }
        let positive = against.truth();
        match comparison {
            Comparison::Equal | Comparison::Is => Some(positive),
            Comparison::NotEqual | Comparison::IsNot => Some(!positive),
            _ => None,
        }
    }

    fn is_guard(&mut self, test: ExpressionId, value: &Value) -> bool {
        // A switch that the code itself turns on guards nothing.
        if value.constant.is_some_and(Constant::truth)
            || self.is_from_client(value)
            || self.is_on_unless_given(test)
        {
            return false;
        }
        let by_path = value.entities.iter().any(|entity| match entity {
            Entity::Library(path) => self.catalogue.guards.contains(path),
            _ => false,
        });
        by_path || self.last_name(test).is_some_and(|name| self.catalogue.guard_names.contains(&name))
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

    /// `DEBUG` of `DEBUG`, `settings.DEBUG`, `config["DEBUG"]` and `config.get("DEBUG")`.
    fn last_name(&mut self, id: ExpressionId) -> Option<Symbol> {
        let module = self.module;
        match &module.expression(id).kind {
            ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } => Some(*name),
            ExpressionKind::Index { index, .. } => self.key(*index),
            ExpressionKind::Call { callee, arguments } => {
                let ExpressionKind::Attribute { name, .. } = &module.expression(*callee).kind else {
                    return None;
                };
                let is_entry = self.catalogue.entry_methods.contains(name);
                // A default that counts as true leaves the guard open.
                let open = arguments
                    .get(1)
                    .is_some_and(|default| self.value(default.value).constant.is_some_and(Constant::truth));
                (is_entry && !open).then(|| self.key(arguments.first()?.value))?
            }
            _ => None,
        }
    }
}
