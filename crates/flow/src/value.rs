//! What is known of a value at a point of the program.

use std::sync::Arc;

use tightlip_ir::{Literal, Symbol};

use crate::program::{ClassRef, FileIndex, FunctionRef};
use crate::reach::Tried;
use crate::shared::Shared;
use crate::taint::{Form, Origin, Taint};

/// What a value may be, and the detail it carries. The empty value is one of which nothing is known.
#[derive(Clone, Default, PartialEq, Debug)]
pub(crate) struct Value {
    /// Detail carried by the value as a whole: every part of it has it too.
    pub(crate) taints: Shared<Taint>,
    /// Functions, classes and objects that it may be.
    pub(crate) entities: Shared<Entity>,
    /// Forms that it may have. More than one are kept apart as long as a constant in them tells which.
    pub(crate) shapes: Shared<Shape>,
    /// The constant that it is.
    pub(crate) constant: Option<Constant>,
}

/// Something with a name.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Entity {
    /// A function of the program, with the parameters of the functions around that it uses.
    Function(FunctionRef, Captures),
    /// A method together with its object.
    Method(FunctionRef, Object),
    /// A class of the program.
    Class(ClassRef),
    /// An object of such a class.
    Instance(Object),
    /// The bases of a class, as seen by its object.
    Super(ClassRef),
    /// A file of the program.
    Module(FileIndex),
    /// Anything of a library, by its path.
    Library(Symbol),
    /// A callable with some arguments filled in.
    Partial(Arc<PartialCall>),
}

/// An object of a class of the program, or of one derived from it.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Object {
    pub(crate) class: ClassRef,
    /// Of an exception that was caught: what was tried, where that is known.
    pub(crate) tried: Option<Tried>,
}

impl From<ClassRef> for Object {
    fn from(class: ClassRef) -> Self {
        Self { class, tried: None }
    }
}

/// A callable with some arguments filled in.
#[derive(PartialEq, Debug)]
pub(crate) struct PartialCall {
    /// The callable.
    pub(crate) callee: Value,
    /// By place.
    pub(crate) positional: Vec<Value>,
    /// By keyword.
    pub(crate) keywords: Vec<(Symbol, Value)>,
}

/// Values of captured parameters, by name.
pub(crate) type Captures = Arc<[(Symbol, Value)]>;

/// The form of a compound value.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Shape {
    /// Fixed places.
    Tuple(Vec<Value>),
    /// Any number of items, each like this.
    List(Box<Value>),
    /// Entries by key, and what all other entries may be.
    Record(Vec<(Symbol, Value)>, Box<Value>),
}

/// A constant.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Constant {
    /// A text.
    Text(Symbol),
    /// A whole number.
    Integer(i64),
    /// `True` or `False`.
    Boolean(bool),
    /// `None`.
    None,
    /// Another one that counts as true.
    Truthy,
}

impl Constant {
    /// Whether it counts as true.
    pub(crate) fn truth(self) -> bool {
        match self {
            Constant::Text(text) => !text.text().is_empty(),
            Constant::Integer(number) => number != 0,
            Constant::Boolean(value) => value,
            Constant::None => false,
            Constant::Truthy => true,
        }
    }

    fn tells_apart(self, other: Constant) -> bool {
        self.truth() != other.truth()
            || matches!((self, other), (Constant::Integer(a), Constant::Integer(b)) if a != b)
    }
}

impl From<Literal> for Value {
    fn from(literal: Literal) -> Self {
        let constant = match literal {
            Literal::Text(text) => Constant::Text(text),
            Literal::Integer(number) => Constant::Integer(number),
            Literal::Boolean(value) => Constant::Boolean(value),
            Literal::None => Constant::None,
            Literal::LongText | Literal::Ellipsis => Constant::Truthy,
            Literal::Number => return Value::default(),
        };
        Value { constant: Some(constant), ..Value::default() }
    }
}

impl From<Entity> for Value {
    fn from(entity: Entity) -> Self {
        Value { entities: Shared::from_iter([entity]), ..Value::default() }
    }
}

impl From<Taint> for Value {
    fn from(taint: Taint) -> Self {
        Value { taints: Shared::from_iter([taint]), ..Value::default() }
    }
}

