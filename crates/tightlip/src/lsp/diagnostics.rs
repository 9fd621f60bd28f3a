//! Findings as editors show them.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use lsp_types::{
    Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location, NumberOrString, Range,
};
use tightlip_report::{Lines, Repair};
use tightlip_rules::{Finding, Place, Rule, Severity, SourceFile};

use super::buffers::Buffers;
use super::positions::range;

/// What tells our diagnostics from those of other tools.
pub(super) const SOURCE: &str = "tightlip";

/// A diagnostic, and what can be done about it.
#[derive(Clone, Debug)]
pub(super) struct Notice {
    pub(super) diagnostic: Diagnostic,
    pub(super) repair: Option<Repair>,
}

/// Turns findings into notices; remembers the lines of the files that they speak of.
pub(super) struct Diagnostics<'a> {
    buffers: &'a Buffers,
    lines: HashMap<*const SourceFile, Lines>,
}

impl<'a> Diagnostics<'a> {
    pub(super) fn new(buffers: &'a Buffers) -> Self {
        Self { buffers, lines: HashMap::new() }
    }

    /// `repair` is what can be done about it, if that is known.
    pub(super) fn of(&mut self, finding: &Finding, repair: Option<&Repair>) -> Notice {
        let steps = finding.steps.iter().filter_map(|step| {
            let location =
                Location::new(self.buffers.url(&step.place.file.location)?, self.range(&step.place));
            Some(DiagnosticRelatedInformation { location, message: step.note.clone() })
        });
        let related: Vec<_> = steps.collect();
        let diagnostic = Diagnostic {
            range: self.range(&finding.place),
            severity: Some(severity(finding.severity)),
            code: Some(NumberOrString::String(finding.rule.code().to_owned())),
            source: Some(SOURCE.to_owned()),
            message: message(finding),
            related_information: (!related.is_empty()).then_some(related),
            ..Diagnostic::default()
        };
        Notice { diagnostic, repair: repair.cloned() }
    }

    fn range(&mut self, place: &Place) -> Range {
        let text = &place.file.text;
        let lines = self.lines.entry(Arc::as_ptr(&place.file)).or_insert_with(|| Lines::new(text));
        range(text, lines, place.span)
    }
}

/// The rule that one of our diagnostics speaks of.
pub(super) fn rule_of(diagnostic: &Diagnostic) -> Option<Rule> {
    match &diagnostic.code {
        Some(NumberOrString::String(code)) if diagnostic.source.as_deref() == Some(SOURCE) => {
            Rule::find(code)
        }
        _ => None,
    }
}

fn message(finding: &Finding) -> String {
    let mut message =
        format!("{} ({}, {})", finding.message, finding.severity.name(), finding.confidence.name());
    if let Some(example) = &finding.example {
        message.push_str("\ncould send: ");
        message.push_str(example);
    }
    if !finding.remedy.is_empty() {
        message.push_str("\nfix: ");
        message.push_str(&finding.remedy);
    }
    message
}

fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Critical | Severity::High => DiagnosticSeverity::ERROR,
        Severity::Medium => DiagnosticSeverity::WARNING,
        Severity::Low => DiagnosticSeverity::INFORMATION,
        Severity::Info => DiagnosticSeverity::HINT,
    }
}

/// The finding as it stands in `now`, after lines of its file have moved; nothing if its own lines were changed.
pub(super) fn moved(finding: &Finding, path: &Path, now: &Arc<SourceFile>) -> Option<Finding> {
    let moved = |place: &Place| {
        if place.file.location != path {
            return Some(place.clone());
        }
        let span = moved_span(&place.file.text, &now.text, place.span)?;
        Some(Place { file: Arc::clone(now), span })
    };
    let mut finding = finding.clone();
    finding.place = moved(&finding.place)?;
    for step in &mut finding.steps {
        step.place = moved(&step.place)?;
    }
    Some(finding)
}

/// What was changed lies between the lines that both texts begin with and those that both end with.
fn moved_span(before: &str, now: &str, span: tightlip_ir::Span) -> Option<tightlip_ir::Span> {
    let same = |(one, other): &(&str, &str)| one == other;
    let length =
        |lines: &mut dyn Iterator<Item = (&str, &str)>| lines.map(|(line, _)| line.len()).sum::<usize>();
    let head = length(&mut before.split_inclusive('\n').zip(now.split_inclusive('\n')).take_while(same));
    if span.end as usize <= head {
        return Some(span);
    }
    let (before, now) = (&before[head..], &now[head..]);
    let tail =
        length(&mut before.split_inclusive('\n').rev().zip(now.split_inclusive('\n').rev()).take_while(same));
    let is_behind = span.start as usize >= head + before.len() - tail;
    let shift = |offset: u32| (offset as usize + now.len() - before.len()) as u32;
    is_behind.then(|| tightlip_ir::Span::new(shift(span.start), shift(span.end)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tightlip_ir::Span;

    #[test]
    fn places_move_with_the_lines_around_them() {
        let before = "a\nb\nc\nd\n";
        let place = |needle: &str| {
            let at = before.find(needle).expect("it is there") as u32;
            Span::new(at, at + 1)
        };
        let text = |now: &'static str, span: Option<Span>| {
            span.map(|span| &now[span.start as usize..span.end as usize])
        };
        for now in ["a\nb\nxx\nyy\nc\nd\n", "a\nc\nd\n", "c\nd\n", "a\nb2\nc\nd\n", before] {
            assert_eq!(text(now, moved_span(before, now, place("c"))), Some("c"), "{now:?}");
        }
        assert_eq!(moved_span(before, "a\nb2\nc\nd\n", place("b")), None);
        assert_eq!(moved_span(before, "", place("b")), None);
    }
}
