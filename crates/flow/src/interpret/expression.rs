//! Expressions.

use tightlip_catalogue::{PathStep, Rule};
use tightlip_ir::{
    Clause, CollectionKind, Comparison, ExpressionId, ExpressionKind, LogicOperator, RecordEntry, Symbol,
};

use super::{DEEPEST, Interpreter};
use crate::program::FileIndex;
use crate::taint::{Form, Operation, Origin, Taint};
use crate::value::{Constant, Entity, Shape, Value};

impl<'a> Interpreter<'a> {
    /// What the expression gives.
    pub(super) fn value(&mut self, id: ExpressionId) -> Value {
        self.depth += 1;
        let value = if self.depth > DEEPEST { Value::default() } else { self.value_of(id) };
        self.depth -= 1;
        value
    }

    fn value_of(&mut self, id: ExpressionId) -> Value {
        let module = self.module;
        match &module.expression(id).kind {
            ExpressionKind::Name(name) => {
                let value = self.name(*name);
                self.with_read_source(value, id)
            }
            ExpressionKind::Literal(literal) => {
                let value = (*literal).into();
                self.with_file_source(value, id)
            }
            ExpressionKind::Format(parts) => {
                let parts: Vec<Value> = parts.iter().map(|part| self.value(*part)).collect();
                self.texts(&parts)
            }
            ExpressionKind::Sum(left, right) => self.sum(*left, *right),
            ExpressionKind::Attribute { object, name } => {
                let owner = self.value(*object);
                self.focus = self.span(id);
                let value = self.attribute(&owner, *name);
                self.with_read_source(value, id)
            }
            ExpressionKind::Index { object, index } => self.index(id, *object, *index),
            ExpressionKind::Slice(object) => {
                let mut value = self.value(*object);
                value.constant = None;
                if value.shapes.iter().any(|shape| matches!(shape, Shape::Tuple(_))) {
                    value = Value::list(self.element(&value));
                }
                value
            }
            ExpressionKind::Call { callee, arguments } => self.call(id, *callee, arguments),
            ExpressionKind::Collection { kind, items } => self.collection(*kind, items),
            ExpressionKind::Spread(inner) => {
                let value = self.value(*inner);
                self.element(&value)
            }
            ExpressionKind::Record(entries) => self.record(entries),
            ExpressionKind::Choice { test, then, otherwise } => self.choice(*test, *then, *otherwise),
            ExpressionKind::Logic { operator, operands } => self.logic(*operator, operands),
            ExpressionKind::Not(operand) => {
                let truth = self.test(*operand).truth();
                truth.map_or_else(Value::default, |truth| constant(!truth))
            }
            ExpressionKind::Compare { comparison, left, right } => self.compare(*comparison, *left, *right),
            ExpressionKind::Bind { target, value } => {
                let known = self.value(*value);
                let known = self.settled(known);
                if let Some(state) = &mut self.state {
                    state.set(*target, known.clone());
                }
                known
            }
            ExpressionKind::Lambda(function) => self.closure(*function),
            ExpressionKind::Await(inner) => self.value(*inner),
            ExpressionKind::Yield(inner) => {
                if let Some(inner) = inner {
                    let yielded = self.value(*inner);
                    self.yield_value(*inner, yielded);
                }
                Value::default()
            }
            ExpressionKind::YieldFrom(inner) => {
                let from = self.value(*inner);
                let element = self.element(&from);
                self.yield_value(*inner, element);
                Value::default()
            }
            ExpressionKind::Comprehension { key, element, clauses } => {
                self.comprehension(*key, *element, clauses)
            }
            ExpressionKind::Opaque(operands) => {
                let mut value = Value::default();
                for operand in operands {
                    let known = self.value(*operand);
                    value.gather(&Value { constant: None, ..known.flat() });
                }
                value.constant = None;
                value.map_taints(&mut |taint| Some(operated_on(taint)))
            }
        }
    }

    fn yield_value(&mut self, id: ExpressionId, value: Value) {
        let location = self.at(id);
        let value = self.settled(value);
        let value = value.map_taints(&mut |taint| Some(taint.step(location, crate::taint::Note::Yielded)));
        self.outcome.summary.yields.gather(&value);
    }

    /// The text that the parts make together.
    pub(super) fn texts(&mut self, parts: &[Value]) -> Value {
        let mut text = Value::default();
        for part in parts {
            let part = self.text(part);
            for taint in part.all_taints() {
                text.add_taint(taint);
            }
        }
        if text.taints.is_empty() && parts.iter().any(|part| part.constant.is_some_and(Constant::truth)) {
            text.constant = Some(Constant::Truthy);
        }
        text
    }

    fn sum(&mut self, left: ExpressionId, right: ExpressionId) -> Value {
        let left = self.value(left);
        let right = self.value(right);
        if left.shapes.is_empty() && right.shapes.is_empty() {
            let mut sum = Value::default();
            for taint in left.taints.iter().chain(&right.taints) {
                sum.add_taint(taint.clone());
            }
            return sum;
        }
        let mut item = left.element();
        item.gather(&right.element());
        Value::list(item)
    }

