//! Who may matter: by a word of the catalogue, by an `except`, by a base class, by standing near what became tainted.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use tightlip_catalogue::{Catalogue, Trigger};
use tightlip_ir::{ExpressionId, ExpressionKind, FunctionId, Symbol};

use crate::found::Role;
use crate::program::{ClassRef, FileIndex, FunctionRef, Program};
use crate::taint::Location;

/// Methods of classes derived from a library's are handlers without being registered.
pub(crate) fn inherent_roles(program: &Program, catalogue: &Catalogue) -> FxHashMap<FunctionRef, Vec<Role>> {
    let mut inherent: FxHashMap<FunctionRef, Vec<Role>> = FxHashMap::default();
    for (class, lineage) in program.hierarchy.classes() {
        let bases = lineage.libraries.iter().map(|path| catalogue.canonical(*path));
        let object = std::iter::once(Symbol::new("object"));
        for model in bases.chain(object).filter_map(|path| catalogue.methods.get(&path)).flatten() {
            for (name, function) in &lineage.methods {
                if model.means(*name) {
                    let span = program.function(*function).name_span;
                    let location = Location { file: class.file, span };
                    inherent.entry(*function).or_default().push(Role::of_model(&model.handler, location));
                }
            }
        }
    }
    inherent
}

/// Functions that mention a word of the catalogue and mean it, that catch an exception by name, or that define what a
/// decorator registers.
pub(crate) fn mentioning_triggers(program: &Program, catalogue: &Catalogue) -> FxHashSet<FunctionRef> {
    let mut relevant = FxHashSet::default();
    let packages: FxHashSet<Symbol> =
        program.files.iter().flat_map(|file| file.packages.iter().copied()).collect();
    let is_spoken_of = |trigger: &&Trigger| {
        trigger.package.is_none_or(|package| packages.contains(&package))
            || trigger.package.iter().chain(&trigger.beside).any(|name| !program.mentioning(*name).is_empty())
    };
    for trigger in catalogue.triggers.iter().filter(is_spoken_of) {
        let matters = |function: &&FunctionRef| triggers(program, trigger, **function);
        relevant.extend(program.mentioning(trigger.name).iter().filter(matters));
    }
    for function in program.functions() {
        let definition = program.function(function);
        if definition.catches {
            relevant.insert(function);
        }
        if definition.decorators.iter().any(|decorator| registers(program, catalogue, function, *decorator)) {
            relevant.insert(program.defining(function));
        }
    }
    relevant
}

/// The functions of `files`, and those that mention what is defined there under a name which is rare enough to tell who
/// is meant.
pub(crate) fn functions_near(program: &Program, files: &[FileIndex]) -> FxHashSet<FunctionRef> {
    /// A name that more functions mention does not tell who means this one.
    const MOST_MENTIONS: usize = 24;
    /// More functions elsewhere than these are not near.
    const MOST_ELSEWHERE: usize = 100;
    let mut near = FxHashSet::default();
    let mut elsewhere: FxHashSet<FunctionRef> = FxHashSet::default();
    for file in files {
        let module = &program.file(*file).module;
        let functions = (0..module.functions.len() as u32).map(FunctionId);
        near.extend(functions.map(|id| FunctionRef { file: *file, id }));
        let functions = module.functions.iter().skip(1).map(|function| function.name);
        for name in functions.chain(module.classes.iter().map(|class| class.name)) {
            let mentioning = program.mentioning(name);
            if mentioning.len() <= MOST_MENTIONS && elsewhere.len() < MOST_ELSEWHERE {
                elsewhere.extend(mentioning);
            }
        }
    }
    near.extend(elsewhere);
    near
}

/// `file`, and those that name `class`, a class derived from it, or `name` itself at their top.
pub(crate) fn files_near(
    program: &Program,
    name: Symbol,
    class: Option<ClassRef>,
    file: FileIndex,
) -> FxHashSet<FileIndex> {
    const MOST_DESCENDANTS: usize = 8;
    let mut near = FxHashSet::from_iter([file]);
    let Some(class) = class else {
        let binds = |(_, content): &(usize, &Arc<crate::program::File>)| content.bindings.contains_key(&name);
        near.extend(program.files.iter().enumerate().filter(binds).map(|(index, _)| FileIndex(index as u32)));
        return near;
    };
    let descendants = &program.hierarchy.lineage(class).descendants;
    for class in std::iter::once(&class).chain(descendants.iter().take(MOST_DESCENDANTS)) {
        near.extend(program.mentioning(program.class(*class).name).iter().map(|function| function.file));
    }
    near
}

/// Whether `function`, which mentions the trigger's name, also says that it means it.
fn triggers(program: &Program, trigger: &Trigger, function: FunctionRef) -> bool {
    let Some(package) = trigger.package else { return true };
    let mentions = |name: &Symbol| program.function(function).mentions.binary_search(name).is_ok();
    program.file(function.file).packages.contains(&package)
        || mentions(&package)
        || trigger.beside.iter().any(mentions)
}

/// Whether a decorator has a name by which catalogued ones register functions.
fn registers(
    program: &Program,
    catalogue: &Catalogue,
    function: FunctionRef,
    decorator: ExpressionId,
) -> bool {
    let module = &program.file(function.file).module;
    let head = match &module.expression(decorator).kind {
        ExpressionKind::Call { callee, .. } => *callee,
        _ => decorator,
    };
    match &module.expression(head).kind {
        ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } => {
            catalogue.registering_names.contains(name)
        }
        _ => false,
    }
}
