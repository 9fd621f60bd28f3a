//! What may be done unasked.

use tightlip_catalogue::Rule;
use tightlip_flow::{Flow, Note, Source, SourceKind};
use tightlip_ir::Symbol;

use crate::edit::Safety;
use crate::site::Project;

/// Whether no client can have been meant to read what `source` tells.
pub(super) fn is_unasked(project: &Project<'_>, rule: Rule, source: &Source) -> bool {
    let catalogue = project.checked.catalogue;
    let is_broad = |types: &[Symbol]| types.iter().any(|class| catalogue.is_every_error(*class));
    let is_plain_detail = matches!(rule, Rule::StackTrace | Rule::RuntimeInternals | Rule::DatabaseDetail);
    let broad = match &source.kind {
        SourceKind::Caught(types) | SourceKind::Handed(types) => types.is_empty() || is_broad(types),
        SourceKind::Kept(..) | SourceKind::Read(_) => false,
    };
    let flows = project.checked.solution.flows.iter().filter(|flow| *flow.source == *source);
    let mut flows = flows.peekable();
    if flows.peek().is_none() {
        return false;
    }
    (broad || is_plain_detail) && flows.all(|flow| is_near(flow, source))
}

/// Whether the text is sent by the code that it gets in by, not kept or wrapped on the way.
fn is_near(flow: &Flow, source: &Source) -> bool {
    let is_kept = |note: &Note| matches!(note, Note::Field(_) | Note::Wrapped(_));
    flow.location.file == source.location.file && !flow.steps.iter().any(|step| is_kept(&step.note))
}

pub(super) fn safety(is_unasked: bool, status: Option<i64>) -> Safety {
    let is_server_error = status.is_some_and(|status| status >= 500);
    if is_unasked || is_server_error { Safety::Safe } else { Safety::Unsafe }
}
