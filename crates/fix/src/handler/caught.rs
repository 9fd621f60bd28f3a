//! Arms of a `try` that take a reply for a failure.

use tightlip_ir::{Span, StatementKind};
use tightlip_rules::walk;

use super::Place;
use crate::edit::Refusal;

impl Place<'_> {
    /// The arm of a `try` whose class, or whose head, the place is.
    pub(super) fn arm_of_try(&self) -> Result<Option<Span>, Refusal> {
        let module = self.site.module()?;
        for function in &module.functions {
            for statement in walk::statements(&function.body) {
                let StatementKind::Try { handlers, .. } = &statement.kind else { continue };
                let is_here = |handler: &&tightlip_ir::Handler| match handler.types.first() {
                    Some(class) => module.expression(*class).span == self.span,
                    None => handler.name_span == self.span,
                };
                if let Some(handler) = handlers.iter().find(is_here) {
                    return Ok(Some(handler.span));
                }
            }
        }
        Ok(None)
    }
}