    fn index(&mut self, id: ExpressionId, object: ExpressionId, index: ExpressionId) -> Value {
        self.fails.parsing = true;
        let owner = self.value(object);
        let place = self.value(index).constant;
        if let Some(value) = self.item_of_exception(object, place) {
            return value;
        }
        let value = match place {
            Some(Constant::Text(key)) => self.entry(&owner, key),
            Some(Constant::Integer(place)) => self.item(&owner, place),
            _ => self.element(&owner),
        };
        self.with_read_source(value, id)
    }

    /// The key that an index is, if it is a constant text.
    pub(super) fn key(&mut self, index: ExpressionId) -> Option<Symbol> {
        match self.value(index).constant {
            Some(Constant::Text(key)) => Some(key),
            _ => None,
        }
    }

    fn collection(&mut self, kind: CollectionKind, items: &'a [ExpressionId]) -> Value {
        let spread =
            items.iter().any(|item| matches!(self.module.expression(*item).kind, ExpressionKind::Spread(_)));
        if kind == CollectionKind::Tuple && !spread {
            let items: Vec<Value> = items.iter().map(|item| self.value(*item)).collect();
            return Shape::Tuple(items).into();
        }
        let mut joined = Value::default();
        for (place, item) in items.iter().enumerate() {
            let value = self.value(*item);
            if place == 0 {
                joined = value;
            } else {
                joined.join(&value);
            }
        }
        Shape::List(Box::new(joined)).into()
    }

    fn record(&mut self, entries: &'a [RecordEntry]) -> Value {
        let mut record = Value::from(Shape::Record(Vec::new(), Box::default()));
        for entry in entries {
            let value = self.value(entry.value);
            match entry.key {
                Some(key) => {
                    let known = self.value(key);
                    let name = match known.constant {
                        Some(Constant::Text(name)) => Some(name),
                        _ => None,
                    };
                    let keyed = self.text(&known).all_taints();
                    let mut value = value;
                    if name.is_none() {
                        keyed.into_iter().for_each(|taint| value.add_taint(taint));
                    }
                    record.set_entry(name, value);
                }
                None => record.join(&value),
            }
        }
        record
    }

    fn choice(&mut self, test: ExpressionId, then: ExpressionId, otherwise: ExpressionId) -> Value {
        let truth = self.test(test).truth();
        let guard = self.guard(test);
        let closes = |holds| guard.is_some_and(|guard| guard.closes(holds));
        let (passed, failed) = (self.open_guard(guard, true, test), self.open_guard(guard, false, test));
        let before = self.state.clone();
        self.refine(test, true);
        let mut value = self.value(then);
        self.state.clone_from(&before);
        self.refine(test, false);
        let mut other = self.value(otherwise);
        self.state = before;
        value = self.behind(passed.as_ref(), value);
        other = self.behind(failed.as_ref(), other);
        if closes(true) {
            value = value.without_detail();
        }
        if closes(false) {
            other = other.without_detail();
        }
        match truth {
            Some(true) => value,
            Some(false) => other,
            None => {
                value.join(&other);
                value
            }
        }
    }

    /// `a or b` is `a` where it counts as true; `a and b` is `b` there.
    fn logic(&mut self, operator: LogicOperator, operands: &'a [ExpressionId]) -> Value {
        let before = self.state.clone();
        let mut joined: Option<Value> = None;
        let mut guarded = false;
        let mut passed = None;
        for (place, operand) in operands.iter().enumerate() {
            let last = place + 1 == operands.len();
            let mut value = self.test(*operand);
            if guarded {
                value = value.without_detail();
            }
            value = self.behind(passed.as_ref(), value);
            let truth = value.truth();
            let passes = match operator {
                LogicOperator::Or => truth == Some(false),
                LogicOperator::And => truth == Some(true),
            };
            if operator == LogicOperator::And {
                let guard = self.guard(*operand);
                guarded |= guard.is_some_and(|guard| guard.closes(true));
                passed = passed.or_else(|| self.open_guard(guard, true, *operand));
            }
            if last || !passes {
                if operator == LogicOperator::And && !last {
                    value = Value { constant: None, ..value.without_detail() };
                }
                match &mut joined {
                    Some(joined) => joined.join(&value),
                    None => joined = Some(value),
                }
            }
            let decided = truth.is_some() && !passes;
            if decided {
                break;
            }
            self.refine(*operand, operator == LogicOperator::And);
        }
        self.state = before;
        joined.unwrap_or_default()
    }

    fn compare(&mut self, comparison: Comparison, left: ExpressionId, right: ExpressionId) -> Value {
        let left = self.test(left);
        let right = self.test(right);
        if matches!(comparison, Comparison::In | Comparison::Equal)
            && let Some(chosen) = self.chosen_by_client(&right).or_else(|| self.chosen_by_client(&left))
            && (right.constant.is_some_and(Constant::truth) || comparison == Comparison::In)
        {
            // It holds where the client chooses so.
            return chosen.into();
        }
        let (Some(left), Some(right)) = (left.constant, right.constant) else { return Value::default() };
        if matches!(left, Constant::Truthy) || matches!(right, Constant::Truthy) {
            return Value::default();
        }
        match comparison {
            Comparison::Equal | Comparison::Is => constant(left == right),
            Comparison::NotEqual | Comparison::IsNot => constant(left != right),
            _ => Value::default(),
        }
    }

