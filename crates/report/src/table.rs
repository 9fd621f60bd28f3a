//! CSV, for spreadsheets and for those who count.

use std::io::{self, Write};

use tightlip_rules::Finding;

use crate::Report;
use crate::folding::source;
use crate::position::{Position, Positions};

const HEAD: [&str; 19] = [
    "rule",
    "name",
    "severity",
    "confidence",
    "cwe",
    "message",
    "path",
    "line",
    "column",
    "end_line",
    "end_column",
    "source_path",
    "source_line",
    "steps",
    "example",
    "remedy",
    "application",
    "control",
    "fingerprint",
];

/// Writes a row for each finding under a row of names. New columns are added at the end only.
///
/// A spreadsheet would run a text that starts like a formula, and the checked program could have written one: such a
/// text has an apostrophe in front.
pub fn csv(report: &Report<'_>, out: &mut impl Write) -> io::Result<()> {
    let positions = Positions::default();
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(HEAD)?;
    for finding in &report.judgement.findings {
        let name = finding.application.and_then(|at| report.judgement.applications.get(at));
        let name = name.map_or("", |application| application.name.as_str());
        writer.write_record(row(finding, name, &positions).iter().map(|cell| harmless(cell)))?;
    }
    writer.flush()
}

fn row(finding: &Finding, application: &str, positions: &Positions) -> [String; HEAD.len()] {
    let Position { line, column, .. } = positions.start(&finding.place);
    let end = positions.end(&finding.place);
    let source = source(finding);
    let weaknesses: Vec<String> = finding.rule.weaknesses().iter().map(u16::to_string).collect();
    [
        finding.rule.code().to_owned(),
        finding.rule.name().to_owned(),
        finding.severity.name().to_owned(),
        finding.confidence.name().to_owned(),
        weaknesses.join(" "),
        finding.message.clone(),
        finding.place.file.path.clone(),
        line.to_string(),
        column.to_string(),
        end.line.to_string(),
        end.column.to_string(),
        source.file.path.clone(),
        positions.start(source).line.to_string(),
        finding.steps.len().to_string(),
        finding.example.clone().unwrap_or_default(),
        finding.remedy.clone(),
        application.to_owned(),
        finding.rule.control().map_or_else(String::new, |control| control.title().to_owned()),
        finding.fingerprint.clone(),
    ]
}

fn harmless(cell: &str) -> String {
    let starts_like_a_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    if starts_like_a_formula { format!("'{cell}") } else { cell.to_owned() }
}
