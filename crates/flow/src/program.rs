//! All files of a program, linked: names to definitions, classes to their bases and children.

use std::path::Path;
use std::sync::{Arc, RwLock};

use rustc_hash::{FxHashMap, FxHashSet};
use tightlip_catalogue::Catalogue;
use tightlip_ir::{
    Block, Class, ClassId, ExpressionId, ExpressionKind, Function, FunctionId, Import, ImportKind, Module,
    Owner, Statement, StatementKind, Symbol,
};

use crate::declared::public_classes;
use crate::hierarchy::Hierarchy;
use crate::modules::Modules;
use crate::pages::Pages;

/// A file of the program, by its place in [`Program::files`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FileIndex(pub u32);

/// A function of the program.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FunctionRef {
    /// Its file.
    pub file: FileIndex,
    /// The function in it.
    pub id: FunctionId,
}

/// A class of the program.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ClassRef {
    /// Its file.
    pub file: FileIndex,
    /// The class in it.
    pub id: ClassId,
}

/// A lowered file.
#[derive(Debug)]
pub struct File {
    /// Its path; `/` between the parts.
    pub path: String,
    /// What is in it.
    pub module: Module,
    /// What its names mean at the top, in source order.
    pub bindings: FxHashMap<Symbol, Vec<Binding>>,
    /// Modules of which all names are imported.
    pub stars: Vec<Import>,
    /// The first parts of all absolute imports at its top.
    pub packages: FxHashSet<Symbol>,
}

/// What a name at the top of a module means.
#[derive(Clone, Copy, Debug)]
pub enum Binding {
    /// A function.
    Function(FunctionId),
    /// A class.
    Class(ClassId),
    /// Something imported.
    Import(Import),
    /// What the expression gives.
    Value(ExpressionId),
    /// A value that only running the module tells.
    Unknown,
}

/// What a name or dotted path means, as far as definitions and imports tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Meaning {
    /// A function.
    Function(FunctionRef),
    /// A class.
    Class(ClassRef),
    /// A file.
    Module(FileIndex),
    /// Something of a library.
    Library(Symbol),
    /// A variable of a module of the program.
    Variable(FileIndex, Symbol),
}

/// What names of files mean.
type KnownMeanings = FxHashMap<(FileIndex, Symbol), Arc<[Meaning]>>;

/// All files of a program, linked.
#[derive(Debug)]
pub struct Program {
    /// The files, in the order in which they were given. What a file says by itself is shared between programs of which
    /// only another file differs.
    pub files: Vec<Arc<File>>,
    /// The page templates that it renders.
    pub pages: Pages,
    /// Which module is which file.
    pub(crate) modules: Modules,
    /// Bases and children of classes.
    pub(crate) hierarchy: Hierarchy,
    /// Functions by the names they mention.
    mentions: FxHashMap<Symbol, Vec<FunctionRef>>,
    /// Packages and names in them of which the catalogue speaks.
    library_names: FxHashSet<(Symbol, Symbol)>,
    /// What names were found to mean: following imports is asked for again and again.
    known_meanings: RwLock<KnownMeanings>,
    /// Methods by name.
    methods: FxHashMap<Symbol, Vec<(FunctionRef, ClassRef)>>,
    /// Functions at the top of files by name.
    top_functions: FxHashMap<Symbol, Vec<FunctionRef>>,
}

impl Program {
    /// Links `files`: path and module of each.
    pub fn link(files: Vec<(String, Module)>, catalogue: &Catalogue) -> Self {
        let files = files.into_iter().map(|(path, module)| Arc::new(File::new(path, module)));
        Self::link_files(files.collect(), catalogue)
    }

    /// Links files of which some may belong to another program too.
    pub fn link_files(files: Vec<Arc<File>>, catalogue: &Catalogue) -> Self {
        let modules = Modules::new(files.iter().map(|file| file.path.as_str()));
        let mut program = Self {
            files,
            pages: Pages::default(),
            modules,
            hierarchy: Hierarchy::default(),
            known_meanings: RwLock::default(),
            library_names: catalogue.names().collect(),
            mentions: FxHashMap::default(),
            methods: FxHashMap::default(),
            top_functions: FxHashMap::default(),
        };
        program.hierarchy = Hierarchy::new(&program, catalogue);
        let public = public_classes(&program, catalogue);
        program.hierarchy.declare_public(&public);
        program.index();
        program
    }

