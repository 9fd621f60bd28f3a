//! One line of JSON for each reply.

use std::io::{self, Write};

use serde::Serialize;
use tightlip_leak::{Leak, Place, Verdict};
use tightlip_recording::Position;

/// Writes verdicts as lines of JSON.
pub(super) struct Lines<'a> {
    out: &'a mut dyn Write,
}

#[derive(Serialize)]
struct Line<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<u64>,
    status: u16,
    leak: bool,
    classes: Vec<&'static str>,
    findings: Vec<Finding<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

#[derive(Serialize)]
struct Finding<'a> {
    class: &'static str,
    name: &'a str,
    strength: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<[usize; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    header: Option<&'a str>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(out: &'a mut dyn Write) -> Self {
        Self { out }
    }

    pub(super) fn write(&mut self, position: Position, status: u16, verdict: &Verdict) -> io::Result<()> {
        let mut classes: Vec<_> = verdict.findings.iter().map(|leak| leak.class).collect();
        classes.sort_unstable();
        classes.dedup();
        let (line, entry) = match position {
            Position::Line(number) => (Some(number), None),
            Position::Entry(number) => (None, Some(number)),
        };
        let line = Line {
            line,
            entry,
            status,
            leak: verdict.leak,
            classes: classes.into_iter().map(|class| class.name()).collect(),
            findings: verdict.findings.iter().map(finding).collect(),
            problem: verdict.problem.as_ref().map(ToString::to_string),
        };
        serde_json::to_writer(&mut self.out, &line)?;
        self.out.write_all(b"\n")
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn finding(leak: &Leak) -> Finding<'_> {
    let (range, header) = match &leak.place {
        Place::Body(range) => (Some([range.start, range.end]), None),
        Place::Header(name) => (None, Some(name.as_str())),
    };
    Finding { class: leak.class.name(), name: &leak.name, strength: leak.strength.name(), range, header }
}
