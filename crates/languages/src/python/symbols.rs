//! Names to symbols, without the lock of the interner for names seen before.

use std::cell::RefCell;

use rustc_hash::FxHashMap;
use tightlip_ir::Symbol;

/// A text of at most fifteen bytes, and its length in the last byte. Nearly all names are so short, and
/// a table of these is searched without following a pointer.
type Short = u128;

const LONGEST_SHORT: usize = 15;

const RECENT_BITS: u32 = 9;

/// An odd number without a pattern: 2 to the 64th over the golden ratio.
const MIXER: u64 = 0x9E37_79B9_7F4A_7C15;

/// Longer texts seldom occur twice.
const LONGEST_REMEMBERED: usize = 40;

thread_local! {
    /// Kept from file to file: most names of a program occur in many of its files.
    static KNOWN: RefCell<Option<Symbols>> = const { RefCell::new(None) };
}

/// The symbols that this thread has seen.
pub(super) struct Symbols {
    /// The short texts met last, each in the place that its hash gives it. Names recur within a few lines,
    /// and this fits into the processor's nearest memory, which the table of all does not.
    recent: Box<[(Short, Symbol)]>,
    short: FxHashMap<Short, Symbol>,
    longer: FxHashMap<&'static str, Symbol>,
}

impl Default for Symbols {
    fn default() -> Self {
        let empty = (short(""), Symbol::new(""));
        Self {
            recent: vec![empty; 1 << RECENT_BITS].into_boxed_slice(),
            short: FxHashMap::default(),
            longer: FxHashMap::default(),
        }
    }
}

impl Symbols {
    /// Those of all files that this thread lowered before. Give them back with [`Symbols::keep`].
    pub(super) fn of_thread() -> Self {
        KNOWN.take().unwrap_or_default()
    }

    /// Keeps them for the next file of this thread.
    pub(super) fn keep(self) {
        KNOWN.set(Some(self));
    }

    /// The symbol of `text`.
    pub(super) fn symbol(&mut self, text: &str) -> Symbol {
        if text.len() <= LONGEST_SHORT {
            let key = short(text);
            let recent = &mut self.recent[place(key)];
            if recent.0 != key {
                *recent = (key, *self.short.entry(key).or_insert_with(|| Symbol::new(text)));
            }
            return recent.1;
        }
        if text.len() > LONGEST_REMEMBERED {
            return Symbol::new(text);
        }
        if let Some(&symbol) = self.longer.get(text) {
            return symbol;
        }
        let symbol = Symbol::new(text);
        self.longer.insert(symbol.text(), symbol);
        symbol
    }
}

fn short(text: &str) -> Short {
    let mut bytes = [0; LONGEST_SHORT + 1];
    bytes[..text.len()].copy_from_slice(text.as_bytes());
    bytes[LONGEST_SHORT] = text.len() as u8;
    Short::from_le_bytes(bytes)
}

/// Where a text stands among the recent ones.
fn place(key: Short) -> usize {
    let mixed = (key as u64 ^ ((key >> 64) as u64).rotate_left(32)).wrapping_mul(MIXER);
    (mixed >> (u64::BITS - RECENT_BITS)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_gets_the_symbol_of_the_interner() {
        let mut symbols = Symbols::default();
        let long = "x".repeat(200);
        for text in [
            "",
            "a",
            "a\0",
            "\0",
            "fifteen_letters",
            "sixteen_letters_",
            "ä",
            &long[..40],
            &long[..41],
            &long,
        ] {
            assert_eq!(symbols.symbol(text), Symbol::new(text), "{text}");
            assert_eq!(symbols.symbol(text), Symbol::new(text), "{text}, seen before");
        }
    }
}
