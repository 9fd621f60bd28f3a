//! Functions that the framework calls: by decorator, by a call, by the class they are methods of.

use tightlip_catalogue::model::{Channel, Returned};
use tightlip_catalogue::{Arguments as Selected, CallModel, HandlerModel};
use tightlip_ir::{ExpressionId, ExpressionKind, Function, Span, Symbol};

use super::Interpreter;
use super::arguments::{Passed, PassedArguments};
use crate::found::{Registration, Role};
use crate::program::FunctionRef;
use crate::taint::ClassName;
use crate::value::{Constant, Entity, Value};

impl<'a> Interpreter<'a> {
    /// What the decorators of `function` make of it; registers it where they say so.
    pub(super) fn decorated(&mut self, function: &'a Function, plain: Value) -> Value {
        let mut value = plain;
        for decorator in function.decorators.iter().rev() {
            value = self.decorate(*decorator, value);
        }
        value
    }

    fn decorate(&mut self, decorator: ExpressionId, mut value: Value) -> Value {
        let module = self.module;
        let (head, arguments) = match &module.expression(decorator).kind {
            ExpressionKind::Call { callee, arguments } => (*callee, Some(arguments)),
            _ => (decorator, None),
        };
        let target = self.value(head);
        let passed = arguments.map(|arguments| self.passed(decorator, arguments)).unwrap_or_default();
        for model in self.registering(head, &target) {
            self.register(&value, &model, &passed, self.span(decorator));
        }
        for entity in &target.entities {
            if let Entity::Library(path) = entity
                && let Some(object) = self.catalogue.decorated.get(path)
            {
                value.entities.push(Entity::Library(*object));
            }
        }
        if !target.entities.iter().any(is_of_program) {
            return value;
        }
        self.decorating = true;
        let decorating = match arguments {
            Some(_) => self.call_value(&target, &passed, None),
            None => target,
        };
        let given =
            Passed { keyword: None, value: value.clone(), spread: tightlip_ir::Spread::No, expression: None };
        let passed = PassedArguments { all: vec![given], span: self.span(decorator) };
        let result = self.call_value(&decorating, &passed, None);
        self.decorating = false;
        if result.entities.iter().any(is_of_program) { result } else { value }
    }

    /// The models by which a decorator registers.
    fn registering(&mut self, head: ExpressionId, target: &Value) -> Vec<HandlerModel> {
        let catalogue = self.catalogue;
        let mut models = Vec::new();
        for entity in &target.entities {
            if let Entity::Library(path) = entity {
                models.extend(catalogue.decorators.get(path).into_iter().flatten().cloned());
            }
        }
        if models.is_empty()
            && !target.entities.iter().any(is_of_program)
            && let ExpressionKind::Attribute { name, .. } = &self.module.expression(head).kind
            && target.entities.iter().all(|entity| !self.is_modelled(entity))
        {
            models.extend(catalogue.guessed_decorators.get(name).into_iter().flatten().cloned());
        }
        models
    }

    fn is_modelled(&self, entity: &Entity) -> bool {
        match entity {
            Entity::Library(path) => self.catalogue.calls.contains_key(path),
            _ => false,
        }
    }

    /// Registers the functions that a call is given.
    pub(super) fn register_functions(&mut self, model: &'a CallModel, passed: &PassedArguments) {
        for handler in &model.handlers {
            let functions: Vec<Value> =
                passed.selected(&handler.function).map(|argument| argument.value.clone()).collect();
            for function in functions {
                self.register(&function, handler, passed, passed.span);
            }
        }
    }

    pub(super) fn register(
        &mut self,
        value: &Value,
        model: &HandlerModel,
        passed: &PassedArguments,
        span: Span,
    ) {
        let mut role = Role::of_model(model, self.location(span));
        if let Some(selected) = &model.handles {
            match handled(passed, selected) {
                Some(class) => {
                    if !self.classes(&class, &mut role.handles) {
                        role.handles.push(ClassName::Library(Symbol::new("Exception")));
                        role.assumed = true;
                    }
                    if let Some(Constant::Integer(status)) = class.constant {
                        role.statuses.push(status);
                    }
                }
                // A bare decorator names nothing, and handles everything that nobody else does.
                None if passed.all.is_empty() => {
                    role.handles.push(ClassName::Library(Symbol::new("Exception")));
                    role.assumed = true;
                }
                None => return,
            }
        }
        let mut functions = Vec::new();
        collect_functions(value, &mut functions, 0);
        for entity in &value.entities {
            if let Entity::Instance(object) = entity {
                functions.extend(self.program.hierarchy.method(object.class, Symbol::new("__call__")));
            }
        }
        for function in functions {
            let registration = Registration { function, role: role.clone() };
            if !self.outcome.registrations.contains(&registration) {
                self.outcome.registrations.push(registration);
            }
        }
    }

    /// What decorators made of `method` is called in its place.
    pub(super) fn hand_on_roles(&mut self, method: FunctionRef, decorated: &Value) {
        let roles = self.solver.roles(method);
        if roles.is_empty() {
            return;
        }
        let mut functions = Vec::new();
        collect_functions(decorated, &mut functions, 0);
        for function in functions.into_iter().filter(|function| *function != method) {
            for role in roles.iter() {
                let registration = Registration { function, role: role.clone() };
                if !self.outcome.registrations.contains(&registration) {
                    self.outcome.registrations.push(registration);
                }
            }
        }
    }

    /// How what this function returns reaches the client, if it does.
    pub(super) fn road_of_returned(&self) -> Option<Channel> {
        let is_returned = |as_what| self.roles.iter().any(|role| role.returns == as_what);
        if is_returned(Returned::Body) {
            Some(Channel::Body)
        } else {
            is_returned(Returned::Page).then_some(Channel::Template)
        }
    }
}

fn handled(passed: &PassedArguments, selected: &Selected) -> Option<Value> {
    passed.value_of(selected)
}

fn is_of_program(entity: &Entity) -> bool {
    matches!(
        entity,
        Entity::Function(..)
            | Entity::Method(..)
            | Entity::Class(_)
            | Entity::Instance(_)
            | Entity::Partial(_)
    )
}

/// The functions that `value` is or wraps.
fn collect_functions(value: &Value, functions: &mut Vec<FunctionRef>, depth: usize) {
    const DEEPEST: usize = 4;
    if depth > DEEPEST {
        return;
    }
    for entity in &value.entities {
        match entity {
            Entity::Function(function, captures) => {
                if !functions.contains(function) {
                    functions.push(*function);
                }
                for (_, captured) in captures.iter() {
                    collect_functions(captured, functions, depth + 1);
                }
            }
            Entity::Method(function, _) if !functions.contains(function) => functions.push(*function),
            Entity::Partial(partial) => collect_functions(&partial.callee, functions, depth + 1),
            _ => {}
        }
    }
}
