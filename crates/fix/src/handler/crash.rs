//! Handlers that fail themselves.

use tightlip_ir::{ExpressionId, ExpressionKind, StatementKind};
use tightlip_rules::walk;

use super::{Mending, Place, SAFE_TEXT};
use crate::edit::{Refusal, Safety};
use crate::imports::{Wanted, bring};
use crate::statement::statement_at;

impl Place<'_> {
    pub(super) fn no_crash(&self) -> Result<Mending, Refusal> {
        let standing = statement_at(self.site, self.span)?;
        if standing.span() == self.span && matches!(standing.statement().kind, StatementKind::Raise { .. }) {
            return self.returned();
        }
        let id = self.expression()?;
        match &self.site.module()?.expression(id).kind {
            ExpressionKind::Attribute { name, .. } => self.asked(name.text()),
            _ => self.safe_text(id),
        }
    }

    /// `raise error` is `return error`: what is raised in a handler is a crash.
    fn returned(&self) -> Result<Mending, Refusal> {
        let error = self.handler()?.error;
        Ok(Mending {
            title: "return the error: it is its own reply",
            safety: Safety::Safe,
            edits: vec![self.site.replace(self.span, format!("return {error}"))],
        })
    }

    /// What only some errors have is asked for first.
    fn asked(&self, name: &str) -> Result<Mending, Refusal> {
        let handler = self.handler()?;
        let error = handler.error;
        let literal = |words: &str| self.site.style.literal(words);
        let read = self.site.slice(self.span);
        let mut edits = Vec::new();
        let asked = match name {
            "code" | "description" | "name" => {
                let imported = bring(self.site, Wanted::Name("werkzeug.exceptions", "HTTPException"))?;
                edits = imported.edits;
                let otherwise = if name == "code" { "500".to_owned() } else { literal(SAFE_TEXT) };
                format!("{read} if isinstance({error}, {}) else {otherwise}", imported.name)
            }
            "original_exception" => format!("getattr({error}, {}, None)", literal(name)),
            _ => {
                return Err(Refusal(format!(
                    "what stands for `{name}` where an error has none is the author's to say"
                )));
            }
        };
        let standing = statement_at(self.site, self.span)?;
        let alone: Vec<ExpressionId> = match &standing.statement().kind {
            StatementKind::Return(Some(value)) => match &handler.scope.kind(*value) {
                ExpressionKind::Collection { items, .. } => items.to_vec(),
                _ => vec![*value],
            },
            StatementKind::Assign { value, .. } => vec![*value],
            _ => Vec::new(),
        };
        // Each place in the statement that reads it: behind the first one the next would fail.
        let module = self.site.module()?;
        let parts = walk::expressions(standing.statement()).into_iter();
        for part in parts.flat_map(|id| walk::all_parts(module, id)) {
            let span = module.expression(part).span;
            if self.site.slice(span) != read {
                continue;
            }
            let needs_no_brackets = name == "original_exception" || alone.contains(&part);
            let text = if needs_no_brackets { asked.clone() } else { format!("({asked})") };
            edits.push(self.site.replace(span, text));
        }
        Ok(Mending { title: "ask what the error is before it is read", safety: Safety::Safe, edits })
    }

    /// An exception as it is cannot be encoded, and should not be sent.
    fn safe_text(&self, id: ExpressionId) -> Result<Mending, Refusal> {
        let handler = self.handler()?;
        let module = self.site.module()?;
        let parts = walk::all_parts(module, id);
        // Where it is only passed on to be read, it stays: `str(error)` is a reply that leaks, not one that fails.
        let is_error = |id: ExpressionId| matches!(module.expression(id).kind, ExpressionKind::Name(name) if name == handler.error);
        let held = parts.iter().flat_map(|part| match &module.expression(*part).kind {
            ExpressionKind::Collection { items, .. } => items.to_vec(),
            ExpressionKind::Record(entries) => entries.iter().map(|entry| entry.value).collect(),
            ExpressionKind::Call { arguments, .. } if *part == id => {
                arguments.iter().map(|argument| argument.value).collect()
            }
            _ => Vec::new(),
        });
        let held: Vec<ExpressionId> = held.filter(|id| is_error(*id)).collect();
        if held.is_empty() {
            return Err(Refusal("where the exception gets in is not known".to_owned()));
        }
        let text = self.site.style.literal(SAFE_TEXT);
        let mut edits: Vec<_> =
            held.into_iter().map(|id| self.site.replace(module.expression(id).span, text.clone())).collect();
        edits.dedup();
        Ok(Mending { title: "send a fixed text", safety: Safety::Safe, edits })
    }
}
