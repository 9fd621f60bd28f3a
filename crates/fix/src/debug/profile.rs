//! A set of settings that is taken unless the environment names another.

use tightlip_ir::{ExpressionId, ExpressionKind, Literal, Module};
use tightlip_rules::walk;

use super::{Closing, Setting};
use crate::call::arguments_of;
use crate::edit::{Refusal, Safety};

impl Setting<'_> {
    /// The set for production becomes the one that is taken.
    pub(super) fn close_profile(&self) -> Result<Closing, Refusal> {
        let refusal =
            || Refusal("which settings should be taken by default is the author's to say".to_owned());
        let taken_over = self.opened.taken_over.unwrap_or(self.opened.location);
        let site = self.site.project.site(tightlip_rules::FileId::Program(taken_over.file));
        let module = site.module()?;
        let calls = (0..module.expressions.len() as u32).map(ExpressionId);
        let call = calls.filter(|id| module.expression(*id).span == taken_over.span);
        let argument =
            call.filter_map(|id| arguments_of(&site, id)?.1.first().map(|first| first.value)).next();
        let here = Setting { site: &site, opened: self.opened, span: taken_over.span };
        let chosen = argument.and_then(|argument| here.value_of_name(argument)).ok_or_else(refusal)?;
        for part in walk::all_parts(module, chosen) {
            let ExpressionKind::Call { callee, arguments } = &module.expression(part).kind else { continue };
            let (ExpressionKind::Attribute { object, name }, [_, default]) =
                (&module.expression(*callee).kind, &arguments[..])
            else {
                continue;
            };
            let record = here.value_of_name(*object).filter(|_| *name == "get");
            if let Some(production) = record.and_then(|record| for_production(module, record)) {
                let name = site.slice(module.expression(production).span).to_owned();
                let edit = site.replace(module.expression(default.value).span, name.clone());
                let title = format!("take `{name}` unless the environment says otherwise");
                return Ok(Closing { title, safety: Safety::Unsafe, edits: vec![edit] });
            }
        }
        Err(refusal())
    }
}

/// The settings for production in a record of several.
fn for_production(module: &Module, record: ExpressionId) -> Option<ExpressionId> {
    let ExpressionKind::Record(entries) = &module.expression(record).kind else { return None };
    entries.iter().find_map(|entry| match &module.expression(entry.key?).kind {
        ExpressionKind::Literal(Literal::Text(key)) if key.text().to_lowercase().starts_with("prod") => {
            Some(entry.value)
        }
        _ => None,
    })
}
