//! What names mean, and what parameters are given.

use std::sync::Arc;

use tightlip_catalogue::PathStep;
use tightlip_ir::{
    ExpressionId, ExpressionKind, Function, FunctionId, Literal, Owner, ParameterKind, Symbol,
};

use super::Interpreter;
use crate::heat::Heat;
use crate::hierarchy::is_exception_name;
use crate::program::{Binding, FileIndex, FunctionRef, Meaning};
use crate::shared::Shared;
use crate::store::Key;
use crate::taint::{Slot, Taint};
use crate::value::{Entity, Shape, Value};

impl<'a> Interpreter<'a> {
    /// What the variable, function, class or module `name` is here.
    pub(super) fn name(&mut self, name: Symbol) -> Value {
        if let Some(value) = self.state.as_ref().and_then(|state| state.get(name)) {
            let value = Value::clone(value);
            return self.with_inner_writes(name, value);
        }
        let declared_global = self.function.globals.contains(&name);
        if !self.is_module_body() && !declared_global {
            if self.function.locals.binary_search(&name).is_ok() {
                return Value::default();
            }
            if let Some(value) = self.enclosing(name) {
                return value;
            }
        }
        self.global(self.here.file, name).unwrap_or_else(|| self.library(name))
    }

    /// `value` of an own variable, and what functions inside put into it.
    fn with_inner_writes(&mut self, name: Symbol, mut value: Value) -> Value {
        if self.shared.binary_search(&name).is_err() || value.is_tainted() {
            return value;
        }
        let is_parameter = self.function.parameters.iter().any(|parameter| parameter.name == name);
        if !is_parameter
            && let Some(held) = self.read(Key::Captured(self.here, name))
            && held.is_tainted()
        {
            value.join(&held);
        }
        value
    }

    /// The variable `name` of a function around.
    fn enclosing(&mut self, name: Symbol) -> Option<Value> {
        let owner = self.owner_of(name)?;
        let function = self.module.function(owner.id);
        Some(self.captured(owner, function, name))
    }

    /// The function around whose variable `name` is.
    pub(super) fn owner_of(&self, name: Symbol) -> Option<FunctionRef> {
        let mut owner = self.function.owner;
        loop {
            match owner {
                Owner::Function(id) => {
                    let function = self.module.function(id);
                    if function.locals.binary_search(&name).is_ok() {
                        return Some(self.nested(id));
                    }
                    owner = function.owner;
                }
                Owner::Class(class) => owner = self.module.class(class).owner,
                Owner::Module => return None,
            }
        }
    }

    fn captured(&mut self, owner: FunctionRef, function: &'a Function, name: Symbol) -> Value {
        let place = function.parameters.iter().position(|parameter| parameter.name == name);
        let Some(place) = place else {
            return self.read(Key::Captured(owner, name)).unwrap_or_default();
        };
        let mut value = self.parameter(owner, function, place);
        if is_receiver(function, place) {
            return value;
        }
        value.taints = Shared::from_iter([Taint::given(Slot::Captured(name))]);
        value
    }

    /// What `name` means at the top of `file`, if it is defined there.
    pub(super) fn global(&mut self, file: FileIndex, name: Symbol) -> Option<Value> {
        let meanings = self.program.meanings(file, name);
        if meanings.is_empty() {
            return None;
        }
        let mut value = Value::default();
        for (place, meaning) in meanings.iter().enumerate() {
            let known = self.meaning(*meaning);
            if place == 0 {
                value = known;
            } else {
                value.gather(&known);
            }
        }
        Some(value)
    }

    /// The value of what a name means.
    pub(super) fn meaning(&mut self, meaning: Meaning) -> Value {
        match meaning {
            Meaning::Function(function) => self.function_value(function),
            Meaning::Class(class) => Entity::Class(class).into(),
            Meaning::Module(file) => Entity::Module(file).into(),
            Meaning::Library(path) => self.library(path),
            Meaning::Variable(file, name) => self.variable(file, name),
        }
    }

    /// A function by its name: what its decorators made of it, where they are the program's.
    fn function_value(&mut self, function: FunctionRef) -> Value {
        let definition = self.program.function(function);
        let plain = Value::from(Entity::Function(function, Arc::from([])));
        if definition.decorators.is_empty() || definition.owner != Owner::Module {
            return plain;
        }
        self.ask(FunctionRef { file: function.file, id: FunctionId::MODULE_BODY });
        match self.read(Key::Global(function.file, definition.name)) {
            Some(value) if !value.entities.is_empty() => value,
            _ => plain,
        }
    }

