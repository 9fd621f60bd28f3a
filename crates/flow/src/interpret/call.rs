//! Calls: of functions and classes of the program, of what a function was given, of what is not known.

use std::sync::Arc;

use tightlip_catalogue::{PathStep, Rule};
use tightlip_ir::{Argument, ExpressionId, ExpressionKind, Symbol};

use super::arguments::PassedArguments;
use super::attribute::only_given;
use super::expression::without_whole_collections;
use super::sink::Road;
use super::substitute::Binding;
use super::{Interpreter, is_given};
use crate::heat::{Heat, Slots};
use crate::program::{ClassRef, FunctionRef};
use crate::store::Key;
use crate::summary::{EffectTarget, Summary};
use crate::taint::{Form, Location, Note, Operation, Origin, Slot, Taint};
use crate::value::{Captures, Entity, Object, PartialCall, Shape, Value};

/// Deeper calls of calls are left out.
const DEEPEST: u32 = super::DEEPEST * 2;

impl<'a> Interpreter<'a> {
    pub(super) fn call(
        &mut self,
        id: ExpressionId,
        callee: ExpressionId,
        arguments: &'a [Argument],
    ) -> Value {
        let module = self.module;
        if let ExpressionKind::Attribute { object, name } = &module.expression(callee).kind {
            let owner = self.value(*object);
            let passed = self.passed(id, arguments);
            return self.call_attribute(id, *object, &owner, *name, &passed);
        }
        let target = self.value(callee);
        let passed = self.passed(id, arguments);
        self.call_value(&target, &passed, None)
    }

    /// `owner.name(passed)`.
    fn call_attribute(
        &mut self,
        id: ExpressionId,
        object: ExpressionId,
        owner: &Value,
        name: Symbol,
        passed: &PassedArguments,
    ) -> Value {
        if self.catalogue.entry_methods.contains(&name)
            && let Some(entry) = self.entry_by_method(id, owner, name, passed)
        {
            return entry;
        }
        if !owner.shapes.is_empty()
            && let Some(value) = collection_method(owner, name)
        {
            return value;
        }
        self.focus = self.span(id);
        let target = self.attribute(owner, name);
        let fills = self.catalogue.filling_methods.contains(&name);
        let resolved = target.entities.iter().any(|entity| !matches!(entity, Entity::Library(_)));
        if fills && !resolved {
            for argument in &passed.all {
                let value = match argument.keyword {
                    None if name == "update" || name == "extend" => argument.value.clone(),
                    _ => Value { constant: None, ..argument.value.clone() },
                };
                self.fill_by_method(object, owner, name, argument.keyword, &value);
            }
        }
        let modelled = target.entities.iter().any(|entity| match entity {
            Entity::Library(path) => self.catalogue.calls.contains_key(path),
            _ => false,
        });
        if self.catalogue.sanitizing_methods.contains(&name) && !resolved && !modelled {
            return Value::default();
        }
        let before = self.fails;
        let mut result = self.call_value(&target, passed, Some(name));
        if !resolved && self.catalogue.plain_methods.contains(&name) {
            self.fails = before;
        }
        if !resolved && !modelled {
            self.add_shape_detail(owner, name, &mut result);
        }
        if self.catalogue.formatting_methods.contains(&name) && !resolved && !modelled {
            passed.all.iter().for_each(|argument| result.gather(&argument.value));
            let text = self.text(&result);
            return Value { entities: target.entities, ..text };
        }
        result
    }

    fn fill_by_method(
        &mut self,
        object: ExpressionId,
        owner: &Value,
        name: Symbol,
        keyword: Option<Symbol>,
        value: &Value,
    ) {
        if keyword.is_some() {
            return self.fill(object, owner, keyword, value);
        }
        match (name.text(), &value.shapes[..]) {
            ("update", shapes) if !shapes.is_empty() => {
                for shape in shapes {
                    if let Shape::Record(entries, rest) = shape {
                        for (key, value) in entries {
                            let known = self.value(object);
                            self.fill(object, &known, Some(*key), value);
                        }
                        if rest.is_telling() {
                            self.fill(object, owner, None, rest);
                        }
                    }
                }
            }
            ("extend" | "update", shapes) if !shapes.is_empty() => {
                self.fill(object, owner, None, &value.element())
            }
            _ => self.fill(object, owner, None, value),
        }
    }

