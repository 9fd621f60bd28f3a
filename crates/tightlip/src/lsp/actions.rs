//! What the editor offers to do about a diagnostic.

use std::collections::HashMap;
use std::path::Path;

use lsp_types::{
    CodeAction, CodeActionContext, CodeActionKind, CodeActionOrCommand, Diagnostic, Range, TextEdit, Url,
    WorkspaceEdit,
};
use tightlip_ir::Span;
use tightlip_report::{Applicability, Lines};

use super::buffers::{Buffer, Buffers};
use super::diagnostics::{Notice, rule_of};
use super::ignore::ignore;
use super::positions::{range, span};

/// The actions for the diagnostics of `context`, in the open file at `path`, of which `shown` is told.
pub(super) fn actions(
    path: &Path,
    buffers: &Buffers,
    shown: &[Notice],
    context: &CodeActionContext,
) -> Vec<CodeActionOrCommand> {
    let Some(buffer) = buffers.get(path) else { return Vec::new() };
    let is_wanted = context.only.as_ref().is_none_or(|kinds| {
        kinds.iter().any(|kind| *kind == CodeActionKind::QUICKFIX || *kind == CodeActionKind::EMPTY)
    });
    if !is_wanted {
        return Vec::new();
    }
    let mendings = context.diagnostics.iter().filter_map(|diagnostic| mend(buffers, shown, diagnostic));
    let silencings = context.diagnostics.iter().filter_map(|diagnostic| silence(path, buffer, diagnostic));
    mendings.chain(silencings).map(CodeActionOrCommand::CodeAction).collect()
}

/// The fix of the finding, if there is one and every file that it changes still says what it was made for.
fn mend(buffers: &Buffers, shown: &[Notice], diagnostic: &Diagnostic) -> Option<CodeAction> {
    let is_same = |notice: &&Notice| {
        notice.diagnostic.range == diagnostic.range && notice.diagnostic.code == diagnostic.code
    };
    let repair = shown.iter().find(is_same)?.repair.as_ref()?;
    let consent = match repair.applicability {
        Applicability::Safe => "",
        Applicability::Unsafe => " (unsafe)",
        Applicability::DisplayOnly | Applicability::None => return None,
    };
    let mut changes: HashMap<Url, Vec<TextEdit>> = HashMap::new();
    for change in &repair.changes {
        let file = &change.place.file;
        if buffers.get(&file.location).is_some_and(|buffer| *buffer.text != *file.text) {
            return None;
        }
        let range = range(&file.text, &Lines::new(&file.text), change.place.span);
        let edits = changes.entry(buffers.url(&file.location)?).or_default();
        edits.push(TextEdit::new(range, change.replacement.clone()));
    }
    (!changes.is_empty()).then(|| CodeAction {
        title: format!("Fix: {}{consent}", repair.title),
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(vec![diagnostic.clone()]),
        edit: Some(WorkspaceEdit::new(changes)),
        is_preferred: Some(true),
        ..CodeAction::default()
    })
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