    /// The same with the page templates that it renders.
    pub fn with_pages(self, pages: Pages) -> Self {
        Self { pages, ..self }
    }

    fn index(&mut self) {
        for (at, file) in self.files.iter().enumerate() {
            let at = FileIndex(at as u32);
            for (id, function) in file.module.functions.iter().enumerate() {
                let reference = FunctionRef { file: at, id: FunctionId(id as u32) };
                match function.owner {
                    Owner::Class(class) => {
                        let class = ClassRef { file: at, id: class };
                        self.methods.entry(function.name).or_default().push((reference, class));
                    }
                    Owner::Module => self.top_functions.entry(function.name).or_default().push(reference),
                    Owner::Function(_) => {}
                }
                for name in &function.mentions {
                    self.mentions.entry(*name).or_default().push(reference);
                }
            }
        }
    }

    /// The file at `index`.
    pub fn file(&self, index: FileIndex) -> &File {
        &self.files[index.0 as usize]
    }

    /// The function behind `reference`.
    pub fn function(&self, reference: FunctionRef) -> &Function {
        self.file(reference.file).module.function(reference.id)
    }

    /// The class behind `reference`.
    pub fn class(&self, reference: ClassRef) -> &Class {
        self.file(reference.file).module.class(reference.id)
    }

    /// All functions, file by file.
    pub fn functions(&self) -> impl Iterator<Item = FunctionRef> + '_ {
        self.files.iter().enumerate().flat_map(|(file, content)| {
            (0..content.module.functions.len() as u32)
                .map(move |id| FunctionRef { file: FileIndex(file as u32), id: FunctionId(id) })
        })
    }

    /// The function in whose run `function` is defined.
    pub(crate) fn defining(&self, function: FunctionRef) -> FunctionRef {
        let module = &self.file(function.file).module;
        let mut owner = module.function(function.id).owner;
        loop {
            match owner {
                Owner::Module => return FunctionRef { file: function.file, id: FunctionId::MODULE_BODY },
                Owner::Function(id) => return FunctionRef { file: function.file, id },
                Owner::Class(class) => owner = module.class(class).owner,
            }
        }
    }

    /// The functions that mention `name`.
    pub fn mentioning(&self, name: Symbol) -> &[FunctionRef] {
        self.mentions.get(&name).map_or(&[], Vec::as_slice)
    }

    /// The methods called `name`, of whatever class.
    pub fn methods(&self, name: Symbol) -> &[(FunctionRef, ClassRef)] {
        self.methods.get(&name).map_or(&[], Vec::as_slice)
    }

    /// The functions called `name` at the top of whatever file.
    pub(crate) fn top_functions(&self, name: Symbol) -> &[FunctionRef] {
        self.top_functions.get(&name).map_or(&[], Vec::as_slice)
    }

    /// What `name` means at the top of `file`; several meanings if several definitions stand there.
    pub fn meanings(&self, file: FileIndex, name: Symbol) -> Arc<[Meaning]> {
        if let Some(known) =
            self.known_meanings.read().ok().and_then(|known| known.get(&(file, name)).cloned())
        {
            return known;
        }
        let meanings: Arc<[Meaning]> = self.meanings_within(file, name, &mut Vec::new()).into();
        if let Ok(mut known) = self.known_meanings.write() {
            known.insert((file, name), meanings.clone());
        }
        meanings
    }

    fn meanings_within(
        &self,
        file: FileIndex,
        name: Symbol,
        seen: &mut Vec<(FileIndex, Symbol)>,
    ) -> Vec<Meaning> {
        if seen.contains(&(file, name)) {
            return Vec::new();
        }
        seen.push((file, name));
        let content = self.file(file);
        let Some(bindings) = content.bindings.get(&name) else {
            return self.star_meanings(file, name, seen);
        };
        let mut meanings = Vec::new();
        for binding in bindings {
            let found = match *binding {
                Binding::Function(id) => vec![Meaning::Function(FunctionRef { file, id })],
                Binding::Class(id) => vec![Meaning::Class(ClassRef { file, id })],
                Binding::Import(import) => self.import_meanings(file, import, seen),
                Binding::Value(_) | Binding::Unknown => vec![Meaning::Variable(file, name)],
            };
            for meaning in found {
                if !meanings.contains(&meaning) {
                    meanings.push(meaning);
                }
            }
        }
        prefer_program(meanings)
    }

    fn star_meanings(
        &self,
        file: FileIndex,
        name: Symbol,
        seen: &mut Vec<(FileIndex, Symbol)>,
    ) -> Vec<Meaning> {
        for star in &self.file(file).stars {
            if let Some(from) = self.modules.resolve(file, star.module, star.level) {
                let meanings = self.meanings_within(from, name, seen);
                if !meanings.is_empty() {
                    return meanings;
                }
            }
        }
        if let Some(module) = self.modules.child(file, name) {
            return vec![Meaning::Module(module)];
        }
        let of_library =
            |star: &&Import| star.level == 0 && self.library_names.contains(&(star.module, name));
        let stars = &self.file(file).stars;
        let meaning = |star: &Import| Meaning::Library(Symbol::new(&format!("{}.{name}", star.module)));
        stars.iter().find(of_library).map(meaning).into_iter().collect()
    }

    /// What `import` binds.
    pub fn imported(&self, file: FileIndex, import: Import) -> Vec<Meaning> {
        self.import_meanings(file, import, &mut Vec::new())
    }

    fn import_meanings(
        &self,
        file: FileIndex,
        import: Import,
        seen: &mut Vec<(FileIndex, Symbol)>,
    ) -> Vec<Meaning> {
        match import.kind {
            ImportKind::Module { alias } => {
                let path = match alias {
                    Some(_) => import.module,
                    None => first_part(import.module),
                };
                match self.modules.resolve(file, path, import.level) {
                    Some(module) => vec![Meaning::Module(module)],
                    None if alias.is_none() && self.modules.is_folder(file, path) => Vec::new(),
                    None => vec![Meaning::Library(path)],
                }
            }
            ImportKind::Name { name, .. } => {
                if let Some(module) = self.modules.resolve(file, import.module, import.level)
                    && module != file
                {
                    let meanings = self.meanings_within(module, name, seen);
                    if !meanings.is_empty() {
                        return meanings;
                    }
                }
                if let Some(module) = self.modules.resolve_name(file, import.module, import.level, name) {
                    return vec![Meaning::Module(module)];
                }
                if import.level > 0 {
                    return Vec::new();
                }
                vec![Meaning::Library(Symbol::new(&format!("{}.{name}", import.module)))]
            }
            ImportKind::Star => Vec::new(),
        }
    }

    /// What a name or dotted path, as it stands at the top of `file`, means; values are looked through.
    pub fn static_meaning(&self, file: FileIndex, id: ExpressionId) -> Option<Meaning> {
        self.static_meaning_within(file, id, 0)
    }

    fn static_meaning_within(&self, file: FileIndex, id: ExpressionId, depth: usize) -> Option<Meaning> {
        const DEEPEST: usize = 12;
        if depth > DEEPEST {
            return None;
        }
        match &self.file(file).module.expression(id).kind {
            ExpressionKind::Name(name) => {
                let meaning = self.meanings(file, *name).first().copied();
                self.look_through(meaning.unwrap_or(Meaning::Library(*name)), depth)
            }
            ExpressionKind::Attribute { object, name } => {
                match self.static_meaning_within(file, *object, depth + 1)? {
                    Meaning::Module(module) => {
                        let meaning = self.meanings(module, *name).first().copied()?;
                        self.look_through(meaning, depth)
                    }
                    Meaning::Library(path) => Some(Meaning::Library(Symbol::new(&format!("{path}.{name}")))),
                    _ => None,
                }
            }
            ExpressionKind::Call { callee, .. } => {
                match self.static_meaning_within(file, *callee, depth + 1)? {
                    Meaning::Library(path) => Some(Meaning::Library(Symbol::new(&format!("{path}()")))),
                    _ => None,
                }
            }
            ExpressionKind::Index { object, .. } => self.static_meaning_within(file, *object, depth + 1),
            _ => None,
        }
    }

    fn look_through(&self, meaning: Meaning, depth: usize) -> Option<Meaning> {
        let Meaning::Variable(file, name) = meaning else { return Some(meaning) };
        match self.file(file).bindings.get(&name)?.as_slice() {
            [Binding::Value(id)] => self.static_meaning_within(file, *id, depth + 1),
            _ => None,
        }
    }

    /// A readable name of the function: `Orders.place`, or the module's for its body.
    pub fn describe(&self, reference: FunctionRef) -> String {
        let function = self.function(reference);
        match function.owner {
            Owner::Class(class) => {
                format!("{}.{}", self.file(reference.file).module.class(class).name, function.name)
            }
            _ => function.name.to_string(),
        }
    }

    /// The name of the file without folders.
    pub fn file_name(&self, file: FileIndex) -> &str {
        Path::new(&self.file(file).path).file_name().and_then(|name| name.to_str()).unwrap_or("")
    }
}

