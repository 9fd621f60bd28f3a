//! Bases and children of classes.

use rustc_hash::{FxHashMap, FxHashSet};
use tightlip_catalogue::{Catalogue, PathStep};
use tightlip_ir::{ClassId, FunctionId, Owner, Symbol};

use crate::program::{ClassRef, FileIndex, FunctionRef, Meaning, Program};

/// What is known of the classes of a program.
#[derive(Default, Debug)]
pub(crate) struct Hierarchy {
    classes: FxHashMap<ClassRef, Lineage>,
}

/// Bases, children and methods of one class.
#[derive(Default, Debug)]
pub(crate) struct Lineage {
    /// The class and all of the program that it derives from, nearest first.
    pub(crate) ancestors: Vec<ClassRef>,
    /// The classes of libraries that it derives from, nearest first.
    pub(crate) libraries: Vec<Symbol>,
    /// Objects of those, as paths, where a model speaks of them.
    pub(crate) objects: Vec<Symbol>,
    /// The classes of the program that derive from it, directly or not.
    pub(crate) descendants: Vec<ClassRef>,
    /// Its own methods.
    pub(crate) methods: FxHashMap<Symbol, FunctionRef>,
    /// Whether it is an exception.
    pub(crate) exception: bool,
    /// Whether it, or a class of the program that it derives from, is declared to be written for clients.
    pub(crate) public: bool,
}

/// More are not looked at.
const MOST_ANCESTORS: usize = 64;
const MOST_DESCENDANTS: usize = 64;

impl Hierarchy {
    pub(crate) fn new(program: &Program, catalogue: &Catalogue) -> Self {
        let mut bases: FxHashMap<ClassRef, Vec<Meaning>> = FxHashMap::default();
        for (file, content) in program.files.iter().enumerate() {
            let file = FileIndex(file as u32);
            for (id, class) in content.module.classes.iter().enumerate() {
                let reference = ClassRef { file, id: ClassId(id as u32) };
                let found = class.bases.iter().filter_map(|base| program.static_meaning(file, *base));
                bases.insert(reference, found.collect());
            }
        }
        let mut hierarchy = Self::default();
        for class in bases.keys() {
            hierarchy.classes.insert(*class, Lineage::of(*class, &bases, catalogue));
        }
        hierarchy.add_descendants();
        hierarchy.add_methods(program);
        hierarchy
    }

    /// Takes over which classes are declared to be written for clients.
    pub(crate) fn declare_public(&mut self, public: &FxHashSet<ClassRef>) {
        if public.is_empty() {
            return;
        }
        for lineage in self.classes.values_mut() {
            lineage.public = lineage.ancestors.iter().any(|ancestor| public.contains(ancestor));
        }
    }

    fn add_descendants(&mut self) {
        let mut pairs: Vec<(ClassRef, ClassRef)> = Vec::new();
        for (class, lineage) in &self.classes {
            pairs.extend(lineage.ancestors[1..].iter().map(|ancestor| (*ancestor, *class)));
        }
        pairs.sort_unstable();
        for (ancestor, class) in pairs {
            let descendants =
                &mut self.classes.get_mut(&ancestor).expect("an ancestor is a class").descendants;
            if descendants.len() < MOST_DESCENDANTS {
                descendants.push(class);
            }
        }
    }

    fn add_methods(&mut self, program: &Program) {
        for (file, content) in program.files.iter().enumerate() {
            let file = FileIndex(file as u32);
            for (id, function) in content.module.functions.iter().enumerate() {
                if let Owner::Class(class) = function.owner
                    && let Some(lineage) = self.classes.get_mut(&ClassRef { file, id: class })
                {
                    lineage.methods.insert(function.name, FunctionRef { file, id: FunctionId(id as u32) });
                }
            }
        }
    }

    pub(crate) fn lineage(&self, class: ClassRef) -> &Lineage {
        &self.classes[&class]
    }

