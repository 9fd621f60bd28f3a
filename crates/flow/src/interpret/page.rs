//! Calls that render a page template: what the template shows of what it is given.

use tightlip_catalogue::SinkModel;
use tightlip_ir::{PagePath, PageStep, PageTest, ShownValue, Spread, Symbol};

use super::Interpreter;
use super::arguments::PassedArguments;
use crate::taint::Note;
use crate::value::{Constant, Entity, Value};

impl Interpreter<'_> {
    /// The detail that the template shows which `sink` says is named here; `None` if that is not known.
    pub(super) fn shown_by_page(&mut self, sink: &SinkModel, passed: &PassedArguments) -> Option<Value> {
        let template = passed.value_of(sink.template.as_ref()?)?;
        let Some(Constant::Text(name)) = template.constant else { return None };
        let program = self.program;
        let shown = program.pages.shown(name)?;
        let mut body = Value::default();
        if passed
            .all
            .iter()
            .all(|argument| argument.value.all_taints().is_empty() && argument.value.is_empty())
        {
            return Some(body);
        }
        for place in shown.iter() {
            if self.is_hidden(&place.shown.under, passed) {
                continue;
            }
            let value = match &place.shown.value {
                ShownValue::Path(path) => self.value_on_page(path, passed),
                ShownValue::Anything | ShownValue::Dump => self.all_given(sink, passed),
            };
            let value = self.with_texts_of_exceptions(&value);
            let note = Note::Shown(place.page, place.shown.span);
            let location = self.location(passed.span);
            for taint in value.all_taints() {
                body.add_taint(taint.step(location, note));
            }
        }
        Some(body)
    }

    fn all_given(&mut self, sink: &SinkModel, passed: &PassedArguments) -> Value {
        let mut all = Value::default();
        for argument in passed.selected(&sink.arguments) {
            argument.value.all_taints().into_iter().for_each(|taint| all.add_taint(taint));
            let known = self.with_texts_of_exceptions(&argument.value);
            known.all_taints().into_iter().for_each(|taint| all.add_taint(taint));
        }
        all
    }

    /// Whether a test around a place of the page keeps its content from clients.
    fn is_hidden(&mut self, tests: &[PageTest], passed: &PassedArguments) -> bool {
        tests.iter().any(|test| {
            let value = self.value_on_page(&test.value, passed);
            match value.constant {
                Some(constant) => constant.truth() != test.holds,
                None => test.holds && self.guards_on_page(&test.value, &value),
            }
        })
    }

    /// Whether a value counts as true only where developers look.
    fn guards_on_page(&self, path: &PagePath, value: &Value) -> bool {
        if self.is_from_client(value) {
            return false;
        }
        let by_path = value.entities.iter().any(|entity| match entity {
            Entity::Library(path) => self.catalogue.guards.contains(path),
            _ => false,
        });
        let name = match path.steps.last() {
            Some(PageStep::Named(name)) => Some(*name),
            Some(_) => None,
            None => Some(path.root),
        };
        by_path || name.is_some_and(|name| self.catalogue.guard_names.contains(&name))
    }

    /// What `path` stands for in a page that is given this.
    fn value_on_page(&mut self, path: &PagePath, passed: &PassedArguments) -> Value {
        let mut value = match self.given_to_page(path.root, passed) {
            Some(value) => value,
            None => match self.catalogue.page_name(path.root) {
                Some(path) => Entity::Library(path).into(),
                None => return Value::default(),
            },
        };
        for step in &path.steps {
            if value.is_empty() {
                break;
            }
            value = match *step {
                PageStep::Named(name) => self.named_part(&value, name),
                PageStep::Item(place) => self.item(&value, i64::from(place)),
                PageStep::Element => self.element(&value),
                PageStep::Iterated => self.iterated(&value),
                PageStep::Values if value.shapes.is_empty() => value,
                PageStep::Values => Value::list(self.element(&value)),
                PageStep::Call => self.call_blindly(&value),
            };
        }
        value
    }

    /// A page asks for the attribute first and then for the entry, whatever of both is written.
    fn named_part(&mut self, owner: &Value, name: Symbol) -> Value {
        let mut value = self.attribute(owner, name);
        let collection =
            Value { shapes: owner.shapes.clone(), entities: owner.entities.clone(), ..Value::default() };
        let entry = self.entry(&collection, name);
        let constant = entry.constant;
        value.gather(&entry);
        value.constant = value.constant.or(constant);
        value
    }

    fn given_to_page(&mut self, name: Symbol, passed: &PassedArguments) -> Option<Value> {
        let mut found: Option<Value> = None;
        for argument in &passed.all {
            let value = match (argument.keyword, argument.spread) {
                (Some(keyword), Spread::No) if keyword == name => return Some(argument.value.clone()),
                (_, Spread::Entries) => self.entry(&argument.value, name),
                _ => continue,
            };
            if !value.is_empty() {
                found.get_or_insert_default().gather(&value);
            }
        }
        found
    }
}
