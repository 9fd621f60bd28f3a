//! What functions leave behind for each other: fields, variables of modules, what parameters are.

use rustc_hash::FxHashMap;
use tightlip_ir::Symbol;

use crate::program::{ClassRef, FileIndex, FunctionRef};
use crate::value::Value;

/// A place that outlives a function's run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Key {
    /// A field of the objects of a class, and of those derived from it, as its body and methods leave it. All objects
    /// of a class are one.
    Field(ClassRef, Symbol),
    /// A field of objects that were constructed as of this very class, as their arguments make it.
    Constructed(ClassRef, Symbol),
    /// A variable of a module.
    Global(FileIndex, Symbol),
    /// A variable of a function that functions inside of it use.
    Captured(FunctionRef, Symbol),
    /// What a parameter is given: objects and functions only, no detail.
    Given(FunctionRef, u16),
    /// The texts that exceptions of this class of a library are raised with.
    Raised(Symbol),
}

impl Key {
    /// Functions that mention this name may read it.
    pub(crate) fn name(self) -> Option<Symbol> {
        match self {
            Key::Field(_, name)
            | Key::Constructed(_, name)
            | Key::Global(_, name)
            | Key::Captured(_, name) => Some(name),
            Key::Given(..) | Key::Raised(_) => None,
        }
    }
}

/// What each place holds: one part by each function that writes there, so that a function that is run again
/// replaces what it said before.
#[derive(Default, Debug)]
pub(crate) struct Store {
    parts: FxHashMap<Key, Vec<(FunctionRef, Value)>>,
    joined: FxHashMap<Key, Value>,
    /// Where fields of this name hold something. Most names of most families of classes hold nothing.
    holders: FxHashMap<Symbol, Holders>,
}

/// Keys of fields of one name that hold something.
#[derive(Clone, Default, Debug)]
pub(crate) enum Holders {
    #[default]
    None,
    Few(Vec<Key>),
    Many,
}

impl Holders {
    /// With more, to look for one in the list costs as much as to look whether it holds something.
    const FEW: usize = 8;

    fn add(&mut self, key: Key) {
        match self {
            Holders::None => *self = Holders::Few(vec![key]),
            Holders::Few(keys) if keys.len() < Self::FEW => keys.push(key),
            Holders::Few(_) => *self = Holders::Many,
            Holders::Many => {}
        }
    }

    /// Whether `key` may hold something.
    pub(crate) fn may_have(&self, key: Key) -> bool {
        match self {
            Holders::None => false,
            Holders::Few(keys) => keys.contains(&key),
            Holders::Many => true,
        }
    }
}

impl Store {
    /// Where fields called `name` hold something.
    pub(crate) fn holders(&self, name: Symbol) -> Holders {
        self.holders.get(&name).cloned().unwrap_or_default()
    }

    pub(crate) fn read(&self, key: Key) -> Option<&Value> {
        self.joined.get(&key)
    }

    /// What the writers that count wrote into `key`.
    pub(crate) fn read_from(&self, key: Key, counts: &dyn Fn(FunctionRef) -> bool) -> Option<Value> {
        let parts = self.parts.get(&key)?.iter().filter(|(writer, _)| counts(*writer));
        parts.map(|(_, value)| value.clone()).reduce(|mut joined, value| {
            joined.join(&value);
            joined
        })
    }

    /// Replaces what `writer` wrote into `key`. Whether that changed what the place holds.
    pub(crate) fn write(&mut self, writer: FunctionRef, key: Key, value: Option<Value>) -> bool {
        let held = self.joined.get(&key);
        let parts = self.parts.entry(key).or_default();
        let joined = match (parts.binary_search_by_key(&writer, |(writer, _)| *writer), value) {
            (Ok(place), Some(value)) => {
                if parts[place].1 == value {
                    return false;
                }
                // With many writers, what one of them said before may stay: taking it back costs too much.
                let added = (parts.len() > FEW_WRITERS).then(|| value.clone());
                parts[place].1 = value;
                added.map_or_else(|| join_all(parts), |added| join_with(held, &added))
            }
            (Ok(place), None) => {
                parts.remove(place);
                if parts.len() > FEW_WRITERS {
                    return false;
                }
                join_all(parts)
            }
            (Err(place), Some(value)) => {
                let added = value.clone();
                parts.insert(place, (writer, value));
                join_with(held, &added)
            }
            (Err(_), None) => return false,
        };
        if self.joined.get(&key) == Some(&joined) {
            return false;
        }
        if self.joined.insert(key, joined).is_none()
            && let Key::Field(_, name) | Key::Constructed(_, name) = key
        {
            self.holders.entry(name).or_default().add(key);
        }
        true
    }
}

fn join_with(held: Option<&Value>, added: &Value) -> Value {
    match held {
        Some(held) => {
            let mut joined = held.clone();
            joined.join(added);
            joined.bounded()
        }
        None => added.clone(),
    }
}

/// Up to so many writers, what a place holds is computed anew.
const FEW_WRITERS: usize = 4;

fn join_all(parts: &[(FunctionRef, Value)]) -> Value {
    let mut values = parts.iter().map(|(_, value)| value);
    let mut joined = values.next().cloned().unwrap_or_default();
    values.for_each(|value| joined.join(value));
    joined.bounded()
}
