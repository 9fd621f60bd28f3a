//! What the variables hold at a point of the function.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use tightlip_ir::Symbol;

use crate::value::{Shape, Value};

/// Variables, and which of them were unpacked together.
#[derive(Clone, Default, Debug)]
pub(super) struct State {
    /// Shared between branches until one of them changes it.
    variables: Arc<FxHashMap<Symbol, Arc<Value>>>,
    groups: Vec<Arc<Group>>,
}

/// Names that were unpacked from one value which has several forms: knowing one tells of the others.
#[derive(Clone, PartialEq, Debug)]
struct Group {
    names: Vec<Option<Symbol>>,
    alternatives: Vec<Vec<Value>>,
}

impl State {
    pub(super) fn get(&self, name: Symbol) -> Option<&Arc<Value>> {
        self.variables.get(&name)
    }

    pub(super) fn set(&mut self, name: Symbol, value: Value) {
        self.forget_group(name);
        Arc::make_mut(&mut self.variables).insert(name, Arc::new(value));
    }

    /// Changes a variable in place; it stays in its group.
    pub(super) fn narrow(&mut self, name: Symbol, value: Value) {
        Arc::make_mut(&mut self.variables).insert(name, Arc::new(value));
    }

    pub(super) fn remove(&mut self, name: Symbol) {
        self.forget_group(name);
        Arc::make_mut(&mut self.variables).remove(&name);
    }

    fn forget_group(&mut self, name: Symbol) {
        if self.groups.iter().any(|group| group.names.contains(&Some(name))) {
            for group in &mut self.groups {
                for known in &mut Arc::make_mut(group).names {
                    if *known == Some(name) {
                        *known = None;
                    }
                }
            }
        }
    }

    /// Remembers that `names` were unpacked together, if `value` has several forms.
    pub(super) fn group(&mut self, names: Vec<Option<Symbol>>, value: &Value) {
        const MOST: usize = 8;
        let alternatives: Vec<Vec<Value>> = value
            .shapes
            .iter()
            .filter_map(|shape| match shape {
                Shape::Tuple(items) if items.len() == names.len() => Some(items.clone()),
                _ => None,
            })
            .collect();
        if alternatives.len() < 2 || alternatives.len() != value.shapes.len() {
            return;
        }
        if self.groups.len() >= MOST {
            self.groups.remove(0);
        }
        self.groups.push(Arc::new(Group { names, alternatives }));
    }

    /// Drops the forms in which `name` cannot be what `may_be` asks for, and says so to its companions.
    pub(super) fn choose(&mut self, name: Symbol, may_be: &dyn Fn(&Value) -> bool) {
        for index in 0..self.groups.len() {
            let group = &self.groups[index];
            let Some(place) = group.names.iter().position(|known| *known == Some(name)) else { continue };
            let kept: Vec<Vec<Value>> =
                group.alternatives.iter().filter(|items| may_be(&items[place])).cloned().collect();
            if kept.is_empty() || kept.len() == group.alternatives.len() {
                continue;
            }
            let names = group.names.clone();
            for (place, name) in names.iter().enumerate() {
                let Some(name) = name else { continue };
                let mut value = kept[0][place].clone();
                kept[1..].iter().for_each(|items| value.join(&items[place]));
                Arc::make_mut(&mut self.variables).insert(*name, Arc::new(value));
            }
            self.groups[index] = Arc::new(Group { names, alternatives: kept });
        }
    }

    /// What holds when the run comes from here or from `other`.
    pub(super) fn join(&mut self, other: &State) {
        if !Arc::ptr_eq(&self.variables, &other.variables) {
            for (name, value) in other.variables.iter() {
                match self.variables.get(name) {
                    Some(known) if Arc::ptr_eq(known, value) || known == value => {}
                    Some(known) => {
                        let mut joined = Value::clone(known);
                        joined.join(value);
                        Arc::make_mut(&mut self.variables).insert(*name, Arc::new(joined));
                    }
                    None => {
                        Arc::make_mut(&mut self.variables).insert(*name, value.clone());
                    }
                }
            }
        }
        if self.groups != other.groups {
            self.groups.retain(|group| other.groups.contains(group));
        }
    }

    /// Whether `other` holds nothing that this does not, as far as can be told cheaply.
    pub(super) fn covers(&self, other: &State) -> bool {
        Arc::ptr_eq(&self.variables, &other.variables)
            || other.variables.iter().all(|(name, value)| {
                self.variables.get(name).is_some_and(|known| Arc::ptr_eq(known, value) || known == value)
            })
    }

    /// Takes detail out of all variables that do not hold the same as in `before`.
    pub(super) fn strip_changed(&mut self, before: &State) {
        for (name, value) in Arc::make_mut(&mut self.variables).iter_mut() {
            let same = before.variables.get(name).is_some_and(|known| Arc::ptr_eq(known, value));
            if !same && value.is_tainted() {
                *value = Arc::new(value.without_detail());
            }
        }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = (Symbol, &Arc<Value>)> {
        self.variables.iter().map(|(name, value)| (*name, value))
    }
}

/// What holds when the run comes from one of both.
pub(super) fn either(one: Option<State>, other: Option<State>) -> Option<State> {
    match (one, other) {
        (Some(mut one), Some(other)) => {
            one.join(&other);
            Some(one)
        }
        (one, other) => one.or(other),
    }
}