    /// The method `name` of `class` or of the nearest base that has it.
    pub(crate) fn method(&self, class: ClassRef, name: Symbol) -> Option<FunctionRef> {
        self.lineage(class).ancestors.iter().find_map(|ancestor| self.own_method(*ancestor, name))
    }

    /// The method `name` of a base of `class`.
    pub(crate) fn inherited_method(&self, class: ClassRef, name: Symbol) -> Option<FunctionRef> {
        self.lineage(class).ancestors[1..].iter().find_map(|ancestor| self.own_method(*ancestor, name))
    }

    fn own_method(&self, class: ClassRef, name: Symbol) -> Option<FunctionRef> {
        self.lineage(class).methods.get(&name).copied()
    }

    /// All classes, in no order.
    pub(crate) fn classes(&self) -> impl Iterator<Item = (ClassRef, &Lineage)> {
        self.classes.iter().map(|(class, lineage)| (*class, lineage))
    }

    /// Whether `class` is `ancestor` or derives from it.
    pub(crate) fn derives(&self, class: ClassRef, ancestor: ClassRef) -> bool {
        self.lineage(class).ancestors.contains(&ancestor)
    }

    /// Whether `class` derives from the library's class at `ancestor`.
    pub(crate) fn derives_library(&self, class: ClassRef, ancestor: Symbol, catalogue: &Catalogue) -> bool {
        self.lineage(class).libraries.iter().any(|library| catalogue.derives(*library, ancestor))
    }
}

impl Program {
    /// The class and all of the program that it derives from, nearest first.
    pub fn ancestors(&self, class: ClassRef) -> &[ClassRef] {
        &self.hierarchy.lineage(class).ancestors
    }

    /// The classes of libraries that it derives from, nearest first.
    pub fn library_ancestors(&self, class: ClassRef) -> &[Symbol] {
        &self.hierarchy.lineage(class).libraries
    }

    /// The method `name` of `class` or of the nearest base that has it.
    pub fn method(&self, class: ClassRef, name: Symbol) -> Option<FunctionRef> {
        self.hierarchy.method(class, name)
    }
}

impl Lineage {
    fn of(class: ClassRef, bases: &FxHashMap<ClassRef, Vec<Meaning>>, catalogue: &Catalogue) -> Self {
        let mut lineage = Self { ancestors: vec![class], ..Self::default() };
        lineage.climb(class, bases, catalogue);
        lineage.objects =
            lineage.libraries.iter().filter_map(|path| catalogue.step(*path, PathStep::Call)).collect();
        lineage.exception = lineage.libraries.iter().any(|path| is_exception(*path, catalogue));
        lineage
    }

    fn climb(&mut self, class: ClassRef, bases: &FxHashMap<ClassRef, Vec<Meaning>>, catalogue: &Catalogue) {
        let mut open = vec![class];
        while let Some(current) = open.pop() {
            for base in bases.get(&current).into_iter().flatten() {
                match base {
                    Meaning::Class(base)
                        if self.ancestors.len() < MOST_ANCESTORS
                            && !self.ancestors.contains(base)
                            && bases.contains_key(base) =>
                    {
                        self.ancestors.push(*base);
                        open.push(*base);
                    }
                    Meaning::Library(path) => {
                        let path = catalogue.canonical(*path);
                        if !self.libraries.contains(&path) {
                            self.libraries.push(path);
                        }
                    }
                    _ => {}
                }
            }
        }
    }
}

/// A class of a library is an exception if the catalogue says so, or if its name does.
pub(crate) fn is_exception(path: Symbol, catalogue: &Catalogue) -> bool {
    catalogue.exceptions.contains_key(&path) || is_exception_name(path)
}

/// Whether a name or path ends as those of exceptions do.
pub(crate) fn is_exception_name(path: Symbol) -> bool {
    ["Error", "Exception", "Warning"].iter().any(|ending| path.text().ends_with(ending))
}
