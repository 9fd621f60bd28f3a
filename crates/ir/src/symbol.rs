use std::fmt;
use std::sync::LazyLock;

use lasso::{Spur, ThreadedRodeo};

static INTERNER: LazyLock<ThreadedRodeo> = LazyLock::new(ThreadedRodeo::new);

/// An interned text: a name, a key, a short literal. Equal texts are equal symbols, in the whole process.
///
/// The order is that of interning, so it differs from run to run: sort by [`Symbol::text`] where
/// the order is seen.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol(Spur);

impl Symbol {
    /// The symbol of `text`.
    pub fn new(text: &str) -> Self {
        Self(INTERNER.get_or_intern(text))
    }

    /// The symbol of `text` if some file or catalogue entry has it already.
    pub fn existing(text: &str) -> Option<Self> {
        INTERNER.get(text).map(Self)
    }

    /// The text.
    pub fn text(self) -> &'static str {
        INTERNER.resolve(&self.0)
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.text())
    }
}

impl fmt::Debug for Symbol {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.text())
    }
}

impl PartialEq<str> for Symbol {
    fn eq(&self, other: &str) -> bool {
        self.text() == other
    }
}

impl PartialEq<&str> for Symbol {
    fn eq(&self, other: &&str) -> bool {
        self.text() == *other
    }
}
