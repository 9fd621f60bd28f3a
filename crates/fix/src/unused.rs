//! Imports that nothing uses any more once something is taken out.

use tightlip_ir::{Expression, ExpressionKind, Import, ImportKind, Module, Span, StatementKind, Symbol};

use crate::edit::Edit;
use crate::site::Site;
use crate::statement;

/// Takes the imports out whose names are used in `removed` and nowhere else.
pub(crate) fn imports(site: &Site<'_>, removed: &[Span]) -> Vec<Edit> {
    let Ok(module) = site.module() else { return Vec::new() };
    let taken = names_in(module, removed);
    let mut edits = Vec::new();
    let body = &module.functions[0].body;
    for (place, statement) in body.iter().enumerate() {
        let StatementKind::Import(imports) = &statement.kind else { continue };
        for import in imports {
            let Some(name) = bound(*import) else { continue };
            if !taken.contains(&name) || !is_used_only_in(module, name, removed) {
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

/// Names that are used in `removed`.
fn names_in(module: &Module, removed: &[Span]) -> Vec<Symbol> {
    let is_taken = |known: &&Expression| removed.iter().any(|span| span.contains(known.span));
    let taken = module.expressions.iter().filter(is_taken);
    taken
        .filter_map(|known| if let ExpressionKind::Name(name) = known.kind { Some(name) } else { None })
        .collect()
}

fn is_used_only_in(module: &Module, name: Symbol, removed: &[Span]) -> bool {
    let mut expressions = module.expressions.iter();
    expressions.all(|known| {
        !matches!(known.kind, ExpressionKind::Name(used) if used == name)
            || removed.iter().any(|span| span.contains(known.span))
    })
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
