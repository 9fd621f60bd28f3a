use maud::{Markup, html};
use tightlip_rules::{Evidence, Exchange, Part, Verdict};

use super::{sentence, shown};
use crate::evidence::curl;

/// More of a body is not shown.
const MOST_LINES: usize = 40;
/// A longer line is cut around what leaks.
const LONGEST_LINE: usize = 2_000;

/// What running the application has shown: the request as a command, the reply with what leaks marked.
pub(super) fn evidence(evidence: &Evidence) -> Markup {
    let (title, is_proven) = match evidence.verdict {
        Verdict::Proven(cause) => (format!("Proven, {}", cause.name()), true),
        verdict => (capitalized(verdict.name()), false),
    };
    html! {
        h4 { @if is_proven { "What an attacker sees" } @else { "What running it has shown" } }
        p {
            strong { (title) } " " (sentence(&evidence.mode))
            @if !evidence.note.is_empty() { ": " (sentence(&evidence.note)) }
            "."
        }
        @if let Some(exchange) = &evidence.exchange { (dialogue(exchange)) }
        @if let Some(exception) = &evidence.exception {
            p {
                "The exception: " code { (shown(&exception.kind)) }
                @if let (Some(path), Some(line)) = (&exception.path, exception.line) {
                    ", raised at " code { (shown(path)) ":" (line) }
                }
                "."
            }
        }
    }
}

fn dialogue(exchange: &Exchange) -> Markup {
    html! {
        pre.reply tabindex="0" role="group" aria-label="The request, as a command" {
            @for request in &exchange.before { (shown(&curl(request))) "\n" }
            (shown(&curl(&exchange.request))) "\n"
        }
        pre.reply tabindex="0" role="group" aria-label="The reply" {
            span.line { "HTTP " (exchange.status) " " (marked(&exchange.reason, exchange, &Part::StatusLine)) "\n" }
            @for (name, value) in &exchange.headers {
                span.line { (shown(name)) ": " (marked(value, exchange, &Part::Header(name.clone()))) "\n" }
            }
            "\n"
            @for line in lines(exchange) { span.line { (marked(line, exchange, &Part::Body)) "\n" } }
        }
    }
}

/// Lines of the body, from a little before the first one that leaks.
fn lines(exchange: &Exchange) -> Vec<&str> {
    let first = leaks(exchange, &Part::Body).next();
    let holds = |line: &&str| first.is_some_and(|text| line.contains(text));
    let lines: Vec<&str> = exchange.body.lines().collect();
    let at = lines.iter().position(holds).unwrap_or(0);
    let start = if at < MOST_LINES { 0 } else { at - MOST_LINES / 4 };
    lines[start..].iter().take(MOST_LINES).copied().collect()
}

/// First lines of what leaks in `part`.
fn leaks<'a>(exchange: &'a Exchange, part: &Part) -> impl Iterator<Item = &'a str> {
    let texts = exchange.leaks.iter().filter(move |(known, _)| known == part);
    texts.filter_map(|(_, text)| text.lines().next()).filter(|text| !text.is_empty())
}

fn marked(line: &str, exchange: &Exchange, part: &Part) -> Markup {
    let found = leaks(exchange, part).find_map(|text| Some((line.find(text)?, text.len())));
    let (before, leak, after) = match found {
        Some((at, length)) => (&line[..at], &line[at..at + length], &line[at + length..]),
        None => (line, "", ""),
    };
    let kept = if leak.is_empty() { head(before) } else { tail(before) };
    html! {
        @if !leak.is_empty() && kept.len() < before.len() { "…" }
        (shown(kept))
        @if leak.is_empty() && kept.len() < before.len() { "…" }
        @if !leak.is_empty() {
            mark { (shown(head(leak))) }
            (shown(head(after)))
            @if head(after).len() < after.len() { "…" }
        }
    }
}

fn head(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST_LINE)]
}

fn tail(text: &str) -> &str {
    &text[text.ceil_char_boundary(text.len().saturating_sub(LONGEST_LINE))..]
}

fn capitalized(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