    /// `record.get(key, default)`.
    fn entry_by_method(
        &mut self,
        id: ExpressionId,
        owner: &Value,
        name: Symbol,
        passed: &PassedArguments,
    ) -> Option<Value> {
        let Some(first) = passed.position(0) else {
            // `queue.get(timeout=5)`, `names.pop()`
            let is_list = owner.shapes.iter().any(|shape| matches!(shape, Shape::List(_)));
            return is_list.then(|| self.element(owner));
        };
        if owner.is_empty() && first.value.constant.is_none() {
            return Some(passed.position(1).map(|default| default.value.clone()).unwrap_or_default());
        }
        let tainted = owner.taints.iter().any(|taint| matches!(taint.origin, Origin::Source(_)));
        // What was only ever filled at unknown keys looks like a list.
        let is_record = owner.shapes.iter().any(|shape| !matches!(shape, Shape::Tuple(_)));
        let is_library = owner.entities.iter().any(|entity| matches!(entity, Entity::Library(_)));
        if !is_record && !is_library && !owner.taints.iter().any(is_given) {
            return None;
        }
        let Some(crate::value::Constant::Text(key)) = first.value.constant else {
            return (is_record && !tainted).then(|| {
                let mut value = self.element(owner);
                if let Some(default) = passed.position(1) {
                    value.gather(&default.value);
                }
                value
            });
        };
        let called = owner.entities.iter().any(|entity| match entity {
            Entity::Library(path) => {
                let method = self.catalogue.step(*path, PathStep::Attribute(name));
                method.is_some_and(|method| self.catalogue.calls.contains_key(&method))
            }
            Entity::Instance(_) => true,
            _ => false,
        });
        if called {
            return None;
        }
        let mut value = self.entry(owner, key);
        if let Some(default) = passed.position(1) {
            value.gather(&default.value);
        }
        value.constant = None;
        Some(self.with_read_source(value, id))
    }

    /// Methods of texts and collections give what is in their object.
    fn add_shape_detail(&mut self, owner: &Value, name: Symbol, result: &mut Value) {
        if owner.shapes.is_empty() || self.catalogue.filling_methods.contains(&name) && name != "setdefault" {
            return;
        }
        for part in owner.parts() {
            for taint in part.all_taints() {
                result.add_taint(taint);
            }
        }
    }

    /// What calling `target` with `passed` gives.
    pub(super) fn call_value(
        &mut self,
        target: &Value,
        passed: &PassedArguments,
        method: Option<Symbol>,
    ) -> Value {
        self.depth += 1;
        if self.depth > DEEPEST {
            self.depth -= 1;
            return Value::default();
        }
        let mut result = Value::default();
        let mut first = true;
        for entity in &target.entities {
            let known = self.call_entity(entity, passed);
            if std::mem::take(&mut first) {
                result = known;
            } else {
                result.join(&known);
            }
        }
        if passed.all.is_empty() && self.is_of_own_exception(target) {
            result = only_given(result);
        }
        let replaced = target.entities.iter().any(|entity| match entity {
            Entity::Library(path) => self
                .catalogue
                .calls
                .get(path)
                .is_some_and(|model| model.sources.iter().any(|source| source.into.is_none())),
            _ => false,
        });
        for taint in target.taints.iter().filter(|_| !replaced) {
            result.add_taint(taint.clone().then(Operation::Call));
        }
        if target.entities.is_empty() {
            self.call_unknown(target, passed, method, &mut result);
        }
        self.depth -= 1;
        result
    }

    /// Calls what a summary says is called, with arguments of which nothing is known.
    pub(super) fn call_blindly(&mut self, target: &Value) -> Value {
        let passed = PassedArguments::default();
        let mut result = Value::default();
        for entity in &target.entities {
            let known = self.call_entity(entity, &passed);
            result.gather(&known);
        }
        for taint in &target.taints {
            result.add_taint(taint.clone().then(Operation::Call));
        }
        result
    }