    fn comprehension(
        &mut self,
        key: Option<ExpressionId>,
        element: ExpressionId,
        clauses: &'a [Clause],
    ) -> Value {
        let before = self.state.clone();
        for clause in clauses {
            let items = self.value(clause.iterable);
            let item = self.iterated(&items);
            self.assign(clause.target, item);
            for condition in &clause.conditions {
                self.value(*condition);
                self.refine(*condition, true);
            }
        }
        let key = key.map(|key| self.value(key));
        let mut value = self.value(element);
        self.state = before;
        match key {
            Some(key) => {
                self.text(&key).all_taints().into_iter().for_each(|taint| value.add_taint(taint));
                Shape::Record(Vec::new(), Box::new(value)).into()
            }
            None => Value::list(value),
        }
    }

    /// The entry under `key`.
    pub(super) fn entry(&mut self, owner: &Value, key: Symbol) -> Value {
        let mut value = owner.entry(key);
        value.taints.retain(|taint| !is_whole_collection(taint));
        self.step_into(owner, &mut value, &Operation::Entry(key));
        for entity in &owner.entities {
            if let Entity::Library(path) = entity {
                let path = self.library_step(*path, PathStep::Entry(key));
                value.entities.push(Entity::Library(path));
            }
        }
        value
    }

    /// The item at `place`.
    pub(super) fn item(&mut self, owner: &Value, place: i64) -> Value {
        let mut value = owner.item(place);
        let operation = u16::try_from(place).map_or(Operation::Element, Operation::Item);
        self.step_into(owner, &mut value, &operation);
        self.entries_of_libraries(owner, Some(place), &mut value);
        value
    }

    /// Some item.
    pub(super) fn element(&mut self, owner: &Value) -> Value {
        let mut value = owner.element();
        self.step_into(owner, &mut value, &Operation::Element);
        self.entries_of_libraries(owner, None, &mut value);
        value
    }

    /// What a loop over `owner` binds: of a record its keys.
    pub(super) fn iterated(&mut self, owner: &Value) -> Value {
        if !owner.shapes.is_empty() && owner.shapes.iter().all(|shape| matches!(shape, Shape::Record(..))) {
            let keys =
                Value { taints: owner.taints.clone(), entities: owner.entities.clone(), ..Value::default() };
            return self.element(&keys);
        }
        self.element(owner)
    }

    /// A path may name the item at one place, as `[1]`; otherwise it is one of `[]`.
    fn entries_of_libraries(&self, owner: &Value, place: Option<i64>, value: &mut Value) {
        let exact = place.map(|place| PathStep::Entry(Symbol::new(&place.to_string())));
        for entity in &owner.entities {
            if let Entity::Library(path) = entity {
                let known = exact.and_then(|step| self.catalogue.step(*path, step));
                let path = known.unwrap_or_else(|| self.library_step(*path, PathStep::AnyEntry));
                value.entities.push(Entity::Library(path));
            }
        }
    }

    /// Detail that the owner as a whole carries is in its part; what is not yet known remembers which part.
    fn step_into(&self, owner: &Value, part: &mut Value, operation: &Operation) {
        for taint in part.taints.iter_mut() {
            if owner.taints.contains(taint) {
                *taint = taint.clone().then(operation.clone());
                if taint.form == Form::Object && matches!(taint.origin, Origin::Source(_)) {
                    taint.form = Form::Text;
                }
            }
        }
    }

    /// The variable or attribute `name` of the module `file`.
    pub(super) fn module_attribute(&mut self, file: FileIndex, name: Symbol) -> Value {
        self.global(file, name).unwrap_or_default()
    }
}

/// What an operator makes of an exception is no exception: `translated % error`.
fn operated_on(taint: Taint) -> Taint {
    match &taint.origin {
        Origin::Given(..) => taint.then(Operation::Text),
        Origin::Source(_) if taint.rule == Rule::ExceptionMessage => {
            Taint { form: taint.form.max(Form::Text), ..taint }
        }
        Origin::Source(_) => taint,
    }
}

/// All settings are handed around everywhere as an object; only who turns them into text or sends them where they
/// are read tells of them. So they are forgotten where another function gets them.
pub(super) fn without_whole_collections(value: Value) -> Value {
    value.map_taints(&mut |taint| (!is_whole_collection(&taint)).then_some(taint))
}

/// All settings, all variables: one of them is no dump of all.
pub(super) fn is_whole_collection(taint: &Taint) -> bool {
    taint.form == Form::Object
        && taint.rule == Rule::RuntimeInternals
        && matches!(&taint.origin, Origin::Source(source) if matches!(source.kind, crate::taint::SourceKind::Read(_)))
}

fn constant(value: bool) -> Value {
    Value { constant: Some(Constant::Boolean(value)), ..Value::default() }
}
