//! Calls and values of libraries, as the catalogue knows them.

use std::sync::Arc;

use tightlip_catalogue::model::{Channel, Gives};
use tightlip_catalogue::{CallModel, Rule, SourceModel};
use tightlip_ir::{ExpressionId, Span, Spread, Symbol};

use super::Interpreter;
use super::arguments::{PassedArguments, keywords_as_record};
use super::exception::is_name_of_file;
use super::sink::Road;
use crate::found::ApplicationSite;
use crate::shared::Shared;
use crate::taint::{Form, Origin, SourceKind};
use crate::value::{Constant, Entity, PartialCall, Shape, Value};

impl<'a> Interpreter<'a> {
    /// What calling the library's function or class at `path` gives.
    pub(super) fn call_library(&mut self, path: Symbol, passed: &PassedArguments) -> Value {
        let catalogue = self.catalogue;
        let Some(model) = catalogue.calls.get(&path) else { return self.call_unmodelled(path, passed) };
        self.note_application(path, passed.span);
        self.register_functions(model, passed);
        self.check_switches_of_call(path, model, passed);
        self.open_defaults(model, passed);
        let mut makes_reply = false;
        for sink in &model.sinks {
            makes_reply |= sink.makes_reply;
            if sink.makes_reply {
                continue;
            }
            for argument in passed.selected(&sink.arguments) {
                self.send(&argument.part(&sink.arguments), Road::of(sink), self.call_location(passed), true);
            }
        }
        if model.parses {
            self.note_parsing(passed);
        }
        if let Some(selected) = &model.writes {
            self.write_texts(selected, passed);
        }
        if let Some(result) = self.given_by_sources(model, passed) {
            return result;
        }
        let mut result = match model.gives {
            Some(gives) => self.given(gives, path, passed),
            None if makes_reply => self.reply(model, passed),
            None if model.sanitizes || model.parses => Value::default(),
            None => detail_of(passed),
        };
        if !model.sanitizes || model.gives.is_none() {
            result.entities.push(Entity::Library(self.instance_path(path)));
        }
        result
    }

    /// Parsing what the client sent quotes what the client sent; parsing anything else quotes the server's.
    fn note_parsing(&mut self, passed: &PassedArguments) {
        let from_client = passed.all.iter().any(|argument| {
            self.is_from_client(&argument.value) || argument.value.all_taints().iter().any(super::is_given)
        });
        self.fails.parsing |= from_client;
        self.fails.anyhow |= !from_client;
    }

    /// A library's function that no model speaks of hands on what it is given.
    fn call_unmodelled(&mut self, path: Symbol, passed: &PassedArguments) -> Value {
        if self.catalogue.decorated.values().any(|object| *object == path) {
            // The function that it was made of is called beside it.
            return Value::default();
        }
        let mut detail = detail_of(passed);
        if crate::hierarchy::is_exception(path, self.catalogue) {
            let mut arguments = Value::default();
            passed.all.iter().for_each(|argument| arguments.gather(&argument.value.flat()));
            let whole = self.with_texts_of_exceptions(&arguments);
            self.remember_raised(path, &whole, passed.span);
            detail = whole.flat();
            detail.entities = Shared::default();
        } else if !self.is_harmless(path) {
            self.fails.anyhow = true;
        }
        detail.entities.push(Entity::Library(self.instance_path(path)));
        detail
    }

    /// Whether nothing is said about a failing call: what the client sends is read without failing.
    fn is_harmless(&self, path: Symbol) -> bool {
        self.catalogue.client.contains(&path)
    }

    fn reply(&mut self, model: &CallModel, passed: &PassedArguments) -> Value {
        let mut body = Value::default();
        for sink in model.sinks.iter().filter(|sink| sink.makes_reply) {
            if let Some(shown) = self.shown_by_page(sink, passed) {
                shown.taints.into_iter().for_each(|taint| body.add_taint(taint));
                continue;
            }
            for argument in passed.selected(&sink.arguments) {
                let value = self.with_texts_of_exceptions(&argument.value);
                for taint in value.all_taints() {
                    if sink.channel == Channel::File || !is_name_of_file(&taint) {
                        body.add_taint(taint);
                    }
                }
            }
        }
        body.in_form(Form::Reply)
    }

    fn given_by_sources(&mut self, model: &'a CallModel, passed: &PassedArguments) -> Option<Value> {
        let mut result: Option<Value> = None;
        for source in &model.sources {
            if let Some(keyword) = source.when {
                let wanted = tightlip_catalogue::Arguments { keywords: vec![keyword], ..Default::default() };
                let on = passed.value_of(&wanted).is_some_and(|value| value.truth() != Some(false));
                if !on {
                    continue;
                }
            }
            let known = self.source_value(source, passed.span);
            match &source.into {
                Some(selected) => {
                    let into: Vec<_> = passed.selected(selected).cloned().collect();
                    for argument in into {
                        self.write_into(&argument, &known, passed.span);
                    }
                    result.get_or_insert_default();
                }
                None => result.get_or_insert_default().gather(&known),
            }
        }
        result
    }

