//! From exchanges to evidence: which finding does this reply show, and what does it show that no finding tells?

use std::collections::BTreeMap;

use tightlip_rules::{Cause, Evidence, Exchange, Part, Rule, SeenException, SentRequest, Verdict};

use crate::exchange::{Reply, Request};
use crate::explore::{Answered, Witness};
use crate::message::{Asked, Lines, Raised};
use crate::oracle::{Kind, Known, Leak, leaks};

/// The body of a reply as evidence is cut to this many characters around what leaks.
const LONGEST_BODY: usize = 2000;

/// A finding, as far as it matters here.
pub(crate) struct Claim {
    pub(crate) rule: Rule,
    /// Places in Python files: the flow, and last where it is sent.
    pub(crate) asked: Asked,
    /// Whether the last place is the one that is reported; a template has no lines that could be followed.
    pub(crate) ends_in_python: bool,
}

/// A leak of which no finding tells.
pub(crate) struct Missed {
    pub(crate) kind: Kind,
    /// The function that answered, or else where the exception was raised.
    pub(crate) place: Lines,
    pub(crate) evidence: Evidence,
}

/// Collects evidence.
pub(crate) struct Proof<'a> {
    pub(crate) claims: &'a [Claim],
    pub(crate) evidence: Vec<Option<Evidence>>,
    pub(crate) missed: BTreeMap<(Kind, String, usize), Missed>,
    /// Whether a request came to the place of the claim.
    pub(crate) reached: Vec<bool>,
    mode: String,
    base_url: String,
    /// The claim that an exception is injected for.
    pub(crate) injecting: Option<usize>,
}

impl<'a> Proof<'a> {
    pub(crate) fn new(claims: &'a [Claim], mode: &str) -> Self {
        Self {
            claims,
            evidence: vec![None; claims.len()],
            missed: BTreeMap::new(),
            reached: vec![false; claims.len()],
            mode: mode.to_owned(),
            base_url: "http://127.0.0.1:5000".to_owned(),
            injecting: None,
        }
    }

    pub(crate) fn mode(&self) -> &str {
        &self.mode
    }

    pub(crate) fn set_mode(&mut self, mode: &str) {
        mode.clone_into(&mut self.mode);
    }

    /// The evidence that a reply is by itself, whatever was raised.
    pub(crate) fn of_reply(
        &self,
        cause: Cause,
        answered: &Answered<'_>,
        leaks: Vec<(Part, String)>,
    ) -> Evidence {
        Evidence {
            verdict: Verdict::Proven(cause),
            note: String::new(),
            mode: self.mode.clone(),
            exchange: Some(self.exchange(answered, Vec::new(), leaks)),
            exception: answered.told.raised.last().map(seen),
        }
    }

    fn is_at(&self, lines: &[(String, usize)], place: &Lines) -> bool {
        lines.iter().any(|(path, line)| *path == place.path && (place.line..=place.end).contains(line))
    }

    /// Whether the place at which claim `index` says that detail is sent was run.
    fn is_at_end(&self, index: usize, lines: &[(String, usize)]) -> bool {
        let places = &self.claims[index].asked.places;
        places.last().is_some_and(|place| self.is_at(lines, place))
    }

    fn is_on_way(&self, index: usize, lines: &[(String, usize)]) -> bool {
        self.claims[index].asked.places.iter().any(|place| self.is_at(lines, place))
    }

    fn prove(&mut self, index: usize, leak: &Leak, answered: &Answered<'_>, sent: &[Request]) {
        let is_injected = leak.exception.as_ref().is_some_and(|raised| raised.injected);
        let cause = if is_injected { Cause::Injected } else { Cause::Input };
        let evidence = self.of_leak(leak, cause, answered, sent);
        let better = match &self.evidence[index] {
            None => true,
            Some(known) => known.verdict == Verdict::Proven(Cause::Injected) && cause == Cause::Input,
        };
        if better {
            self.evidence[index] = Some(evidence);
        }
    }

