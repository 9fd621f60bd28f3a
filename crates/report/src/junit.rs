//! JUnit XML, which every service that runs tests can show.

use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};
use tightlip_rules::Finding;

use crate::escape::escape_controls;
use crate::paths::below;
use crate::position::Positions;
use crate::{Gravity, Problem, Report};

/// Writes a suite for each file, in which each finding is a test that failed. What could not be read is in a suite of
/// its own: left out where a file was skipped, an error where the run could not do what it should. Without any of these
/// there is one test that passed, because readers take a report without tests for a broken one.
pub fn junit(report: &Report<'_>, out: &mut impl Write) -> io::Result<()> {
    let positions = Positions::default();
    let mut document = Document::new("tightlip");
    // Findings are sorted by path, so those of a file follow each other.
    for of_file in report.judgement.findings.chunk_by(|a, b| a.place.file.path == b.place.file.path) {
        let path = shown(&below(report.base, &of_file[0].place.file.path));
        let mut suite = TestSuite::new(path.clone());
        suite.add_test_cases(of_file.iter().map(|finding| failed(finding, &path, &positions)));
        document.add_test_suite(suite);
    }
    if !report.problems.is_empty() {
        let mut suite = TestSuite::new("files that could not be checked");
        suite.add_test_cases(report.problems.iter().map(|problem| unchecked(problem, report.base)));
        document.add_test_suite(suite);
    }
    if document.test_suites.is_empty() {
        let mut suite = TestSuite::new("tightlip");
        suite.add_test_case(TestCase::new("no error detail reaches clients", TestCaseStatus::success()));
        document.add_test_suite(suite);
    }
    document.serialize(&mut *out).map_err(io::Error::other)
}

fn failed(finding: &Finding, path: &str, positions: &Positions) -> TestCase {
    let start = positions.start(&finding.place);
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status
        .set_type(finding.rule.code())
        .set_message(shown(&finding.message))
        .set_description(description(finding, positions));
    let name = format!("{} at line {}, column {}", finding.rule.code(), start.line, start.column);
    let mut case = TestCase::new(name, status);
    case.set_classname(path.to_owned());
    case.extra.insert("file".into(), path.into());
    case.extra.insert("line".into(), start.line.to_string().into());
    case
}

/// Severity, way, example and remedy, a line each.
fn description(finding: &Finding, positions: &Positions) -> String {
    let mut lines = vec![format!(
        "{} {}, {}, {}",
        finding.rule.code(),
        finding.rule.name(),
        finding.severity.name(),
        finding.confidence.name()
    )];
    for (place, step) in finding.steps.iter().enumerate() {
        let line = positions.start(&step.place).line;
        lines.push(format!("{}. {}:{line}: {}", place + 1, shown(&step.place.file.path), shown(&step.note)));
    }
    lines.extend(finding.example.iter().map(|example| format!("could send: {}", shown(example))));
    if !finding.remedy.is_empty() {
        lines.push(format!("fix: {}", shown(&finding.remedy)));
    }
    lines.join("\n")
}

fn unchecked(problem: &Problem, base: Option<&str>) -> TestCase {
    let mut status = match problem.gravity {
        Gravity::Warning => TestCaseStatus::skipped(),
        Gravity::Error => TestCaseStatus::non_success(NonSuccessKind::Error),
    };
    status.set_message(shown(&problem.message));
    let place = problem.place.map_or_else(String::new, |(line, column)| format!(":{line}:{column}"));
    TestCase::new(format!("{}{place}", shown(&below(base, &problem.path))), status)
}

/// XML has no place for control characters.
fn shown(text: &str) -> String {
    escape_controls(text).into_owned()
}
