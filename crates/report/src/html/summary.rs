use maud::{Markup, html};
use tightlip_rules::{Application, ControlReport, ControlState, Finding, Place};

use super::{SEVERITIES, sentence, shown};
use crate::Report;
use crate::position::Positions;
use crate::statistics::{Count, counts};
use crate::text::counted;

/// The top of the page: how each application stands, and how much was found.
pub(super) fn summary(report: &Report<'_>, places: usize, positions: &Positions) -> Markup {
    let judgement = report.judgement;
    html! {
        section aria-labelledby="applications-title" {
            h2 id="applications-title" { "Applications and their controls" }
            @if judgement.applications.is_empty() {
                p.empty { "No application was recognized." }
            }
            @for known in &judgement.applications { (application(known, positions)) }
        }
        section aria-labelledby="counts-title" {
            h2 id="counts-title" {
                (counted(judgement.findings.len(), "finding", "findings"))
                @if places < judgement.findings.len() { " at " (counted(places, "place", "places")) }
            }
            (by_severity(&judgement.findings))
            @if !judgement.findings.is_empty() { (by_rule(&counts(&judgement.findings))) }
        }
    }
}

fn application(application: &Application, positions: &Positions) -> Markup {
    html! {
        article.application {
            h3 { (shown(&application.name)) }
            p.where { (shown(&application.framework)) " application, " (whereabouts(&application.place, positions)) }
            ul.controls {
                @for (place, known) in application.controls.iter().enumerate() {
                    (control(known, place + 1, positions))
                }
            }
        }
    }
}

fn control(control: &ControlReport, number: usize, positions: &Positions) -> Markup {
    // A sign beside the word: neither colour nor sign is all that tells.
    let (class, sign) = match control.state {
        ControlState::Present => ("control present", "✓"),
        ControlState::Weak => ("control weak", "!"),
        ControlState::Absent => ("control absent", "✗"),
    };
    html! {
        li class=(class) {
            h4 { (number) ". " (control.control.title()) }
            p.state { span aria-hidden="true" { (sign) } " " (control.state.name()) }
            @if !control.reason.is_empty() { p { (sentence(&control.reason)) } }
            @if let Some(place) = &control.place { p.where { (whereabouts(place, positions)) } }
        }
    }
}

fn by_severity(findings: &[Finding]) -> Markup {
    html! {
        dl.severities {
            @for severity in SEVERITIES {
                div class=(format!("tile {}", severity.name())) {
                    dt { (severity.name()) }
                    dd { (findings.iter().filter(|finding| finding.severity == severity).count()) }
                }
            }
        }
    }
}

fn by_rule(counts: &[Count]) -> Markup {
    let most = counts.first().map_or(1, |count| count.count).max(1);
    html! {
        div.scroll {
            table.rules {
                caption.unseen { "Findings by rule" }
                thead { tr {
                    th scope="col" { "Rule" } th scope="col" { "What" } th scope="col" { "Gravest" }
                    th.number scope="col" { "Findings" } td {}
                } }
                tbody {
                    @for count in counts {
                        tr {
                            th scope="row" { a href=(format!("#guide-{}", count.rule)) { (count.rule) " " (count.name) } }
                            td { (count.id.summary()) }
                            td { span class=(format!("chip {}", count.gravest.name())) { (count.gravest.name()) } }
                            td.number { (count.count) }
                            td.bar aria-hidden="true" {
                                svg viewBox="0 0 100 8" preserveAspectRatio="none" {
                                    rect width=(count.count * 100 / most) height="8" {}
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// `shop/errors.py:40`
pub(super) fn whereabouts(place: &Place, positions: &Positions) -> Markup {
    html! { code.place { (shown(&place.file.path)) ":" (positions.start(place).line) } }
}