    fn of_leak(&self, leak: &Leak, cause: Cause, answered: &Answered<'_>, sent: &[Request]) -> Evidence {
        let before: Vec<usize> = answered.before.iter().copied().chain(leak.earlier).collect();
        let before = before.iter().filter_map(|index| sent.get(*index)).map(|it| self.sent(it)).collect();
        let mut note = String::new();
        if leak.is_written {
            note = "the text was written by the author of the program".to_owned();
        }
        if answered.told.cookie.is_some() {
            let session = "the request has a session as the application signs it";
            note = if note.is_empty() { session.to_owned() } else { format!("{note}; {session}") };
        }
        Evidence {
            verdict: Verdict::Proven(cause),
            note,
            mode: self.mode.clone(),
            exchange: Some(self.exchange(answered, before, vec![(leak.part.clone(), leak.text.clone())])),
            exception: leak.exception.as_ref().map(seen),
        }
    }

    fn exchange(
        &self,
        answered: &Answered<'_>,
        before: Vec<SentRequest>,
        leaks: Vec<(Part, String)>,
    ) -> Exchange {
        let Reply { status, reason, headers, body } = answered.reply;
        let body = String::from_utf8_lossy(body);
        let leaks: Vec<(Part, String)> = leaks
            .into_iter()
            .map(|(part, text)| {
                let text = if part == Part::Body { standing_in(&body, &text) } else { text };
                (part, text)
            })
            .collect();
        Exchange {
            before,
            request: self.sent(answered.request),
            status: *status,
            reason: reason.clone(),
            headers: headers.clone(),
            body: excerpt(&body, leaks.first().map(|(_, text)| text.as_str())),
            leaks,
        }
    }

    fn sent(&self, request: &Request) -> SentRequest {
        SentRequest {
            method: request.method.clone(),
            url: format!("{}{}", self.base_url, request.target),
            headers: request.headers.clone(),
            body: request.body.clone(),
        }
    }

    /// What is wrong with how an HTTP error was answered, for rules about handlers.
    fn see_handling(&mut self, answered: &Answered<'_>) {
        let told = answered.told;
        for index in 0..self.claims.len() {
            if self.evidence[index].is_some() || !self.is_on_way(index, &told.lines) {
                continue;
            }
            let Some(shown) = self.defect(index, answered) else { continue };
            self.evidence[index] = Some(Evidence {
                verdict: Verdict::Proven(Cause::Input),
                note: shown,
                mode: self.mode.clone(),
                exchange: Some(self.exchange(answered, Vec::new(), Vec::new())),
                exception: told.raised.last().map(seen),
            });
        }
    }

    /// What the exchange shows of the defect that the claim names.
    fn defect(&self, index: usize, answered: &Answered<'_>) -> Option<String> {
        let (told, reply) = (answered.told, answered.reply);
        let own = told.unanswered.as_ref();
        match self.claims[index].rule {
            Rule::HandlerLosesStatus => {
                // An HTTP error may not come so far as to a handler: a view that catches all loses its status too.
                let raised = told.raised.iter().find_map(|raised| Some((raised.kind.as_str(), raised.code?)));
                let own = own.map(|own| (own.kind.as_str(), own.status)).or(raised);
                let (kind, status) = own.filter(|(_, status)| *status != reply.status)?;
                Some(format!("{kind} is {status}, the reply has {}", reply.status))
            }
            Rule::HandlerLosesHeaders => {
                let lost = own?.headers.iter().find(|(name, _)| reply.header(name).is_none())?;
                Some(format!("{} has the header `{}: {}`, the reply does not", own?.kind, lost.0, lost.1))
            }
            Rule::HandlerCrashes => {
                let is_here = |raised: &&Raised| {
                    let places = &self.claims[index].asked.places;
                    let is_at = |frame: &crate::message::Frame| {
                        places.iter().any(|place| {
                            place.path == frame.path && (place.line..=place.end).contains(&frame.line)
                        })
                    };
                    raised.frames.iter().any(is_at)
                };
                let failed = told.raised.iter().find(is_here).filter(|_| reply.status >= 500)?;
                Some(format!("the handler fails with {}", failed.kind))
            }
            _ => None,
        }
    }

