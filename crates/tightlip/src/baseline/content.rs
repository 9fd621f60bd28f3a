//! What makes a finding the same after code was moved, renamed or indented.

use tightlip_rules::{Finding, Place};
use xxhash_rust::xxh3::Xxh3;

/// A hash of the rule and of the code at the finding's place and at its source, whatever the blanks.
pub(super) fn content(finding: &Finding) -> String {
    let mut hash = Xxh3::new();
    add(&mut hash, finding.rule.code());
    add(&mut hash, code(&finding.place));
    if let Some(source) = finding.steps.first() {
        add(&mut hash, code(&source.place));
    }
    format!("{:016x}", hash.digest())
}

/// A hash of the finding's line and the lines before and behind it that are not blank.
pub(super) fn surroundings(finding: &Finding) -> String {
    let (text, span) = (&finding.place.file.text, finding.place.span);
    let bytes = text.as_bytes();
    let start = (span.start as usize).min(bytes.len());
    let end = (span.end as usize).clamp(start, bytes.len());
    let first = bytes[..start].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let last = bytes[end..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| end + at);
    let mut hash = Xxh3::new();
    let written = |line: &&str| !line.trim().is_empty();
    add(&mut hash, text.get(..first).unwrap_or("").lines().rev().find(written).unwrap_or(""));
    add(&mut hash, text.get(first..last).unwrap_or(""));
    add(&mut hash, text.get(last..).unwrap_or("").lines().find(written).unwrap_or(""));
    format!("{:016x}", hash.digest())
}

fn code(place: &Place) -> &str {
    place.file.text.get(place.span.start as usize..place.span.end as usize).unwrap_or("")
}

fn add(hash: &mut Xxh3, text: &str) {
    for word in text.split_whitespace() {
        hash.update(word.as_bytes());
    }
    hash.update(&[0]);
}
