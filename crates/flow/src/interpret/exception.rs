//! Exceptions: what is caught, what is handed over, what their text is.

use std::sync::Arc;

use tightlip_catalogue::model::Scope;
use tightlip_catalogue::{Rule, Severity};
use tightlip_ir::{Span, Symbol};

use super::{Interpreter, is_given};
use crate::found::Role;
use crate::hierarchy::is_exception;
use crate::store::Key;
use crate::summary::Fails;
use crate::taint::{ClassName, Form, Note, Operation, Origin, Source, SourceKind, Taint};
use crate::value::{Constant, Entity, Object, Shape, Value};

/// A `try` as its arms see it.
pub(super) struct Attempt {
    /// What is tried.
    pub(super) span: Span,
    /// How it fails.
    pub(super) fails: Fails,
    /// What the arms before have caught.
    pub(super) taken: Vec<ClassName>,
}

impl<'a> Interpreter<'a> {
    /// The classes that an `except` with these types catches.
    pub(super) fn caught_classes(&mut self, types: &[Value]) -> Vec<ClassName> {
        let mut classes = Vec::new();
        let mut known = true;
        for class in types {
            known &= self.classes(class, &mut classes);
        }
        if types.is_empty() || !known {
            classes.push(ClassName::Library(Symbol::new("Exception")));
        }
        classes
    }

    /// The exception that an `except` of these classes binds.
    pub(super) fn caught(&mut self, classes: &[ClassName], span: Span, attempt: &Attempt) -> Value {
        let mut value = self.exception_of(classes, span, attempt.fails, None);
        for entity in value.entities.iter_mut() {
            if let Entity::Instance(object) = entity {
                let taken = &attempt.taken;
                object.tried = Some(self.solver.reach.tried(self.program, self.here, attempt.span, taken));
            }
        }
        value
    }

    /// The exception that the framework hands to the parameter at `place`, if it does.
    pub(super) fn handed_exception(&mut self, place: usize) -> Option<Value> {
        let offset = usize::from(super::names::is_receiver(self.function, 0));
        let roles = self.roles.clone();
        let mut value: Option<Value> = None;
        for role in roles.iter().filter(|role| role.exception.is_some_and(|at| at + offset == place)) {
            let mut classes = role.handles.clone();
            if classes.is_empty() {
                classes.push(ClassName::Library(Symbol::new("Exception")));
            }
            let span = self.function.parameters[place].span;
            let fails = Fails { anyhow: true, parsing: true };
            let known = self.exception_of(&classes, span, fails, Some(role));
            match &mut value {
                Some(value) => value.join(&known),
                None => value = Some(known),
            }
        }
        value
    }

    fn exception_of(
        &mut self,
        classes: &[ClassName],
        span: Span,
        fails: Fails,
        role: Option<&Role>,
    ) -> Value {
        let mut value = Value::default();
        let mut raw = Vec::new();
        let mut narrow = true;
        for class in classes {
            match *class {
                ClassName::Program(class) => value.gather(&Entity::Instance(class.into()).into()),
                ClassName::Library(path) => {
                    if !self.catalogue.is_public(path) {
                        raw.push(path);
                        narrow &= self.catalogue.exception(path).is_some_and(|model| model.narrow);
                    }
                    value.gather(&Entity::Library(self.instance_path(path)).into());
                }
            }
        }
        if raw.is_empty() {
            return value;
        }
        if narrow && role.is_none() && !fails.anyhow && !fails.parsing {
            // Nothing but the program itself raises it here.
            for path in raw {
                if let Some(raised) = self.read(Key::Raised(path)) {
                    value.gather(&raised);
                }
            }
            return value;
        }
        let for_clients = narrow && role.is_none() && !fails.anyhow;
        let for_input =
            raw.iter().all(|path| self.catalogue.exception(*path).is_some_and(|model| model.for_input));
        if for_clients && for_input {
            return value;
        }
        let severity = match role {
            // Most input comes from clients.
            Some(_) if for_input => Some(Severity::Low),
            // A handler of the whole application makes each of its errors a leak.
            Some(role) if role.scope == Scope::Application => Some(Severity::High),
            _ if for_clients => Some(Severity::Low),
            _ => None,
        };
        let kind = match role {
            Some(_) => SourceKind::Handed(raw.into()),
            None => SourceKind::Caught(raw.into()),
        };
        let taint = self.source(span, Rule::ExceptionMessage, kind, severity, Form::Object);
        value.gather(&taint.into());
        value
    }

