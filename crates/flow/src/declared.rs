//! Exception classes of the program whose text is declared to be written for clients: by a comment at the class, or by
//! a model that names it.

use rustc_hash::FxHashSet;
use tightlip_catalogue::Catalogue;
use tightlip_ir::{Class, ClassId, DirectiveKind, Module, Symbol};

use crate::program::{ClassRef, FileIndex, Meaning, Program};

/// The classes that are declared public themselves.
pub(crate) fn public_classes(program: &Program, catalogue: &Catalogue) -> FxHashSet<ClassRef> {
    let mut public = FxHashSet::default();
    let named: Vec<Symbol> = catalogue.public_classes().collect();
    for (at, file) in program.files.iter().enumerate() {
        let at = FileIndex(at as u32);
        for (id, class) in file.module.classes.iter().enumerate() {
            if is_declared(&file.module, class) {
                public.insert(ClassRef { file: at, id: ClassId(id as u32) });
            }
        }
        public.extend(named.iter().filter_map(|path| class_in(program, at, *path)));
    }
    public
}

/// Whether `# tightlip: public` stands on the line of the `class` statement, or above it or its decorators.
fn is_declared(module: &Module, class: &Class) -> bool {
    let starts = [class.name_span.start, class.span.start];
    module.directives.iter().any(|directive| {
        let line = directive.applies_to;
        directive.kind == DirectiveKind::Public
            && starts.iter().any(|start| (line.start..line.end).contains(start))
    })
}

/// The class that `path` names, if `file` is its module or a package that it is imported from.
fn class_in(program: &Program, file: FileIndex, path: Symbol) -> Option<ClassRef> {
    let (module, name) = path.text().rsplit_once('.')?;
    let name = Symbol::new(name);
    // Few files have the name at all; only for those is it worth asking what they are called.
    program.file(file).bindings.get(&name)?;
    if program.modules.resolve(file, Symbol::new(module), 0) != Some(file) {
        return None;
    }
    program.meanings(file, name).iter().find_map(|meaning| match meaning {
        Meaning::Class(class) => Some(*class),
        _ => None,
    })
}
