use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use crate::encoding::{Declaration, Encoding, declared, decode};

/// Larger files are data or made by machines. Nobody would mend them by hand.
pub(crate) const LARGEST: u64 = 4 << 20;

/// The text of a file.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct Source {
    /// The text, without a byte order mark.
    pub(crate) text: String,
    /// What is odd about it, if something is: the byte offset into `text`, and what.
    pub(crate) oddity: Option<(usize, String)>,
}

/// Reads a source file. The error says why it cannot be checked, as half a sentence.
pub(crate) fn read(path: &Path) -> Result<Source, String> {
    let bytes = read_bytes(path)?;
    to_text(bytes)
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, String> {
    let file = File::open(path).map_err(|error| cannot_read(&error))?;
    let size = file.metadata().map_err(|error| cannot_read(&error))?.len();
    if size > LARGEST {
        return Err(too_large(size));
    }
    let mut bytes = Vec::with_capacity(size as usize + 1);
    // It may grow while it is read.
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| cannot_read(&error))?;
    if bytes.len() as u64 > LARGEST {
        return Err(too_large(bytes.len() as u64));
    }
    Ok(bytes)
}

pub(crate) fn too_large(size: u64) -> String {
    let mebibyte = 1_048_576.0;
    format!("{:.1} MiB, larger than the {} MiB that are checked", size as f64 / mebibyte, LARGEST >> 20)
}

/// What an error of the operating system means, without its number.
pub(crate) fn cannot_read(error: &io::Error) -> String {
    let reason = match error.kind() {
        ErrorKind::NotFound => "no such file or folder".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or_default().to_lowercase()
        }
    };
    format!("cannot be read: {reason}")
}

fn to_text(mut bytes: Vec<u8>) -> Result<Source, String> {
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
        return Ok(utf8(bytes));
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err("UTF-16, which Python does not read; save it as UTF-8".to_owned());
    }
    if let Some(offset) = memchr::memchr(0, &bytes) {
        let line = line_of(&bytes, offset);
        return Err(format!("a NUL byte at byte {offset} (line {line}), so Python does not read it"));
    }
    // Most files are ASCII or UTF-8 and declare nothing else.
    match declared(&bytes) {
        Declaration::Missing | Declaration::Known(Encoding::Utf8) => Ok(utf8(bytes)),
        Declaration::Known(_) if bytes.is_ascii() => Ok(utf8(bytes)),
        Declaration::Known(Encoding::Ascii) => Ok(utf8(bytes)),
        Declaration::Known(encoding) => Ok(Source { text: decode(&bytes, encoding), oddity: None }),
        Declaration::Unknown(name) => {
            let mut source = utf8(bytes);
            if let Some((_, message)) = &mut source.oddity {
                *message = format!("encoded as {name}, which tightlip does not know; {message}");
            }
            Ok(source)
        }
    }
}

fn utf8(bytes: Vec<u8>) -> Source {
    match String::from_utf8(bytes) {
        Ok(text) => Source { text, oddity: None },
        Err(error) => {
            let offset = error.utf8_error().valid_up_to();
            let line = line_of(error.as_bytes(), offset);
            let message =
                format!("not UTF-8 at byte {offset} (line {line}): decoded with replacement characters");
            Source {
                text: String::from_utf8_lossy(error.as_bytes()).into_owned(),
                oddity: Some((offset, message)),
            }
        }
    }
}

fn line_of(bytes: &[u8], offset: usize) -> usize {
    bytes[..offset].iter().filter(|byte| **byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> Source {
        to_text(bytes.to_vec()).expect("it can be read")
    }

    #[test]
    fn a_byte_order_mark_is_left_out() {
        assert_eq!(text(b"\xef\xbb\xbfx = 1"), Source { text: "x = 1".to_owned(), oddity: None });
    }

    #[test]
    fn declared_encodings_are_decoded() {
        assert_eq!(text(b"# coding: latin-1\nx = '\xe9'").text, "# coding: latin-1\nx = 'é'");
        assert_eq!(text(b"# coding: utf-8\nx = '\xc3\xa9'").text, "# coding: utf-8\nx = 'é'");
        assert_eq!(text(b"# coding: koi8-r\nx = 1").oddity, None);
    }

    #[test]
    fn what_is_no_utf8_is_replaced_and_told() {
        let source = text(b"a = 1\nb = '\xe9'\n");
        assert_eq!(source.text, "a = 1\nb = '\u{fffd}'\n");
        let (offset, message) = source.oddity.expect("it is odd");
        assert_eq!(offset, 11);
        assert!(message.starts_with("not UTF-8 at byte 11 (line 2)"), "{message}");
        assert!(text(b"# coding: koi8-r\n\xc1").oddity.unwrap().1.starts_with("encoded as koi8-r"));
    }

    #[test]
    fn what_python_does_not_read_is_refused() {
        assert!(to_text(b"a = 1\n\0".to_vec()).unwrap_err().contains("NUL byte at byte 6 (line 2)"));
        assert!(to_text(b"\xff\xfea\0".to_vec()).unwrap_err().contains("UTF-16"));
    }
}
