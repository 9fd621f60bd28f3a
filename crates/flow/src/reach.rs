//! Which functions a `try` may run: whatever it, or what it calls, names.
//!
//! Names are followed whoever is run or not, a little too far rather than not far enough. A `try` that calls what
//! only running it tells, an entry of a table for example, may run anything.

use std::cell::RefCell;
use std::sync::{Arc, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};
use tightlip_ir::{ExpressionId, ExpressionKind, FunctionId, Literal, Module, Owner, Span, Symbol};

use crate::program::{ClassRef, FileIndex, FunctionRef, Meaning, Program};
use crate::taint::ClassName;

/// So many functions are followed; code that reaches more may raise anything.
const MOST_FUNCTIONS: usize = 6_000;
/// Methods of a name that so many classes have may all be meant.
const FEW_METHODS: usize = 3;

/// What is tried, as one of its arms sees it. Copies are equal, others are not.
#[derive(Clone, Debug)]
pub(crate) struct Tried(Arc<TriedCode>);

#[derive(Debug)]
struct TriedCode {
    here: FunctionRef,
    span: Span,
    /// Classes of exceptions that an arm before takes.
    taken: FxHashSet<ClassRef>,
    /// What may be run, once somebody asked; `None` is not known.
    functions: OnceLock<Option<FxHashSet<FunctionRef>>>,
}

impl Tried {
    /// Whether exceptions of `class` went to another arm.
    pub(crate) fn took(&self, class: ClassRef) -> bool {
        self.0.taken.contains(&class)
    }
}

impl PartialEq for Tried {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// What was found out so far.
#[derive(Default)]
pub(crate) struct Reach {
    files: RefCell<FxHashMap<FileIndex, Arc<Names>>>,
    /// By file, place of the `try`, and how many types the arms before have taken.
    tried: RefCell<FxHashMap<(FileIndex, Span, usize), Tried>>,
    /// Functions by the names of their decorators.
    decorated: RefCell<Option<FxHashMap<Symbol, Vec<FunctionRef>>>>,
}

/// What a file names and calls, in the order of the text.
struct Names {
    uses: Vec<Use>,
    calls: Vec<(Span, ExpressionId)>,
}

/// A name that means a function.
#[derive(Clone, Copy)]
struct Use {
    span: Span,
    function: FunctionRef,
}

impl Reach {
    /// The code of `here` in `span`, after arms that took these classes.
    pub(crate) fn tried(
        &self,
        program: &Program,
        here: FunctionRef,
        span: Span,
        taken: &[ClassName],
    ) -> Tried {
        let mut tried = self.tried.borrow_mut();
        let known = tried.entry((here.file, span, taken.len())).or_insert_with(|| {
            let of_program = taken.iter().filter_map(|class| match class {
                ClassName::Program(class) => Some(*class),
                ClassName::Library(_) => None,
            });
            let with_derived = of_program.flat_map(|class| {
                std::iter::once(class).chain(program.hierarchy.lineage(class).descendants.iter().copied())
            });
            let taken = with_derived.collect();
            Tried(Arc::new(TriedCode { here, span, taken, functions: OnceLock::new() }))
        });
        known.clone()
    }

