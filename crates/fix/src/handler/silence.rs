//! Handlers of every error that keep it to themselves.

use tightlip_ir::{ExpressionId, ExpressionKind, StatementKind};
use tightlip_rules::walk;

use super::{Handler, Mending, Place};
use crate::call::{CallText, arguments_of};
use crate::edit::{Refusal, Safety};
use crate::logger::logger_for;
use crate::statement;

impl Place<'_> {
    pub(super) fn log(&self) -> Result<Mending, Refusal> {
        let handler = self.handler()?;
        if handler.is_lambda() {
            return Err(Refusal("a lambda has no place for a log line".to_owned()));
        }
        let title = "log the error with its stack trace";
        if let Some(call) = self.record(&handler) {
            let text = CallText::of_call(self.site, call)?;
            let edits = vec![text.with(&format!("exc_info={}", handler.error))];
            return Ok(Mending { title, safety: Safety::Safe, edits });
        }
        let logger = logger_for(self.site, handler.function)?;
        let mut edits = logger.edits;
        let body = &handler.definition.body;
        let last = body.iter().rev().find(|statement| walk::leaves(statement)).or(body.last());
        let last = last.ok_or_else(|| Refusal("the handler does nothing".to_owned()))?;
        let at = statement::line_before(self.site, last.span)?;
        let words = self.site.style.literal("Unhandled exception");
        let line = format!("{}.error({words}, exc_info={})", logger.expression, handler.error);
        let indent = self.site.indent(last.span.start);
        edits.push(self.site.insert(at, format!("{indent}{line}{}", self.site.style.newline)));
        Ok(Mending { title, safety: Safety::Safe, edits })
    }

    /// The last line that the handler logs without the error.
    fn record(&self, handler: &Handler<'_>) -> Option<ExpressionId> {
        let methods = &self.site.project.checked.catalogue.handling.record_methods;
        let module = self.site.module().ok()?;
        let mut found = None;
        for statement in walk::statements(&handler.definition.body) {
            let StatementKind::Expression(call) = &statement.kind else { continue };
            let Some((callee, arguments)) = arguments_of(self.site, *call) else { continue };
            let ExpressionKind::Attribute { object, name } = &module.expression(callee).kind else {
                continue;
            };
            let of_logger = self.site.slice(module.expression(*object).span).to_lowercase().contains("log");
            let says =
                arguments.iter().any(|argument| argument.keyword.is_some_and(|name| name == "exc_info"));
            if methods.contains(name) && of_logger && !says {
                found = Some(*call);
            }
        }
        found
    }
}
