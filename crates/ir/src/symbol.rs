use std::fmt;

use ustr::Ustr;

/// An interned text: a name, a key, a short literal. Equal texts are equal symbols, in the whole process, and
/// reading the text of one costs nothing.
///
/// The order is that of addresses, so it differs from run to run: sort by [`Symbol::text`] where the order is
/// seen.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Symbol(Ustr);

impl Symbol {
    /// The symbol of `text`.
    pub fn new(text: &str) -> Self {
        Self(Ustr::from(text))
    }

    /// The symbol of `text` if some file or catalogue entry has it already.
    pub fn existing(text: &str) -> Option<Self> {
        Ustr::from_existing(text).map(Self)
    }

    /// The text.
    pub fn text(self) -> &'static str {
        self.0.as_str()
    }
}

impl PartialOrd for Symbol {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Symbol {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.text().as_ptr().cmp(&other.text().as_ptr())
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