impl From<Shape> for Value {
    fn from(shape: Shape) -> Self {
        let value = Value { shapes: Shared::from_iter([shape]), ..Value::default() };
        if value.depth() > Value::DEEPEST { value.flat() } else { value }
    }
}

impl Value {
    /// More alternatives are joined.
    const MOST_SHAPES: usize = 4;
    /// More are forgotten: a value that may be anything tells nothing.
    const MOST_ENTITIES: usize = 8;
    /// The same function with other captures more often than this tells nothing new.
    const MOST_CLOSURES: usize = 3;
    /// More parts than this, all in all, are not kept for other functions.
    const LARGEST: usize = 400;
    /// Deeper forms are flattened.
    const DEEPEST: usize = 4;
    /// More keys are joined into the rest.
    const MOST_ENTRIES: usize = 24;
    /// More detail in one value tells nothing new.
    const MOST_TAINTS: usize = 32;
    /// What a value owes to more parameters than these is forgotten.
    const MOST_GIVEN: usize = 6;

    /// A collection of such items.
    pub(crate) fn list(item: Value) -> Self {
        if item.is_empty() { Value::default() } else { Shape::List(Box::new(item)).into() }
    }

    /// What of it a function that uses it keeps: functions within functions within functions are forgotten.
    pub(crate) fn for_capture(&self, depth: usize) -> Value {
        const DEEPEST: usize = 1;
        let mut kept = Value { taints: self.taints.clone(), ..Value::default() };
        for entity in &self.entities {
            match entity {
                Entity::Function(function, captures) if !captures.is_empty() => {
                    if depth >= DEEPEST {
                        kept.add_entity(Entity::Function(*function, Arc::from([])));
                        continue;
                    }
                    let captures: Vec<(Symbol, Value)> =
                        captures.iter().map(|(name, value)| (*name, value.for_capture(depth + 1))).collect();
                    kept.add_entity(Entity::Function(*function, captures.into()));
                }
                Entity::Partial(_) if depth >= DEEPEST => {}
                other => kept.add_entity(other.clone()),
            }
        }
        kept
    }

    /// Whether nothing is known.
    pub(crate) fn is_empty(&self) -> bool {
        self.taints.is_empty()
            && self.entities.is_empty()
            && self.shapes.is_empty()
            && self.constant.is_none()
    }

    /// Whether it carries detail of a source.
    pub(crate) fn is_tainted(&self) -> bool {
        self.taints.iter().any(|taint| matches!(taint.origin, Origin::Source(_)))
            || self.parts().any(Value::is_tainted)
    }

    /// Whether it carries anything that a caller or the store should know.
    pub(crate) fn is_telling(&self) -> bool {
        !self.taints.is_empty() || !self.entities.is_empty() || self.parts().any(Value::is_telling)
    }

