//! Annotations in a pull request, as commands to the runner of GitHub's workflows.

use std::fmt::Write as _;
use std::io::{self, Write};

use tightlip_rules::{Finding, Severity};

use crate::escape::escape_controls;
use crate::paths::below;
use crate::position::Positions;
use crate::{Problem, Report};

/// Writes a line for each finding and each problem, which the runner shows beside the code:
///
/// ```text
/// ::error file=shop/views.py,line=41,endLine=41,col=16,endColumn=47,title=TL101 exception-message (high%2C likely)::...
/// ```
///
/// The runner shows ten errors, ten warnings and ten notices of a step, so the gravest come first.
pub fn github(report: &Report<'_>, out: &mut impl Write) -> io::Result<()> {
    let positions = Positions::default();
    let mut findings: Vec<&Finding> = report.judgement.findings.iter().collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    for finding in findings {
        writeln!(out, "{}", annotation(finding, &positions, report.base))?;
    }
    for problem in report.problems {
        writeln!(out, "{}", problem_annotation(problem, report.base))?;
    }
    Ok(())
}

fn annotation(finding: &Finding, positions: &Positions, base: Option<&str>) -> String {
    let (start, end) = (positions.start(&finding.place), positions.end(&finding.place));
    let path = property(&below(base, &finding.place.file.path));
    let mut line =
        format!("::{} file={path},line={},endLine={}", level(finding.severity), start.line, end.line);
    // Columns of a range over several lines are refused.
    if start.line == end.line {
        let _ = write!(line, ",col={},endColumn={}", start.column, end.column);
    }
    let rule = finding.rule;
    let title = format!(
        "{} {} ({}, {})",
        rule.code(),
        rule.name(),
        finding.severity.name(),
        finding.confidence.name()
    );
    let _ = write!(line, ",title={}::{}", property(&title), data(&message(finding)));
    line
}

/// What an annotation says. Its lines are put together here and escaped by [`data`].
fn message(finding: &Finding) -> String {
    let mut lines = vec![escape_controls(&finding.message).into_owned()];
    if let Some(example) = &finding.example {
        lines.push(format!("Could send: {}", escape_controls(example)));
    }
    if !finding.remedy.is_empty() {
        lines.push(format!("Fix: {}", escape_controls(&finding.remedy)));
    }
    lines.join("\n")
}

fn problem_annotation(problem: &Problem, base: Option<&str>) -> String {
    let place = problem.place.map_or_else(String::new, |(line, column)| format!(",line={line},col={column}"));
    let path = property(&below(base, &problem.path));
    let message = escape_controls(&problem.message);
    format!("::{} file={path}{place},title=tightlip::{}", problem.gravity.name(), data(&message))
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "notice",
    }
}

/// Text behind the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Text between `=` and `,`.
fn property(text: &str) -> String {
    data(&escape_controls(text)).replace(':', "%3A").replace(',', "%2C")
}
