use maud::{Markup, html};
use tightlip_rules::{Application, Finding, Step, Verdict};

use super::code::code;
use super::difference;
use super::exchange::evidence;
use super::summary::whereabouts;
use super::{sentence, shown};
use crate::Repair;
use crate::folding::{Fold, source};
use crate::position::Positions;
use crate::text::counted;

/// More ways to one place than this are counted only: who mends the place has mended them all.
const MOST_WAYS: usize = 50;
/// Longer ways are cut in the middle.
const MOST_STEPS: usize = 24;

/// One place: a line that tells what it is, and all about it folded under that line.
pub(super) fn card(
    fold: &Fold<'_>,
    number: usize,
    repair: Option<&Repair>,
    applications: &[Application],
    positions: &Positions,
) -> Markup {
    let finding = fold.shown;
    let id = format!("f{number}");
    let rule = finding.rule;
    let application = finding.application.and_then(|at| applications.get(at));
    html! {
        li.finding id=(id) data-severity=(finding.severity.name()) data-rule=(rule.code())
            data-application=[finding.application] {
            details {
                summary {
                    // The blanks keep the words apart for those who hear them.
                    span class=(format!("chip {}", finding.severity.name())) { (finding.severity.name()) }
                    " "
                    span.title {
                        span.rule { (rule.code()) " " (rule.name()) }
                        " " span.message { (sentence(&finding.message)) }
                    }
                    " "
                    span.where {
                        (whereabouts(&finding.place, positions))
                        @if !fold.others.is_empty() { " " span.more { (fold.len()) " sources" } }
                    }
                }
                div.body {
                    p.facts {
                        "How sure: " strong { (finding.confidence.name()) }
                        @if let Some(known) = application { ". Application: " strong { (shown(&known.name)) } }
                        ". Weakness: " (weaknesses(finding)) "."
                    }
                    (way(finding, &id, positions))
                    (other_ways(fold, &id, positions))
                    (what_an_attacker_sees(finding))
                    (remedy(finding, repair, positions))
                }
            }
        }
    }
}

fn weaknesses(finding: &Finding) -> String {
    let names: Vec<String> = finding.rule.weaknesses().iter().map(|number| format!("CWE-{number}")).collect();
    names.join(", ")
}

/// The way from source to reply: an overview to follow, and the code of each step.
fn way(finding: &Finding, id: &str, positions: &Positions) -> Markup {
    let steps = &finding.steps;
    if steps.is_empty() {
        return html! { h4 { "Where" } (code(&finding.place, positions)) };
    }
    html! {
        h4 { "From the source to the reply" }
        @if steps.len() > 1 { (overview(steps, id, positions)) }
        ol.way {
            @for (place, step) in steps.iter().enumerate() {
                @if is_kept(place, steps.len()) {
                    li id=(step_id(id, place)) value=(place + 1) tabindex="-1" {
                        p.step {
                            @if let Some(end) = end_of_way(place, steps.len()) { span.end { (end) } " " }
                            (sentence(&step.note)) " " (whereabouts(&step.place, positions))
                        }
                        (code(&step.place, positions))
                    }
                } @else if place == MOST_STEPS / 2 {
                    li.gap value=(place + 1) { p { (steps.len() - MOST_STEPS) " steps between are left out" } }
                }
            }
        }
    }
}

fn overview(steps: &[Step], id: &str, positions: &Positions) -> Markup {
    html! {
        nav.overview aria-label="Steps of the way" {
            ol {
                @for (place, step) in steps.iter().enumerate() {
                    @if is_kept(place, steps.len()) {
                        li value=(place + 1) {
                            a href=(format!("#{}", step_id(id, place))) { (whereabouts(&step.place, positions)) }
                        }
                    }
                }
            }
        }
    }
}

fn step_id(id: &str, place: usize) -> String {
    format!("{id}-{}", place + 1)
}

fn is_kept(place: usize, count: usize) -> bool {
    count <= MOST_STEPS || place < MOST_STEPS / 2 || place >= count - MOST_STEPS / 2
}

fn end_of_way(place: usize, count: usize) -> Option<&'static str> {
    if place + 1 == count {
        Some("reply")
    } else if place == 0 {
        Some("source")
    } else {
        None
    }
}

/// The other sources of the same place, each with its steps but without their code.
fn other_ways(fold: &Fold<'_>, id: &str, positions: &Positions) -> Markup {
    html! {
        @if !fold.others.is_empty() {
            details.others id=(format!("{id}-others")) {
                summary { (counted(fold.others.len(), "more source", "more sources")) " of the same place" }
                ol {
                    @for other in fold.others.iter().take(MOST_WAYS) {
                        li {
                            (sentence(&other.message)) ", from " (whereabouts(source(other), positions))
                            ol {
                                @for (_, step) in other.steps.iter().enumerate().filter(|(place, _)| is_kept(*place, other.steps.len())) {
                                    li { (sentence(&step.note)) " " (whereabouts(&step.place, positions)) }
                                }
                            }
                        }
                    }
                }
                @if fold.others.len() > MOST_WAYS {
                    p { (fold.others.len() - MOST_WAYS) " others are left out; JSON and SARIF have them." }
                }
            }
        }
    }
}

/// The exchange that proves it; else what a client could be sent, as an example.
fn what_an_attacker_sees(finding: &Finding) -> Markup {
    let is_proven =
        finding.evidence.as_ref().is_some_and(|evidence| matches!(evidence.verdict, Verdict::Proven(_)));
    html! {
        @if let Some(known) = &finding.evidence { (evidence(known)) }
        @if let Some(example) = finding.example.as_ref().filter(|_| !is_proven) {
            h4 { "What an attacker sees, for example" }
            pre.reply tabindex="0" role="group" aria-label="Example of a reply" {
                @for line in example.lines() { (shown(line)) "\n" }
            }
        }
    }
}

/// What to do: in a sentence, and as the difference that a fix would make.
fn remedy(finding: &Finding, repair: Option<&Repair>, positions: &Positions) -> Markup {
    let code = finding.rule.code();
    html! {
        h4 { "What to do" }
        p {
            @if !finding.remedy.is_empty() { (sentence(&finding.remedy)) ". " }
            a href=(format!("#guide-{code}")) { "Guide to " (code) }
        }
        @if let Some(repair) = repair { (difference::repair(repair, positions)) }
    }
}
