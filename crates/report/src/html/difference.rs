use maud::{Markup, html};

use super::shown;
use crate::difference::{ChangedPlace, places};
use crate::position::Positions;
use crate::{Applicability, Repair};

/// More changed places are counted only.
const MOST_PLACES: usize = 20;

/// What `--fix` would write, or why there is no fix.
pub(super) fn repair(repair: &Repair, positions: &Positions) -> Markup {
    let option = match repair.applicability {
        Applicability::Safe => "--fix",
        Applicability::Unsafe => "--fix --unsafe-fixes",
        Applicability::DisplayOnly => "",
        Applicability::None if repair.title.is_empty() => return html! {},
        Applicability::None => {
            return html! { p.facts { "No fix: " (super::sentence(&repair.title)) "." } };
        }
    };
    let places = places(&repair.changes, positions);
    html! {
        p.facts {
            @if option.is_empty() { "To be looked at by a person: " } @else { code { "tightlip check " (option) } " would " }
            (super::sentence(&repair.title)) "."
        }
        @for place in places.iter().take(MOST_PLACES) { (drawn(place)) }
        @if places.len() > MOST_PLACES { p { (places.len() - MOST_PLACES) " more places change." } }
    }
}

fn drawn(place: &ChangedPlace<'_>) -> Markup {
    let label = format!("Change of {} from line {}", place.file.path, place.first);
    html! {
        p.step { code { (shown(&place.file.path)) ":" (place.first + place.before.len()) } }
        pre.code.difference tabindex="0" role="group" aria-label=(crate::escape::escape_controls(&label)) {
            @for line in &place.before { (row(" ", line)) }
            @for line in &place.removed { del { (row("-", line)) } }
            @for line in place.added.split_inclusive('\n') { ins { (row("+", line)) } }
            @for line in &place.after { (row(" ", line)) }
        }
    }
}

fn row(sign: &str, line: &str) -> Markup {
    html! {
        span.line { span.sign { (sign) } " " (super::code::verbatim(line.trim_end_matches(['\n', '\r']))) "\n" }
    }
}
