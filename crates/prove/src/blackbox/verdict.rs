//! What a reply shows, as a finding: by the signatures of leaks, or by what answers a probe.

use regex::bytes::{Regex, RegexBuilder};
use tightlip_catalogue::{Class, Probe, Rule, Strength};
use tightlip_leak::{Detector, Headers, Leak, Place};
use tightlip_rules::Part;

use crate::exchange::{Reply, Request};

/// Leaks of one reply that are shown.
const MOST_LEAKS: usize = 4;
/// So much of each.
const LONGEST_LEAK: usize = 300;

/// What a reply shows.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) rule: Rule,
    /// What it is, to stand behind "shows".
    pub(crate) what: &'static str,
    /// As it stands in the reply.
    pub(crate) leaks: Vec<(Part, String)>,
}

/// What the reply shows by the signatures. A page tells many things at once; it is called after the gravest.
pub(crate) fn shown(detector: &Detector, request: &Request, reply: &Reply) -> Option<Shown> {
    let headers = Headers::from_iter(reply.headers.iter().map(|(name, value)| (name, value)));
    let mut bytes = format!("{} {} HTTP/1.1\r\n", request.method, request.target).into_bytes();
    for (name, value) in &request.headers {
        bytes.extend(format!("{name}: {value}\r\n").into_bytes());
    }
    bytes.extend(b"\r\n");
    bytes.extend(&request.body);
    let seen = tightlip_leak::Reply { status: reply.status, headers: &headers, body: &reply.body };
    let verdict = detector.inspect(&seen, &tightlip_leak::Request::new(&bytes));
    if !verdict.leak {
        return None;
    }
    // What is weak was believed for its company, or where there is nothing else.
    let is_coded = headers.values("content-encoding").next().is_some();
    let strongest = verdict.findings.iter().map(|leak| leak.strength).max()?;
    let least = strongest.min(Strength::Strong);
    let mut leaks: Vec<&Leak> = verdict.findings.iter().filter(|leak| leak.strength >= least).collect();
    leaks.sort_by_key(|leak| gravity(leak.class));
    let (rule, what) = meaning(leaks.first()?.class);
    let mut texts: Vec<(Part, String)> = Vec::new();
    for leak in leaks {
        let text = standing(leak, reply, is_coded);
        let is_shown = |(part, known): &(Part, String)| *part == text.0 && known.contains(&text.1);
        if texts.len() < MOST_LEAKS && !texts.iter().any(is_shown) {
            texts.push(text);
        }
    }
    Some(Shown { rule, what, leaks: texts })
}

/// A leak as it stands in the reply, with tags and escapes.
fn standing(leak: &Leak, reply: &Reply, is_coded: bool) -> (Part, String) {
    match &leak.place {
        Place::Header(name) => {
            let known = reply.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
            (Part::Header(known.map_or(name, |(known, _)| known).clone()), leak.text.clone())
        }
        Place::Body(range) if !is_coded => {
            let end = range.end.min(range.start + LONGEST_LEAK).min(reply.body.len());
            let bytes = reply.body.get(range.start..end).unwrap_or_default();
            (Part::Body, String::from_utf8_lossy(bytes).trim().to_owned())
        }
        Place::Body(_) => (Part::Body, leak.text.clone()),
    }
}

/// The gravest first.
fn gravity(class: Class) -> usize {
    let order = [
        Class::DebuggerConsole,
        Class::FrameworkPage,
        Class::Secret,
        Class::StackTrace,
        Class::Sql,
        Class::Source,
        Class::ExceptionMessage,
        Class::Path,
        Class::Version,
    ];
    order.iter().position(|known| *known == class).unwrap_or(order.len())
}

fn meaning(class: Class) -> (Rule, &'static str) {
    match class {
        Class::DebuggerConsole => (Rule::InteractiveDebugger, "a debugger that runs code"),
        Class::FrameworkPage => (Rule::DebugMode, "the page that a framework has for developers"),
        Class::Secret => (Rule::RuntimeInternals, "a secret"),
        Class::StackTrace => (Rule::StackTrace, "a stack"),
        Class::Sql => (Rule::DatabaseDetail, "what a database says"),
        Class::Source => (Rule::RuntimeInternals, "source code"),
        Class::ExceptionMessage => (Rule::ExceptionMessage, "the text of an exception"),
        Class::Path => (Rule::ExceptionMessage, "a path of the server"),
        Class::Version => (Rule::VersionDetail, "what runs there, in which version"),
    }
}

/// A probe made ready.
pub(crate) struct ReadyProbe {
    pub(crate) probe: Probe,
    holds: Vec<Regex>,
}

impl ReadyProbe {
    /// The catalogue has checked the patterns; one that cannot be built all the same finds nothing.
    pub(crate) fn new(probe: Probe) -> Option<Self> {
        let build = |pattern: &String| RegexBuilder::new(pattern).unicode(false).build().ok();
        let holds = probe.holds.iter().map(build).collect::<Option<Vec<_>>>()?;
        Some(Self { probe, holds })
    }

    pub(crate) fn request(&self, root: &str) -> Request {
        Request {
            method: "GET".to_owned(),
            target: format!("{root}{}", self.probe.target),
            headers: self.probe.headers.clone(),
            body: Vec::new(),
        }
    }

    /// What leaks, if this is the reply that should not come.
    pub(crate) fn leaks(&self, reply: &Reply) -> Option<Vec<(Part, String)>> {
        let fits = match self.probe.status.as_slice() {
            [] => (200..300).contains(&reply.status),
            wanted => wanted.contains(&reply.status),
        };
        let found = fits.then(|| self.found(&reply.body)).flatten()?;
        Some(vec![(Part::Body, found)])
    }

    fn found(&self, body: &[u8]) -> Option<String> {
        let mut first = None;
        for pattern in &self.holds {
            let found = pattern.find(body)?;
            let text = &found.as_bytes()[..found.len().min(LONGEST_LEAK)];
            first.get_or_insert_with(|| String::from_utf8_lossy(text).trim().to_owned());
        }
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probes_find_their_examples_and_no_look_alikes() {
        for probe in Probe::embedded().unwrap() {
            let name = probe.name.clone();
            let ready = ReadyProbe::new(probe).unwrap_or_else(|| panic!("{name} cannot be built"));
            for example in &ready.probe.examples {
                assert!(ready.found(example.as_bytes()).is_some(), "{name}: {example}");
            }
            for body in
                ready.probe.look_alikes.iter().map(String::as_str).chain(["", "<html>not found</html>"])
            {
                assert!(ready.found(body.as_bytes()).is_none(), "{name}: {body}");
            }
        }
    }
}
