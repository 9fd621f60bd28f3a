//! Signatures made ready, and what looks at replies with them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use regex::bytes::{Regex, RegexBuilder};
use tightlip_catalogue::{Class, Signatures, Site, Strength};

use crate::coding::Decoder;
use crate::judge::judge;
use crate::reply::{Headers, Reply};
use crate::request::Request;
use crate::scanner::Scanner;
use crate::verdict::Verdict;

/// Which of the signatures.
pub(crate) type SignatureId = usize;

/// A signature made ready.
pub(crate) struct Ready {
    pub(crate) name: Arc<str>,
    pub(crate) class: Class,
    pub(crate) strength: Strength,
    pub(crate) site: Site,
    pattern: String,
    /// Made when it is needed first: most never are. Nothing if it cannot be made.
    regex: OnceLock<Option<Regex>>,
}

impl Ready {
    /// The first match that does not begin before `at`.
    pub(crate) fn find(&self, text: &[u8], at: usize) -> Option<Range<usize>> {
        let regex = self.regex.get_or_init(|| build(&self.pattern)).as_ref()?;
        let mut at = at;
        while at <= text.len() {
            let found = regex.find_at(text, at)?;
            // Captures are slow, and most patterns have none.
            let excused = regex.captures_len() > 1
                && regex
                    .captures_at(text, found.start())
                    .is_some_and(|groups| groups.name("unless").is_some());
            if !excused {
                return Some(found.range());
            }
            at = found.end().max(at + 1);
        }
        None
    }
}

/// Bytes, not letters: replies come in many charsets. What the catalogue has checked can be built.
fn build(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(pattern).unicode(false).size_limit(usize::MAX).build().ok()
}

/// All signatures made ready.
pub(crate) struct Compiled {
    pub(crate) signatures: Vec<Ready>,
    pub(crate) anchors: AhoCorasick,
    /// Whose anchor it is.
    pub(crate) by_anchor: Vec<Vec<SignatureId>>,
    pub(crate) longest_anchor: usize,
    /// Those that look at headers.
    pub(crate) of_headers: Vec<SignatureId>,
}

impl Default for Compiled {
    fn default() -> Self {
        Self::new(&Signatures::default())
    }
}

impl Compiled {
    fn new(signatures: &Signatures) -> Self {
        let mut by_text: BTreeMap<&str, Vec<SignatureId>> = BTreeMap::new();
        let mut ready = Vec::with_capacity(signatures.iter().len());
        for (id, signature) in signatures.iter().enumerate() {
            for anchor in &signature.anchors {
                by_text.entry(anchor).or_default().push(id);
            }
            ready.push(Ready {
                name: signature.name.as_str().into(),
                class: signature.class,
                strength: signature.strength,
                site: signature.site.clone(),
                pattern: signature.pattern.clone(),
                regex: OnceLock::new(),
            });
        }
        let longest_anchor = by_text.keys().map(|text| text.len()).max().unwrap_or(0);
        let (texts, by_anchor): (Vec<&str>, Vec<_>) = by_text.into_iter().unzip();
        let anchors = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::DFA))
            .build(&texts)
            .expect("the anchors are far fewer than an automaton can hold");
        let is_header = |id: &SignatureId| matches!(ready[*id].site, Site::Header(_));
        let of_headers = (0..ready.len()).filter(is_header).collect();
        Self { signatures: ready, anchors, by_anchor, longest_anchor, of_headers }
    }
}

/// Looks at replies. It is cheap to clone, and may be used by many threads at once.
#[derive(Clone)]
pub struct Detector {
    compiled: Arc<Compiled>,
}

impl Detector {
    /// Makes the signatures ready.
    pub fn new(signatures: &Signatures) -> Self {
        Self { compiled: Arc::new(Compiled::new(signatures)) }
    }

    /// Looks at a whole reply. What only repeats `request` is no leak.
    pub fn inspect(&self, reply: &Reply<'_>, request: &Request) -> Verdict {
        let mut stream = self.stream(reply.status, reply.headers);
        stream.push(reply.body);
        stream.finish(request)
    }

    /// Looks at a reply whose body comes in pieces. The verdict is the same as of the whole.
    pub fn stream(&self, status: u16, headers: &Headers) -> Stream {
        let scanner = Scanner::new(Arc::clone(&self.compiled), headers.clone());
        Stream {
            compiled: Arc::clone(&self.compiled),
            status,
            headers: headers.clone(),
            decoder: Decoder::new(headers, scanner),
        }
    }
}

/// A reply whose body comes in pieces. However long it is, little of it is kept.
pub struct Stream {
    compiled: Arc<Compiled>,
    status: u16,
    headers: Headers,
    decoder: Decoder,
}

impl Stream {
    /// More of the body.
    pub fn push(&mut self, bytes: &[u8]) {
        self.decoder.push(bytes);
    }

    /// That was all of it. What only repeats `request` is no leak.
    pub fn finish(self, request: &Request) -> Verdict {
        let (scanner, problem) = self.decoder.finish();
        let scanned = scanner.finish();
        let (leak, findings) = judge(&self.compiled, self.status, &self.headers, scanned, request);
        Verdict { leak, findings, problem }
    }
}
