//! What a name or path in the body of a function means, as far as definitions, imports and plain assignments tell.

use tightlip_catalogue::Catalogue;
use tightlip_flow::{Binding, ClassName, ClassRef, FileIndex, FunctionRef, Meaning, Program};
use tightlip_ir::{
    ExpressionId, ExpressionKind, Function, FunctionId, Import, ImportKind, Module, Owner, StatementKind,
    Symbol,
};

use super::walk;

/// The body of one function.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// All files.
    pub program: &'a Program,
    /// What is known of libraries.
    pub catalogue: &'a Catalogue,
    /// Whose body it is.
    pub function: FunctionRef,
}

/// What is called.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// A function of the program.
    Function(FunctionRef),
    /// A class of the program.
    Class(ClassRef),
    /// Something of a library or of the language, by its path.
    Library(Symbol),
    /// A method of this name, of whatever object.
    Method(Symbol),
    /// Nobody knows.
    Unknown,
}

/// A variable, wherever it is seen from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Variable {
    /// Of a module.
    Global(FileIndex, Symbol),
    /// Of a function.
    Local(FunctionRef, Symbol),
}

/// What a variable of a function is bound to.
enum Local {
    Parameter,
    Function(FunctionId),
    Import(Import),
    Value(ExpressionId),
    Unknown,
}

/// Longer chains of assignments are not followed.
const DEEPEST: usize = 8;

impl<'a> Scope<'a> {
    /// The same in the body of `function`.
    pub fn of(self, function: FunctionRef) -> Self {
        Self { function, ..self }
    }

