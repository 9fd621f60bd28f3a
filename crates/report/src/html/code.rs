use maud::{Markup, html};
use tightlip_rules::Place;

use super::shown;
use crate::excerpt::Excerpt;
use crate::position::{Positions, clamp};

/// The lines of `place` with those before them, numbered, and the range marked.
pub(super) fn code(place: &Place, positions: &Positions) -> Markup {
    let text = &place.file.text;
    let lines = positions.lines(&place.file);
    let mark = clamp(text, place.span);
    let excerpt = Excerpt::new(text, &lines, &[mark]);
    let marked = excerpt.range(text, &lines, mark);
    let mut last = None;
    html! {
        // It scrolls sideways where it is narrow, so it must be within reach of the keyboard.
        pre.code tabindex="0" role="group" aria-label=(format!("Code from line {}", excerpt.first_line)) {
            @for (number, range) in excerpt.lines() {
                @if last.replace(number).is_some_and(|last| last + 1 < number) { span.line { span.gap { "⋮" } "\n" } }
                @let line = &excerpt.text[range.clone()];
                @let from = marked.start.clamp(range.start, range.end) - range.start;
                @let to = marked.end.clamp(range.start, range.end) - range.start;
                span.line {
                    span.number { (number) }
                    @if from < to {
                        (verbatim(&line[..from])) mark { (verbatim(&line[from..to])) } (verbatim(&line[to..]))
                    } @else {
                        (verbatim(line))
                    }
                    "\n"
                }
            }
        }
    }
}

/// Code as it is written, with its tabs.
pub(super) fn verbatim(code: &str) -> Markup {
    html! {
        @for (place, piece) in code.split('\t').enumerate() {
            @if place > 0 { "\t" }
            (shown(piece))
        }
    }
}
