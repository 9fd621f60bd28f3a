use std::io::{self, Write};

use serde::Serialize;
use tightlip_rules::{Application, ControlReport, Finding, Place, Step};

use crate::evidence::EvidenceView;
use crate::position::Positions;
use crate::{Applicability, Problem, Repair, Report};

/// Counts up when the shape changes in a way that a careful reader would stumble over. New keys are none.
const SHAPE: u32 = 1;

/// Writes the report for programs.
///
/// ```json
/// {
///   "version": 1,
///   "findings": [{
///     "rule": "TL101", "name": "exception-message", "severity": "medium", "confidence": "likely",
///     "cwe": [209], "message": "...",
///     "path": "shop/views.py", "line": 41, "column": 16, "end_line": 41, "end_column": 47,
///     "steps": [{"path": "...", "line": 1, "column": 1, "end_line": 1, "end_column": 2, "note": "..."}],
///     "example": "...", "remedy": "...", "fixable": "safe", "fix": "...", "fingerprint": "...", "application": 0,
///     "evidence": {
///       "verdict": "proven", "cause": "forced by input", "mode": "in production mode", "note": "",
///       "exchange": {
///         "before": [], "request": {"method": "GET", "url": "...", "headers": [["...", "..."]], "body": "...", "curl": "..."},
///         "status": 500, "reason": "...", "headers": [["...", "..."]], "body": "...",
///         "leaks": [{"part": "body", "text": "..."}]
///       },
///       "exception": {"type": "...", "text": "...", "path": "...", "line": 3}
///     }
///   }],
///   "applications": [{
///     "name": "shop", "framework": "Flask",
///     "path": "...", "line": 1, "column": 1, "end_line": 1, "end_column": 2,
///     "controls": [{"control": "central handler", "state": "weak", "reason": "...", "place": null}]
///   }],
///   "problems": [{"path": "...", "line": 3, "column": 9, "level": "warning", "message": "..."}],
///   "files": 27,
///   "suppressed": 0,
///   "fixed": 0
/// }
/// ```
///
/// Lines and columns count from 1, columns in characters (Unicode scalar values); an end is the place behind the last
/// character. `fixable` is `safe`, `unsafe`, `display-only` or null. `application` is a place in `applications`, from
/// 0. `evidence` is there where the application was run; `requests`, how many were sent, where a server was asked, and
/// `path` is an address then. `example`, `fix`, `application`, `place`, `cause`, `exchange`,
/// `exception` with its `path` and `line`, and the `line` and
/// `column` of a problem, may be null. Steps lead from the source to the reply.
pub fn json(report: &Report<'_>, out: &mut impl Write) -> io::Result<()> {
    let positions = Positions::default();
    let judgement = report.judgement;
    let view = ReportView {
        version: SHAPE,
        findings: judgement
            .findings
            .iter()
            .enumerate()
            .map(|(index, finding)| FindingView::new(finding, report.repairs.get(index), &positions))
            .collect(),
        applications: judgement
            .applications
            .iter()
            .map(|known| ApplicationView::new(known, &positions))
            .collect(),
        problems: report.problems.iter().map(ProblemView::new).collect(),
        files: report.summary.files,
        requests: report.summary.requests,
        suppressed: judgement.suppressed,
        fixed: report.summary.mended,
    };
    serde_json::to_writer_pretty(&mut *out, &view)?;
    writeln!(out)
}

#[derive(Serialize)]
struct ReportView<'a> {
    version: u32,
    findings: Vec<FindingView<'a>>,
    applications: Vec<ApplicationView<'a>>,
    problems: Vec<ProblemView<'a>>,
    files: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    requests: Option<usize>,
    suppressed: usize,
    fixed: usize,
}

#[derive(Serialize)]
struct FindingView<'a> {
    rule: &'static str,
    name: &'static str,
    severity: &'static str,
    confidence: &'static str,
    cwe: &'static [u16],
    message: &'a str,
    #[serde(flatten)]
    place: PlaceView<'a>,
    steps: Vec<StepView<'a>>,
    example: Option<&'a str>,
    remedy: &'a str,
    fixable: Option<&'static str>,
    fix: Option<&'a str>,
    fingerprint: &'a str,
    application: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<EvidenceView<'a>>,
}

impl<'a> FindingView<'a> {
    fn new(finding: &'a Finding, repair: Option<&'a Repair>, positions: &Positions) -> Self {
        let fix = repair.filter(|repair| repair.applicability != Applicability::None);
        Self {
            rule: finding.rule.code(),
            name: finding.rule.name(),
            severity: finding.severity.name(),
            confidence: finding.confidence.name(),
            cwe: finding.rule.weaknesses(),
            message: &finding.message,
            place: PlaceView::new(&finding.place, positions),
            steps: finding.steps.iter().map(|step| StepView::new(step, positions)).collect(),
            example: finding.example.as_deref(),
            remedy: &finding.remedy,
            fixable: fix.and_then(|fix| fix.applicability.name()),
            fix: fix.map(|fix| fix.title.as_str()),
            fingerprint: &finding.fingerprint,
            application: finding.application,
            evidence: finding.evidence.as_ref().map(EvidenceView::new),
        }
    }
}

#[derive(Serialize)]
struct PlaceView<'a> {
    path: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

impl<'a> PlaceView<'a> {
    fn new(place: &'a Place, positions: &Positions) -> Self {
        let start = positions.start(place);
        let end = positions.end(place);
        Self {
            path: &place.file.path,
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }
}

#[derive(Serialize)]
struct StepView<'a> {
    #[serde(flatten)]
    place: PlaceView<'a>,
    note: &'a str,
}

impl<'a> StepView<'a> {
    fn new(step: &'a Step, positions: &Positions) -> Self {
        Self { place: PlaceView::new(&step.place, positions), note: &step.note }
    }
}

#[derive(Serialize)]
struct ApplicationView<'a> {
    name: &'a str,
    framework: &'a str,
    #[serde(flatten)]
    place: PlaceView<'a>,
    controls: Vec<ControlView<'a>>,
}

impl<'a> ApplicationView<'a> {
    fn new(application: &'a Application, positions: &Positions) -> Self {
        Self {
            name: &application.name,
            framework: &application.framework,
            place: PlaceView::new(&application.place, positions),
            controls: application
                .controls
                .iter()
                .map(|control| ControlView::new(control, positions))
                .collect(),
        }
    }
}

#[derive(Serialize)]
struct ControlView<'a> {
    control: &'static str,
    state: &'static str,
    reason: &'a str,
    place: Option<PlaceView<'a>>,
}

impl<'a> ControlView<'a> {
    fn new(control: &'a ControlReport, positions: &Positions) -> Self {
        Self {
            control: control.control.title(),
            state: control.state.name(),
            reason: &control.reason,
            place: control.place.as_ref().map(|place| PlaceView::new(place, positions)),
        }
    }
}

#[derive(Serialize)]
struct ProblemView<'a> {
    path: &'a str,
    line: Option<usize>,
    column: Option<usize>,
    level: &'static str,
    message: &'a str,
}

impl<'a> ProblemView<'a> {
    fn new(problem: &'a Problem) -> Self {
        Self {
            path: &problem.path,
            line: problem.place.map(|(line, _)| line),
            column: problem.place.map(|(_, column)| column),
            level: problem.gravity.name(),
            message: &problem.message,
        }
    }
}