/// A conditional import may bind a definition of the program and one of a library: the program's wins.
fn prefer_program(meanings: Vec<Meaning>) -> Vec<Meaning> {
    let of_program = |meaning: &Meaning| !matches!(meaning, Meaning::Library(_) | Meaning::Variable(..));
    if meanings.iter().any(of_program) {
        return meanings
            .into_iter()
            .filter(|meaning| of_program(meaning) || matches!(meaning, Meaning::Variable(..)))
            .collect();
    }
    meanings
}

pub(crate) fn first_part(dotted: Symbol) -> Symbol {
    match dotted.text().split_once('.') {
        Some((first, _)) => Symbol::new(first),
        None => dotted,
    }
}

impl File {
    /// What `module`, at `path`, says by itself.
    pub fn new(path: String, module: Module) -> Self {
        let mut file = Self {
            path,
            module: Module::default(),
            bindings: FxHashMap::default(),
            stars: Vec::new(),
            packages: FxHashSet::default(),
        };
        if let Some(body) = module.functions.first() {
            file.bind_block(&module, &body.body);
        }
        file.module = module;
        file
    }

    fn bind(&mut self, name: Symbol, binding: Binding) {
        self.bindings.entry(name).or_default().push(binding);
    }

    fn bind_block(&mut self, module: &Module, block: &Block) {
        for statement in block {
            self.bind_statement(module, statement);
        }
    }

