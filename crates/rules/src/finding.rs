use std::path::PathBuf;
use std::sync::Arc;

use tightlip_catalogue::{Confidence, Control, Rule, Severity};
use tightlip_ir::Span;

use crate::evidence::Evidence;
use crate::fingerprint::Fingerprints;
use crate::judge::seen_severity;
use crate::words::remedy;

/// A file that a report speaks of, or a request ([`SourceFile::of_request`]).
#[derive(Debug)]
pub struct SourceFile {
    /// As the user wrote it or as found below what the user wrote; `/` between the parts, no leading `./`.
    pub path: String,
    /// Where it can be read; empty for a request, and for nothing else.
    pub location: PathBuf,
    /// Its text.
    pub text: String,
}

impl SourceFile {
    /// A request that was sent to a server of which no file is known: it stands where a file would, with its first
    /// line as its text. `path` is an address.
    pub fn of_request(path: String, line: String) -> Self {
        Self { path, location: PathBuf::new(), text: line }
    }

    /// Whether this is a request, and no file.
    pub fn is_request(&self) -> bool {
        self.location.as_os_str().is_empty()
    }
}

/// A range of a file.
#[derive(Clone, Debug)]
pub struct Place {
    /// The file.
    pub file: Arc<SourceFile>,
    /// The range.
    pub span: Span,
}

impl Place {
    /// All of `file`.
    pub fn of(file: SourceFile) -> Self {
        let span = Span { start: 0, end: file.text.len() as u32 };
        Self { file: Arc::new(file), span }
    }
}

/// One step on the way from the source to the reply.
#[derive(Clone, Debug)]
pub struct Step {
    /// Where.
    pub place: Place,
    /// What happens there, as half a sentence without a full stop.
    pub note: String,
}

/// Something that a developer should mend. It has a place, always.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule it breaks.
    pub rule: Rule,
    /// What an attacker gains.
    pub severity: Severity,
    /// How sure we are.
    pub confidence: Confidence,
    /// What is wrong here, as half a sentence without a full stop.
    pub message: String,
    /// Where.
    pub place: Place,
    /// From the source to the reply, both included; empty where nothing flows.
    pub steps: Vec<Step>,
    /// What a client could see, as an example; empty where nothing can be said.
    pub example: Option<String>,
    /// What to do, as half a sentence.
    pub remedy: String,
    /// Survives moved lines: made of the rule, the path, the function and the text of the line, and counted.
    pub fingerprint: String,
    /// The applications it belongs to, as indexes into [`Judgement::applications`].
    pub application: Option<usize>,
    /// What was seen when the application was run; `None` where it was not.
    pub evidence: Option<Evidence>,
}

/// How well a control stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ControlState {
    /// It is there and nothing speaks against it.
    Present,
    /// It is there but leaks or can be passed by.
    Weak,
    /// It is not there.
    Absent,
}

impl ControlState {
    /// The state in a word.
    pub fn name(self) -> &'static str {
        match self {
            ControlState::Present => "present",
            ControlState::Weak => "weak",
            ControlState::Absent => "absent",
        }
    }
}

/// One control of one application.
#[derive(Clone, Debug)]
pub struct ControlReport {
    /// Which.
    pub control: Control,
    /// How well it stands.
    pub state: ControlState,
    /// Why, as half a sentence; may be empty.
    pub reason: String,
    /// The place that says so.
    pub place: Option<Place>,
}

/// An application that was found.
#[derive(Clone, Debug)]
pub struct Application {
    /// The folder or file it is known by, e.g. `shop`.
    pub name: String,
    /// The framework's name, e.g. `Flask`.
    pub framework: String,
    /// Where it is made.
    pub place: Place,
    /// The three controls, in their order.
    pub controls: Vec<ControlReport>,
}

/// What was found in all that was checked.
#[derive(Debug, Default)]
pub struct Judgement {
    /// Sorted by path, place and rule.
    pub findings: Vec<Finding>,
    /// Sorted by path and place.
    pub applications: Vec<Application>,
    /// How many findings an inline comment silenced.
    pub suppressed: usize,
}

impl Judgement {
    /// Adds what was seen in a reply and no finding tells.
    pub fn add_seen(&mut self, rule: Rule, message: String, place: Place, evidence: Evidence) {
        let mut finding = Finding {
            rule,
            severity: seen_severity(rule),
            confidence: Confidence::Proven,
            message,
            place,
            steps: Vec::new(),
            example: None,
            remedy: remedy(rule).to_owned(),
            fingerprint: String::new(),
            application: None,
            evidence: Some(evidence),
        };
        finding.fingerprint = Fingerprints::after(&self.findings).next(&finding);
        self.findings.push(finding);
    }
}
