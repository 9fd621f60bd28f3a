//! A reference in the reply of a central handler, and the same in its log line. A reply that is mended changes
//! anyway, so that is the time to give it one.

use tightlip_flow::ClassName;
use tightlip_ir::{Argument, CollectionKind, ExpressionId, ExpressionKind, Literal, Span, StatementKind};
use tightlip_rules::Finding;

use super::{Handler, Place};
use crate::call::{CallText, arguments_of};
use crate::edit::{Edit, Fix};
use crate::imports::{Wanted, bring};
use crate::insertions::joined;
use crate::site::Site;
use crate::statement::{self, Standing, statement_at};

/// What the reference is called, as a variable and in the reply.
const NAME: &str = "reference";
/// A handler that says one of these has something of the kind.
const KNOWN: &[&str] = &["ref", "error_id", "request_id", "trace_id", "correlation"];

/// `fix`, which mends the leak `finding`, with a reference where the leak is in the reply of a handler of every error;
/// else as it is.
pub(crate) fn with_reference(fix: Fix, finding: &Finding, site: &Site<'_>) -> Fix {
    let place = Place { site, span: finding.place.span };
    match place.referred(&fix) {
        Some(edits) => Fix { edits, ..fix },
        None => fix,
    }
}

impl Place<'_> {
    fn referred(&self, fix: &Fix) -> Option<Vec<Edit>> {
        let handler = self.handler().ok()?;
        let returned = statement_at(self.site, self.span).ok()?;
        let StatementKind::Return(Some(value)) = &returned.statement().kind else { return None };
        let said = self.site.slice(handler.definition.span).to_lowercase();
        let is_wanted = is_for_every_error(&handler) && !handler.is_lambda();
        let is_own_file = fix.edits.iter().all(|edit| edit.path == self.site.path());
        if !is_wanted || !is_own_file || KNOWN.iter().any(|word| said.contains(word)) {
            return None;
        }
        let mut edits = fix.edits.clone();
        let entry = self.entry(&handler, *value)?;
        if edits.iter().any(|edit| edit.span.start < entry.span.start && entry.span.start < edit.span.end) {
            return None;
        }
        edits.push(entry);
        match self.standing_record(&handler, returned) {
            Some((standing, call)) => {
                if edits.iter().any(|edit| touches(edit.span, standing.span())) {
                    return None;
                }
                edits.extend(self.numbered(call)?);
                let at = statement::line_before(self.site, standing.span()).ok()?;
                let indent = self.site.indent(standing.span().start);
                edits.push(self.site.insert(at, format!("{indent}{}", self.definition()?)));
            }
            None => {
                let definition = self.definition()?;
                edits.iter_mut().find_map(|edit| extend_record(edit, &definition))?;
            }
        }
        edits.extend(bring(self.site, Wanted::Module("uuid")).ok()?.edits);
        Some(joined(edits))
    }

    fn definition(&self) -> Option<String> {
        let uuid = bring(self.site, Wanted::Module("uuid")).ok()?.name;
        Some(format!("{NAME} = {uuid}.uuid4().hex{}", self.site.style.newline))
    }

    /// Puts the reference into the record that is the body of the reply.
    fn entry(&self, handler: &Handler<'_>, value: ExpressionId) -> Option<Edit> {
        let body = match handler.scope.kind(value) {
            ExpressionKind::Collection { kind: CollectionKind::Tuple, items } => *items.first()?,
            _ => value,
        };
        let pair = format!("{}: {NAME}", self.site.style.literal(NAME));
        let record = |id: ExpressionId| {
            let span = self.site.module().ok()?.expression(id).span;
            CallText::between(self.site, span).map(|text| text.with(&pair))
        };
        match handler.scope.kind(body) {
            ExpressionKind::Record(_) => record(body),
            ExpressionKind::Call { callee, arguments } => {
                let path = handler.scope.path(*callee)?;
                let makes_json =
                    handler.scope.catalogue.handling.replies.get(&path).is_some_and(|reply| reply.encodes);
                match &arguments[..] {
                    _ if !makes_json => None,
                    [only] if matches!(handler.scope.kind(only.value), ExpressionKind::Record(_)) => {
                        record(only.value)
                    }
                    [_, ..] if arguments.iter().all(|argument| argument.keyword.is_some()) => {
                        Some(CallText::of_call(self.site, body).ok()?.with(&format!("{NAME}={NAME}")))
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The log line with the stack trace that stands in the same block as the `return`.
    fn standing_record<'b>(
        &'b self,
        handler: &Handler<'b>,
        returned: Standing<'b>,
    ) -> Option<(Standing<'b>, ExpressionId)> {
        let methods = &handler.scope.catalogue.handling.record_methods;
        (0..returned.place).rev().find_map(|place| {
            let standing = Standing { place, ..returned };
            let StatementKind::Expression(call) = &standing.statement().kind else { return None };
            let (callee, arguments) = arguments_of(self.site, *call)?;
            let ExpressionKind::Attribute { name, .. } = handler.scope.kind(callee) else { return None };
            let traces = *name == "exception"
                || arguments.iter().any(|argument| argument.keyword.is_some_and(|name| name == "exc_info"));
            (traces && methods.contains(name)).then_some((standing, *call))
        })
    }

    /// `"... [reference %s]", ..., reference`.
    fn numbered(&self, call: ExpressionId) -> Option<Vec<Edit>> {
        let module = self.site.module().ok()?;
        let (_, arguments) = arguments_of(self.site, call)?;
        let plain: Vec<&Argument> = arguments.iter().filter(|argument| argument.keyword.is_none()).collect();
        let (words, last) = (plain.first()?.value, plain.last()?.value);
        let is_text = matches!(module.expression(words).kind, ExpressionKind::Literal(Literal::Text(_)));
        let (words, last) = (module.expression(words).span, module.expression(last).span);
        let written = self.site.slice(words);
        if !is_text || !written.starts_with(['"', '\'']) || written.len() < 3 || written.ends_with("\"\"\"") {
            return None;
        }
        let closing = Span::new(words.end - 1, words.end - 1);
        Some(vec![
            self.site.replace(closing, format!(" [{NAME} %s]")),
            self.site.insert(last.end, format!(", {NAME}")),
        ])
    }
}

fn is_for_every_error(handler: &Handler<'_>) -> bool {
    let catalogue = handler.scope.catalogue;
    handler
        .registrations
        .iter()
        .flat_map(|registration| &registration.role.handles)
        .any(|class| matches!(class, ClassName::Library(path) if catalogue.is_every_error(*path)))
}

fn touches(one: Span, other: Span) -> bool {
    one.start < other.end && other.start < one.end
}

/// A log line that the fix itself puts in.
fn extend_record(edit: &mut Edit, definition: &str) -> Option<()> {
    let at = edit.replacement.find(", exc_info=")?;
    let (before, after) = edit.replacement.split_at(at);
    let quote = before.chars().next_back().filter(|last| matches!(last, '"' | '\''))?;
    let line = before.rfind('\n').map_or(0, |newline| newline + 1);
    let indent: String = before[line..].chars().take_while(|letter| matches!(letter, ' ' | '\t')).collect();
    edit.replacement = format!(
        "{}{indent}{definition}{} [{NAME} %s]{quote}, {NAME}{after}",
        &before[..line],
        &before[line..before.len() - 1],
    );
    Some(())
}
