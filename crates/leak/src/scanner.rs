//! Looks for signatures in a body that comes in pieces.
//!
//! The body is cut into blocks at fixed places, whatever the pieces are, so that the result does not depend on
//! them. A block is looked at when what follows it is known far enough.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use tightlip_catalogue::Site;

use crate::charset::{self, Charset};
use crate::detector::{Compiled, SignatureId};
use crate::judge::Found;
use crate::kind::Kind;
use crate::reply::Headers;
use crate::view::{View, views};

/// So many letters are searched for anchors at a time.
const BLOCK: usize = 128 << 10;

/// So far before an anchor a pattern may begin.
const BEFORE: usize = 512;

/// So far behind an anchor a pattern may end, unless more anchors follow.
const AFTER: usize = 1536;

/// So often a signature is reported in one reply.
const MOST_FOUND: usize = 8;

/// So much of what was found is kept to be compared with the request.
const LONGEST_TEXT: usize = 4096;

/// Looks for signatures in a body that comes in pieces.
#[derive(Default)]
pub(crate) struct Scanner {
    compiled: Arc<Compiled>,
    headers: Headers,
    /// What the body is; known with its first block.
    kind: Option<Kind>,
    /// How wide letters are; known with the first bytes.
    charset: Option<Charset>,
    /// Bytes that are no letter yet.
    rest: Vec<u8>,
    /// Letters: those around the next block.
    letters: Vec<u8>,
    /// Which letter of the body is the first of `letters`.
    offset: usize,
    /// Which letter of the body the next block begins with.
    next: usize,
    found: Vec<Found>,
}

/// What was found in a body.
pub(crate) struct Scanned {
    pub(crate) found: Vec<Found>,
    pub(crate) kind: Kind,
    /// Letters of the body.
    pub(crate) length: usize,
    /// Bytes of a letter.
    pub(crate) width: usize,
}

impl Scanner {
    pub(crate) fn new(compiled: Arc<Compiled>, headers: Headers) -> Self {
        Self { compiled, headers, ..Self::default() }
    }

    /// More of the body.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(BLOCK) {
            self.take(piece);
            while self.offset + self.letters.len() >= self.next + BLOCK + AFTER {
                self.block(self.next + BLOCK);
            }
        }
    }

    /// The letters of some bytes.
    fn take(&mut self, bytes: &[u8]) {
        match self.charset {
            Some(charset) if charset.width == 1 => self.letters.extend_from_slice(bytes),
            known => {
                self.rest.extend_from_slice(bytes);
                if known.is_some() || self.rest.len() >= charset::LONGEST_LOOK {
                    self.narrow();
                }
            }
        }
    }

    fn narrow(&mut self) {
        let charset = *self.charset.get_or_insert_with(|| Charset::of(&self.rest));
        let whole = self.rest.len() - self.rest.len() % charset.width;
        charset.narrow(&self.rest[..whole], &mut self.letters);
        self.rest.drain(..whole);
    }

    /// All of the body was there.
    pub(crate) fn finish(mut self) -> Scanned {
        self.narrow();
        let length = self.offset + self.letters.len();
        self.block(length);
        Scanned {
            kind: self.kind.unwrap_or(Kind::Text),
            found: self.found,
            length,
            width: self.charset.map_or(1, |charset| charset.width),
        }
    }

    /// Looks at the letters from `next` to `end`.
    fn block(&mut self, end: usize) {
        let kind = *self.kind.get_or_insert_with(|| Kind::of(&self.headers, &self.letters));
        let compiled = Arc::clone(&self.compiled);
        let first = self.next - self.offset;
        let last = end - self.offset;
        let from = first.saturating_sub(compiled.longest_anchor.saturating_sub(1));
        let mut hits = Vec::new();
        for hit in compiled.anchors.find_overlapping_iter(&self.letters[from..last]) {
            // What ends before the block was seen with the one before.
            if from + hit.end() > first {
                hits.push((from + hit.start()..from + hit.end(), hit.pattern().as_usize()));
            }
        }
        if !hits.is_empty() {
            let limits = first.saturating_sub(BEFORE)..self.letters.len().min(last + AFTER);
            hits.sort_unstable_by_key(|(range, _)| range.start);
            let windows = hits.into_iter().map(|(range, anchor)| {
                let start = range.start.saturating_sub(BEFORE).max(limits.start);
                (start..(range.end + AFTER).min(limits.end), anchor)
            });
            self.regions(kind, &compiled, windows.collect());
        }
        self.next = end;
        let gone = last.saturating_sub(BEFORE + compiled.longest_anchor);
        self.letters.drain(..gone);
        self.offset += gone;
    }

    /// Windows that touch each other are one region.
    fn regions(&mut self, kind: Kind, compiled: &Compiled, windows: Vec<(Range<usize>, usize)>) {
        let mut region: Range<usize> = 0..0;
        let mut inside: Vec<(Range<usize>, usize)> = Vec::new();
        for (window, anchor) in windows {
            if window.start > region.end {
                self.region(kind, compiled, region, &inside);
                inside.clear();
                region = window.clone();
            }
            region.end = region.end.max(window.end);
            inside.push((window, anchor));
        }
        self.region(kind, compiled, region, &inside);
    }

    /// Tries the signatures whose anchors were found, each around its own anchors.
    fn region(
        &mut self,
        kind: Kind,
        compiled: &Compiled,
        region: Range<usize>,
        windows: &[(Range<usize>, usize)],
    ) {
        if windows.is_empty() {
            return;
        }
        let mut wanted: HashMap<SignatureId, Vec<Range<usize>>> = HashMap::new();
        for (window, anchor) in windows {
            let window = window.start - region.start..window.end - region.start;
            for signature in &compiled.by_anchor[*anchor] {
                let known = wanted.entry(*signature).or_default();
                match known.last_mut() {
                    Some(last) if window.start <= last.end => last.end = last.end.max(window.end),
                    _ => known.push(window.clone()),
                }
            }
        }
        let mut wanted: Vec<_> = wanted.into_iter().collect();
        wanted.sort_unstable_by_key(|(signature, _)| *signature);
        let part = self.letters[region.clone()].to_vec();
        for view in &views(kind, &part) {
            for (signature, windows) in &wanted {
                let fits = match compiled.signatures[*signature].site {
                    Site::Text => view.is_text,
                    Site::Markup => view.is_markup,
                    Site::Header(_) => false,
                };
                if fits {
                    self.try_signature(compiled, *signature, view, windows, region.start, &part);
                }
            }
        }
    }

    fn try_signature(
        &mut self,
        compiled: &Compiled,
        signature: SignatureId,
        view: &View,
        windows: &[Range<usize>],
        region: usize,
        part: &[u8],
    ) {
        for window in windows {
            let Range { start: mut at, end } = view.window(window.clone());
            let haystack = &view.text[..end];
            while self.found.iter().filter(|found| found.signature == signature).count() < MOST_FOUND {
                let Some(range) = compiled.signatures[signature].find(haystack, at) else { break };
                at = if range.is_empty() { range.end + 1 } else { range.end };
                let origin = view.origin(range.clone());
                let text = &view.text[range.clone()];
                let field = field(&part[..origin.start]);
                let start = self.offset + region;
                self.add(Found {
                    signature,
                    range: start + origin.start..start + origin.end,
                    text: text[..text.len().min(LONGEST_TEXT)].to_vec(),
                    field,
                });
                if at > haystack.len() {
                    break;
                }
            }
        }
    }

    /// Adds what was found, unless another way to read the same letters has found it.
    fn add(&mut self, new: Found) {
        let same = |known: &&mut Found| {
            known.signature == new.signature
                && known.range.start < new.range.end
                && new.range.start < known.range.end
        };
        match self.found.iter_mut().find(same) {
            Some(known) => {
                known.range.start = known.range.start.min(new.range.start);
                known.range.end = known.range.end.max(new.range.end);
            }
            None => self.found.push(new),
        }
    }
}