    /// The values in its forms.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &Value> {
        self.shapes.iter().flat_map(Shape::parts)
    }

    fn parts_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        self.shapes.iter_mut().flat_map(Shape::parts_mut)
    }

    fn depth(&self) -> usize {
        self.parts().map(|part| part.depth() + 1).max().unwrap_or(0)
    }

    /// Whether it counts as true, if that is known.
    pub(crate) fn truth(&self) -> Option<bool> {
        if let Some(constant) = self.constant {
            return Some(constant.truth());
        }
        None
    }

    /// Adds a taint unless one like it is there; one that is sure replaces one that is not.
    pub(crate) fn add_taint(&mut self, taint: Taint) {
        match self.taints.iter().position(|known| known.is_like(&taint)) {
            Some(place) if self.taints[place].unsure && !taint.unsure => self.taints[place] = taint,
            Some(_) => {}
            None if self.taints.len() >= Self::MOST_TAINTS => {}
            None => {
                let given = |known: &&Taint| matches!(known.origin, Origin::Given(..));
                if !given(&&taint) || self.taints.iter().filter(given).count() < Self::MOST_GIVEN {
                    self.taints.push(taint);
                }
            }
        }
    }

    fn add_entity(&mut self, entity: Entity) {
        if let Entity::Function(function, captures) = &entity
            && !captures.is_empty()
            && self.closures_of(*function) >= Self::MOST_CLOSURES
        {
            return;
        }
        if self.entities.len() < Self::MOST_ENTITIES && !self.entities.contains(&entity) {
            self.entities.push(entity);
        }
    }

    fn closures_of(&self, function: FunctionRef) -> usize {
        let same = |entity: &&Entity| matches!(entity, Entity::Function(known, _) if *known == function);
        self.entities.iter().filter(same).count()
    }

    /// The same if it is small enough to be kept for other functions, else what is left without its form.
    pub(crate) fn bounded(self) -> Value {
        let mut room = Self::LARGEST;
        if self.fits_into(&mut room) {
            return self;
        }
        let flat = self.flat();
        let entities = flat.entities.iter().map(|entity| match entity {
            Entity::Function(function, _) => Entity::Function(*function, Arc::from([])),
            other => other.clone(),
        });
        Value { entities: entities.collect(), ..flat }
    }

    fn fits_into(&self, room: &mut usize) -> bool {
        let own = 1 + self.taints.len() + self.entities.len();
        if *room < own {
            return false;
        }
        *room -= own;
        let captured = self.entities.iter().all(|entity| match entity {
            Entity::Function(_, captures) => captures.iter().all(|(_, value)| value.fits_into(room)),
            Entity::Partial(partial) => {
                partial.callee.fits_into(room) && partial.positional.iter().all(|value| value.fits_into(room))
            }
            _ => true,
        });
        captured && self.parts().all(|part| part.fits_into(room))
    }

    /// What is known when it may be this or `other`.
    pub(crate) fn join(&mut self, other: &Value) {
        if other.is_empty() {
            self.constant = None;
            return;
        }
        if self.is_empty() {
            *self = Value { constant: None, ..other.clone() };
            return;
        }
        self.join_parts(other);
        if self.constant != other.constant {
            self.constant = None;
        }
    }

    fn join_parts(&mut self, other: &Value) {
        if self.taints.is_empty() {
            self.taints = other.taints.clone();
        } else if !self.taints.is_same(&other.taints) {
            other.taints.iter().for_each(|taint| self.add_taint(taint.clone()));
        }
        if self.entities.is_empty() {
            self.entities = other.entities.clone();
        } else if !self.entities.is_same(&other.entities) {
            other.entities.iter().for_each(|entity| self.add_entity(entity.clone()));
        }
        if self.shapes.is_empty() {
            self.shapes = other.shapes.clone();
        } else if !self.shapes.is_same(&other.shapes) {
            other.shapes.iter().for_each(|shape| self.add_shape(shape));
        }
    }

    /// This or `other`, where the first one is as good as nothing if it is empty.
    pub(crate) fn gather(&mut self, other: &Value) {
        if self.is_empty() {
            *self = other.clone();
        } else {
            self.join(other);
        }
    }

    fn add_shape(&mut self, shape: &Shape) {
        if let Some(place) = self.shapes.iter().position(|known| known.fits(shape)) {
            return self.merge_shape(place, shape);
        }
        if self.shapes.len() < Self::MOST_SHAPES {
            return self.shapes.push(shape.clone());
        }
        match self.shapes.iter().position(|known| known.is_kind_of(shape)) {
            Some(place) => self.merge_shape(place, shape),
            None => {
                let whole = Value { shapes: Shared::from_iter([shape.clone()]), ..Value::default() };
                for taint in whole.all_taints() {
                    self.add_taint(taint);
                }
            }
        }
    }

    fn merge_shape(&mut self, place: usize, shape: &Shape) {
        if self.shapes[place] != *shape {
            self.shapes[place].merge(shape);
        }
    }

    /// The detail in it and in all of its parts.
    pub(crate) fn all_taints(&self) -> Shared<Taint> {
        if self.shapes.is_empty() {
            return self.taints.clone();
        }
        let mut all = Value { taints: self.taints.clone(), ..Value::default() };
        for part in self.parts() {
            for taint in part.all_taints() {
                all.add_taint(taint);
            }
        }
        all.taints
    }

    /// The same without form: what is in its parts is in the whole.
    pub(crate) fn flat(&self) -> Value {
        if self.shapes.is_empty() {
            return self.clone();
        }
        let mut flat =
            Value { taints: self.all_taints(), entities: self.entities.clone(), ..Value::default() };
        for part in self.parts() {
            for entity in &part.flat().entities {
                flat.add_entity(entity.clone());
            }
        }
        flat
    }

    /// The same without detail of sources.
    pub(crate) fn without_detail(&self) -> Value {
        let mut value = self.clone();
        value.strip();
        value
    }

    fn strip(&mut self) {
        self.taints = Shared::default();
        if self.parts().any(Value::has_taints) {
            self.parts_mut().for_each(Value::strip);
        }
    }

    /// Whether it is the same for every caller, and shows no way.
    pub(crate) fn is_closed(&self) -> bool {
        let captures = |entity: &Entity| matches!(entity, Entity::Function(_, held) if !held.is_empty());
        self.taints.is_empty() && !self.entities.iter().any(captures) && self.parts().all(Value::is_closed)
    }

    /// Whether it or one of its parts carries anything.
    fn has_taints(&self) -> bool {
        !self.taints.is_empty() || self.parts().any(Value::has_taints)
    }

    /// The same with each taint, in all parts, changed or dropped.
    pub(crate) fn map_taints(mut self, change: &mut dyn FnMut(Taint) -> Option<Taint>) -> Value {
        self.change_taints(change);
        self
    }

    fn change_taints(&mut self, change: &mut dyn FnMut(Taint) -> Option<Taint>) {
        if !self.taints.is_empty() {
            let room = Shared::with_room(self.taints.len());
            let taints = std::mem::replace(&mut self.taints, room);
            for taint in taints.into_iter().filter_map(&mut *change) {
                self.add_taint(taint);
            }
        }
        if self.parts().any(Value::has_taints) {
            self.parts_mut().for_each(|part| part.change_taints(change));
        }
    }

    /// What an item at an unknown place is.
    pub(crate) fn element(&self) -> Value {
        let mut element = Value { taints: self.taints.clone(), ..Value::default() };
        for part in self.parts() {
            element.gather(part);
        }
        element
    }

    /// The item at `place`; negative places count from the end.
    pub(crate) fn item(&self, place: i64) -> Value {
        let mut item = Value { taints: self.taints.clone(), ..Value::default() };
        for shape in &self.shapes {
            match shape {
                Shape::Tuple(items) => {
                    let index = if place < 0 { place + items.len() as i64 } else { place };
                    if let Some(value) = usize::try_from(index).ok().and_then(|index| items.get(index)) {
                        item.gather(value);
                    }
                }
                Shape::List(value) => item.gather(value),
                Shape::Record(_, rest) => item.gather(rest),
            }
        }
        item
    }

    /// The entry under `key`.
    pub(crate) fn entry(&self, key: Symbol) -> Value {
        let mut entry = Value { taints: self.taints.clone(), ..Value::default() };
        for shape in &self.shapes {
            match shape {
                Shape::Record(entries, rest) => match entries.iter().find(|(known, _)| *known == key) {
                    Some((_, value)) => entry.gather(value),
                    None => entry.gather(rest),
                },
                Shape::List(value) => entry.gather(value),
                Shape::Tuple(_) => {}
            }
        }
        entry
    }

    /// Sets the entry under `key`, or an unknown one.
    pub(crate) fn set_entry(&mut self, key: Option<Symbol>, value: Value) {
        let mut found = false;
        for shape in self.shapes.iter_mut() {
            if let Shape::Record(entries, rest) = shape {
                found = true;
                let Some(key) = key else {
                    rest.gather(&value);
                    continue;
                };
                match entries.iter().position(|(known, _)| *known == key) {
                    Some(place) => entries[place].1 = value.clone(),
                    None if entries.len() < Self::MOST_ENTRIES => entries.push((key, value.clone())),
                    None => rest.gather(&value),
                }
            }
        }
        if !found && value.is_telling() {
            let shape = match key {
                Some(key) => Shape::Record(vec![(key, value)], Box::default()),
                None => Shape::Record(Vec::new(), Box::new(value)),
            };
            self.add_shape(&shape);
        }
        if self.depth() > Self::DEEPEST {
            *self = self.flat();
        }
    }

    /// Adds an item to a collection, or an entry to a record.
    pub(crate) fn add_item(&mut self, item: &Value) {
        if !item.is_telling() {
            return;
        }
        self.constant = None;
        let mut found = false;
        for shape in self.shapes.iter_mut() {
            match shape {
                Shape::List(known) => known.gather(item),
                Shape::Record(_, rest) => rest.gather(item),
                Shape::Tuple(_) => continue,
            }
            found = true;
        }
        if !found {
            self.add_shape(&Shape::List(Box::new(item.clone())));
        }
        if self.depth() > Self::DEEPEST {
            *self = self.flat();
        }
    }

    /// The same with every taint in `form`, at least.
    pub(crate) fn in_form(self, form: Form) -> Value {
        self.map_taints(&mut |mut taint| {
            taint.form = taint.form.max(form);
            Some(taint)
        })
    }
}

