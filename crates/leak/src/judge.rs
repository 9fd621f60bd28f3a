//! Weighs what was found by what kind of reply it was found in.

use std::ops::Range;

use tightlip_catalogue::{Class, Site, Strength};

use crate::detector::{Compiled, SignatureId};
use crate::kind::Kind;
use crate::reply::Headers;
use crate::request::Request;
use crate::scanner::Scanned;
use crate::verdict::{Leak, Place};

/// If more than one part in so many of a successful reply is a leak, it is no page about something else.
const SHARE: usize = 4;

/// So much text of what was found is handed on.
const LONGEST_EXCERPT: usize = 200;

/// Keys under which programs tell what went wrong.
const ERROR_FIELDS: &[&str] = &[
    "error",
    "errors",
    "err",
    "exception",
    "exceptions",
    "error_message",
    "errormessage",
    "error_description",
    "errordescription",
    "error_msg",
    "errmsg",
    "error_detail",
    "error_details",
    "exc",
    "exc_info",
    "exception_message",
    "exceptionmessage",
    "failure",
    "fault",
    "reason",
    "stack",
    "stacktrace",
    "stack_trace",
    "trace",
    "traceback",
    "backtrace",
    "debug",
    "debugmessage",
    "debug_message",
    "stderr",
    "cause",
    "original_exception",
];

/// Something that a signature matched.
pub(crate) struct Found {
    pub(crate) signature: SignatureId,
    /// Letters of the body.
    pub(crate) range: Range<usize>,
    /// What a person would read there.
    pub(crate) text: Vec<u8>,
    /// The key of the JSON value that it is in.
    pub(crate) field: Option<String>,
}

/// How much a reply says of itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Tone {
    /// The server failed, or nobody knows.
    Failed,
    /// The server refused the request.
    Refused,
    /// All went well.
    Succeeded,
}

impl Tone {
    fn of(status: u16) -> Self {
        match status {
            100..400 => Self::Succeeded,
            400..500 => Self::Refused,
            _ => Self::Failed,
        }
    }
}

/// Whether the reply is a leak, and all that was found in it, by place.
pub(crate) fn judge(
    compiled: &Compiled,
    status: u16,
    headers: &Headers,
    mut scanned: Scanned,
    request: &Request,
) -> (bool, Vec<Leak>) {
    scanned.found.retain(|found| !request.says(&found.text));
    scanned.found.sort_by_key(|found| (found.range.start, found.signature));
    let mut findings = header_findings(compiled, headers);
    let leak = findings.iter().any(|leak| leak.strength == Strength::Certain)
        || body_leaks(compiled, Tone::of(status), &scanned);
    findings.extend(scanned.found.into_iter().map(|found| {
        let signature = &compiled.signatures[found.signature];
        let excerpt = &found.text[..found.text.len().min(LONGEST_EXCERPT)];
        Leak {
            class: signature.class,
            name: signature.name.clone(),
            strength: signature.strength,
            place: Place::Body(found.range.start * scanned.width..found.range.end * scanned.width),
            text: String::from_utf8_lossy(excerpt).into_owned(),
        }
    }));
    (leak, findings)
}

fn header_findings(compiled: &Compiled, headers: &Headers) -> Vec<Leak> {
    let mut findings = Vec::new();
    for signature in compiled.of_headers.iter().map(|id| &compiled.signatures[*id]) {
        let Site::Header(header) = &signature.site else { continue };
        for value in headers.values(header) {
            let Some(range) = signature.find(value, 0) else { continue };
            let end = range.end.min(range.start + LONGEST_EXCERPT);
            findings.push(Leak {
                class: signature.class,
                name: signature.name.clone(),
                strength: signature.strength,
                place: Place::Header(header.clone()),
                text: String::from_utf8_lossy(&value[range.start..end]).into_owned(),
            });
        }
    }
    findings
}

fn body_leaks(compiled: &Compiled, tone: Tone, scanned: &Scanned) -> bool {
    let of = |strength: Strength| {
        scanned.found.iter().filter(move |found| compiled.signatures[found.signature].strength == strength)
    };
    if of(Strength::Certain).next().is_some() {
        return true;
    }
    match (tone, scanned.kind) {
        (Tone::Failed, _) => of(Strength::Strong).chain(of(Strength::Weak)).next().is_some(),
        (Tone::Refused, _) => {
            of(Strength::Strong).next().is_some() || of_two_classes(compiled, of(Strength::Weak))
        }
        (Tone::Succeeded, Kind::Asset) => false,
        (Tone::Succeeded, Kind::Json) => {
            of(Strength::Strong).any(|found| is_error_field(found.field.as_deref()))
        }
        (Tone::Succeeded, Kind::Markup | Kind::Text) => {
            // Pages about errors show some of them, among much else.
            covered(of(Strength::Strong)) * SHARE >= scanned.length.max(1)
        }
    }
}

fn is_error_field(field: Option<&str>) -> bool {
    field.is_some_and(|field| ERROR_FIELDS.contains(&field))
}

/// What is weak alone is believed where something of another kind stands beside it.
fn of_two_classes<'a>(compiled: &Compiled, found: impl Iterator<Item = &'a Found>) -> bool {
    let mut classes: Vec<Class> = found.map(|found| compiled.signatures[found.signature].class).collect();
    classes.sort_unstable();
    classes.dedup();
    classes.len() > 1
}

/// How many letters are in any of these; they are sorted by their beginning.
fn covered<'a>(found: impl Iterator<Item = &'a Found>) -> usize {
    let mut end = 0;
    let mut sum = 0;
    for found in found {
        let start = found.range.start.max(end);
        sum += found.range.end.saturating_sub(start);
        end = end.max(found.range.end);
    }
    sum
}