    fn call_entity(&mut self, entity: &Entity, passed: &PassedArguments) -> Value {
        match entity {
            Entity::Function(function, captures) => self.call_function(*function, captures, None, passed),
            Entity::Method(function, object) => {
                let receiver = if self.has_decorator(*function, &["classmethod"]) {
                    Entity::Class(object.class)
                } else {
                    Entity::Instance(object.clone())
                };
                self.call_function(*function, &Arc::from([]), Some(receiver.into()), passed)
            }
            Entity::Class(class) => self.construct(*class, passed),
            Entity::Instance(object) => {
                match self.program.hierarchy.method(object.class, Symbol::new("__call__")) {
                    Some(method) => self.call_entity(&Entity::Method(method, object.clone()), passed),
                    None => Value::default(),
                }
            }
            Entity::Partial(partial) => {
                let partial: &PartialCall = partial;
                let passed = passed.after(&partial.positional).with_keywords(&partial.keywords);
                self.call_value(&partial.callee.clone(), &passed, None)
            }
            Entity::Library(path) => self.call_library(*path, passed),
            Entity::Super(_) | Entity::Module(_) => Value::default(),
        }
    }

    /// The method without arguments.
    pub(super) fn call_method(&mut self, method: FunctionRef, object: &Object) -> Value {
        self.depth += 4;
        let result = if self.depth > DEEPEST {
            Value::default()
        } else {
            self.call_entity(&Entity::Method(method, object.clone()), &PassedArguments::default())
        };
        self.depth -= 4;
        result
    }

    fn call_function(
        &mut self,
        function: FunctionRef,
        captures: &Captures,
        receiver: Option<Value>,
        passed: &PassedArguments,
    ) -> Value {
        let definition = self.program.function(function);
        let bound = usize::from(receiver.is_some());
        let arguments = passed.bind(definition, bound);
        let mut parameters: Vec<Value> =
            arguments.iter().map(|(value, _)| without_whole_collections(value.clone())).collect();
        if let (Some(receiver), Some(first)) = (&receiver, parameters.first_mut()) {
            *first = receiver.clone();
        }
        self.remember_given(function, &parameters, bound);
        let own = bound > 0
            && definition.name != "__init__"
            && parameters.first().is_some_and(|receiver| self.is_exception(receiver));
        let slots = self.heated_slots(&parameters, captures, bound, own);
        let heat = if slots == Slots::NONE { Heat::COLD } else { Heat::given(slots) };
        let needed = slots != Slots::NONE
            || self.is_module_body()
            || parameters.iter().skip(bound).any(|value| self.is_modelled_object(value));
        let Some(summary) = self.ask_with(function, heat, needed) else {
            self.fails.anyhow = true;
            let mut returned =
                Value { taints: parameters.iter().flat_map(Value::all_taints).collect(), ..Value::default() };
            self.add_annotated(function, &mut returned);
            return returned;
        };
        self.fails.join(summary.fails);
        let location = self.location(passed.span);
        let binding = Binding { parameters: &parameters, captures, name: definition.name, location };
        self.send_given(&summary, &binding);
        let receiver = receiver.unwrap_or_default();
        for effect in &summary.effects {
            let value = self.substituted(&effect.value, &binding);
            self.affect(effect.target, value, &binding, &arguments, &receiver);
        }
        let mut returned = self.substituted(&summary.returns, &binding);
        if returned.entities.is_empty() {
            self.add_annotated(function, &mut returned);
        }
        returned
    }

    /// The slots of a callee through which detail comes, or something to be called, or its `own` exception; what it
    /// makes of a function that it decorates matters in any case.
    fn heated_slots(&self, parameters: &[Value], captures: &Captures, bound: usize, own: bool) -> Slots {
        if self.decorating {
            return Slots::ALL;
        }
        let mut slots = Slots::NONE;
        for (place, value) in parameters.iter().enumerate() {
            let matters = if place < bound { own } else { is_callable(value) };
            if matters || self.is_detail(value) {
                slots.add(Slot::Parameter(place as u16));
            }
        }
        for (name, value) in captures.iter() {
            if self.is_detail(value) {
                slots.add(Slot::Captured(*name));
            }
        }
        slots
    }

