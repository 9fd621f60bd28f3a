use std::borrow::Cow;
use std::fmt::Write;

/// `text` with control characters written out, so that a file name or a source text cannot speak to the terminal.
///
/// Characters that change the direction of text or take no room are written out as well: they make a line look
/// like another one.
pub fn escape_controls(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_unsafe(character) {
            // `\n`, `\t` and their like by name, the others by number.
            match character {
                '\n' | '\r' | '\t' => escaped.extend(character.escape_default()),
                _ => escaped.extend(character.escape_unicode()),
            }
        } else {
            escaped.push(character);
        }
    }
    Cow::Owned(escaped)
}

pub(crate) fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// `path` as the path of a URI: all but unreserved characters and `/` are percent-encoded.
pub(crate) fn percent_encode(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                encoded.push(byte as char);
            }
            _ => {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

/// At most `longest` characters of `text`, with a mark where it was cut.
pub(crate) fn shorten(text: &str, longest: usize) -> Cow<'_, str> {
    match text.char_indices().nth(longest) {
        Some((cut, _)) => Cow::Owned(format!("{}…", &text[..cut])),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_direction_characters_are_written_out() {
        assert_eq!(escape_controls("plain/päth.py"), "plain/päth.py");
        assert_eq!(escape_controls("a\u{1b}[31mb\n"), "a\\u{1b}[31mb\\n");
        assert_eq!(escape_controls("x\u{9b}2J\u{202e}y\u{7f}"), "x\\u{9b}2J\\u{202e}y\\u{7f}");
    }

    #[test]
    fn a_path_becomes_a_uri() {
        assert_eq!(percent_encode("a b/ü#?%.py"), "a%20b/%C3%BC%23%3F%25.py");
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(shorten("äöü", 3), "äöü");
        assert_eq!(shorten("äöüß", 3), "äöü…");
    }
}
