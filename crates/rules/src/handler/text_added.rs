//! Handlers to whose record the framework adds the text of the exception.

use tightlip_catalogue::{AddedText, Rule, Severity};
use tightlip_ir::{ExpressionId, ExpressionKind, Literal};

use super::{Defect, ErrorHandler, speaks_of};

pub(super) fn find(handler: &ErrorHandler<'_>, found: &mut Vec<Defect>) {
    let Some(added) = handler.roles.iter().find_map(|role| role.adds.as_ref()) else { return };
    if speaks_of(handler.scope.program, &added.unless) {
        return;
    }
    for (value, known) in &handler.reading.returns {
        if !known.developers && lacks(handler, *value, added) {
            let message = format!("the framework adds the text of the exception as `{}`", added.entry);
            let location = handler.location_of(*value);
            found.push(Defect {
                location,
                rule: Rule::FrameworkDefault,
                severity: Severity::Medium,
                message,
            });
        }
    }
}

/// Whether what is returned is a record, all of whose entries are known, without the one that would be added.
fn lacks(handler: &ErrorHandler<'_>, value: ExpressionId, added: &AddedText) -> bool {
    let scope = handler.scope;
    let body = match scope.kind(value) {
        ExpressionKind::Collection { items, .. } => items.first().copied(),
        _ => Some(value),
    };
    let Some(ExpressionKind::Record(entries)) = body.map(|body| scope.kind(body)) else { return false };
    entries.iter().all(|entry| match entry.key.map(|key| scope.kind(key)) {
        Some(ExpressionKind::Literal(Literal::Text(key))) => *key != added.entry,
        _ => false,
    })
}
