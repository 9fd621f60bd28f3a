//! One self-contained page, to be handed to somebody who has no tightlip.
//!
//! All that is told stands in the page itself, folded into `details`, and is there without a script; the script adds
//! search and filters. The checked program may mean no good: `maud` escapes every text, and a policy in the head forbids
//! every script and style but the two of the page, and every request.

mod code;
mod difference;
mod exchange;
mod finding;
mod guide;
mod summary;

use std::io::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html as markup};
use sha2::{Digest, Sha256};
use tightlip_rules::{Rule, Severity};

use crate::escape::escape_controls;
use crate::folding::{Fold, fold};
use crate::position::Positions;
use crate::statistics::counts;
use crate::text::counted;
use crate::{Report, RulePages};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The severities, gravest first.
const SEVERITIES: [Severity; 5] =
    [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];

/// Writes the report as one page of HTML.
pub fn html(report: &Report<'_>, pages: RulePages<'_>, out: &mut impl Write) -> io::Result<()> {
    let positions = Positions::default();
    let judgement = report.judgement;
    let folds = fold(&judgement.findings, &positions);
    let rules: Vec<Rule> = {
        let mut rules: Vec<Rule> = judgement.findings.iter().map(|finding| finding.rule).collect();
        rules.sort_unstable();
        rules.dedup();
        rules
    };
    out.write_all(head().into_string().as_bytes())?;
    out.write_all(summary::summary(report, folds.len(), &positions).into_string().as_bytes())?;
    write!(out, "<section aria-labelledby=\"findings-title\"><h2 id=\"findings-title\">Findings</h2>")?;
    if folds.is_empty() {
        out.write_all(nothing_found().into_string().as_bytes())?;
    } else {
        out.write_all(filters(report, &rules, &folds).into_string().as_bytes())?;
        write!(out, "<ol class=\"findings\" id=\"list\">")?;
        // Card by card, so that a large report is never in memory as a whole.
        for (place, fold) in folds.iter().enumerate() {
            let repair = report.repairs.get(fold.at);
            let card = finding::card(fold, place + 1, repair, &judgement.applications, &positions);
            out.write_all(card.into_string().as_bytes())?;
        }
        write!(out, "</ol>")?;
    }
    write!(out, "</section>")?;
    out.write_all(guide::guides(&rules, pages).into_string().as_bytes())?;
    out.write_all(foot(report).into_string().as_bytes())
}

/// Text of the checked program, or text that may hold some: no control character and none that turns the direction.
fn shown(text: &str) -> Markup {
    markup! { (*escape_controls(text)) }
}

/// Such a text in which names of the program stand between backquotes.
fn sentence(text: &str) -> Markup {
    let text = escape_controls(text);
    let mut pieces: Vec<&str> = text.split('`').collect();
    // What has no partner is no name.
    let tail = if pieces.len().is_multiple_of(2) { pieces.pop() } else { None };
    markup! {
        @for (place, piece) in pieces.iter().enumerate() {
            @if place % 2 == 1 { code { (piece) } } @else { (piece) }
        }
        @if let Some(tail) = tail { "`" (tail) }
    }
}

fn head() -> Markup {
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        digest(STYLE),
        digest(SCRIPT)
    );
    markup! {
        (DOCTYPE)
        // The page is closed by `foot`; maud closes what it opens, so these two are written as they are.
        (PreEscaped("<html lang=\"en\">"))
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(policy);
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="referrer" content="no-referrer";
            title { "tightlip report" }
            style { (PreEscaped(STYLE)) }
        }
        (PreEscaped("<body>"))
        a.skip href="#findings-title" { "Skip to the findings" }
        header.top {
            h1 { "tightlip report" }
            p { "Error detail that reaches web clients" }
            label.theme { "Colours "
                select id="theme" {
                    option value="auto" selected { "as the system" }
                    option value="light" { "light" }
                    option value="dark" { "dark" }
                }
            }
        }
        (PreEscaped("<main>"))
    }
}

fn digest(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text.as_bytes()))
}

fn nothing_found() -> Markup {
    markup! { p.empty { "Nothing was found that should be mended." } }
}

/// The controls that the script answers to; without it they are not shown.
fn filters(report: &Report<'_>, rules: &[Rule], folds: &[Fold<'_>]) -> Markup {
    let severities =
        SEVERITIES.into_iter().filter(|severity| folds.iter().any(|fold| fold.shown.severity == *severity));
    let applications = &report.judgement.applications;
    markup! {
        form.filters id="filters" role="search" aria-label="Filter the findings" hidden {
            label { "Search" input type="search" id="search" placeholder="words, file, rule" autocomplete="off"; }
            label { "Severity"
                select id="severity" {
                    option value="" { "any" }
                    @for severity in severities { option value=(severity.name()) { (severity.name()) } }
                }
            }
            label { "Rule"
                select id="rule" {
                    option value="" { "any" }
                    @for rule in rules { option value=(rule.code()) { (rule.code()) " " (rule.name()) } }
                }
            }
            @if applications.len() > 1 {
                label { "Application"
                    select id="application" {
                        option value="" { "any" }
                        @for (place, application) in applications.iter().enumerate() {
                            option value=(place) { (shown(&application.name)) }
                        }
                    }
                }
            }
            div.buttons {
                button type="reset" { "Clear" }
                button type="button" id="open-all" { "Open all" }
                button type="button" id="close-all" { "Close all" }
            }
            p.count id="count" role="status" { (counted(folds.len(), "place", "places")) }
        }
    }
}

fn foot(report: &Report<'_>) -> Markup {
    let judgement = report.judgement;
    markup! {
        @if !report.problems.is_empty() {
            section aria-labelledby="problems-title" {
                h2 id="problems-title" { "Not checked, or in part" }
                ul {
                    @for problem in report.problems {
                        li {
                            code { (shown(&problem.path)) @if let Some((line, _)) = problem.place { ":" (line) } }
                            " " (problem.gravity.name()) ": " (shown(&problem.message))
                        }
                    }
                }
            }
        }
        (PreEscaped("</main>"))
        footer {
            p {
                "Made by tightlip " (env!("CARGO_PKG_VERSION")) " from "
                (match report.summary.requests {
                    Some(requests) => counted(requests, "request", "requests"),
                    None => counted(report.summary.files, "file", "files"),
                }) ". "
                @if judgement.suppressed > 0 {
                    (counted(judgement.suppressed, "finding", "findings")) " silenced by comments in the source. "
                }
                (counted(counts(&judgement.findings).len(), "rule", "rules")) " broken."
            }
        }
        script { (PreEscaped(SCRIPT)) }
        (PreEscaped("</body></html>\n"))
    }
}
