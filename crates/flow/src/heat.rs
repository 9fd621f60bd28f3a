//! How much is asked of a function.

use crate::taint::Slot;

/// How far a run looks into functions that do not matter by themselves. One that is given detail, or may read some,
/// looks into all it calls; one that is asked for nothing special looks into none.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Heat {
    level: u8,
    /// The slots through which detail comes, or something to be called. Only the hottest have any.
    slots: Slots,
}

/// A set of slots, a bit for each of the first parameters and one for all others.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Slots(u32);

impl Slots {
    pub(crate) const NONE: Slots = Slots(0);
    pub(crate) const ALL: Slots = Slots(u32::MAX);
    const LAST: u32 = u32::BITS - 1;

    pub(crate) fn add(&mut self, slot: Slot) {
        self.0 |= Self::bit(slot);
    }

    pub(crate) fn contains(self, slot: Slot) -> bool {
        self.0 & Self::bit(slot) != 0
    }

    fn bit(slot: Slot) -> u32 {
        match slot {
            Slot::Parameter(place) => 1 << u32::from(place).min(Self::LAST),
            Slot::Captured(_) => 1 << Self::LAST,
        }
    }
}

impl Heat {
    /// Of a function that nobody asks anything special.
    pub(crate) const COLD: Heat = Heat { level: 0, slots: Slots::NONE };
    /// Of a function that may read what others left behind.
    pub(crate) const WARM: Heat = Heat { level: 1, slots: Slots::NONE };
    const HOTTEST: u8 = 2;

    /// Of a function that is given detail through `slots`.
    pub(crate) fn given(slots: Slots) -> Self {
        Self { level: Self::HOTTEST, slots }
    }

    /// Whether it is given detail.
    pub(crate) fn is_hottest(self) -> bool {
        self.level == Self::HOTTEST
    }

    /// Where detail comes from.
    pub(crate) fn slots(self) -> Slots {
        self.slots
    }

    /// Whether this asks for all that `other` asks for.
    pub(crate) fn covers(self, other: Self) -> bool {
        self.with(other) == self
    }

    /// What both ask for.
    pub(crate) fn with(self, other: Self) -> Self {
        Self { level: self.level.max(other.level), slots: Slots(self.slots.0 | other.slots.0) }
    }
}