    fn is_exception(&self, value: &Value) -> bool {
        value.entities.iter().any(|entity| match entity {
            Entity::Instance(object) => self.program.hierarchy.lineage(object.class).exception,
            _ => false,
        })
    }

    /// Whether `value` carries detail, or comes from where this function is given some.
    fn is_detail(&self, value: &Value) -> bool {
        let own = |taint: &Taint| match taint.origin {
            Origin::Source(_) => true,
            Origin::Given(slot, _) => self.heat.slots().contains(slot),
        };
        value.taints.iter().any(own) || value.parts().any(|part| self.is_detail(part))
    }

    /// What the annotation of `function` says that it returns.
    fn add_annotated(&mut self, function: FunctionRef, returned: &mut Value) {
        let definition = self.program.function(function);
        if !definition.generator
            && let Some(annotation) = definition.returns
            && let Some(entity @ Entity::Instance(_)) = self.annotated(function.file, annotation)
        {
            returned.entities.push(entity);
        }
    }

    /// Whether it is something of a library that a model speaks of, an application for example.
    fn is_modelled_object(&self, value: &Value) -> bool {
        value.entities.iter().any(|entity| match entity {
            Entity::Library(path) => path.text().ends_with("()") && self.catalogue.knows(*path),
            _ => false,
        })
    }

    /// Tells a function what its parameters are: objects and paths, no detail.
    fn remember_given(&mut self, function: FunctionRef, parameters: &[Value], bound: usize) {
        for (place, value) in parameters.iter().enumerate().skip(bound) {
            let mut known = Value::default();
            for entity in &value.entities {
                if matches!(entity, Entity::Library(_) | Entity::Instance(_)) {
                    known.entities.push(entity.clone());
                }
            }
            if !known.entities.is_empty() {
                let key = Key::Given(function, place as u16);
                self.outcome.writes.entry(key).and_modify(|held| held.join(&known)).or_insert(known);
            }
        }
    }

    fn affect(
        &mut self,
        target: EffectTarget,
        value: Value,
        binding: &Binding<'_>,
        slots: &[(Value, Option<ExpressionId>)],
        receiver: &Value,
    ) {
        match target {
            EffectTarget::Store(key) => {
                if value.is_telling() {
                    self.write(key, value);
                }
            }
            EffectTarget::Argument(slot, key) => {
                let Some(given) = binding.get(slot).cloned() else { return };
                if slot == Slot::Parameter(0) && !receiver.is_empty() {
                    self.affect_receiver(&given, key, value);
                    return;
                }
                let Slot::Parameter(place) = slot else { return };
                if let Some((_, Some(expression))) = slots.get(usize::from(place))
                    && value.is_telling()
                {
                    let known = self.value(*expression);
                    self.fill(*expression, &known, key, &value);
                }
            }
        }
    }

    fn affect_receiver(&mut self, receiver: &Value, field: Option<Symbol>, value: Value) {
        let Some(field) = field else { return };
        let own = self.class.map(|class| Entity::Instance(class.into()));
        for entity in &receiver.entities {
            if let Entity::Instance(Object { class, .. }) = entity {
                let through_own = own.as_ref() == Some(entity) && self.function.name == "__init__";
                if through_own {
                    self.add_effect(EffectTarget::Argument(Slot::Parameter(0), Some(field)), value.clone());
                } else if value.is_telling() {
                    self.write(Key::Constructed(*class, field), value.clone());
                }
            }
        }
    }

    /// What of a callee's summary reaches the client with what it is given here.
    fn send_given(&mut self, summary: &Summary, binding: &Binding<'_>) {
        for sink in &summary.sinks {
            let Origin::Given(slot, operations) = &sink.taint.origin else { continue };
            let Some(given) = binding.get(*slot) else { continue };
            let given = self.with_texts_of_exceptions(given);
            let part = self.operated(&given, operations);
            let note = Note::Passed(binding.name);
            for taint in part.all_taints() {
                let mut taint = taint.step(binding.location, note);
                taint.unsure |= sink.taint.unsure;
                taint.opened |= sink.taint.opened;
                taint.trail = taint.trail.followed_by(&sink.taint.trail);
                let road = Road { channel: sink.channel, severity: sink.severity };
                self.sent(taint, road, sink.location, binding.location);
            }
        }
    }