    /// A new source at `span`.
    pub(super) fn source(
        &self,
        span: Span,
        rule: Rule,
        kind: SourceKind,
        severity: Option<Severity>,
        form: Form,
    ) -> Taint {
        let location = self.location(span);
        let source = Source { location, function: self.here, rule, kind, severity };
        let taint = Taint {
            origin: Origin::Source(Arc::new(source)),
            rule,
            form,
            unsure: false,
            opened: false,
            trail: crate::taint::Trail::default(),
        };
        taint.step(location, Note::Starts)
    }

    /// The classes that `value` names, alone or in a tuple. Whether all of it is known.
    pub(super) fn classes(&mut self, value: &Value, classes: &mut Vec<ClassName>) -> bool {
        let mut known = !value.entities.is_empty() || !value.shapes.is_empty();
        for entity in &value.entities {
            match entity {
                Entity::Class(class) => classes.push(ClassName::Program(*class)),
                Entity::Library(path) => classes.push(ClassName::Library(*path)),
                _ => known = false,
            }
        }
        for shape in &value.shapes {
            match shape {
                Shape::Tuple(items) => {
                    for item in items {
                        known &= self.classes(item, classes);
                    }
                }
                Shape::List(item) => known &= self.classes(item, classes),
                Shape::Record(..) => known = false,
            }
        }
        if let Some(Constant::Integer(status)) = value.constant {
            match self.catalogue.statuses.get(&status) {
                Some(class) => classes.push(ClassName::Library(*class)),
                None => classes.push(ClassName::Library(Symbol::new("Exception"))),
            }
            known = true;
        }
        known
    }

    /// `value` turned into text.
    pub(super) fn text(&mut self, value: &Value) -> Value {
        let mut text = Value::default();
        for taint in value.all_taints() {
            let mut taint = taint.then(Operation::Text);
            if is_name_of_file(&taint) {
                continue;
            }
            if !is_given(&taint) {
                taint.form = taint.form.max(Form::Text);
            }
            text.add_taint(taint);
        }
        self.add_texts_of_objects(value, &mut text);
        if let Some(Constant::Text(_)) = value.constant {
            text.constant = value.constant;
        }
        text
    }

    fn add_texts_of_objects(&mut self, value: &Value, text: &mut Value) {
        if self.is_own_exception(value) {
            return;
        }
        for entity in &value.entities {
            if let Entity::Instance(object) = entity {
                let known = self.text_of_object(object);
                for taint in known.all_taints() {
                    text.add_taint(taint);
                }
            }
        }
        for part in value.parts() {
            self.add_texts_of_objects(part, text);
        }
    }

    /// What `str` of `object` tells.
    fn text_of_object(&mut self, object: &Object) -> Value {
        let class = object.class;
        let lineage = self.program.hierarchy.lineage(class);
        if lineage.public {
            return Value::default();
        }
        let is_exception = lineage.exception;
        // What `repr` of other objects tells is rarely asked for, and `__repr__` is there for developers.
        let names: &[&str] = if is_exception { &["__str__", "__repr__"] } else { &["__str__"] };
        for name in names {
            if let Some(method) = self.program.hierarchy.method(class, Symbol::new(name)) {
                return self.call_method(method, object);
            }
        }
        if !is_exception {
            return Value::default();
        }
        let arguments = self.field(object, Symbol::new("args"));
        let mut text = self.field(object, Symbol::new("description"));
        text.gather(&arguments);
        let taints = text.all_taints().into_iter().map(|mut taint| {
            taint.form = taint.form.max(Form::Text);
            taint
        });
        Value { taints: taints.collect(), ..Value::default() }
    }