    fn variable(&mut self, file: FileIndex, name: Symbol) -> Value {
        if self.here != (FunctionRef { file, id: FunctionId::MODULE_BODY }) {
            self.ask(FunctionRef { file, id: FunctionId::MODULE_BODY });
        }
        self.ask_writers(file, name);
        match self.read(Key::Global(file, name)) {
            Some(value) => value,
            None => self.static_value(file, name),
        }
    }

    /// Functions beside a variable may put into it what is read here.
    fn ask_writers(&mut self, file: FileIndex, name: Symbol) {
        const MOST: usize = 8;
        let beside = |function: &&FunctionRef| function.file == file && **function != self.here;
        let writers: Vec<FunctionRef> =
            self.program.mentioning(name).iter().filter(beside).copied().take(MOST + 1).collect();
        if writers.len() <= MOST {
            for writer in writers {
                self.ask_with(writer, Heat::COLD, true);
            }
        }
    }

    /// Before its module has been run, a variable that is a call or path of a library is known all the same.
    fn static_value(&mut self, file: FileIndex, name: Symbol) -> Value {
        let bindings = self.program.file(file).bindings.get(&name).map_or(&[][..], Vec::as_slice);
        let [Binding::Value(id)] = bindings else { return Value::default() };
        match self.program.static_meaning(file, *id) {
            Some(Meaning::Library(path)) if path.text() != name.text() => self.library(path),
            _ => Value::default(),
        }
    }

    /// Something of a library, by its path.
    pub(super) fn library(&self, path: Symbol) -> Value {
        Entity::Library(self.library_path(path)).into()
    }

    /// The path as far as it matters: a path that no model speaks of is all the same as any other, unless it is
    /// the name of an exception.
    pub(super) fn library_path(&self, path: Symbol) -> Symbol {
        let path = self.catalogue.canonical(path);
        if self.catalogue.knows(path) || crate::hierarchy::is_exception(path, self.catalogue) {
            path
        } else {
            self.solver.anything
        }
    }

    /// Where `path` of a library goes with `step`. What the client sends stays what the client sends.
    pub(super) fn library_step(&self, path: Symbol, step: PathStep) -> Symbol {
        if let Some(next) = self.catalogue.step(path, step) {
            return next;
        }
        if self.catalogue.client.contains(&path) {
            return path;
        }
        match step {
            PathStep::Attribute(name) if is_exception_name(name) => Symbol::new(&format!("{path}.{name}")),
            PathStep::Call if is_exception_name(path) => Symbol::new(&format!("{path}()")),
            _ => self.solver.anything,
        }
    }

    /// What calling the library's `path` gives.
    pub(super) fn instance_path(&self, path: Symbol) -> Symbol {
        self.library_step(path, PathStep::Call)
    }

    pub(super) fn bind_parameters(&mut self) {
        let function = self.function;
        for place in 0..function.parameters.len() {
            let value = self.own_parameter(place);
            let name = function.parameters[place].name;
            if let Some(state) = &mut self.state {
                state.set(name, value);
            }
        }
    }

    fn own_parameter(&mut self, place: usize) -> Value {
        let function = self.function;
        if let Some(exception) = self.handed_exception(place) {
            return exception;
        }
        let mut value = self.parameter(self.here, function, place);
        if !self.heat.is_hottest() {
            // Nobody gives it detail; when somebody does, it is run again.
            return match function.parameters[place].kind {
                ParameterKind::Positional | ParameterKind::Keyword => value,
                ParameterKind::Items | ParameterKind::Entries => Value::default(),
            };
        }
        let slot = Taint::given(Slot::Parameter(place as u16));
        match function.parameters[place].kind {
            ParameterKind::Positional | ParameterKind::Keyword => value.add_taint(slot),
            ParameterKind::Items => {
                let item = slot.then(crate::taint::Operation::Element).into();
                value = Shape::List(Box::new(item)).into();
            }
            ParameterKind::Entries => {
                // As it is: what is read of it then remembers which entry.
                value.add_taint(slot);
            }
        }
        value
    }