    /// What may be run, if that is known.
    pub(crate) fn functions<'t>(
        &self,
        program: &Program,
        tried: &'t Tried,
    ) -> Option<&'t FxHashSet<FunctionRef>> {
        let code = &tried.0;
        code.functions.get_or_init(|| self.follow(program, code.here, code.span)).as_ref()
    }

    fn follow(&self, program: &Program, here: FunctionRef, span: Span) -> Option<FxHashSet<FunctionRef>> {
        let mut seen = FxHashSet::from_iter([here]);
        let mut open = vec![(here.file, span)];
        if calls_unknown(program, here, span, &self.names(program, here.file).calls) {
            // A decorator calls what it decorates.
            for function in self.decorated_by(program, here)? {
                if seen.insert(function) {
                    open.push((function.file, program.function(function).span));
                }
            }
        }
        while let Some((file, span)) = open.pop() {
            let names = self.names(program, file);
            let first = names.uses.partition_point(|known| known.span.start < span.start);
            for known in names.uses[first..].iter().take_while(|known| known.span.start < span.end) {
                if seen.insert(known.function) {
                    open.push((known.function.file, program.function(known.function).span));
                }
            }
            if seen.len() > MOST_FUNCTIONS {
                return None;
            }
        }
        Some(seen)
    }

    /// The functions that are decorated with one that `here` stands in.
    fn decorated_by(&self, program: &Program, here: FunctionRef) -> Option<Vec<FunctionRef>> {
        let mut known = self.decorated.borrow_mut();
        let decorated = known.get_or_insert_with(|| decorated_functions(program));
        let mut around = program.function(here).owner;
        while let Owner::Function(id) = around {
            let outer = program.function(FunctionRef { file: here.file, id });
            if let Some(found) = decorated.get(&outer.name) {
                return Some(found.clone());
            }
            around = outer.owner;
        }
        None
    }

    fn names(&self, program: &Program, file: FileIndex) -> Arc<Names> {
        if let Some(known) = self.files.borrow().get(&file) {
            return known.clone();
        }
        let names =
            Arc::new(Names { uses: Uses::of(program, file), calls: calls(&program.file(file).module) });
        self.files.borrow_mut().insert(file, names.clone());
        names
    }
}

/// What is called in a module, in the order of the text: the whole call, and its head.
fn calls(module: &Module) -> Vec<(Span, ExpressionId)> {
    let mut calls: Vec<(Span, ExpressionId)> = module
        .expressions
        .iter()
        .filter_map(|expression| match &expression.kind {
            ExpressionKind::Call { callee, .. } => Some((expression.span, *callee)),
            _ => None,
        })
        .collect();
    calls.sort_unstable();
    calls
}

fn decorated_functions(program: &Program) -> FxHashMap<Symbol, Vec<FunctionRef>> {
    let mut decorated: FxHashMap<Symbol, Vec<FunctionRef>> = FxHashMap::default();
    for function in program.functions() {
        let module = &program.file(function.file).module;
        for decorator in &module.function(function.id).decorators {
            let head = match &module.expression(*decorator).kind {
                ExpressionKind::Call { callee, .. } => *callee,
                _ => *decorator,
            };
            if let ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } =
                &module.expression(head).kind
            {
                decorated.entry(*name).or_default().push(function);
            }
        }
    }
    decorated
}

/// Whether the code itself calls a parameter, a variable, an entry of a table or what another call gave.
fn calls_unknown(program: &Program, here: FunctionRef, span: Span, calls: &[(Span, ExpressionId)]) -> bool {
    let module = &program.file(here.file).module;
    let is_variable = |name: &Symbol| {
        let mut owner = Owner::Function(here.id);
        while let Owner::Function(id) = owner {
            let function = module.function(id);
            if function.locals.binary_search(name).is_ok() {
                return !module.functions.iter().any(|inner| inner.name == *name && inner.owner == owner);
            }
            owner = function.owner;
        }
        false
    };
    let first = calls.partition_point(|(call, _)| call.start < span.start);
    calls[first..].iter().take_while(|(call, _)| call.start < span.end).any(|(_, callee)| {
        match &module.expression(*callee).kind {
            ExpressionKind::Name(name) => is_variable(name),
            ExpressionKind::Call { .. } => called_by_text(program, module, *callee).is_empty(),
            ExpressionKind::Index { .. } => true,
            _ => false,
        }
    })
}

/// `action("order_create")(...)`: what is called in the end has the name that stands in the text.
fn called_by_text(program: &Program, module: &Module, callee: ExpressionId) -> Vec<FunctionRef> {
    let ExpressionKind::Call { arguments, .. } = &module.expression(callee).kind else { return Vec::new() };
    let mut functions = Vec::new();
    for argument in arguments {
        if let ExpressionKind::Literal(Literal::Text(name)) = module.expression(argument.value).kind {
            functions.extend(program.top_functions(name).iter().copied());
        }
    }
    functions
}

struct Uses<'a> {
    program: &'a Program,
    file: FileIndex,
    module: &'a Module,
    /// What expressions mean, by their places; filled before uses are added.
    meanings: Vec<Option<Meaning>>,
    /// Classes of the program that the file names.
    named: FxHashSet<ClassRef>,
    /// Functions inside of functions, by name.
    nested: FxHashMap<Symbol, Vec<FunctionRef>>,
    constructor: Symbol,
    /// What `.name(...)` may call, by the name.
    methods: FxHashMap<Symbol, Arc<[FunctionRef]>>,
    found: Vec<Use>,
}