    /// The file.
    pub fn module(self) -> &'a Module {
        &self.program.file(self.function.file).module
    }

    /// The function.
    pub fn definition(self) -> &'a Function {
        self.program.function(self.function)
    }

    /// What an expression is.
    pub fn kind(self, id: ExpressionId) -> &'a ExpressionKind {
        &self.module().expression(id).kind
    }

    /// What calling `callee` calls.
    pub fn target(self, callee: ExpressionId) -> Target {
        if let Some(path) = self.path(callee) {
            return Target::Library(path);
        }
        match self.kind(callee) {
            ExpressionKind::Name(name) => match self.local(*name) {
                Some((owner, Local::Function(id))) => Target::Function(FunctionRef { file: owner.file, id }),
                Some((owner, Local::Import(import))) => {
                    target_of(self.program.imported(owner.file, import).first().copied())
                }
                Some(_) => Target::Unknown,
                None => target_of(self.program.static_meaning(self.function.file, callee)),
            },
            ExpressionKind::Attribute { object, name } => {
                if let Some(method) = self.own_method(*object, *name) {
                    return Target::Function(method);
                }
                if self.starts_local(callee) {
                    return Target::Method(*name);
                }
                match target_of(self.program.static_meaning(self.function.file, callee)) {
                    Target::Unknown => Target::Method(*name),
                    known => known,
                }
            }
            _ => Target::Unknown,
        }
    }

    /// Whether a path starts at a variable of a function, of which the top of the module knows nothing.
    fn starts_local(self, id: ExpressionId) -> bool {
        match self.kind(id) {
            ExpressionKind::Name(name) => self.local(*name).is_some(),
            ExpressionKind::Attribute { object, .. } => self.starts_local(*object),
            ExpressionKind::Call { callee, .. } => self.starts_local(*callee),
            _ => false,
        }
    }

    /// The method `name` where `object` is the object that this is a method of.
    fn own_method(self, object: ExpressionId, name: Symbol) -> Option<FunctionRef> {
        let definition = self.definition();
        let (Owner::Class(class), ExpressionKind::Name(receiver)) = (definition.owner, self.kind(object))
        else {
            return None;
        };
        let class = ClassRef { file: self.function.file, id: class };
        let is_receiver = definition.parameters.first().is_some_and(|first| first.name == *receiver);
        is_receiver.then(|| self.program.method(class, name))?
    }

    /// The path of something of a library, as the catalogue calls it.
    pub fn path(self, id: ExpressionId) -> Option<Symbol> {
        self.path_within(id, 0)
    }

    /// The path of what `name` means here.
    pub fn path_of_variable_name(self, name: Symbol) -> Option<Symbol> {
        self.path_of_name(name, 0)
    }

    fn path_within(self, id: ExpressionId, depth: usize) -> Option<Symbol> {
        if depth > DEEPEST {
            return None;
        }
        let step = |object: ExpressionId, step: &str| {
            let path = self.path_within(object, depth + 1)?;
            Some(self.catalogue.canonical(Symbol::new(&format!("{path}{step}"))))
        };
        match self.kind(id) {
            ExpressionKind::Name(name) => self.path_of_name(*name, depth),
            ExpressionKind::Attribute { object, name } => step(*object, &format!(".{name}"))
                .or_else(|| self.program_path(id, depth))
                .or_else(|| self.catalogue.guesses.get(name).copied()),
            ExpressionKind::Call { callee, .. } => step(*callee, "()"),
            _ => None,
        }
    }

    /// `app` of `from shop import app`, `shop.app` of `import shop`.
    fn program_path(self, id: ExpressionId, depth: usize) -> Option<Symbol> {
        if self.starts_local(id) {
            return None;
        }
        match self.program.static_meaning(self.function.file, id)? {
            Meaning::Library(path) => Some(self.catalogue.canonical(path)),
            Meaning::Variable(file, name) => self.path_of_variable(file, name, depth),
            _ => None,
        }
    }

    fn path_of_name(self, name: Symbol, depth: usize) -> Option<Symbol> {
        let guess = || self.catalogue.guesses.get(&name).copied();
        match self.local(name) {
            Some((_, Local::Parameter | Local::Unknown)) => guess(),
            Some((owner, Local::Import(import))) => {
                match self.program.imported(owner.file, import).first()? {
                    Meaning::Library(path) => Some(self.catalogue.canonical(*path)),
                    Meaning::Variable(file, name) => self.path_of_variable(*file, *name, depth),
                    _ => None,
                }
            }
            Some((owner, Local::Value(value))) => self.of(owner).path_within(value, depth + 1),
            Some((_, Local::Function(_))) => None,
            None => match self.program.meanings(self.function.file, name).first() {
                None => Some(self.catalogue.canonical(name)),
                Some(Meaning::Library(path)) => Some(self.catalogue.canonical(*path)),
                Some(Meaning::Variable(file, name)) => {
                    self.path_of_variable(*file, *name, depth).or_else(guess)
                }
                Some(_) => None,
            },
        }
    }

    fn path_of_variable(self, file: FileIndex, name: Symbol, depth: usize) -> Option<Symbol> {
        let module_body = self.of(FunctionRef { file, id: FunctionId::MODULE_BODY });
        match self.program.file(file).bindings.get(&name)?.as_slice() {
            [Binding::Value(value)] => module_body.path_within(*value, depth + 1),
            _ => None,
        }
    }

    /// The variable that `id` names.
    pub fn variable(self, id: ExpressionId) -> Option<Variable> {
        let ExpressionKind::Name(name) = self.kind(id) else { return None };
        if let Some((owner, _)) = self.local(*name) {
            return Some(Variable::Local(owner, *name));
        }
        match self.program.meanings(self.function.file, *name).first() {
            Some(Meaning::Variable(file, name)) => Some(Variable::Global(*file, *name)),
            _ => None,
        }
    }

    /// The classes of exceptions that `id`, a class or a tuple of such, names; none where one is not known.
    pub fn classes(self, id: ExpressionId) -> Option<Vec<ClassName>> {
        if let ExpressionKind::Collection { items, .. } = self.kind(id) {
            let all: Option<Vec<_>> = items.iter().map(|item| self.classes(*item)).collect();
            return Some(all?.concat());
        }
        if let Some(path) = self.path(id) {
            return Some(vec![ClassName::Library(path)]);
        }
        match self.target(id) {
            Target::Class(class) => Some(vec![ClassName::Program(class)]),
            _ => None,
        }
    }

    /// The function around, or this one, whose variable `name` is, and what it is bound to.
    fn local(self, name: Symbol) -> Option<(FunctionRef, Local)> {
        let mut current = self.function;
        loop {
            if current.id == FunctionId::MODULE_BODY {
                return None;
            }
            let definition = self.program.function(current);
            if definition.globals.contains(&name) {
                return None;
            }
            if definition.locals.binary_search(&name).is_ok() {
                return Some((current, self.of(current).binding(name)));
            }
            let mut owner = definition.owner;
            current = loop {
                match owner {
                    Owner::Module => return None,
                    Owner::Function(id) => break FunctionRef { file: current.file, id },
                    Owner::Class(class) => owner = self.module().class(class).owner,
                }
            };
        }
    }

    fn binding(self, name: Symbol) -> Local {
        let definition = self.definition();
        if definition.parameters.iter().any(|parameter| parameter.name == name) {
            return Local::Parameter;
        }
        let mut found = None;
        for statement in walk::statements(&definition.body) {
            let binding = match &statement.kind {
                StatementKind::Define(id) if self.module().function(*id).name == name => Local::Function(*id),
                StatementKind::Import(imports) => match imports.iter().find(|import| binds(import, name)) {
                    Some(import) => Local::Import(*import),
                    None => continue,
                },
                StatementKind::Assign { targets, value } if self.names(targets, name) => Local::Value(*value),
                StatementKind::Declare { target, value: Some(value), .. } if self.names(&[*target], name) => {
                    Local::Value(*value)
                }
                _ => continue,
            };
            if found.is_some() {
                return Local::Unknown;
            }
            found = Some(binding);
        }
        found.unwrap_or(Local::Unknown)
    }

    fn names(self, targets: &[ExpressionId], name: Symbol) -> bool {
        targets
            .iter()
            .any(|target| matches!(self.kind(*target), ExpressionKind::Name(known) if *known == name))
    }
}

fn binds(import: &Import, name: Symbol) -> bool {
    match import.kind {
        ImportKind::Module { alias: Some(alias) } => alias == name,
        ImportKind::Module { alias: None } => import.module.text().split('.').next() == Some(name.text()),
        ImportKind::Name { bound, .. } => bound == name,
        ImportKind::Star => false,
    }
}

fn target_of(meaning: Option<Meaning>) -> Target {
    match meaning {
        Some(Meaning::Function(function)) => Target::Function(function),
        Some(Meaning::Class(class)) => Target::Class(class),
        Some(Meaning::Library(path)) => Target::Library(path),
        _ => Target::Unknown,
    }
}
