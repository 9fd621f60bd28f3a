//! Letters of two and four bytes to letters of one.
//!
//! Signatures are in ASCII, which nearly every charset writes alike: UTF-8, Latin, Shift_JIS, GBK. Only the wide
//! forms of Unicode do not. Of each of their letters one byte is kept, so that places are a matter of counting.

/// How wide letters are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Charset {
    /// Bytes of a letter: 1, 2 or 4.
    pub(crate) width: usize,
    /// Whether the lowest byte is the first.
    little: bool,
}

/// So many bytes are needed to see how wide letters are.
pub(crate) const LONGEST_LOOK: usize = 4;

/// What stands for a letter that is not in ASCII.
const OTHER: u8 = 0xFF;

impl Charset {
    /// By the first bytes of a body: by their mark of order, or by where their zeros are.
    pub(crate) fn of(first: &[u8]) -> Self {
        let wide = |width, little| Self { width, little };
        match *first {
            [0xFF, 0xFE, 0, 0, ..] => wide(4, true),
            [0, 0, 0xFE, 0xFF, ..] => wide(4, false),
            [0xFF, 0xFE, ..] => wide(2, true),
            [0xFE, 0xFF, ..] => wide(2, false),
            [a, 0, 0, 0, ..] if a != 0 => wide(4, true),
            [0, 0, 0, a, ..] if a != 0 => wide(4, false),
            [a, 0, b, 0, ..] if a != 0 && b != 0 => wide(2, true),
            [0, a, 0, b, ..] if a != 0 && b != 0 => wide(2, false),
            _ => wide(1, true),
        }
    }

    /// Appends the letters of `bytes`, whose length is a multiple of the width.
    pub(crate) fn narrow(self, bytes: &[u8], letters: &mut Vec<u8>) {
        if self.width == 1 {
            letters.extend_from_slice(bytes);
            return;
        }
        letters.extend(bytes.chunks_exact(self.width).map(|unit| {
            let value = unit.iter().enumerate().fold(0_u32, |value, (index, byte)| {
                let place = if self.little { index } else { self.width - 1 - index };
                value | u32::from(*byte) << (8 * place)
            });
            match value {
                0xA0 => b' ',
                value => u8::try_from(value).ok().filter(u8::is_ascii).unwrap_or(OTHER),
            }
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn narrowed(bytes: &[u8]) -> Vec<u8> {
        let mut letters = Vec::new();
        Charset::of(bytes).narrow(bytes, &mut letters);
        letters
    }

    #[test]
    fn wide_letters_become_narrow_in_either_order() {
        let little: Vec<u8> = "ab\u{a0}é".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "ab\u{a0}é".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(narrowed(&little), b"ab \xFF");
        assert_eq!(narrowed(&big), b"ab \xFF");
        assert_eq!(narrowed(b"\xFF\xFEa\0"), b"\xFFa");
        assert_eq!(narrowed(b"abc"), b"abc");
    }
}