    pub(super) fn construct(&mut self, class: ClassRef, passed: &PassedArguments) -> Value {
        let hierarchy = &self.program.hierarchy;
        let lineage = hierarchy.lineage(class);
        let cleared = lineage.public.then(|| passed.without_detail());
        let passed = cleared.as_ref().unwrap_or(passed);
        let mut instance = Value::from(Entity::Instance(class.into()));
        let init = hierarchy.method(class, Symbol::new("__init__"));
        // Who makes an exception and does not raise it tells nobody.
        if lineage.exception && self.dropped == Some(passed.span) {
            return instance;
        }
        let mut own_arguments = lineage.exception;
        if let Some(init) = init {
            self.call_function(init, &Arc::from([]), Some(instance.clone()), passed);
            let says = |effect: &crate::summary::Effect| matches!(effect.target, EffectTarget::Argument(_, Some(field)) if field == "args");
            own_arguments &= !self.ask(init).is_some_and(|summary| summary.effects.iter().any(says));
        } else if !lineage.exception {
            self.construct_record(class, passed);
        }
        if own_arguments {
            let location = self.location(passed.span);
            let note = Note::Wrapped(self.program.class(class).name);
            let mut arguments = Value::default();
            for argument in passed.all.iter().filter(|argument| argument.keyword.is_none()) {
                let value = self.with_texts_of_exceptions(&argument.value);
                arguments.gather(&value.map_taints(&mut |taint| Some(taint.step(location, note))));
            }
            if arguments.is_telling() {
                self.write(Key::Constructed(class, Symbol::new("args")), arguments);
            }
        }
        for base in lineage.libraries.clone() {
            if init.is_none() {
                let made = self.call_library(base, passed);
                // Objects of a class derived from a dictionary are dictionaries, of one derived from a reply replies.
                made.shapes.iter().for_each(|shape| instance.gather(&shape.clone().into()));
                let replies = made.taints.into_iter().filter(|taint| taint.form == Form::Reply);
                replies.for_each(|taint| instance.add_taint(taint));
            } else {
                self.note_application(base, passed.span);
            }
        }
        instance
    }

    /// A class without constructor of its own takes its fields by keyword, or in the order of its annotations.
    fn construct_record(&mut self, class: ClassRef, passed: &PassedArguments) {
        let fields = annotated_fields(self.program, class);
        let mut place = 0;
        for argument in &passed.all {
            let field = match argument.keyword {
                Some(keyword) => Some(keyword),
                None => {
                    place += 1;
                    fields.get(place - 1).copied()
                }
            };
            if let Some(field) = field
                && argument.value.is_telling()
            {
                let location = self.location(passed.span);
                let value = argument.value.clone();
                let value = value.map_taints(&mut |taint| Some(taint.step(location, Note::Field(field))));
                self.write(Key::Constructed(class, field), value);
            }
        }
    }

    /// Nothing is known of what is called: it hands on what it is given, and methods of that name may be meant.
    fn call_unknown(
        &mut self,
        target: &Value,
        passed: &PassedArguments,
        method: Option<Symbol>,
        result: &mut Value,
    ) {
        let plain = method.is_some_and(|name| self.catalogue.plain_methods.contains(&name));
        if !plain {
            self.fails.anyhow = true;
        }
        if let Some(name) = method
            && !plain
            && !target.taints.iter().any(|taint| matches!(taint.origin, Origin::Source(_)))
        {
            let known = self.call_by_name(name, passed);
            result.gather(&known);
        }
        let filling = method.is_some_and(|name| self.catalogue.filling_methods.contains(&name));
        if !filling {
            for argument in &passed.all {
                for mut taint in argument.value.all_taints() {
                    taint.unsure |= !plain;
                    result.add_taint(taint);
                }
            }
        }
    }

