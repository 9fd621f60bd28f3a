//! What the client sent: a reply that repeats it tells nothing new.

use crate::view;

/// So much of a request is looked at.
const LONGEST_REQUEST: usize = 256 << 10;

/// So many lines of what was found are looked for in the request.
const MOST_LINES: usize = 64;

/// A line that is shorter says nothing.
const SHORTEST_LINE: usize = 3;

/// What the client sent, in the ways in which a server may have read it.
#[derive(Clone, Default, Debug)]
pub struct Request {
    texts: Vec<Vec<u8>>,
}

impl Request {
    /// A request that is not known.
    pub fn none() -> Self {
        Self::default()
    }

    /// A request: its line, headers and body, in any form.
    pub fn new(bytes: &[u8]) -> Self {
        let bytes = &bytes[..bytes.len().min(LONGEST_REQUEST)];
        let mut texts = vec![bytes.to_vec()];
        for text in [unquote(bytes, false), unquote(bytes, true), view::unescape(bytes)] {
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        Self { texts }
    }

    /// Whether all of `found` stands in the request.
    pub(crate) fn says(&self, found: &[u8]) -> bool {
        if self.texts.is_empty() {
            return false;
        }
        let lines = found.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        let mut lines = lines.filter(|line| line.len() >= SHORTEST_LINE).take(MOST_LINES).peekable();
        lines.peek().is_some() && lines.all(|line| self.has(line) || self.has(&without_entities(line)))
    }

    fn has(&self, line: &[u8]) -> bool {
        let finder = memchr::memmem::Finder::new(line);
        self.texts.iter().any(|text| finder.find(text).is_some())
    }
}

/// What pages escape, as it was sent.
fn without_entities(line: &[u8]) -> Vec<u8> {
    const ENTITIES: [(&[u8], u8); 8] = [
        (b"&amp;", b'&'),
        (b"&lt;", b'<'),
        (b"&gt;", b'>'),
        (b"&quot;", b'"'),
        (b"&#34;", b'"'),
        (b"&#39;", b'\''),
        (b"&#x27;", b'\''),
        (b"&#x22;", b'"'),
    ];
    let mut plain = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some((&byte, after)) = rest.split_first() {
        let found = ENTITIES.iter().find(|(entity, _)| rest.starts_with(entity));
        let (byte, after) = found.map_or((byte, after), |(entity, byte)| (*byte, &rest[entity.len()..]));
        plain.push(byte);
        rest = after;
    }
    plain
}

/// `%41` and, in forms, `+` as what they stand for.
fn unquote(bytes: &[u8], form: bool) -> Vec<u8> {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let mut plain = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while let Some(&byte) = bytes.get(index) {
        index += 1;
        match (byte, digit(bytes.get(index)), digit(bytes.get(index + 1))) {
            (b'%', Some(high), Some(low)) => {
                plain.push((high * 16 + low) as u8);
                index += 2;
            }
            (b'+', ..) if form => plain.push(b' '),
            _ => plain.push(byte),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_client_sent_is_recognized_in_every_form() {
        for request in
            ["GET /?q=division%20by+zero HTTP/1.1", "POST / HTTP/1.1\n\n{\"q\": \"division\\u0020by zero\"}"]
        {
            assert!(Request::new(request.as_bytes()).says(b"division by zero"), "{request}");
        }
        assert!(!Request::new(b"GET /?q=division").says(b"division by zero"));
        assert!(Request::new(b"GET /?__debugger__=yes&cmd=x").says(b"?__debugger__=yes&amp;cmd=x"));
        assert!(!Request::none().says(b"division by zero"));
        assert!(!Request::new(b"GET /").says(b"\n \n"), "nothing is not something that was sent");
    }
}