    /// `print(error, file=buffer)`
    fn write_texts(&mut self, into: &tightlip_catalogue::Arguments, passed: &PassedArguments) {
        let targets: Vec<_> = passed.selected(into).cloned().collect();
        for target in targets {
            let others = passed.all.iter().filter(|other| other.expression != target.expression);
            let written: Vec<Value> = others.map(|other| other.value.clone()).collect();
            let text = self.texts(&written);
            self.write_into(&target, &text, passed.span);
        }
    }

    /// Detail is written into a file-like argument.
    fn write_into(&mut self, argument: &super::arguments::Passed, detail: &Value, span: Span) {
        for entity in &argument.value.entities {
            if let Entity::Library(path) = entity
                && let Some(sink) = self.catalogue.assigned.get(path)
            {
                let location = self.location(span);
                self.send(detail, Road::of(sink), location, true);
            }
        }
        if let Some(expression) = argument.expression {
            let owner = self.value(expression);
            let mut filled = owner;
            detail.taints.iter().for_each(|taint| filled.add_taint(taint.clone()));
            self.assign(expression, filled);
        }
    }

    /// The detail that a source model speaks of, as found at `span`.
    fn source_value(&mut self, model: &SourceModel, span: Span) -> Value {
        let form = if model.object { Form::Object } else { Form::Text };
        let mut items: Vec<Value> = Vec::new();
        for rule in &model.tells {
            let kind = match (*rule, model.object) {
                (Rule::ExceptionMessage, true) => SourceKind::Kept(model.phrase, kept_classes(model)),
                _ => SourceKind::Read(model.phrase),
            };
            items.push(self.source(span, *rule, kind, model.severity, form).into());
        }
        let whole = if items.len() == 1 { items.remove(0) } else { Shape::Tuple(items).into() };
        if model.items { Value::list(whole) } else { whole }
    }

    /// `value`, and the detail that the path it is tells.
    pub(super) fn with_read_source(&mut self, mut value: Value, id: ExpressionId) -> Value {
        let catalogue = self.catalogue;
        let mut found = Value::default();
        for entity in &value.entities {
            if let Entity::Library(path) = entity
                && let Some(model) = catalogue.values.get(path)
            {
                found.gather(&self.source_value(model, self.span(id)));
            }
        }
        found.taints.into_iter().for_each(|taint| value.add_taint(taint));
        value
    }

    /// `value`, and the detail in the file that it names.
    pub(super) fn with_file_source(&mut self, mut value: Value, id: ExpressionId) -> Value {
        let catalogue = self.catalogue;
        if let Some(Constant::Text(text)) = value.constant {
            for (ending, model) in &catalogue.file_names {
                if text.text().ends_with(ending) {
                    let (rule, kind) = (model.tells[0], SourceKind::Read(model.phrase));
                    value.add_taint(self.source(self.span(id), rule, kind, model.severity, Form::Object));
                }
            }
        }
        value
    }

    fn given(&mut self, gives: Gives, path: Symbol, passed: &PassedArguments) -> Value {
        let first = passed.position(0).map(|argument| argument.value.clone()).unwrap_or_default();
        match gives {
            Gives::Text => {
                let values: Vec<Value> = passed.all.iter().map(|argument| argument.value.clone()).collect();
                self.texts(&values)
            }
            Gives::Type => self.class_of(&first),
            Gives::Attributes => {
                let text = self.text(&first);
                Value { constant: None, ..text }
            }
            Gives::Attribute => self.attribute_by_name(&first, passed),
            Gives::First | Gives::Proxy => first,
            Gives::Items => {
                let mut items = Value::default();
                for argument in passed.all.iter().filter(|argument| argument.keyword.is_none()) {
                    let item = self.element(&argument.value);
                    items.gather(&item);
                }
                let records = passed.all.iter().any(|argument| argument.keyword.is_some());
                if records {
                    return self.given(Gives::Record, path, passed);
                }
                let is_record = first.shapes.iter().any(|shape| matches!(shape, Shape::Record(..)));
                if is_record && path == *"dict" { first } else { Value::list(items) }
            }
            Gives::Record => {
                let mut record = keywords_as_record(passed);
                if !first.shapes.is_empty() {
                    record.gather(&first);
                }
                first.taints.iter().for_each(|taint| record.add_taint(taint.clone()));
                record
            }
            Gives::Results => self.results(passed),
            Gives::Partial => {
                let call = PartialCall {
                    callee: first.for_capture(1),
                    positional: passed
                        .all
                        .iter()
                        .filter(|argument| argument.keyword.is_none() && argument.spread == Spread::No)
                        .skip(1)
                        .map(|argument| argument.value.for_capture(1))
                        .collect(),
                    keywords: passed
                        .all
                        .iter()
                        .filter_map(|argument| Some((argument.keyword?, argument.value.clone())))
                        .collect(),
                };
                Entity::Partial(Arc::new(call)).into()
            }
            Gives::Decorator => first,
            Gives::Super => self.super_object(),
            Gives::Locals => self.locals_record(passed.span),
            Gives::Assigned => {
                self.assign_by_name(&first, passed);
                Value::default()
            }
        }
    }

