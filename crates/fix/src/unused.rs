//! Imports that nothing uses any more once something is taken out.

use tightlip_ir::{ExpressionKind, Import, ImportKind, Span, StatementKind, Symbol};

use crate::edit::Edit;
use crate::site::Site;
use crate::statement;

/// Takes the imports out whose names are used in `removed` and nowhere else.
pub(crate) fn imports(site: &Site<'_>, removed: &[Span]) -> Vec<Edit> {
    let Ok(module) = site.module() else { return Vec::new() };
    let mut edits = Vec::new();
    let body = &module.functions[0].body;
    for (place, statement) in body.iter().enumerate() {
        let StatementKind::Import(imports) = &statement.kind else { continue };
        for import in imports {
            let Some(name) = bound(*import) else { continue };
            if !is_used_only_in(site, name, removed) {
                continue;
            }
            if imports.len() == 1 {
                let standing = statement::Standing { block: body, place };
                edits.extend(statement::without(site, standing));
            } else {
                edits.extend(without_name(site, import.span));
            }
        }
    }
    edits
}

fn bound(import: Import) -> Option<Symbol> {
    match import.kind {
        ImportKind::Module { alias: Some(alias) } => Some(alias),
        ImportKind::Module { alias: None } if !import.module.text().contains('.') => Some(import.module),
        ImportKind::Name { bound, .. } => Some(bound),
        _ => None,
    }
}

fn is_used_only_in(site: &Site<'_>, name: Symbol, removed: &[Span]) -> bool {
    let Ok(module) = site.module() else { return false };
    let uses = module
        .expressions
        .iter()
        .filter(|expression| matches!(expression.kind, ExpressionKind::Name(known) if known == name));
    let mut uses = uses.peekable();
    uses.peek().is_some() && uses.all(|known| removed.iter().any(|span| span.contains(known.span)))
}

/// A name and its comma, where both stand on one line with others.
fn without_name(site: &Site<'_>, span: Span) -> Option<Edit> {
    let (before, after) = (&site.text()[..span.start as usize], &site.text()[span.end as usize..]);
    if let Some(rest) = after.strip_prefix(", ") {
        return Some(site.replace(Span::new(span.start, (site.text().len() - rest.len()) as u32), ""));
    }
    let start = before.strip_suffix(", ")?.len();
    Some(site.replace(Span::new(start as u32, span.end), ""))
}