impl Shape {
    fn parts(&self) -> impl Iterator<Item = &Value> {
        let (items, entries, rest) = match self {
            Shape::Tuple(items) => (items.as_slice(), [].as_slice(), None),
            Shape::List(item) => ([].as_slice(), [].as_slice(), Some(&**item)),
            Shape::Record(entries, rest) => ([].as_slice(), entries.as_slice(), Some(&**rest)),
        };
        items.iter().chain(entries.iter().map(|(_, value)| value)).chain(rest)
    }

    fn parts_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        let (items, entries, rest) = match self {
            Shape::Tuple(items) => (items.as_mut_slice(), [].as_mut_slice(), None),
            Shape::List(item) => ([].as_mut_slice(), [].as_mut_slice(), Some(&mut **item)),
            Shape::Record(entries, rest) => ([].as_mut_slice(), entries.as_mut_slice(), Some(&mut **rest)),
        };
        items.iter_mut().chain(entries.iter_mut().map(|(_, value)| value)).chain(rest)
    }

    fn is_kind_of(&self, other: &Shape) -> bool {
        match (self, other) {
            (Shape::Tuple(items), Shape::Tuple(others)) => items.len() == others.len(),
            (Shape::List(_), Shape::List(_)) | (Shape::Record(..), Shape::Record(..)) => true,
            _ => false,
        }
    }

    /// Whether nothing constant in both tells them apart.
    fn fits(&self, other: &Shape) -> bool {
        match (self, other) {
            (Shape::Tuple(items), Shape::Tuple(others)) => {
                items.len() == others.len()
                    && items.iter().zip(others).all(|(item, other)| alike(item, other))
            }
            (Shape::Record(entries, _), Shape::Record(others, _)) => entries.iter().all(|(key, value)| {
                others.iter().find(|(other, _)| other == key).is_none_or(|(_, other)| {
                    !matches!((value.constant, other.constant), (Some(a), Some(b)) if a.tells_apart(b))
                })
            }),
            (Shape::List(_), Shape::List(_)) => true,
            _ => false,
        }
    }

    fn merge(&mut self, other: &Shape) {
        match (self, other) {
            (Shape::Tuple(items), Shape::Tuple(others)) => {
                items.iter_mut().zip(others).for_each(|(item, other)| item.join(other));
            }
            (Shape::List(item), Shape::List(other)) => item.gather(other),
            (Shape::Record(entries, rest), Shape::Record(others, other_rest)) => {
                rest.gather(other_rest);
                for (key, value) in others {
                    match entries.iter().position(|(known, _)| known == key) {
                        Some(place) => entries[place].1.join(value),
                        None if entries.len() < Value::MOST_ENTRIES => entries.push((*key, value.clone())),
                        None => rest.gather(value),
                    }
                }
            }
            _ => {}
        }
    }
}

/// `None` beside anything else tells two tuples apart, as different truths and numbers do.
fn alike(one: &Value, other: &Value) -> bool {
    match (one.constant, other.constant) {
        (Some(one), Some(other)) => !one.tells_apart(other),
        (Some(Constant::None), None) => !other.is_telling(),
        (None, Some(Constant::None)) => !one.is_telling(),
        _ => true,
    }
}
