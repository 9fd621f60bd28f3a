//! Source files that are not UTF-8, as Python reads them (PEP 263).

/// An encoding that a file can declare and that tightlip can decode.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Encoding {
    Utf8,
    Ascii,
    Latin1,
    Latin9,
    Windows1252,
}

/// What a file says about its encoding.
#[derive(PartialEq, Eq, Debug)]
pub(crate) enum Declaration {
    /// Nothing.
    Missing,
    /// One that is known.
    Known(Encoding),
    /// Another one, by this name.
    Unknown(String),
}

/// Reads the coding line, which is the first or second line.
pub(crate) fn declared(bytes: &[u8]) -> Declaration {
    for line in bytes.split(|byte| *byte == b'\n').take(2) {
        match coding(line) {
            Some(name) => return known(&name).map_or(Declaration::Unknown(name), Declaration::Known),
            // Behind code no coding line is looked for.
            None if !is_blank_or_comment(line) => return Declaration::Missing,
            None => {}
        }
    }
    Declaration::Missing
}

fn is_blank_or_comment(line: &[u8]) -> bool {
    let first = line.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | 0xc));
    first.is_none_or(|byte| *byte == b'#')
}

/// The name in `# -*- coding: NAME -*-`, by the expression of PEP 263:
/// `^[ \t\f]*#.*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)`.
fn coding(line: &[u8]) -> Option<String> {
    if !is_blank_or_comment(line) {
        return None;
    }
    let text = String::from_utf8_lossy(&line[..line.len().min(400)]);
    let comment = text.trim_start_matches([' ', '\t', '\u{c}']).strip_prefix('#')?;
    for (found, word) in comment.match_indices("coding") {
        let rest = &comment[found + word.len()..];
        let Some(rest) = rest.strip_prefix([':', '=']) else { continue };
        let name: String = rest
            .trim_start_matches([' ', '\t'])
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
            .collect();
        if !name.is_empty() {
            return Some(name);
        }
    }
    None
}

fn known(name: &str) -> Option<Encoding> {
    let name = name.to_ascii_lowercase().replace('_', "-");
    Some(match name.as_str() {
        "utf-8" | "utf8" | "utf-8-sig" | "u8" => Encoding::Utf8,
        "ascii" | "us-ascii" | "646" => Encoding::Ascii,
        "latin-1" | "latin1" | "l1" | "latin" | "iso-8859-1" | "iso8859-1" | "8859" | "cp819" => {
            Encoding::Latin1
        }
        "latin-9" | "latin9" | "l9" | "iso-8859-15" | "iso8859-15" => Encoding::Latin9,
        "cp1252" | "windows-1252" | "1252" => Encoding::Windows1252,
        name if name.starts_with("utf-8-") => Encoding::Utf8,
        name if name.starts_with("latin-1-") || name.starts_with("iso-8859-1-") => Encoding::Latin1,
        _ => return None,
    })
}

/// Decodes text of an encoding with one byte a character.
pub(crate) fn decode(bytes: &[u8], encoding: Encoding) -> String {
    bytes.iter().map(|byte| character(*byte, encoding)).collect()
}

fn character(byte: u8, encoding: Encoding) -> char {
    match (encoding, byte) {
        (_, ..0x80) => byte as char,
        (Encoding::Utf8 | Encoding::Ascii, _) => char::REPLACEMENT_CHARACTER,
        (Encoding::Windows1252, 0x80..=0x9f) => WINDOWS_1252[usize::from(byte - 0x80)],
        (Encoding::Latin9, 0xa4) => '€',
        (Encoding::Latin9, 0xa6) => 'Š',
        (Encoding::Latin9, 0xa8) => 'š',
        (Encoding::Latin9, 0xb4) => 'Ž',
        (Encoding::Latin9, 0xb8) => 'ž',
        (Encoding::Latin9, 0xbc) => 'Œ',
        (Encoding::Latin9, 0xbd) => 'œ',
        (Encoding::Latin9, 0xbe) => 'Ÿ',
        _ => byte as char,
    }
}

/// The characters from 0x80 to 0x9f; five of them are none.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{fffd}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{fffd}', 'Ž', '\u{fffd}',
    '\u{fffd}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{fffd}', 'ž', 'Ÿ',
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coding_line_is_found_in_the_first_two_lines() {
        let latin1 = Declaration::Known(Encoding::Latin1);
        assert_eq!(declared(b"# -*- coding: latin-1 -*-\n"), latin1);
        assert_eq!(declared(b"#!/usr/bin/python\r\n# vim: set fileencoding=ISO_8859_1 :\r\n"), latin1);
        assert_eq!(declared(b"x = 1\n# coding: latin-1\n"), Declaration::Missing);
        assert_eq!(declared(b"#\n#\n# coding: latin-1\n"), Declaration::Missing);
        assert_eq!(declared(b"# coding: koi8-r\n"), Declaration::Unknown("koi8-r".to_owned()));
        assert_eq!(declared(b""), Declaration::Missing);
    }

    #[test]
    fn single_byte_encodings_are_decoded() {
        assert_eq!(decode(b"caf\xe9 \x80", Encoding::Windows1252), "café €");
        assert_eq!(decode(b"\xa4", Encoding::Latin9), "€");
        assert_eq!(decode(b"\x80\xff", Encoding::Latin1), "\u{80}ÿ");
    }
}