/// The key of the value that begins at the end of `before`, in small letters.
fn field(before: &[u8]) -> Option<String> {
    /// A key that is longer is none.
    const LONGEST_KEY: usize = 40;
    let before = &before[before.len().saturating_sub(2048)..];
    // From the end: the value's own text, its quote, perhaps brackets of a list before it, a colon, and the key.
    let colon = before.iter().rposition(|byte| *byte == b':').filter(|colon| is_value(&before[colon + 1..]));
    let mut end = match colon {
        Some(colon) => colon,
        None => {
            let starts =
                memchr::memmem::rfind_iter(before, b":").find(|colon| is_value(&before[colon + 1..]));
            starts?
        }
    };
    let is_gap = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\\');
    while end > 0 && is_gap(before[end - 1]) {
        end -= 1;
    }
    let start = before[..end]
        .iter()
        .rposition(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'_' | b'-'))?;
    let key = &before[start + 1..end];
    (before[start] == b'"' && !key.is_empty() && key.len() <= LONGEST_KEY)
        .then(|| String::from_utf8_lossy(key).to_ascii_lowercase())
}

/// Whether what is behind a colon is the beginning of a text, or of a list of texts.
fn is_value(behind: &[u8]) -> bool {
    let value = behind.trim_ascii_start();
    let value =
        value.strip_prefix(b"[").or_else(|| value.strip_prefix(b"{")).unwrap_or(value).trim_ascii_start();
    value.starts_with(b"\"") || value.starts_with(b"\\\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_value_is_found() {
        let key = |before: &str| field(before.as_bytes());
        assert_eq!(key(r#"{"a": 1, "Error": ""#).as_deref(), Some("error"));
        assert_eq!(key(r#"{"error": "failed: "#).as_deref(), Some("error"));
        assert_eq!(key(r#"{"stack": ["x", "at f ("#).as_deref(), Some("stack"));
        assert_eq!(key(r#"{"a": "{\"trace\": \""#).as_deref(), Some("trace"));
        assert_eq!(key("no colon"), None);
        assert_eq!(key(""), None);
    }
}
