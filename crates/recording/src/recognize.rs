//! In which form replies are given.

use std::io::{self, BufRead, Read};

/// So much of the input is looked at to see what it is.
const LONGEST_LOOK: u64 = 4096;

/// The form of the input.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    /// A JSON object in each line.
    Lines,
    /// An HTTP archive: one JSON object with all exchanges.
    Har,
    /// What went over the wire, one reply after the other.
    Raw,
    /// Nothing.
    Empty,
}

impl Form {
    pub(crate) fn of(start: &[u8]) -> Self {
        let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start).trim_ascii_start();
        if start.is_empty() {
            return Self::Empty;
        }
        if start.starts_with(b"HTTP/") {
            return Self::Raw;
        }
        // An archive begins with its only key, or has it on top of a page of its own.
        let first = start.strip_prefix(b"{").map(<[u8]>::trim_ascii_start);
        if first.is_some_and(|first| first.starts_with(b"\"log\"")) {
            return Self::Har;
        }
        Self::Lines
    }
}

/// The beginning of the input: its first line, or as much of it as shows the form. Not more than is there is waited
/// for.
pub(crate) fn start(input: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    // Blank lines at the beginning say nothing.
    while start.trim_ascii().len() < 2 && (start.len() as u64) < LONGEST_LOOK {
        if input.by_ref().take(LONGEST_LOOK).read_until(b'\n', &mut start)? == 0 {
            break;
        }
    }
    // `{` alone: the key is in the next line.
    if start.trim_ascii() == b"{" {
        input.by_ref().take(LONGEST_LOOK).read_until(b'\n', &mut start)?;
    }
    Ok(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_recognized_by_their_beginning() {
        let form = |mut text: &[u8]| Form::of(&start(&mut text).expect("it can be read"));
        assert_eq!(form(b""), Form::Empty);
        assert_eq!(form(b" \n\n"), Form::Empty);
        assert_eq!(form(b"\n{\"status\": 500}\n"), Form::Lines);
        assert_eq!(form(b"{\n  \"log\": {\n"), Form::Har);
        assert_eq!(form(b"\xEF\xBB\xBF{\"log\":{}}"), Form::Har);
        assert_eq!(form(b"HTTP/1.1 200 OK\r\n\r\n"), Form::Raw);
        assert_eq!(form(b"what is this"), Form::Lines);
    }
}
