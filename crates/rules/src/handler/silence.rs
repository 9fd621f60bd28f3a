//! Handlers of every error that keep it to themselves: the framework logs only what no handler takes from it.

use tightlip_catalogue::{Rule, Severity};
use tightlip_ir::ExpressionKind;

use super::body::Kind;
use super::{Defect, ErrorHandler};

pub(super) fn find(handler: &ErrorHandler<'_>, found: &mut Vec<Defect>) {
    let reading = &handler.reading;
    let is_kept = reading.kept.iter().any(|known| known.kind != Kind::Reply);
    if !handler.is_for_every_error()
        || is_kept
        || reading.raises
        || reading.returns.is_empty()
        || is_decorated(handler)
    {
        return;
    }
    let severity = if handler.is_for_application() { Severity::Medium } else { Severity::Low };
    let message = "the error is neither logged nor signalled: nobody is told of it".to_owned();
    let location = handler.name_location();
    found.push(Defect { location, rule: Rule::HandlerSilences, severity, message });
}

/// Whether there are decorators that do not register it: they may log.
fn is_decorated(handler: &ErrorHandler<'_>) -> bool {
    let scope = handler.scope;
    scope.definition().decorators.iter().any(|decorator| {
        let head = match &scope.module().expression(*decorator).kind {
            ExpressionKind::Call { callee, .. } => *callee,
            _ => *decorator,
        };
        match &scope.module().expression(head).kind {
            ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } => {
                !scope.catalogue.registering_names.contains(name)
            }
            _ => true,
        }
    })
}