impl<'a> Uses<'a> {
    fn of(program: &'a Program, file: FileIndex) -> Vec<Use> {
        let module = &program.file(file).module;
        let mut nested: FxHashMap<Symbol, Vec<FunctionRef>> = FxHashMap::default();
        for (id, function) in module.functions.iter().enumerate() {
            if let Owner::Function(_) = function.owner {
                let function_ref = FunctionRef { file, id: FunctionId(id as u32) };
                nested.entry(function.name).or_default().push(function_ref);
            }
        }
        let mut uses = Self {
            program,
            file,
            module,
            meanings: Vec::new(),
            named: FxHashSet::default(),
            nested,
            constructor: Symbol::new("__init__"),
            methods: FxHashMap::default(),
            found: Vec::new(),
        };
        let ids = || (0..module.expressions.len() as u32).map(ExpressionId);
        uses.meanings = ids().map(|id| uses.meaning(id)).collect();
        let classes = uses.meanings.iter().filter_map(|meaning| match meaning {
            Some(Meaning::Class(class)) => Some(*class),
            _ => None,
        });
        uses.named = classes.collect();
        ids().for_each(|id| uses.add(id));
        uses.found.sort_by_key(|known| known.span);
        uses.found
    }

    /// What a name, or an attribute of one, means at the top of the file.
    fn meaning(&self, id: ExpressionId) -> Option<Meaning> {
        match &self.module.expression(id).kind {
            ExpressionKind::Name(name) => {
                self.program.file(self.file).bindings.contains_key(name).then_some(())?;
                self.program.static_meaning(self.file, id)
            }
            ExpressionKind::Attribute { object, .. } => match self.meaning(*object)? {
                Meaning::Module(_) => self.program.static_meaning(self.file, id),
                _ => None,
            },
            _ => None,
        }
    }

    fn add(&mut self, id: ExpressionId) {
        match &self.module.expression(id).kind {
            // Also a function that is handed on is called in the end.
            ExpressionKind::Name(name) => match self.meanings[id.0 as usize] {
                Some(Meaning::Function(function)) => self.add_use(id, function),
                Some(_) => {}
                None => {
                    let nested = self.nested.get(name).cloned().unwrap_or_default();
                    nested.into_iter().for_each(|function| self.add_use(id, function));
                }
            },
            ExpressionKind::Call { callee, .. } => match self.meanings[callee.0 as usize] {
                Some(Meaning::Function(function)) => self.add_use(id, function),
                Some(Meaning::Class(class)) => {
                    let init = self.program.hierarchy.method(class, self.constructor);
                    init.into_iter().for_each(|method| self.add_use(id, method));
                }
                _ => {
                    self.add_method(*callee);
                    for function in called_by_text(self.program, self.module, *callee) {
                        self.add_use(id, function);
                    }
                }
            },
            _ => {}
        }
    }

    fn add_method(&mut self, callee: ExpressionId) {
        let ExpressionKind::Attribute { name, .. } = &self.module.expression(callee).kind else { return };
        let known = self.methods.get(name).cloned();
        let meant = known.unwrap_or_else(|| {
            let meant = self.methods_called(*name);
            self.methods.insert(*name, meant.clone());
            meant
        });
        meant.iter().for_each(|method| self.add_use(callee, *method));
    }

    /// `object.name(...)`: methods of that name of classes that the file names, or all if they are few.
    fn methods_called(&self, name: Symbol) -> Arc<[FunctionRef]> {
        let methods = self.program.methods(name);
        let hierarchy = &self.program.hierarchy;
        let is_named = |class: &ClassRef| {
            class.file == self.file || self.named.iter().any(|named| hierarchy.derives(*named, *class))
        };
        let meant = methods.iter().filter(|(_, class)| methods.len() <= FEW_METHODS || is_named(class));
        meant.map(|(method, _)| *method).collect()
    }

    fn add_use(&mut self, id: ExpressionId, function: FunctionRef) {
        let span = self.module.expression(id).span;
        self.found.push(Use { span, function });
    }
}
