//! Page templates that show the inside of the program by themselves, whatever they are given.

use std::collections::HashSet;

use tightlip_catalogue::{Catalogue, PathStep, SourceModel};
use tightlip_flow::{FileIndex, Location, PageShown, Program};
use tightlip_ir::{
    Argument, Expression, ExpressionKind, Literal, PagePath, PageStep, ShownValue, Spread, Symbol,
};

use crate::site::{FileId, Site};

/// A place of a template that shows what it should not.
pub(crate) struct PageLeak<'c> {
    pub(crate) site: Site,
    /// Where the template is rendered.
    pub(crate) rendered: Location,
    /// What it shows.
    pub(crate) model: &'c SourceModel,
}

/// All such places of templates that the program renders, each once.
pub(crate) fn leaks<'c>(program: &Program, catalogue: &'c Catalogue) -> Vec<PageLeak<'c>> {
    let mut found: Vec<PageLeak<'c>> = Vec::new();
    if program.pages.is_empty() {
        return found;
    }
    let mut seen = HashSet::new();
    for (index, file) in program.files.iter().enumerate() {
        for expression in &file.module.expressions {
            let Some((name, given)) = rendering(expression, &file.module, catalogue) else { continue };
            let rendered = Location { file: FileIndex(index as u32), span: expression.span };
            for place in program.pages.shown(name).iter().flat_map(|shown| shown.iter()) {
                let Some(model) = shown_source(place, given, catalogue) else { continue };
                let site = Site { file: FileId::Page(place.page), span: place.shown.span };
                if seen.insert((site, model.tells[0])) {
                    found.push(PageLeak { site, rendered, model });
                }
            }
        }
    }
    found
}

/// The template that a call renders, if it says so literally, and what it is given.
fn rendering<'m>(
    expression: &'m Expression,
    module: &tightlip_ir::Module,
    catalogue: &Catalogue,
) -> Option<(Symbol, &'m [Argument])> {
    let ExpressionKind::Call { callee, arguments } = &expression.kind else { return None };
    let (ExpressionKind::Name(called) | ExpressionKind::Attribute { name: called, .. }) =
        &module.expression(*callee).kind
    else {
        return None;
    };
    if !catalogue.renders(*called) {
        return None;
    }
    let name = arguments.iter().find_map(|argument| match module.expression(argument.value).kind {
        ExpressionKind::Literal(Literal::Text(text)) if argument.spread == Spread::No => Some(text),
        _ => None,
    });
    Some((name?, arguments))
}

fn shown_source<'c>(
    place: &PageShown,
    given: &[Argument],
    catalogue: &'c Catalogue,
) -> Option<&'c SourceModel> {
    let is_given = |name: Symbol| given.iter().any(|argument| argument.keyword == Some(name));
    let is_guarded = place.shown.under.iter().any(|test| {
        let is_guard = |path: &Symbol| catalogue.guards.contains(path);
        test.holds && meanings(&test.value, catalogue).iter().any(is_guard)
    });
    if is_guarded {
        return None;
    }
    match &place.shown.value {
        ShownValue::Path(path) if is_given(path.root) => None,
        ShownValue::Path(path) => source_of(path, catalogue),
        ShownValue::Dump => catalogue.page_names.iter().find_map(|(_, path)| catalogue.values.get(path)),
        ShownValue::Anything => None,
    }
}

/// The source that `path` is, or that it shows as a whole.
fn source_of<'c>(path: &PagePath, catalogue: &'c Catalogue) -> Option<&'c SourceModel> {
    let whole = match &path.steps[..] {
        [rest @ .., PageStep::Values, PageStep::Iterated | PageStep::Element]
        | [rest @ .., PageStep::Values | PageStep::Element] => rest,
        [rest @ .., PageStep::Named(method), PageStep::Call] if *method == *"copy" => rest,
        all => all,
    };
    let whole = PagePath { root: path.root, steps: whole.to_vec() };
    meanings(&whole, catalogue).iter().find_map(|path| catalogue.values.get(path))
}

/// The paths of libraries that a value of a page may be.
fn meanings(path: &PagePath, catalogue: &Catalogue) -> Vec<Symbol> {
    let mut paths: Vec<Symbol> = catalogue.page_name(path.root).into_iter().collect();
    for step in &path.steps {
        let next = |from: Symbol| match *step {
            PageStep::Named(name) => {
                let ways = [PathStep::Attribute(name), PathStep::Entry(name)];
                ways.into_iter().filter_map(|way| catalogue.step(from, way)).collect()
            }
            PageStep::Call => catalogue.step(from, PathStep::Call).into_iter().collect(),
            _ => Vec::new(),
        };
        paths = paths.into_iter().flat_map(next).collect();
    }
    paths
}