    fn bind_statement(&mut self, module: &Module, statement: &Statement) {
        match &statement.kind {
            StatementKind::Define(id) => self.bind(module.function(*id).name, Binding::Function(*id)),
            StatementKind::Class(id) => self.bind(module.class(*id).name, Binding::Class(*id)),
            StatementKind::Import(imports) => imports.iter().for_each(|import| self.bind_import(*import)),
            StatementKind::Assign { targets, value } => {
                for target in targets {
                    self.bind_target(module, *target, Some(*value));
                }
            }
            StatementKind::Declare { target, value: Some(value), .. } => {
                self.bind_target(module, *target, Some(*value));
            }
            StatementKind::Update { target, .. } => self.bind_target(module, *target, None),
            StatementKind::If { then, otherwise, .. } => {
                self.bind_block(module, then);
                self.bind_block(module, otherwise);
            }
            StatementKind::Loop { target, body, otherwise, .. } => {
                if let Some(target) = target {
                    self.bind_target(module, *target, None);
                }
                self.bind_block(module, body);
                self.bind_block(module, otherwise);
            }
            StatementKind::Try { body, handlers, otherwise, finally } => {
                self.bind_block(module, body);
                handlers.iter().for_each(|handler| self.bind_block(module, &handler.body));
                self.bind_block(module, otherwise);
                self.bind_block(module, finally);
            }
            StatementKind::With { items, body } => {
                for target in items.iter().filter_map(|item| item.target) {
                    self.bind_target(module, target, None);
                }
                self.bind_block(module, body);
            }
            StatementKind::Match { cases, .. } => {
                cases.iter().for_each(|case| self.bind_block(module, &case.body));
            }
            _ => {}
        }
    }

    fn bind_import(&mut self, import: Import) {
        if import.level == 0 {
            self.packages.insert(first_part(import.module));
        }
        match import.kind {
            ImportKind::Module { alias } => {
                self.bind(alias.unwrap_or_else(|| first_part(import.module)), Binding::Import(import));
            }
            ImportKind::Name { bound, .. } => self.bind(bound, Binding::Import(import)),
            ImportKind::Star => self.stars.push(import),
        }
    }

    fn bind_target(&mut self, module: &Module, target: ExpressionId, value: Option<ExpressionId>) {
        match &module.expression(target).kind {
            ExpressionKind::Name(name) => {
                self.bind(*name, value.map_or(Binding::Unknown, Binding::Value));
            }
            ExpressionKind::Collection { items, .. } => {
                items.iter().for_each(|item| self.bind_target(module, *item, None));
            }
            ExpressionKind::Spread(item) => self.bind_target(module, *item, None),
            _ => {}
        }
    }
}
