//! Attributes: of exceptions, of objects and classes of the program, of libraries.

use std::sync::Arc;

use rustc_hash::FxHashSet;
use tightlip_catalogue::{AttributeModel, PathStep, Rule};
use tightlip_ir::{ExpressionId, ExpressionKind, FunctionId, Owner, Symbol};

use super::{Interpreter, slot_of};
use crate::heat::{Heat, Slots};
use crate::program::{ClassRef, FunctionRef};
use crate::reach::Tried;
use crate::store::{Holders, Key};
use crate::summary::EffectTarget;
use crate::taint::{Form, Note, Operation, Origin, Slot, Source, SourceKind, Taint};
use crate::value::{Constant, Entity, Object, PartialCall, Shape, Value};

/// Decorators of the language that leave a method a method.
const TRANSPARENT: &[&str] =
    &["abstractmethod", "override", "final", "staticmethod", "classmethod", "overload"];
/// Decorators of the language that make a method an attribute.
const PROPERTY: &[&str] =
    &["property", "cached_property", "hybrid_property", "abstractproperty", "classproperty"];

impl<'a> Interpreter<'a> {
    /// What `owner.name` is.
    pub(super) fn attribute(&mut self, owner: &Value, name: Symbol) -> Value {
        let mut value = Value::default();
        for taint in &owner.taints {
            if let Some(taint) = self.attribute_taint(taint, name) {
                value.add_taint(taint);
            }
        }
        let told_by_caller = self.is_own_exception(owner);
        for entity in &owner.entities {
            let known = self.entity_attribute(entity, name);
            value.gather(&if told_by_caller { only_given(known) } else { known });
        }
        // What was assigned to an object of which nothing is known is kept as its entries.
        for shape in &owner.shapes {
            if let Shape::Record(entries, _) = shape
                && let Some((_, entry)) = entries.iter().find(|(key, _)| *key == name)
            {
                value.gather(entry);
            }
        }
        value
    }

    /// Whether `value` is the exception whose method this is: what it holds is known where it was caught, and is put
    /// in there.
    pub(super) fn is_own_exception(&self, value: &Value) -> bool {
        self.takes_own_exception() && slot_of(value) == Some(Slot::Parameter(0))
    }

    /// As [`Self::is_own_exception`], of an attribute of it.
    pub(super) fn is_of_own_exception(&self, value: &Value) -> bool {
        let is_own = |taint: &Taint| match &taint.origin {
            Origin::Given(Slot::Parameter(0), operations) => {
                matches!(operations.as_slice(), [Operation::Attribute(_)])
            }
            _ => false,
        };
        self.takes_own_exception() && value.taints.iter().any(is_own)
    }

    fn takes_own_exception(&self) -> bool {
        self.heat.slots().contains(Slot::Parameter(0))
            && self.roles.is_empty()
            && self.function.name != "__init__"
            && self.class.is_some_and(|class| self.program.hierarchy.lineage(class).exception)
    }

    fn attribute_taint(&mut self, taint: &Taint, name: Symbol) -> Option<Taint> {
        let Origin::Source(source) = &taint.origin else {
            return Some(taint.clone().then(Operation::Attribute(name)));
        };
        match taint.form {
            Form::Reply => self.catalogue.reply_attributes.contains(&name).then(|| taint.clone()),
            Form::Text => Some(taint.clone()),
            Form::Object => match &source.kind {
                SourceKind::Read(_) if taint.rule != Rule::ExceptionMessage => {
                    self.attribute_of_read(taint, name)
                }
                _ => self.attribute_of_exception(source, taint, name),
            },
        }
    }

    /// One setting of all is no dump of them; all of them under another name is.
    fn attribute_of_read(&self, taint: &Taint, name: Symbol) -> Option<Taint> {
        match taint.rule {
            Rule::ExceptionType | Rule::StackTrace => return Some(taint.clone()),
            // Reading a file gives its content; what else is done with its name, a name.
            Rule::LogContent if self.catalogue.reading_attributes.contains(&name) => {
                return Some(Taint { form: Form::Text, ..taint.clone() });
            }
            Rule::LogContent => return Some(taint.clone()),
            _ => {}
        }
        let whole = name != "values"
            && self.catalogue.plain_methods.contains(&name)
            && !self.catalogue.entry_methods.contains(&name)
            && !self.catalogue.sanitizing_methods.contains(&name);
        whole.then(|| taint.clone())
    }

