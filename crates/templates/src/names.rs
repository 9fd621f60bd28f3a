//! Names in what could not be parsed.

/// Words that are no values.
const WORDS: &[&str] = &[
    "and",
    "or",
    "not",
    "in",
    "is",
    "if",
    "else",
    "true",
    "false",
    "none",
    "True",
    "False",
    "None",
    "with",
    "without",
    "context",
    "as",
    "import",
    "ignore",
    "missing",
    "recursive",
];

/// The names that `text` may read, without those behind a point, in front of `=`, and in quotes.
pub(crate) fn names(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
    let mut found = Vec::new();
    let mut at = 0;
    let mut before = b' ';
    while at < bytes.len() {
        let byte = bytes[at];
        if matches!(byte, b'"' | b'\'') {
            let closed = bytes[at + 1..].iter().position(|other| *other == byte);
            at = closed.map_or(at + 1, |length| at + length + 2);
            before = byte;
        } else if is_word(byte) {
            let length = bytes[at..].iter().take_while(|byte| is_word(**byte)).count();
            let word = &text[at..at + length];
            at += length;
            let rest = text[at..].trim_start();
            let is_keyword = rest.starts_with('=') && !rest.starts_with("==");
            if before != b'.' && !byte.is_ascii_digit() && !is_keyword && !WORDS.contains(&word) {
                found.push(word);
            }
            before = byte;
        } else {
            if !byte.is_ascii_whitespace() {
                before = byte;
            }
            at += 1;
        }
    }
    found
}
