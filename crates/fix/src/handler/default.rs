//! What frameworks tell of errors until they are told not to.

use tightlip_catalogue::model::ClosedBy;
use tightlip_ir::{CollectionKind, ExpressionId, ExpressionKind};

use super::{Mending, Place, SAFE_TEXT};
use crate::call::{CallText, arguments_of};
use crate::edit::{Refusal, Safety};
use crate::imports::{Wanted, bring};
use crate::statement::in_style;

/// The function that is put in where a call wants one that makes a safe record of an error.
const FORMATTER: &str = "without_detail";

impl Place<'_> {
    pub(super) fn closed_default(&self) -> Result<Mending, Refusal> {
        let id = self.expression()?;
        if let Some(entry) = self.entry_of_handler() {
            return self.filled(id, &entry);
        }
        let (callee, _) =
            arguments_of(self.site, id).ok_or_else(|| Refusal("no call stands there".to_owned()))?;
        let scope = self.site.scope(self.site.function_at(self.span)?);
        let model = scope.path(callee).and_then(|path| scope.catalogue.calls.get(&path));
        let default = model.and_then(|model| model.defaults.first());
        let default = default.ok_or_else(|| Refusal("what closes it is not known".to_owned()))?;
        let text = CallText::of_call(self.site, id)?;
        if let Some(closing) = &default.closed_by {
            return self.listed(id, closing);
        }
        let argument = default.closing.keywords.first();
        let argument = argument.ok_or_else(|| Refusal("what closes it is not known".to_owned()))?;
        self.formatter(&text, argument.text())
    }

    /// What stops it is put into the list that the call is given, or is given as the only one.
    fn listed(&self, call: ExpressionId, closing: &ClosedBy) -> Result<Mending, Refusal> {
        let (module, name) = closing.item.rsplit_once('.').unwrap_or_default();
        let imported = bring(self.site, Wanted::Name(module, name))?;
        let mut edits = imported.edits;
        let (_, arguments) = arguments_of(self.site, call).unwrap_or((call, &[]));
        let known = arguments
            .iter()
            .find(|argument| argument.keyword.is_some_and(|name| name == closing.argument.as_str()));
        let item = imported.name;
        let edit = match known {
            Some(list) => {
                let span = self.site.module()?.expression(list.value).span;
                CallText::between(self.site, span).map(|list| list.with(&item))
            }
            None => Some(CallText::of_call(self.site, call)?.with(&format!("{}=[{item}]", closing.argument))),
        };
        edits.push(edit.ok_or_else(|| Refusal(format!("`{}` is not written there", closing.argument)))?);
        Ok(Mending { title: "mask the errors that are answered with", safety: Safety::Unsafe, edits })
    }

    /// A function that makes a safe record of each error, in front of the function that needs it.
    fn formatter(&self, text: &CallText<'_>, argument: &str) -> Result<Mending, Refusal> {
        let (_, file) = self.site.file()?;
        let mut edits = vec![text.with(&format!("{argument}={FORMATTER}"))];
        if !file.bindings.contains_key(&tightlip_ir::Symbol::new(FORMATTER)) {
            let module = self.site.module()?;
            let top = &module.functions[0].body;
            let here = top.iter().find(|statement| statement.span.contains(self.span));
            let here = here.ok_or_else(|| Refusal("the call stands nowhere".to_owned()))?;
            let code = format!(
                "def {FORMATTER}(error, debug=False):\n    return {{\"message\": \"{SAFE_TEXT}\", \"path\": error.path}}\n\n\n"
            );
            edits.push(
                self.site.insert(self.site.line_start(here.span.start), in_style(self.site, "", &code)),
            );
        }
        Ok(Mending { title: "send a fixed text for each error", safety: Safety::Unsafe, edits })
    }

    /// The entry that a framework fills with the text of the exception.
    fn entry_of_handler(&self) -> Option<String> {
        let handler = self.handler().ok()?;
        let added = handler.registrations.iter().find_map(|registration| registration.role.adds.as_ref())?;
        Some(added.entry.to_string())
    }

    /// The record that is returned gets the entry with a fixed text.
    fn filled(&self, returned: ExpressionId, entry: &str) -> Result<Mending, Refusal> {
        let module = self.site.module()?;
        let record = match &module.expression(returned).kind {
            ExpressionKind::Collection { kind: CollectionKind::Tuple, items } => items.first().copied(),
            _ => Some(returned),
        };
        let record = record.map(|record| module.expression(record).span);
        let text = record.and_then(|span| CallText::between(self.site, span));
        let text = text.ok_or_else(|| Refusal("the record is not written there".to_owned()))?;
        let literal = |words: &str| self.site.style.literal(words);
        let edits = vec![text.with(&format!("{}: {}", literal(entry), literal(SAFE_TEXT)))];
        Ok(Mending { title: "give the entry a fixed text", safety: Safety::Safe, edits })
    }
}