    fn attribute_of_exception(&self, source: &Source, taint: &Taint, name: Symbol) -> Option<Taint> {
        let model = self.attribute_model(source, name, None);
        let mut taint = taint.clone();
        taint.form = Form::Text;
        let Some(model) = model else { return Some(taint) };
        taint.rule = model.tells?;
        if model.object {
            taint.form = Form::Object;
        }
        Some(taint)
    }

    fn attribute_model(
        &self,
        source: &Source,
        name: Symbol,
        item: Option<i64>,
    ) -> Option<&'a AttributeModel> {
        let models = self.catalogue.attributes.get(&name)?;
        models.iter().find(|model| model.item == item && self.model_fits(model, source.types()))
    }

    /// A model that tells fits a caught type that may be one of its classes; one that clears must fit all of them.
    fn model_fits(&self, model: &AttributeModel, types: &[Symbol]) -> bool {
        if model.of.is_empty() {
            return true;
        }
        let is_one = |class: &Symbol| model.of.iter().any(|of| self.catalogue.derives(*class, *of));
        match model.tells {
            None => !types.is_empty() && types.iter().all(is_one),
            Some(_) => types.is_empty() || types.iter().any(|class| is_one(class) || is_broad(*class)),
        }
    }

    /// `error.args[0]`, where the catalogue knows what stands there.
    pub(super) fn item_of_exception(
        &mut self,
        object: ExpressionId,
        place: Option<Constant>,
    ) -> Option<Value> {
        let (ExpressionKind::Attribute { object, name }, Some(Constant::Integer(place))) =
            (&self.module.expression(object).kind, place)
        else {
            return None;
        };
        if !self.catalogue.attributes.get(name)?.iter().any(|model| model.item == Some(place)) {
            return None;
        }
        let owner = self.value(*object);
        let mut value = Value::default();
        let mut fits = false;
        for taint in &owner.taints {
            if let Origin::Source(source) = &taint.origin
                && let Some(model) = self.attribute_model(source, *name, Some(place))
            {
                fits = true;
                if let Some(rule) = model.tells {
                    value.add_taint(Taint { rule, form: Form::Text, ..taint.clone() });
                }
            }
        }
        fits.then_some(value)
    }

    fn entity_attribute(&mut self, entity: &Entity, name: Symbol) -> Value {
        match entity {
            Entity::Instance(object) => self.instance_attribute(object, name),
            Entity::Class(class) => self.class_attribute(*class, name),
            Entity::Super(class) => self.super_attribute(*class, name),
            Entity::Module(file) => self.module_attribute(*file, name),
            Entity::Library(path) => self.library_attribute(*path, name),
            Entity::Function(..) | Entity::Method(..) | Entity::Partial(_) => {
                // Attributes of a function are set by its decorators; all of them call it in the end.
                if matches!(name.text(), "delay" | "apply_async" | "__wrapped__" | "func" | "apply" | "s") {
                    Value::from(entity.clone())
                } else {
                    Value::default()
                }
            }
        }
    }

    pub(super) fn library_attribute(&self, path: Symbol, name: Symbol) -> Value {
        Entity::Library(self.library_step(path, PathStep::Attribute(name))).into()
    }

    fn instance_attribute(&mut self, object: &Object, name: Symbol) -> Value {
        let class = object.class;
        let mut value = Value::default();
        let mut found = false;
        for method in self.methods_of(class, name) {
            found = true;
            let known = self.bound(method, object);
            value.gather(&known);
        }
        if !found {
            value = self.field(object, name);
            if self.program.hierarchy.lineage(class).exception
                && let Some(model) = self.catalogue.attributes.get(&name).and_then(|models| models.first())
                && let (Some(rule), true) = (model.tells, model.of.is_empty())
            {
                // What every exception has, whoever wrote its text: cause, context, traceback, class.
                let form = if model.object { Form::Object } else { Form::Text };
                let kind = SourceKind::Caught(Box::new([]));
                value.add_taint(self.source(self.focus, rule, kind, None, form));
            }
            if value.is_empty() {
                for base in &self.program.hierarchy.lineage(class).objects {
                    value.gather(&self.library_attribute(*base, name));
                }
            }
        }
        value
    }

    /// The method of `class`, or those of the classes that derive from it if there are few.
    fn methods_of(&self, class: ClassRef, name: Symbol) -> Vec<FunctionRef> {
        const MOST_OVERRIDES: usize = 6;
        let hierarchy = &self.program.hierarchy;
        let mut methods: Vec<FunctionRef> = hierarchy.method(class, name).into_iter().collect();
        let overrides: Vec<FunctionRef> = hierarchy
            .lineage(class)
            .descendants
            .iter()
            .filter_map(|descendant| hierarchy.lineage(*descendant).methods.get(&name).copied())
            .collect();
        if overrides.len() <= MOST_OVERRIDES {
            methods.extend(overrides);
        }
        methods
    }

    /// The method as the attribute of an object of `class`.
    fn bound(&mut self, method: FunctionRef, object: &Object) -> Value {
        let function = self.program.function(method);
        if function.decorators.is_empty() {
            return Entity::Method(method, object.clone()).into();
        }
        if self.has_decorator(method, PROPERTY) {
            return self.call_method(method, object);
        }
        if self.has_decorator(method, &["staticmethod"]) {
            return Entity::Function(method, Arc::from([])).into();
        }
        if self.has_decorator(method, TRANSPARENT) {
            return Entity::Method(method, object.clone()).into();
        }
        let Owner::Class(owner) = function.owner else {
            return Entity::Method(method, object.clone()).into();
        };
        self.ask(FunctionRef { file: method.file, id: FunctionId::MODULE_BODY });
        let key = Key::Field(ClassRef { file: method.file, id: owner }, function.name);
        match self.read(key) {
            Some(decorated) if !decorated.entities.is_empty() => {
                let call = PartialCall {
                    callee: decorated,
                    positional: vec![Entity::Instance(object.clone()).into()],
                    keywords: Vec::new(),
                };
                Entity::Partial(Arc::new(call)).into()
            }
            _ => Entity::Method(method, object.clone()).into(),
        }
    }

    /// What `object` holds in the field: what its class, the bases and the classes derived from it leave there, and
    /// what was put in when it, or an object of a derived class, was constructed. Of an exception that was caught
    /// only what the code that was tried constructs counts.
    pub(super) fn field(&mut self, object: &Object, name: Symbol) -> Value {
        /// Who catches the base of a large family of exceptions rarely meets all of it.
        const LARGEST_FAMILY: usize = 6;
        let class = object.class;
        let lineage = self.program.hierarchy.lineage(class);
        let holders = self.solver.read_fields(self.here, class, name);
        if matches!(holders, Holders::None) || lineage.public {
            return Value::default();
        }
        let tried = object.tried.as_ref().and_then(|tried| self.limits(tried, class, name, &holders));
        let far = tried.is_none() && lineage.exception && lineage.descendants.len() > LARGEST_FAMILY;
        let descendants = if far { &[][..] } else { &lineage.descendants };
        let left = descendants.iter().filter(|class| tried.is_none_or(|(tried, _)| !tried.took(**class)));
        let mut value = Value::default();
        let hierarchy = &self.program.hierarchy;
        let left = left.filter(|class| !hierarchy.lineage(**class).public);
        let fields = lineage.ancestors.iter().chain(left.clone()).map(|owner| Key::Field(*owner, name));
        for key in fields.filter(|key| holders.may_have(*key)) {
            if let Some(held) = self.solver.held(key) {
                join_field(&mut value, held);
            }
        }
        let constructed = std::iter::once(&class).chain(left).map(|owner| Key::Constructed(*owner, name));
        for key in constructed.filter(|key| holders.may_have(*key)) {
            let held = match tried {
                Some((_, run)) => self.solver.held_from(key, &|writer| run.contains(&writer)),
                None => self.solver.held(key),
            };
            if let Some(held) = held {
                join_field(&mut value, held);
            }
        }
        if object.tried.is_some() {
            // What an exception holds was made where it was raised.
            for entity in value.entities.iter_mut() {
                if let Entity::Instance(Object { tried: tried @ None, .. }) = entity {
                    tried.clone_from(&object.tried);
                }
            }
        }
        value
    }

    /// What was tried, with what it may run, where detail was put into such a field at all.
    fn limits<'t>(
        &mut self,
        tried: &'t Tried,
        class: ClassRef,
        name: Symbol,
        holders: &Holders,
    ) -> Option<(&'t Tried, &'t FxHashSet<FunctionRef>)> {
        let family = std::iter::once(&class).chain(&self.program.hierarchy.lineage(class).descendants);
        let keys = family.map(|owner| Key::Constructed(*owner, name)).filter(|key| holders.may_have(*key));
        let mut held = keys.filter_map(|key| self.solver.held(key));
        let holds_detail = held.any(|held| held.is_tainted());
        let solver = self.solver;
        let run = holds_detail.then(|| solver.reach.functions(self.program, tried))??;
        Some((tried, run))
    }

    fn class_attribute(&mut self, class: ClassRef, name: Symbol) -> Value {
        match self.program.hierarchy.method(class, name) {
            Some(method) if self.has_decorator(method, &["classmethod"]) => {
                Entity::Method(method, class.into()).into()
            }
            Some(method) => Entity::Function(method, Arc::from([])).into(),
            None => {
                let mut value = self.field(&class.into(), name);
                if value.is_empty() {
                    for base in self.program.hierarchy.lineage(class).libraries.clone() {
                        value.gather(&self.library_attribute(base, name));
                    }
                }
                value
            }
        }
    }

    fn super_attribute(&mut self, class: ClassRef, name: Symbol) -> Value {
        if let Some(method) = self.program.hierarchy.inherited_method(class, name) {
            return Entity::Method(method, class.into()).into();
        }
        let mut value = Value::default();
        for base in &self.program.hierarchy.lineage(class).objects {
            value.gather(&self.library_attribute(*base, name));
        }
        value
    }

    /// `owner.name = value`.
    pub(super) fn assign_attribute(
        &mut self,
        target: ExpressionId,
        object: ExpressionId,
        owner: &Value,
        name: Symbol,
        value: Value,
    ) {
        let mut sent = false;
        for entity in &owner.entities {
            match entity {
                Entity::Instance(object) => {
                    self.set_field(object.class, owner, name, value.clone(), target);
                    for base in &self.program.hierarchy.lineage(object.class).objects {
                        let path = self.library_step(*base, PathStep::Attribute(name));
                        self.assign_library(path, &value, target);
                    }
                }
                Entity::Class(class) => self.set_field(*class, owner, name, value.clone(), target),
                Entity::Module(file) => self.write(Key::Global(*file, name), value.clone()),
                Entity::Library(path) => {
                    sent |= self.assign_library(
                        self.library_step(*path, PathStep::Attribute(name)),
                        &value,
                        target,
                    );
                }
                _ => {}
            }
        }
        let known_class =
            owner.entities.iter().any(|entity| matches!(entity, Entity::Instance(_) | Entity::Class(_)));
        if !known_class && !sent {
            self.fill(object, owner, Some(name), &value);
        }
    }

    fn set_field(
        &mut self,
        class: ClassRef,
        owner: &Value,
        name: Symbol,
        value: Value,
        target: ExpressionId,
    ) {
        let location = self.at(target);
        let value = value.map_taints(&mut |taint| Some(taint.step(location, Note::Field(name))));
        let constructing = self.function.name == "__init__" && self.class == Some(class);
        if constructing && owner.entities.len() == 1 {
            // Who constructs knows of which derived class the object is.
            let slot = Slot::Parameter(0);
            self.add_effect(EffectTarget::Argument(slot, Some(name)), value.clone());
            let (known, _) = super::split_given(value);
            if known.is_telling() {
                self.write(Key::Field(class, name), known);
            }
            return;
        }
        self.write(Key::Field(class, name), value);
    }

    /// `object[key] = value`.
    pub(super) fn assign_entry(
        &mut self,
        target: ExpressionId,
        object: ExpressionId,
        key: Option<Symbol>,
        value: Value,
    ) {
        let owner = self.value(object);
        let mut sent = false;
        for entity in &owner.entities {
            if let Entity::Library(path) = entity {
                let exact = key.and_then(|key| self.catalogue.step(*path, PathStep::Entry(key)));
                let known = exact.filter(|path| self.catalogue.assigned_switches.contains_key(path));
                let path = known.unwrap_or_else(|| self.library_step(*path, PathStep::AnyEntry));
                sent |= self.assign_library(path, &value, target);
            }
        }
        if !sent {
            self.fill(object, &owner, key, &value);
        }
    }

    /// Puts `value` into what `object` is, under `key` or at an unknown place.
    pub(super) fn fill(&mut self, object: ExpressionId, owner: &Value, key: Option<Symbol>, value: &Value) {
        let value = self.settled(value.clone());
        let module = self.module;
        match &module.expression(object).kind {
            ExpressionKind::Name(name) => {
                match slot_of(owner) {
                    Some(slot) if value.is_telling() => {
                        self.add_effect(EffectTarget::Argument(slot, key), value.clone());
                    }
                    None if value.is_tainted() && self.is_own_parameter_name(*name) => self.ask_for_slots(),
                    _ => {}
                }
                self.fill_variable(*name, owner, key, &value);
            }
            ExpressionKind::Attribute { object, name } => {
                let holder = self.value(*object);
                let filled = filled(owner, key, &value);
                for entity in &holder.entities {
                    match entity {
                        Entity::Instance(Object { class, .. }) | Entity::Class(class) => {
                            self.write(Key::Field(*class, *name), filled.clone());
                        }
                        Entity::Module(file) => self.write(Key::Global(*file, *name), filled.clone()),
                        _ => {}
                    }
                }
            }
            ExpressionKind::Index { object, index } => {
                self.fill_entry(*object, *index, &filled(owner, key, &value));
            }
            // `record.setdefault(key, []).append(value)`
            ExpressionKind::Call { callee, arguments } => {
                if let ExpressionKind::Attribute { object, name } = &module.expression(*callee).kind
                    && self.catalogue.entry_methods.contains(name)
                    && let Some(index) = arguments.first()
                {
                    self.fill_entry(*object, index.value, &filled(owner, key, &value));
                }
            }
            _ => {}
        }
    }

    fn is_own_parameter_name(&self, name: Symbol) -> bool {
        self.function.parameters.iter().any(|parameter| parameter.name == name)
    }

    /// What is filled here is the caller's; only a run with slots can tell it so.
    fn ask_for_slots(&mut self) {
        self.solver.warm(self.here, Heat::given(Slots::NONE));
    }

    /// Puts `inner` into what `object` is, under what `index` is.
    fn fill_entry(&mut self, object: ExpressionId, index: ExpressionId, inner: &Value) {
        if self.depth < super::DEEPEST / 2 {
            self.depth += 8;
            let key = self.key(index);
            let holder = self.value(object);
            self.fill(object, &holder, key, inner);
            self.depth -= 8;
        }
    }

    fn fill_variable(&mut self, name: Symbol, owner: &Value, key: Option<Symbol>, value: &Value) {
        let whole = filled(owner, key, value);
        let is_own = self.state.as_ref().is_some_and(|state| state.get(name).is_some());
        if is_own {
            self.publish(name, &whole);
            if let Some(state) = &mut self.state {
                state.narrow(name, whole);
            }
            return;
        }
        if !value.is_telling() {
            return;
        }
        if let Some(owner) = self.owner_of(name) {
            let part = filled(&Value::default(), key, value);
            return self.write(Key::Captured(owner, name), part);
        }
        for meaning in self.program.meanings(self.here.file, name).iter() {
            if let crate::program::Meaning::Variable(file, name) = *meaning {
                let part = filled(&Value::default(), key, value);
                self.write(Key::Global(file, name), part);
            }
        }
    }
}

/// `owner` with `value` put into it.
pub(super) fn filled(owner: &Value, key: Option<Symbol>, value: &Value) -> Value {
    let mut filled = owner.clone();
    filled.constant = None;
    match key {
        Some(_) => filled.set_entry(key, value.clone()),
        None => filled.add_item(value),
    }
    filled
}

fn is_broad(class: Symbol) -> bool {
    matches!(class.text(), "Exception" | "BaseException")
}

fn join_field(value: &mut Value, held: Value) {
    if value.is_empty() {
        *value = held;
    } else {
        value.join(&held);
    }
}

/// What of `value` depends on the caller.
pub(super) fn only_given(value: Value) -> Value {
    value.map_taints(&mut |taint| super::is_given(&taint).then_some(taint))
}
