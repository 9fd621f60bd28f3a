use std::fmt::Write as _;
use std::io::{self, Write};
use std::time::Duration;

use annotate_snippets::renderer::{AnsiColor, Style};
use tightlip_rules::{Application, Finding, Severity};

use crate::escape::{escape_controls, shorten};
use crate::position::Positions;
use crate::{Report, applications, evidence, frames};

/// A longer example or remedy is cut.
const LONGEST_SENTENCE: usize = 300;

/// How the text looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TextStyle {
    /// Whether it has colours.
    pub color: bool,
    /// How many columns there are.
    pub width: usize,
}

impl Default for TextStyle {
    fn default() -> Self {
        Self { color: false, width: 100 }
    }
}

impl TextStyle {
    pub(crate) fn paint(self, style: Style, text: &str) -> String {
        if self.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

/// Writes the report for people: every finding with its flow, every application with its three controls, and a line
/// that counts.
pub fn text(report: &Report<'_>, style: TextStyle, out: &mut impl Write) -> io::Result<()> {
    let positions = Positions::default();
    let applications = &report.judgement.applications;
    for finding in &report.judgement.findings {
        // Where there is one application, it is no news.
        let application =
            finding.application.filter(|_| applications.len() > 1).and_then(|at| applications.get(at));
        writeln!(out, "{}", headline(finding, application, &positions, style))?;
        write_body(finding, &positions, style, out)?;
    }
    for application in applications {
        applications::write(application, &positions, style, out)?;
    }
    writeln!(out, "{}", closing_line(report))
}

fn write_body(
    finding: &Finding,
    positions: &Positions,
    style: TextStyle,
    out: &mut impl Write,
) -> io::Result<()> {
    out.write_all(frames::render(finding, positions, style).as_bytes())?;
    let page = format!("tightlip explain {}", finding.rule.code());
    if let Some(evidence) = &finding.evidence {
        out.write_all(evidence::render(evidence, style).as_bytes())?;
    } else if let Some(example) = &finding.example {
        writeln!(out, "  could send  {}", sentence(example))?;
    }
    if finding.remedy.is_empty() {
        writeln!(out, "  fix         {page}")?;
    } else {
        writeln!(out, "  fix         {}        {page}", sentence(&finding.remedy))?;
    }
    writeln!(out)
}

fn sentence(text: &str) -> String {
    escape_controls(&shorten(text, LONGEST_SENTENCE)).into_owned()
}

/// `TL101 exception-message  high, likely                     shop/views/orders.py:41`
fn headline(
    finding: &Finding,
    application: Option<&Application>,
    positions: &Positions,
    style: TextStyle,
) -> String {
    let code = finding.rule.code();
    let name = finding.rule.name();
    let severity = finding.severity.name();
    let mut rest = format!(", {}", finding.confidence.name());
    if let Some(application) = application {
        let _ = write!(rest, "  in {}", escape_controls(&application.name));
    }
    let path = escape_controls(&finding.place.file.path);
    let place = format!("{path}:{}", positions.start(&finding.place).line);
    let used: usize = [code, name, severity, &rest, &place].iter().map(|part| part.chars().count()).sum();
    // A space stands before the name, and two before the severity.
    let gap = style.width.saturating_sub(used + 3).max(2);
    format!(
        "{} {}  {}{rest}{:gap$}{place}",
        style.paint(Style::new().bold(), code),
        style.paint(Style::new().bold(), name),
        style.paint(severity_style(finding.severity), severity),
        "",
    )
}

fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Critical | Severity::High => AnsiColor::BrightRed.on_default().bold(),
        Severity::Medium => AnsiColor::Yellow.on_default().bold(),
        Severity::Low | Severity::Info => AnsiColor::BrightGreen.on_default().bold(),
    }
}

/// `14 findings (3 critical, 8 high, 3 medium) in 27 files, 9 ms; 2 suppressed`
fn closing_line(report: &Report<'_>) -> String {
    let findings = &report.judgement.findings;
    let files = counted(report.summary.files, "file", "files");
    let elapsed = duration(report.summary.elapsed);
    let mut line = if findings.is_empty() {
        format!("no findings in {files}, {elapsed}")
    } else {
        let count = counted(findings.len(), "finding", "findings");
        format!("{count} ({}) in {files}, {elapsed}", by_severity(findings))
    };
    if report.judgement.suppressed > 0 {
        let _ = write!(line, "; {} suppressed", report.judgement.suppressed);
    }
    if !report.problems.is_empty() {
        let _ = write!(line, "; {}", counted(report.problems.len(), "problem", "problems"));
    }
    line
}

fn by_severity(findings: &[Finding]) -> String {
    let all = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];
    let counts = all.into_iter().filter_map(|severity| {
        let count = findings.iter().filter(|finding| finding.severity == severity).count();
        (count > 0).then(|| format!("{count} {}", severity.name()))
    });
    counts.collect::<Vec<_>>().join(", ")
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn duration(elapsed: Duration) -> String {
    let milliseconds = elapsed.as_millis();
    if milliseconds < 1000 { format!("{milliseconds} ms") } else { format!("{:.1} s", elapsed.as_secs_f64()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_short() {
        assert_eq!(duration(Duration::from_micros(9_800)), "9 ms");
        assert_eq!(duration(Duration::from_millis(1_260)), "1.3 s");
    }
}
