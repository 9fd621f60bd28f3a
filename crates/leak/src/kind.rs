//! What a body is: how its text is got at depends on that.

use crate::reply::Headers;

/// So much of a body is looked at to see what it is.
const LONGEST_LOOK: usize = 1024;

/// What a body is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// Text between tags.
    Markup,
    /// Values with keys.
    Json,
    /// Lines.
    Text,
    /// Scripts, styles, pictures: full of texts that nobody is told.
    Asset,
}

impl Kind {
    /// By the header if it says enough, by the first bytes otherwise. What fails is served with the wrong type often.
    pub(crate) fn of(headers: &Headers, body: &[u8]) -> Self {
        let declared = headers.first_lower("content-type").unwrap_or_default();
        let declared = declared.split(';').next().unwrap_or_default().trim().to_owned();
        let has = |words: &[&str]| words.iter().any(|word| declared.contains(word));
        if has(&["javascript", "ecmascript", "text/css", "wasm", "image/", "audio/", "video/", "font"]) {
            return Self::Asset;
        }
        let look = &body[..body.len().min(LONGEST_LOOK)];
        let first =
            look.iter().find(|byte| !byte.is_ascii_whitespace() && !matches!(byte, 0xEF | 0xBB | 0xBF));
        let is_json = matches!(first, Some(b'{' | b'['));
        if has(&["json"]) || is_json && !has(&["xml"]) {
            return Self::Json;
        }
        let may_have_tags = !has(&["text/plain"]) && (first == Some(&b'<') || has_tags(look));
        if has(&["html", "xml"]) || may_have_tags {
            return Self::Markup;
        }
        Self::Text
    }
}

fn has_tags(look: &[u8]) -> bool {
    const TAGS: &[&[u8]] =
        &[b"<html", b"<!doctype", b"<body", b"<pre", b"<br", b"<p>", b"<h1", b"<div", b"<style"];
    let lower = look.to_ascii_lowercase();
    TAGS.iter().any(|tag| memchr::memmem::find(&lower, tag).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_known_by_its_type_and_its_beginning() {
        let typed = |kind: &str| Headers::from_iter([("Content-Type", kind)]);
        assert_eq!(Kind::of(&Headers::default(), b"\n <pre>x"), Kind::Markup);
        assert_eq!(Kind::of(&Headers::default(), b"\xEF\xBB\xBF{}"), Kind::Json);
        assert_eq!(Kind::of(&Headers::default(), b"Traceback"), Kind::Text);
        assert_eq!(Kind::of(&typed("text/html; charset=utf-8"), b"{\"a\": 1}"), Kind::Json);
        assert_eq!(Kind::of(&typed("application/problem+json"), b""), Kind::Json);
        assert_eq!(Kind::of(&typed("text/plain"), b"see <br> here"), Kind::Text);
        assert_eq!(Kind::of(&typed("text/css"), b"<br>"), Kind::Asset);
    }
}
