//! GitLab's code quality report, shown in merge requests.

use std::io::{self, Write};

use serde::Serialize;
use tightlip_rules::{Finding, Severity};

use crate::Report;
use crate::paths::below;
use crate::position::Positions;

/// Writes a list of the findings in the form that GitLab reads as an artifact of the kind `codequality`.
pub fn gitlab(report: &Report<'_>, out: &mut impl Write) -> io::Result<()> {
    let positions = Positions::default();
    let entries: Vec<Entry> =
        report.judgement.findings.iter().map(|finding| entry(finding, &positions, report.base)).collect();
    serde_json::to_writer_pretty(&mut *out, &entries)?;
    writeln!(out)
}

fn entry(finding: &Finding, positions: &Positions, base: Option<&str>) -> Entry {
    let mut description = format!("{}: {}", finding.rule.code(), finding.message);
    if !finding.remedy.is_empty() {
        description.push_str(&format!("; to mend it: {}", finding.remedy));
    }
    Entry {
        description,
        check_name: finding.rule.name(),
        fingerprint: finding.fingerprint.clone(),
        severity: severity(finding.severity),
        categories: ["Security"],
        location: Location {
            path: below(base, &finding.place.file.path).into_owned(),
            lines: Lines {
                begin: positions.start(&finding.place).line,
                end: positions.end(&finding.place).line,
            },
        },
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "blocker",
        Severity::High => "critical",
        Severity::Medium => "major",
        Severity::Low => "minor",
        Severity::Info => "info",
    }
}

#[derive(Serialize)]
struct Entry {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    categories: [&'static str; 1],
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}
