//! What a function is given, put in the place of what its summary says of it.

use tightlip_ir::Symbol;

use super::Interpreter;
use crate::taint::{Form, Location, Note, Operation, Origin, Slot};
use crate::value::{Entity, Shape, Value};

/// What a call gives to the slots of a summary.
pub(super) struct Binding<'b> {
    pub(super) parameters: &'b [Value],
    pub(super) captures: &'b [(Symbol, Value)],
    pub(super) name: Symbol,
    pub(super) location: Location,
}

impl Binding<'_> {
    pub(super) fn get(&self, slot: Slot) -> Option<&Value> {
        match slot {
            Slot::Parameter(place) => self.parameters.get(usize::from(place)),
            Slot::Captured(name) => {
                self.captures.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
            }
        }
    }
}

/// Results of results of results are followed so far and no further: cycles must end.
const DEEPEST: u32 = 2;
/// More substitutions in one run are left out. Real functions need some hundreds.
const MOST_SUBSTITUTIONS: u32 = 400;

impl Interpreter<'_> {
    /// `value` of a summary as this call makes it.
    pub(super) fn substituted(&mut self, value: &Value, binding: &Binding<'_>) -> Value {
        if value.is_closed() {
            return value.clone();
        }
        let mut result = Value { constant: value.constant, ..Value::default() };
        for entity in &value.entities {
            result.entities.push(self.substituted_entity(entity, binding));
        }
        for shape in &value.shapes {
            let shape = match shape {
                Shape::Tuple(items) => {
                    Shape::Tuple(items.iter().map(|item| self.substituted(item, binding)).collect())
                }
                Shape::List(item) => Shape::List(Box::new(self.substituted(item, binding))),
                Shape::Record(entries, rest) => Shape::Record(
                    entries.iter().map(|(key, value)| (*key, self.substituted(value, binding))).collect(),
                    Box::new(self.substituted(rest, binding)),
                ),
            };
            result.shapes.push(shape);
        }
        for taint in &value.taints {
            match &taint.origin {
                Origin::Source(_) => {
                    result.add_taint(taint.clone().step(binding.location, Note::Returned(binding.name)));
                }
                Origin::Given(slot, operations) => {
                    let Some(given) = binding.get(*slot) else { continue };
                    let part = self.operated(given, operations);
                    if part.is_empty() {
                        continue;
                    }
                    let passed = part.map_taints(&mut |mut known| {
                        known.form = if taint.form == Form::Reply { Form::Reply } else { known.form };
                        known.unsure |= taint.unsure;
                        known.opened |= taint.opened;
                        let mut known = known.step(binding.location, Note::Passed(binding.name));
                        known.trail = known.trail.followed_by(&taint.trail);
                        Some(known)
                    });
                    let constant = result.constant;
                    result.gather(&passed);
                    result.constant = constant;
                }
            }
        }
        result
    }

    fn substituted_entity(&mut self, entity: &Entity, binding: &Binding<'_>) -> Entity {
        match entity {
            Entity::Function(function, captures) if !captures.is_empty() => {
                let captures: Vec<(Symbol, Value)> = captures
                    .iter()
                    .map(|(name, value)| (*name, self.substituted(value, binding).for_capture(0)))
                    .collect();
                Entity::Function(*function, captures.into())
            }
            other => other.clone(),
        }
    }

    /// What is left of `value` after `operations`.
    pub(super) fn operated(&mut self, value: &Value, operations: &[Operation]) -> Value {
        let mut value = value.clone();
        self.substitutions += 1;
        if self.nested_substitutions >= DEEPEST || self.substitutions > MOST_SUBSTITUTIONS {
            return if operations.is_empty() { value } else { Value::default() };
        }
        self.nested_substitutions += 1;
        for operation in operations {
            if value.is_empty() {
                break;
            }
            value = match operation {
                Operation::Attribute(name) => self.attribute(&value, *name),
                Operation::Entry(key) => self.entry(&value, *key),
                Operation::Item(place) => self.item(&value, i64::from(*place)),
                Operation::Element => self.element(&value),
                Operation::Text => self.text(&value),
                Operation::Type => self.class_of(&value),
                Operation::Call => self.call_blindly(&value),
                Operation::Only(classes) => self.restrict(&value, classes, true),
                Operation::Not(classes) => self.restrict(&value, classes, false),
            };
        }
        self.nested_substitutions -= 1;
        value
    }
}
