use std::fmt::Write as _;
use std::io::{self, Write};
use std::time::Duration;

use annotate_snippets::renderer::{AnsiColor, Style};
use tightlip_rules::{Application, Finding, Severity};

use crate::escape::{escape_controls, shorten};
use crate::folding::{Fold, fold, source};
use crate::position::Positions;
use crate::{Applicability, Repair, Report, applications, evidence, frames};

/// A longer example or remedy is cut.
const LONGEST_SENTENCE: usize = 300;
/// Of the sources that are told in one line, more are counted only.
const MOST_SOURCES: usize = 5;

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

/// Writes the report for people: every place with a flow that leads there, every application with its three controls,
/// and a line that counts.
pub fn text(report: &Report<'_>, style: TextStyle, out: &mut impl Write) -> io::Result<()> {
    let positions = Positions::default();
    let applications = &report.judgement.applications;
    let folds = fold(&report.judgement.findings, &positions);
    for fold in &folds {
        let finding = fold.shown;
        // Where there is one application, it is no news.
        let application =
            finding.application.filter(|_| applications.len() > 1).and_then(|at| applications.get(at));
        writeln!(out, "{}", headline(finding, application, &positions, style))?;
        write_body(fold, report.repairs.get(fold.at), &positions, style, out)?;
    }
    for application in applications {
        applications::write(application, &positions, style, out)?;
    }
    writeln!(out, "{}", closing_line(report, folds.len()))?;
    fixable_line(report).map_or(Ok(()), |line| writeln!(out, "{line}"))
}

fn write_body(
    fold: &Fold<'_>,
    repair: Option<&Repair>,
    positions: &Positions,
    style: TextStyle,
    out: &mut impl Write,
) -> io::Result<()> {
    let finding = fold.shown;
    out.write_all(frames::render(finding, positions, style).as_bytes())?;
    if !fold.others.is_empty() {
        writeln!(out, "{}", other_sources(fold, positions))?;
    }
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
    if let Some(repair) = repair.filter(|repair| !repair.title.is_empty()) {
        writeln!(out, "  {}", how(repair))?;
    }
    writeln!(out)
}

/// `  and 31 more sources: shop/orders.py:12, shop/orders.py:40, ...`
fn other_sources(fold: &Fold<'_>, positions: &Positions) -> String {
    let mut places: Vec<String> = Vec::new();
    for finding in &fold.others {
        let source = source(finding);
        let place = format!("{}:{}", escape_controls(&source.file.path), positions.start(source).line);
        if !places.contains(&place) {
            places.push(place);
        }
        if places.len() > MOST_SOURCES {
            places[MOST_SOURCES] = "...".to_owned();
            break;
        }
    }
    let count = counted(fold.others.len(), "more source", "more sources");
    format!("  and {count}: {}", places.join(", "))
}

/// How a finding can be mended: `by --fix      say "Order failed", log the rest`.
fn how(repair: &Repair) -> String {
    let title = sentence(&repair.title);
    match repair.applicability {
        Applicability::Safe => format!("by --fix    {title}"),
        Applicability::Unsafe => format!("by --fix    {title}        with --unsafe-fixes"),
        Applicability::DisplayOnly => format!("by hand     {title}"),
        Applicability::None => format!("by hand     {title}"),
    }
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
    let place = match finding.place.file.is_request() {
        true => path.into_owned(),
        false => format!("{path}:{}", positions.start(&finding.place).line),
    };
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

/// `14 findings at 9 places (3 critical, 8 high, 3 medium) in 27 files, 9 ms; 2 suppressed`
fn closing_line(report: &Report<'_>, places: usize) -> String {
    let findings = &report.judgement.findings;
    let files = match report.summary.requests {
        Some(requests) => counted(requests, "request", "requests"),
        None => counted(report.summary.files, "file", "files"),
    };
    let elapsed = duration(report.summary.elapsed);
    let mut line = if findings.is_empty() {
        format!("no findings in {files}, {elapsed}")
    } else {
        let mut count = counted(findings.len(), "finding", "findings");
        if places < findings.len() {
            let _ = write!(count, " at {}", counted(places, "place", "places"));
        }
        format!("{count} ({}) in {files}, {elapsed}", by_severity(findings))
    };
    if report.summary.mended > 0 {
        let _ = write!(line, "; {} fixed", report.summary.mended);
    }
    if report.judgement.suppressed > 0 {
        let _ = write!(line, "; {} suppressed", report.judgement.suppressed);
    }
    if !report.problems.is_empty() {
        let _ = write!(line, "; {}", counted(report.problems.len(), "problem", "problems"));
    }
    line
}

/// `8 can be fixed with --fix, 3 more with --unsafe-fixes`
fn fixable_line(report: &Report<'_>) -> Option<String> {
    let count =
        |wanted: Applicability| report.repairs.iter().filter(|repair| repair.applicability == wanted).count();
    let (safe, more) = (count(Applicability::Safe), count(Applicability::Unsafe));
    match (safe, more) {
        (0, 0) => None,
        (0, more) => Some(format!("{more} can be fixed with --fix --unsafe-fixes")),
        (safe, 0) => Some(format!("{safe} can be fixed with --fix")),
        (safe, more) => Some(format!("{safe} can be fixed with --fix, {more} more with --unsafe-fixes")),
    }
}

/// `3 critical, 8 high`.
pub(crate) fn by_severity(findings: &[Finding]) -> String {
    let all = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];
    let counts = all.into_iter().filter_map(|severity| {
        let count = findings.iter().filter(|finding| finding.severity == severity).count();
        (count > 0).then(|| format!("{count} {}", severity.name()))
    });
    counts.collect::<Vec<_>>().join(", ")
}

/// `1 finding`, `2 findings`.
pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
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
