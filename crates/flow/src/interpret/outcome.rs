//! What tests of an object of a library tell of how that went for which it stands.

use tightlip_catalogue::model::Comparand;
use tightlip_catalogue::{OutcomeModel, PathStep};
use tightlip_ir::{Comparison, ExpressionId, ExpressionKind, Symbol};

use super::Interpreter;
use crate::value::{Constant, Entity, Shape, Value};

impl<'a> Interpreter<'a> {
    /// Makes the variable whose attribute or method is tested what it is where the test holds, or does not.
    pub(super) fn learn_outcome(&mut self, test: ExpressionId, holds: bool) {
        let module = self.module;
        match &module.expression(test).kind {
            ExpressionKind::Compare { comparison, left, right } => {
                let holds = match comparison {
                    Comparison::Equal | Comparison::Is | Comparison::In => holds,
                    Comparison::NotEqual | Comparison::IsNot | Comparison::NotIn => !holds,
                    Comparison::Order => return,
                };
                if self.tested(*left).is_some() {
                    let against = self.value(*right);
                    let mut constants = Vec::new();
                    if constants_of(&against, &mut constants) {
                        self.become_what_holds(*left, &constants, holds);
                    }
                }
            }
            ExpressionKind::Attribute { .. } | ExpressionKind::Call { .. } => {
                self.become_what_holds(test, &[], holds);
            }
            _ => {}
        }
    }

    /// The variable, attribute and call of `name.attribute` or `name.attribute()`.
    fn tested(&self, test: ExpressionId) -> Option<(Symbol, Symbol, bool)> {
        let module = self.module;
        let (attribute, called) = match &module.expression(test).kind {
            ExpressionKind::Call { callee, arguments } if arguments.is_empty() => (*callee, true),
            _ => (test, false),
        };
        let ExpressionKind::Attribute { object, name } = module.expression(attribute).kind else {
            return None;
        };
        let ExpressionKind::Name(variable) = module.expression(object).kind else { return None };
        Some((variable, name, called))
    }

    fn become_what_holds(&mut self, test: ExpressionId, against: &[Constant], holds: bool) {
        let Some((variable, name, called)) = self.tested(test) else { return };
        let Some(value) = self.state.as_ref().and_then(|state| state.get(variable)) else { return };
        let outcome = |entity: &Entity| match entity {
            Entity::Library(path) => self.outcome(*path, name, called, against, holds).map(Entity::Library),
            _ => None,
        };
        if value.entities.iter().all(|entity| outcome(entity).is_none()) {
            return;
        }
        let entities = value.entities.iter().map(|entity| outcome(entity).unwrap_or_else(|| entity.clone()));
        let known = Value { entities: entities.collect(), ..Value::clone(value) };
        if let Some(state) = &mut self.state {
            state.narrow(variable, known);
        }
    }

    /// What the object at `path` is, if a model says so.
    fn outcome(
        &self,
        path: Symbol,
        name: Symbol,
        called: bool,
        against: &[Constant],
        holds: bool,
    ) -> Option<Symbol> {
        let catalogue = self.catalogue;
        let mut tested = catalogue.step(path, PathStep::Attribute(name))?;
        if called {
            tested = catalogue.step(tested, PathStep::Call)?;
        }
        let model = catalogue.outcomes.get(&tested)?.iter().find(|model| speaks_of(model, against))?;
        let outcome = if holds { model.holds } else { model.fails };
        outcome.map(|path| catalogue.canonical(path))
    }
}

/// Whether the model speaks of a comparison with all of `against`, or of one with nothing.
fn speaks_of(model: &OutcomeModel, against: &[Constant]) -> bool {
    let is_one = |constant: &Constant| {
        model.equals.iter().any(|known| match (known, constant) {
            (Comparand::Number(known), Constant::Integer(number)) => known == number,
            (Comparand::Text(known), Constant::Text(text)) => *text == **known,
            _ => false,
        })
    };
    against.is_empty() == model.equals.is_empty() && against.iter().all(is_one)
}

/// The constants that `value` is, or that are in it. Whether all of it is known.
fn constants_of(value: &Value, constants: &mut Vec<Constant>) -> bool {
    if let Some(constant) = value.constant {
        constants.push(constant);
        return true;
    }
    match &value.shapes[..] {
        [Shape::Tuple(items)] => items.iter().all(|item| constants_of(item, constants)),
        _ => false,
    }
}