    /// Methods of the program called `name`, if they are few enough to be meant.
    fn call_by_name(&mut self, name: Symbol, passed: &PassedArguments) -> Value {
        const MOST: usize = 3;
        let candidates = self.program.methods(name);
        if candidates.len() > MOST || name.text().starts_with("__") {
            return Value::default();
        }
        let mut result = Value::default();
        for (function, class) in candidates {
            let known = self.call_entity(&Entity::Method(*function, (*class).into()), passed);
            let known = known.map_taints(&mut |mut taint| {
                taint.unsure = true;
                Some(taint)
            });
            result.gather(&known);
        }
        result.constant = None;
        result
    }

    /// What `with context as value` binds.
    pub(super) fn entered(&mut self, context: &Value, id: ExpressionId) -> Value {
        let mut entered =
            Value { taints: context.taints.clone(), shapes: context.shapes.clone(), ..Value::default() };
        for entity in &context.entities {
            let known = match entity {
                Entity::Instance(object) => {
                    let method = ["__enter__", "__aenter__"]
                        .iter()
                        .find_map(|name| self.program.hierarchy.method(object.class, Symbol::new(name)));
                    match method {
                        Some(method) => self.call_method(method, object),
                        None => entity.clone().into(),
                    }
                }
                other => other.clone().into(),
            };
            entered.gather(&known);
        }
        // A generator that is made a context manager yields what it binds.
        if entered.entities.is_empty()
            && entered.shapes.len() == 1
            && matches!(entered.shapes[0], Shape::List(_))
        {
            entered = entered.element();
        }
        self.with_read_source(entered, id)
    }

    /// The class of `value`, which tells its name.
    pub(super) fn class_of(&mut self, value: &Value) -> Value {
        let mut class = Value::default();
        for taint in &value.taints {
            let mut taint = taint.clone();
            if is_given(&taint) {
                taint = taint.then(Operation::Type);
            } else if taint.form == Form::Object && taint.rule == Rule::ExceptionMessage {
                taint.rule = Rule::ExceptionType;
            } else {
                continue;
            }
            class.add_taint(taint);
        }
        for entity in &value.entities {
            if let Entity::Instance(known) = entity {
                class.gather(&Entity::Class(known.class).into());
            }
        }
        class
    }

    pub(super) fn call_location(&self, passed: &PassedArguments) -> Location {
        self.location(passed.span)
    }
}

/// Whether it is a function: who is given one may call it.
fn is_callable(value: &Value) -> bool {
    value
        .entities
        .iter()
        .any(|entity| matches!(entity, Entity::Function(..) | Entity::Method(..) | Entity::Partial(_)))
}

/// Methods that give a view of the whole collection.
fn collection_method(owner: &Value, name: Symbol) -> Option<Value> {
    match name.text() {
        "items" => {
            let mut item = Value::default();
            owner.parts().for_each(|part| item.gather(part));
            let pair = Value::from(Shape::Tuple(vec![Value::default(), item]));
            let mut items = Value::list(pair);
            owner.taints.iter().for_each(|taint| items.add_taint(taint.clone()));
            Some(items)
        }
        "values" | "copy" if name == "copy" => Some(owner.clone()),
        "values" => Some(Value::list(owner.element())),
        "keys" => Some(Value { taints: owner.taints.clone(), ..Value::default() }),
        _ => None,
    }
}

/// The annotated fields of a class in their order, those of its bases first.
fn annotated_fields(program: &crate::program::Program, class: ClassRef) -> Vec<Symbol> {
    let mut fields = Vec::new();
    for ancestor in program.hierarchy.lineage(class).ancestors.iter().rev() {
        let module = &program.file(ancestor.file).module;
        for statement in &module.class(ancestor.id).body {
            if let tightlip_ir::StatementKind::Declare { target, .. } = &statement.kind
                && let ExpressionKind::Name(name) = module.expression(*target).kind
                && !fields.contains(&name)
            {
                fields.push(name);
            }
        }
    }
    fields
}