    fn see_missed(&mut self, leak: &Leak, answered: &Answered<'_>, sent: &[Request]) {
        let is_clear = matches!(leak.kind, Kind::Message | Kind::Stack | Kind::Setting)
            && !leak.is_written
            && leak.text.len() >= 8
            && leak.earlier.is_none();
        if !is_clear || leak.exception.as_ref().is_some_and(|raised| raised.injected) {
            return;
        }
        let view = answered.route.and_then(|route| route.places.first().cloned());
        let raised_at = leak.exception.as_ref().and_then(|raised| {
            let own = raised.frames.iter().rev().find(|frame| !frame.path.starts_with(['/', '<']))?;
            Some(Lines { path: own.path.clone(), line: own.line, end: own.line })
        });
        let Some(place) = view.or(raised_at) else { return };
        let key = (leak.kind, place.path.clone(), place.line);
        if !self.missed.contains_key(&key) {
            let evidence = self.of_leak(leak, Cause::Input, answered, sent);
            self.missed.insert(key, Missed { kind: leak.kind, place, evidence });
        }
    }
}

impl Witness for Proof<'_> {
    fn see(&mut self, answered: &Answered<'_>, known: &Known<'_>, sent: &[Request]) {
        let lines = &answered.told.lines;
        for index in 0..self.claims.len() {
            self.reached[index] |= self.is_at_end(index, lines);
        }
        self.see_handling(answered);
        let leaks = leaks(answered.request, answered.reply, answered.told, known);
        for leak in &leaks {
            let is_injected = leak.exception.as_ref().is_some_and(|raised| raised.injected);
            let shown: Vec<usize> = (0..self.claims.len())
                .filter(|index| {
                    let claim = &self.claims[*index];
                    let is_there = match self.injecting {
                        // No line is followed behind an injected exception.
                        Some(wanted) if is_injected => wanted == *index,
                        _ if claim.ends_in_python => self.is_at_end(*index, lines),
                        _ => self.is_on_way(*index, lines),
                    };
                    is_there && leak.kind.shows(claim.rule)
                })
                .collect();
            for index in &shown {
                self.prove(*index, leak, answered, sent);
            }
            let is_told = (0..self.claims.len()).any(|index| self.is_on_way(index, lines));
            if shown.is_empty() && !is_told && self.injecting.is_none() {
                self.see_missed(leak, answered, sent);
            }
        }
    }

    fn has_seen_enough(&self) -> bool {
        false
    }

    fn has_seen_injected(&self) -> bool {
        self.injecting.is_some_and(|index| self.evidence[index].is_some())
    }
}

fn seen(raised: &Raised) -> SeenException {
    let kind = match raised.module.as_str() {
        "builtins" => raised.kind.clone(),
        module => format!("{module}.{}", raised.kind),
    };
    SeenException { kind, text: raised.text.clone(), path: raised.path.clone(), line: raised.line }
}

/// `text` as `body` has it: pages and JSON escape.
fn standing_in(body: &str, text: &str) -> String {
    let html = |quote: &str, double: &str| {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('\'', quote)
            .replace('"', double)
    };
    let json = serde_json::to_string(text).unwrap_or_default();
    let script = text.replace('\'', "\\u0027").replace('"', "\\u0022");
    let ways = [
        text.to_owned(),
        html("&#39;", "&#34;"),
        html("&#x27;", "&quot;"),
        json.trim_matches('"').to_owned(),
        script,
    ];
    ways.into_iter().find(|way| body.contains(way.as_str())).unwrap_or_else(|| text.to_owned())
}

/// The part of `body` around `text`.
pub(crate) fn excerpt(body: &str, text: Option<&str>) -> String {
    if body.len() <= LONGEST_BODY {
        return body.to_owned();
    }
    let at = text.and_then(|text| body.find(text)).unwrap_or(0);
    let floor = |at: usize| (0..=at.min(body.len())).rev().find(|at| body.is_char_boundary(*at)).unwrap_or(0);
    let start = floor(at.saturating_sub(LONGEST_BODY / 2));
    let end = floor(start + LONGEST_BODY);
    let before = if start > 0 { "..." } else { "" };
    let after = if end < body.len() { "..." } else { "" };
    format!("{before}{}{after}", &body[start..end])
}
