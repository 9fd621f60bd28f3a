//! What a function does, in terms of what it is given.

use tightlip_catalogue::Severity;
use tightlip_catalogue::model::Channel;
use tightlip_ir::Symbol;

use crate::store::Key;
use crate::taint::{Location, Slot, Taint};
use crate::value::Value;

/// What callers need to know of a function.
#[derive(Clone, Default, PartialEq, Debug)]
pub(crate) struct Summary {
    /// What it returns.
    pub(crate) returns: Value,
    /// What it yields.
    pub(crate) yields: Value,
    /// What it is given and sends to the client.
    pub(crate) sinks: Vec<GivenSink>,
    /// What it is given and leaves behind.
    pub(crate) effects: Vec<Effect>,
    /// How it may fail.
    pub(crate) fails: Fails,
}

impl Summary {
    /// Whether callers get detail from it that they did not give it.
    pub(crate) fn hands_out_detail(&self) -> bool {
        let fills = |effect: &Effect| {
            matches!(effect.target, EffectTarget::Argument(..)) && effect.value.is_tainted()
        };
        self.returns.is_tainted() || self.yields.is_tainted() || self.effects.iter().any(fills)
    }
}

/// Something given that reaches the client.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct GivenSink {
    /// What, with the way inside of the function.
    pub(crate) taint: Taint,
    /// How.
    pub(crate) channel: Channel,
    /// What an attacker gains at least.
    pub(crate) severity: Option<Severity>,
    /// Where.
    pub(crate) location: Location,
}

/// Something given that is left behind.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Effect {
    /// Where.
    pub(crate) target: EffectTarget,
    /// What.
    pub(crate) value: Value,
}

/// Where an effect leaves something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum EffectTarget {
    /// In the store.
    Store(Key),
    /// In an object that was given, under this key.
    Argument(Slot, Option<Symbol>),
}

/// Where the exceptions come from that a piece of code may raise.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Fails {
    /// From calls of which nothing is known.
    pub(crate) anyhow: bool,
    /// From parsing what it was given.
    pub(crate) parsing: bool,
}

impl Fails {
    /// As this one or that one.
    pub(crate) fn join(&mut self, other: Fails) {
        self.anyhow |= other.anyhow;
        self.parsing |= other.parsing;
    }
}