    /// `getattr(object, name, default)`.
    fn attribute_by_name(&mut self, object: &Value, passed: &PassedArguments) -> Value {
        let name = passed.position(1).and_then(|argument| argument.value.constant);
        let default = passed.position(2).map(|argument| argument.value.clone());
        let mut value = match name {
            Some(Constant::Text(name)) => self.attribute(object, name),
            _ => object.flat(),
        };
        if let Some(default) = default {
            value.gather(&default);
        }
        value.constant = None;
        value
    }

    /// What `map(function, items)` and its like give.
    fn results(&mut self, passed: &PassedArguments) -> Value {
        let Some(function) = passed.position(0) else { return Value::default() };
        let mut arguments = PassedArguments { span: passed.span, ..PassedArguments::default() };
        for argument in passed.all.iter().skip(1) {
            let mut item = argument.clone();
            item.value = self.element(&argument.value);
            item.expression = None;
            arguments.all.push(item);
        }
        let item = self.call_value(&function.value.clone(), &arguments, None);
        Value::list(item)
    }

    fn super_object(&self) -> Value {
        let owner = match (self.class, self.function.owner) {
            (Some(class), _) => Some(class),
            (None, tightlip_ir::Owner::Function(outer)) => match self.module.function(outer).owner {
                tightlip_ir::Owner::Class(id) => Some(self.nested_class(id)),
                _ => None,
            },
            _ => None,
        };
        owner.map_or_else(Value::default, |class| Entity::Super(class).into())
    }

    /// All local variables: a record of those that carry detail, and detail as a whole.
    fn locals_record(&mut self, span: Span) -> Value {
        let Some(state) = &self.state else { return Value::default() };
        let mut record = Value::from(Shape::Record(Vec::new(), Box::default()));
        for (name, value) in state.names() {
            if value.is_tainted() {
                record.set_entry(Some(name), Value::clone(value));
            }
        }
        let kind = SourceKind::Read("all local variables");
        record.add_taint(self.source(span, Rule::RuntimeInternals, kind, None, Form::Object));
        record
    }

    /// The names of libraries that the program calls to make an application.
    pub(super) fn note_application(&mut self, path: Symbol, span: Span) {
        let framework = self.catalogue.calls.get(&path).and_then(|model| model.application);
        if let Some(framework) = framework {
            let location = self.location(span);
            if !self.outcome.applications.iter().any(|known| known.location == location) {
                self.outcome.applications.push(ApplicationSite { location, function: self.here, framework });
            }
        }
    }

    /// `path = value`.
    /// Whether that sent it to the client.
    pub(super) fn assign_library(&mut self, path: Symbol, value: &Value, target: ExpressionId) -> bool {
        let catalogue = self.catalogue;
        let path = catalogue.canonical(path);
        if let Some(handler) = catalogue.assigned_handlers.get(&path) {
            self.register(value, handler, &PassedArguments::default(), self.span(target));
        }
        if let Some(sink) = catalogue.assigned.get(&path) {
            let location = self.at(target);
            self.send(value, Road::of(sink), location, true);
        }
        if let Some(switch) = catalogue.assigned_switches.get(&path) {
            self.check_assigned_switch(switch, value, target);
        }
        catalogue.assigned.contains_key(&path)
    }
}

/// The detail in all arguments.
fn detail_of(passed: &PassedArguments) -> Value {
    let mut detail = Value::default();
    for argument in &passed.all {
        for taint in argument.value.all_taints() {
            let whole_object = taint.form == Form::Object
                && matches!(&taint.origin, Origin::Source(source) if matches!(source.kind, SourceKind::Read(_)))
                && taint.rule == Rule::RuntimeInternals;
            // Who is given all settings does not hand on all settings.
            if !whole_object {
                detail.add_taint(taint);
            }
        }
    }
    detail
}

/// The classes of the exception that a source is; any, if its model says none.
fn kept_classes(model: &SourceModel) -> Box<[Symbol]> {
    if model.of.is_empty() { Box::new([Symbol::new("Exception")]) } else { model.of.clone().into() }
}