    /// Objects of the program's exception classes among the parts of what is sent are sent as their text.
    pub(super) fn with_texts_of_exceptions(&mut self, value: &Value) -> Value {
        let mut whole = value.clone();
        let mut text = Value::default();
        self.add_texts_of_exceptions(value, &mut text);
        text.taints.into_iter().for_each(|taint| whole.add_taint(taint));
        whole
    }

    fn add_texts_of_exceptions(&mut self, value: &Value, text: &mut Value) {
        for entity in &value.entities {
            if let Entity::Instance(object) = entity
                && self.program.hierarchy.lineage(object.class).exception
            {
                let known = self.text_of_object(object);
                known.taints.into_iter().for_each(|taint| text.add_taint(taint));
            }
        }
        for part in value.parts() {
            self.add_texts_of_exceptions(part, text);
        }
    }

    /// What of `value` is left when it is known to be, or not to be, of one of `classes`.
    pub(super) fn restrict(&mut self, value: &Value, classes: &Arc<[ClassName]>, keep: bool) -> Value {
        let operation = if keep { Operation::Only(classes.clone()) } else { Operation::Not(classes.clone()) };
        let catalogue = self.catalogue;
        let all_public = classes.iter().all(|class| match class {
            ClassName::Library(path) => catalogue.is_public(*path),
            ClassName::Program(_) => true,
        });
        let types_known = |source: &Source| !source.types().is_empty();
        let covers = |source: &Source| {
            source.types().iter().all(|known| {
                classes.iter().any(|class| match class {
                    ClassName::Library(path) => catalogue.derives(*known, *path),
                    ClassName::Program(_) => false,
                })
            })
        };
        let mut left = value.clone().map_taints(&mut |taint| match &taint.origin {
            Origin::Given(..) => Some(taint.then(operation.clone())),
            Origin::Source(source) if taint.form == Form::Object && types_known(source) => {
                let gone = if keep { all_public } else { covers(source) };
                (!gone).then_some(taint)
            }
            Origin::Source(_) => Some(taint),
        });
        if keep {
            self.keep_classes(&mut left, classes);
        } else {
            left.entities.retain(|entity| !self.is_of(entity, classes));
        }
        left
    }

    fn keep_classes(&self, value: &mut Value, classes: &[ClassName]) {
        value.entities.retain(|entity| self.is_of(entity, classes));
        if value.entities.is_empty() {
            for class in classes {
                let entity = match *class {
                    ClassName::Program(class) => Entity::Instance(class.into()),
                    ClassName::Library(path) => Entity::Library(self.instance_path(path)),
                };
                value.entities.push(entity);
            }
        }
    }

    fn is_of(&self, entity: &Entity, classes: &[ClassName]) -> bool {
        let hierarchy = &self.program.hierarchy;
        match entity {
            Entity::Instance(Object { class: known, .. }) => classes.iter().any(|class| match class {
                ClassName::Program(class) => hierarchy.derives(*known, *class),
                ClassName::Library(path) => hierarchy.derives_library(*known, *path, self.catalogue),
            }),
            Entity::Library(known) => {
                let Some(known) = known.text().strip_suffix("()").map(Symbol::new) else { return false };
                classes.iter().any(|class| match class {
                    ClassName::Library(path) => self.catalogue.derives(known, *path),
                    ClassName::Program(_) => false,
                })
            }
            _ => false,
        }
    }

    /// Remembers with what text an exception class of a library is raised.
    pub(super) fn remember_raised(&mut self, path: Symbol, text: &Value, span: Span) {
        if !is_exception(path, self.catalogue) || self.catalogue.is_public(path) {
            return;
        }
        let location = self.location(span);
        let text = self.text(text).map_taints(&mut |taint| Some(taint.step(location, Note::Wrapped(path))));
        if text.is_telling() {
            self.write(Key::Raised(path), text);
        }
    }
}

/// The name of a file tells nothing of what is in it.
pub(super) fn is_name_of_file(taint: &Taint) -> bool {
    taint.rule == Rule::LogContent && taint.form == Form::Object
}
