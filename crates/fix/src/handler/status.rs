//! Replies with a status that is not the error's own.

use tightlip_catalogue::Catalogue;
use tightlip_flow::ClassName;
use tightlip_ir::{ExpressionKind, StatementKind};

use super::{Handler, Mending, Place};
use crate::edit::{Edit, Refusal, Safety};
use crate::imports::{Wanted, bring};
use crate::statement::{self, statement_at};

impl Place<'_> {
    pub(super) fn status(&self) -> Result<Mending, Refusal> {
        let module = self.site.module()?;
        if let Some(class) = module.classes.iter().find(|class| class.name_span == self.span) {
            return self.status_of_class(class);
        }
        if let Some(arm) = self.arm_of_try()? {
            return self.let_replies_through(arm);
        }
        let handler = self.handler()?;
        if handler.definition.name_span == self.span
            || handler.is_lambda() && handler.definition.span == self.span
        {
            return self.replies_first(&handler);
        }
        self.status_of_reply(&handler)
    }

    /// `class OutOfStock(HTTPException)` needs a `code`.
    fn status_of_class(&self, class: &tightlip_ir::Class) -> Result<Mending, Refusal> {
        let first = class.body.first().ok_or_else(|| Refusal("the class is empty".to_owned()))?;
        let module = self.site.module()?;
        let is_text = |statement: &tightlip_ir::Statement| {
            matches!(statement.kind, StatementKind::Expression(id)
                if matches!(module.expression(id).kind, ExpressionKind::Literal(_)))
        };
        let title = "give the error class a status";
        let name = class.name.text().to_lowercase();
        let of_server =
            ["server", "internal", "unavailable", "backend"].iter().any(|word| name.contains(word));
        let code = format!("code = {}", if of_server { 500 } else { 400 });
        if !self.site.starts_line(first.span.start) {
            // `class Gone(HTTPException): pass`
            return if self.site.slice(first.span) == "pass" {
                Ok(Mending {
                    title,
                    safety: Safety::Unsafe,
                    edits: vec![self.site.replace(first.span, code)],
                })
            } else {
                Err(Refusal("the class stands on one line".to_owned()))
            };
        }
        let newline = self.site.style.newline;
        let edit = if self.site.slice(first.span) == "pass" {
            self.site.replace(first.span, code)
        } else if is_text(first) {
            let indent = self.site.indent(first.span.start);
            self.site.insert(first.span.end, format!("{newline}{indent}{code}"))
        } else {
            let indent = self.site.indent(first.span.start);
            self.site.insert(self.site.line_start(first.span.start), format!("{indent}{code}{newline}"))
        };
        Ok(Mending { title, safety: Safety::Unsafe, edits: vec![edit] })
    }

    /// Errors that are replies are returned as they are, before all else.
    fn replies_first(&self, handler: &Handler<'_>) -> Result<Mending, Refusal> {
        let imported = bring(self.site, Wanted::Name("werkzeug.exceptions", "HTTPException"))?;
        let mut edits = imported.edits;
        let (error, class) = (handler.error, imported.name);
        let body = &handler.definition.body;
        let title = "answer HTTP errors with their own reply";
        if handler.is_lambda() {
            let Some(StatementKind::Return(Some(value))) = body.first().map(|first| &first.kind) else {
                return Err(Refusal("the handler returns nothing".to_owned()));
            };
            let span = self.site.module()?.expression(*value).span;
            edits
                .push(self.site.insert(span.start, format!("{error} if isinstance({error}, {class}) else ")));
            return Ok(Mending { title, safety: Safety::Unsafe, edits });
        }
        let module = self.site.module()?;
        let is_documentation = |kind: &StatementKind| {
            matches!(kind, StatementKind::Expression(id)
                if matches!(module.expression(*id).kind, ExpressionKind::Literal(_)))
        };
        let first = body.iter().find(|statement| !is_documentation(&statement.kind));
        let first = first.ok_or_else(|| Refusal("the handler does nothing".to_owned()))?;
        let at = statement::line_before(self.site, first.span)?;
        let code = format!("if isinstance({error}, {class}):\n    return {error}\n");
        edits.push(
            self.site.insert(at, statement::in_style(self.site, self.site.indent(first.span.start), &code)),
        );
        Ok(Mending { title, safety: Safety::Unsafe, edits })
    }

    /// The reply gets the status of what the handler is registered for.
    fn status_of_reply(&self, handler: &Handler<'_>) -> Result<Mending, Refusal> {
        let catalogue = self.site.project.checked.catalogue;
        let (status, mut edits) = match own_status(handler, catalogue) {
            Some(status) => (status.to_string(), Vec::new()),
            None if is_for_replies(handler, catalogue) => (format!("{}.code", handler.error), Vec::new()),
            None => {
                let imported = bring(self.site, Wanted::Name("werkzeug.exceptions", "HTTPException"))?;
                let (error, class) = (handler.error, imported.name);
                (format!("{error}.code if isinstance({error}, {class}) else 500"), imported.edits)
            }
        };
        let standing = statement_at(self.site, self.span)?;
        let is_whole = matches!(&standing.statement().kind, StatementKind::Return(Some(value))
            if self.site.module()?.expression(*value).span == self.span);
        // `return body` may do without brackets, a branch of a choice may not; nor may a lambda.
        if is_whole && !handler.is_lambda() {
            edits.push(self.site.insert(self.span.end, format!(", {status}")));
        } else {
            edits.push(self.site.replace(self.span, format!("({}, {status})", self.site.slice(self.span))));
        }
        Ok(Mending { title: "answer with the status of the error", safety: Safety::Unsafe, edits })
    }

    fn let_replies_through(&self, arm: tightlip_ir::Span) -> Result<Mending, Refusal> {
        let imported = bring(self.site, Wanted::Name("werkzeug.exceptions", "HTTPException"))?;
        let mut edits: Vec<Edit> = imported.edits;
        let at = statement::line_before(self.site, arm)?;
        let code = format!("except {}:\n    raise\n", imported.name);
        edits.push(self.site.insert(at, statement::in_style(self.site, self.site.indent(arm.start), &code)));
        Ok(Mending { title: "let HTTP errors through", safety: Safety::Unsafe, edits })
    }
}

/// The one status of all errors that come to the handler.
pub(super) fn own_status(handler: &Handler<'_>, catalogue: &Catalogue) -> Option<i64> {
    let mut known: Option<i64> = None;
    for registration in &handler.registrations {
        let role = &registration.role;
        let of_class = |class: &ClassName| match class {
            ClassName::Library(path) => catalogue.handling.classes.get(path).and_then(|class| class.status),
            ClassName::Program(_) => None,
        };
        let statuses: Vec<Option<i64>> = if role.statuses.is_empty() {
            role.handles.iter().map(of_class).collect()
        } else {
            role.statuses.iter().copied().map(Some).collect()
        };
        for status in statuses {
            if known.is_some_and(|known| Some(known) != status) {
                return None;
            }
            known = Some(status?);
        }
    }
    known
}

fn is_for_replies(handler: &Handler<'_>, catalogue: &Catalogue) -> bool {
    handler.registrations.iter().flat_map(|registration| &registration.role.handles).all(
        |class| match class {
            ClassName::Library(path) => catalogue.is_reply(*path),
            ClassName::Program(class) => {
                handler.scope.program.library_ancestors(*class).iter().any(|path| catalogue.is_reply(*path))
            }
        },
    )
}
