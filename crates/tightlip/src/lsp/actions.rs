//! What the editor offers to do about a diagnostic.

use std::collections::HashMap;
use std::path::Path;

use lsp_types::{
    CodeAction, CodeActionContext, CodeActionKind, CodeActionOrCommand, Diagnostic, Range, TextEdit,
    WorkspaceEdit,
};
use tightlip_ir::Span;
use tightlip_report::Lines;

use super::buffers::Buffer;
use super::diagnostics::rule_of;
use super::ignore::ignore;
use super::positions::{range, span};

/// The actions for the diagnostics of `context`, in the file at `path`.
pub(super) fn actions(path: &Path, buffer: &Buffer, context: &CodeActionContext) -> Vec<CodeActionOrCommand> {
    let is_wanted = context.only.as_ref().is_none_or(|kinds| {
        kinds.iter().any(|kind| *kind == CodeActionKind::QUICKFIX || *kind == CodeActionKind::EMPTY)
    });
    if !is_wanted {
        return Vec::new();
    }
    // What mends a finding belongs before what silences it.
    let actions = context.diagnostics.iter().filter_map(|diagnostic| silence(path, buffer, diagnostic));
    actions.map(CodeActionOrCommand::CodeAction).collect()
}

/// The comment that silences the finding, if it is one of ours and a comment can.
fn silence(path: &Path, buffer: &Buffer, diagnostic: &Diagnostic) -> Option<CodeAction> {
    let rule = rule_of(diagnostic)?;
    let insertion = ignore(path, &buffer.text, span(&buffer.text, diagnostic.range), rule)?;
    let at = insertion.at as u32;
    Some(CodeAction {
        title: format!("Ignore {} ({}) here", rule.code(), rule.name()),
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(vec![diagnostic.clone()]),
        edit: Some(edit(buffer, [(Span::new(at, at), insertion.text)])),
        ..CodeAction::default()
    })
}

/// `changes` of one file: what is replaced and what comes there.
fn edit(buffer: &Buffer, changes: impl IntoIterator<Item = (Span, String)>) -> WorkspaceEdit {
    let lines = Lines::new(&buffer.text);
    let edits = changes.into_iter().map(|(span, text)| {
        let range: Range = range(&buffer.text, &lines, span);
        TextEdit::new(range, text)
    });
    WorkspaceEdit::new(HashMap::from([(buffer.url.clone(), edits.collect())]))
}