    /// What a parameter is, as far as all callers, its annotation or its name tell.
    fn parameter(&mut self, owner: FunctionRef, function: &Function, place: usize) -> Value {
        let parameter = &function.parameters[place];
        if is_receiver(function, place)
            && let Owner::Class(class) = function.owner
        {
            let class = crate::program::ClassRef { file: owner.file, id: class };
            let class_method = self.has_decorator(owner, &["classmethod"]) || function.name == "__new__";
            return if class_method {
                Entity::Class(class).into()
            } else {
                Entity::Instance(class.into()).into()
            };
        }
        let mut value = self.read(Key::Given(owner, place as u16)).unwrap_or_default();
        if let Some(annotation) = parameter.annotation
            && let Some(entity) = self.annotated(owner.file, annotation)
        {
            value.gather(&entity.into());
        }
        if value.entities.is_empty()
            && let Some(path) = self.catalogue.guesses.get(&parameter.name)
        {
            value.entities.push(Entity::Library(*path));
        }
        value
    }

    /// What an annotation of `file` says the value is.
    pub(super) fn annotated(&self, file: FileIndex, annotation: ExpressionId) -> Option<Entity> {
        let module = &self.program.file(file).module;
        match &module.expression(annotation).kind {
            ExpressionKind::Name(_) | ExpressionKind::Attribute { .. } => {
                match self.program.static_meaning(file, annotation)? {
                    Meaning::Class(class) => Some(Entity::Instance(class.into())),
                    Meaning::Library(path) if path.text().contains('.') => {
                        let path = self.instance_path(self.catalogue.canonical(path));
                        (path != self.solver.anything).then_some(Entity::Library(path))
                    }
                    _ => None,
                }
            }
            ExpressionKind::Index { object, index } => {
                let is_optional = matches!(&module.expression(*object).kind,
                    ExpressionKind::Name(name) if *name == "Optional");
                is_optional.then(|| self.annotated(file, *index))?
            }
            ExpressionKind::Opaque(operands) => operands.iter().find_map(|operand| {
                let none = matches!(module.expression(*operand).kind, ExpressionKind::Literal(Literal::None));
                (!none).then(|| self.annotated(file, *operand))?
            }),
            _ => None,
        }
    }

    /// Whether one of the decorators is a plain name among `names`.
    pub(super) fn has_decorator(&self, function: FunctionRef, names: &[&str]) -> bool {
        let module = &self.program.file(function.file).module;
        module.function(function.id).decorators.iter().any(|decorator| {
            let name = match &module.expression(*decorator).kind {
                ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } => *name,
                _ => return false,
            };
            names.contains(&name.text())
        })
    }

    /// The function `id` as a value, with what it uses of the parameters around.
    pub(super) fn closure(&mut self, id: FunctionId) -> Value {
        let mut captures: Vec<(Symbol, Value)> = Vec::new();
        if !self.is_module_body() {
            for name in self.captured_names(id) {
                let value = self.name(name).for_capture(0);
                if value.is_telling() {
                    captures.push((name, value));
                }
            }
        }
        Entity::Function(self.nested(id), captures.into()).into()
    }

    /// Parameters of this function and of those around that `id`, or a function inside of it, uses.
    fn captured_names(&self, id: FunctionId) -> Vec<Symbol> {
        let inner = self.module.function(id);
        let mut names = Vec::new();
        let mut around = Some(self.here.id);
        while let Some(outer) = around {
            let function = self.module.function(outer);
            for (place, parameter) in function.parameters.iter().enumerate() {
                let used = self
                    .module
                    .functions
                    .iter()
                    .filter(|candidate| inner.span.contains(candidate.span))
                    .any(|candidate| candidate.mentions.binary_search(&parameter.name).is_ok());
                if used && !is_receiver(function, place) {
                    names.push(parameter.name);
                }
            }
            around = match function.owner {
                Owner::Function(outer) => Some(outer),
                _ => None,
            };
        }
        names
    }
}

/// Whether the parameter at `place` is the object of a method.
pub(super) fn is_receiver(function: &Function, place: usize) -> bool {
    place == 0
        && matches!(function.owner, Owner::Class(_))
        && function.parameters.first().is_some_and(|parameter| {
            parameter.kind == ParameterKind::Positional
                && matches!(parameter.name.text(), "self" | "cls" | "klass" | "mcs" | "_self" | "this")
        })
}
