//! Markdown for a comment on a pull request or the summary of a job.

use std::fmt::Write as _;
use std::io::{self, Write};

use tightlip_rules::{Application, Judgement};

use crate::escape::{escape_controls, shorten};
use crate::folding::{Fold, fold, source};
use crate::position::Positions;
use crate::text::{by_severity, counted};
use crate::{Report, TextStyle, frames};

/// A comment of 65,536 characters is refused, so what comes after this many bytes is counted only.
const MOST_BYTES: usize = 60_000;
/// A longer text says no more in a list.
const LONGEST_TEXT: usize = 300;
/// Of the other sources of a place, more are counted only.
const MOST_SOURCES: usize = 5;

/// Writes a heading that counts, the controls of each application, and each place with its code, folded away.
///
/// Nothing in it that comes from the checked program is Markdown, HTML, a link or a mention.
pub fn markdown(report: &Report<'_>, out: &mut impl Write) -> io::Result<()> {
    let positions = Positions::default();
    let judgement = report.judgement;
    let folds = fold(&judgement.findings, &positions);
    let mut page = heading(judgement, folds.len());
    page.push_str(&controls(&judgement.applications, &positions));
    let mut left_out = 0;
    for fold in &folds {
        let block = block(fold, &positions);
        if left_out > 0 || page.len() + block.len() > MOST_BYTES {
            left_out += 1;
        } else {
            page.push_str(&block);
        }
    }
    if left_out > 0 {
        let places = counted(left_out, "more place is", "more places are");
        let _ = writeln!(page, "{places} not shown here; the other formats have them.\n");
    }
    for problem in report.problems {
        let entry =
            format!("- {}: {} {}\n", problem.gravity.name(), code(&problem.path), escaped(&problem.message));
        if page.len() + entry.len() <= MOST_BYTES {
            page.push_str(&entry);
        }
    }
    out.write_all(page.as_bytes())
}

fn heading(judgement: &Judgement, places: usize) -> String {
    let findings = &judgement.findings;
    if findings.is_empty() {
        return "### tightlip: no error detail reaches clients\n\n".to_owned();
    }
    let count = counted(findings.len(), "finding", "findings");
    let places = counted(places, "place", "places");
    format!("### tightlip: {count} at {places} ({})\n\n", by_severity(findings))
}

fn controls(applications: &[Application], positions: &Positions) -> String {
    let mut page = String::new();
    for application in applications {
        let line = positions.start(&application.place).line;
        let place = code(&format!("{}:{line}", application.place.file.path));
        let _ = write!(
            page,
            "**{}**, {} application, {place}\n\n| control | state | why | where |\n|---|---|---|---|\n",
            escaped(&application.name),
            escaped(&application.framework),
        );
        for control in &application.controls {
            let place = control.place.as_ref().map_or_else(String::new, |place| {
                code(&format!("{}:{}", place.file.path, positions.start(place).line))
            });
            let _ = writeln!(
                page,
                "| {} | {} | {} | {place} |",
                control.control.title(),
                control.state.name(),
                escaped(&control.reason)
            );
        }
        page.push('\n');
    }
    page
}

fn block(fold: &Fold<'_>, positions: &Positions) -> String {
    let finding = fold.shown;
    let line = positions.start(&finding.place).line;
    let drawn = frames::render(finding, positions, TextStyle::default());
    let fence = fence(&drawn);
    let mut block = format!(
        "<details><summary><b>{}</b> {} ({}, {}) in {}</summary>\n\n{}\n\n{fence}text\n{drawn}{fence}\n\n",
        finding.rule.code(),
        finding.rule.name(),
        finding.severity.name(),
        finding.confidence.name(),
        html_code(&format!("{}:{line}", finding.place.file.path)),
        escaped(&finding.message),
    );
    if !fold.others.is_empty() {
        let places: Vec<String> = fold
            .others
            .iter()
            .take(MOST_SOURCES)
            .map(|other| source(other))
            .map(|place| code(&format!("{}:{}", place.file.path, positions.start(place).line)))
            .collect();
        let count = counted(fold.others.len(), "more source", "more sources");
        let more = if fold.others.len() > places.len() { ", ..." } else { "" };
        let _ = write!(block, "and {count}: {}{more}\n\n", places.join(", "));
    }
    if let Some(example) = &finding.example {
        let _ = write!(block, "Could send: {}\n\n", code(example));
    }
    if !finding.remedy.is_empty() {
        let _ = write!(block, "Fix: {}\n\n", escaped(&finding.remedy));
    }
    block.push_str("</details>\n\n");
    block
}

/// A fence that no line of `text` closes.
pub(crate) fn fence(text: &str) -> String {
    "`".repeat(longest_run(text).max(2) + 1)
}

fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or(0)
}

/// `text` as code within a line, also within a cell of a table. Nothing in code is a link, a mention or HTML.
fn code(text: &str) -> String {
    let text = escape_controls(&shorten(text, LONGEST_TEXT)).replace('|', "\\|");
    let ticks = "`".repeat(longest_run(&text) + 1);
    // A tick at an edge would become part of the fence, and so blanks stand between.
    let gap = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{ticks}{gap}{text}{gap}{ticks}")
}

/// `text` as code where HTML begins a block and Markdown is not read.
fn html_code(text: &str) -> String {
    let text = escape_controls(&shorten(text, LONGEST_TEXT)).replace('&', "&amp;");
    let text = text.replace('<', "&lt;").replace('>', "&gt;").replace('@', "&#64;");
    format!("<code>{text}</code>")
}

/// `text` so that it is read as it stands. What is between backquotes in a message becomes code.
fn escaped(text: &str) -> String {
    let text = escape_controls(&shorten(text, LONGEST_TEXT)).into_owned();
    let mut written = String::with_capacity(text.len() + 16);
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once('`') {
        before.chars().for_each(|character| push_escaped(&mut written, character));
        rest = match after.split_once('`') {
            Some((inside, behind)) if !inside.trim().is_empty() => {
                written.push_str(&code(inside));
                behind
            }
            _ => {
                written.push_str("\\`");
                after
            }
        };
    }
    rest.chars().for_each(|character| push_escaped(&mut written, character));
    written
}

fn push_escaped(written: &mut String, character: char) {
    match character {
        '<' => written.push_str("&lt;"),
        '>' => written.push_str("&gt;"),
        '&' => written.push_str("&amp;"),
        // Mentions and references are looked for in what Markdown has become, where a backslash is gone.
        '@' | '#' => {
            written.push(character);
            written.push_str("<!-- -->");
        }
        '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '!' | '|' | '~' | ':' | '$' | '.' => {
            written.push('\\');
            written.push(character);
        }
        _ => written.push(character),
    }
}
