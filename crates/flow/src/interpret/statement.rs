//! Statements.

use tightlip_ir::{
    Block, ClassId, ExpressionId, ExpressionKind, Function, FunctionId, Handler, ImportKind, Span, Statement,
    StatementKind, Symbol,
};

use super::exception::Attempt;
use super::guard::OpenGuard;
use super::state::{State, either};
use super::{DEEPEST, Interpreter, MOST_STEPS};
use crate::program::first_part;
use crate::store::Key;
use crate::taint::Note;
use crate::value::{Constant, Entity, Shape, Value};

impl<'a> Interpreter<'a> {
    pub(super) fn block(&mut self, block: &'a Block) {
        let guarded = self.guarded;
        let open_guards = self.open_guards.len();
        self.depth += 1;
        if self.depth <= DEEPEST {
            for statement in block {
                if self.state.is_none() || self.steps > MOST_STEPS {
                    break;
                }
                self.steps += 1;
                self.statement(statement);
            }
        }
        self.depth -= 1;
        self.guarded = guarded;
        self.open_guards.truncate(open_guards);
    }

    fn statement(&mut self, statement: &'a Statement) {
        self.tested.clear();
        match &statement.kind {
            StatementKind::Expression(value) => {
                self.dropped = Some(self.span(*value));
                self.value(*value);
                self.dropped = None;
            }
            StatementKind::Assign { targets, value } => {
                let known = self.value(*value);
                for target in targets {
                    self.assign(*target, known.clone());
                }
            }
            StatementKind::Update { target, value } => self.update(*target, *value),
            StatementKind::Declare { target, annotation, value } => {
                self.declare(*target, *annotation, *value);
            }
            StatementKind::Return(value) => self.leave(*value),
            StatementKind::Raise { exception, cause } => self.raise(*exception, *cause),
            StatementKind::If { test, then, otherwise } => self.branch(*test, then, otherwise),
            StatementKind::Loop { target, source, body, otherwise } => {
                self.repeat(*target, *source, body, otherwise);
            }
            StatementKind::Try { body, handlers, otherwise, finally } => {
                self.attempt(body, handlers, otherwise, finally);
            }
            StatementKind::With { items, body } => {
                for item in items {
                    let context = self.value(item.context);
                    let entered = self.entered(&context, item.context);
                    if let Some(target) = item.target {
                        self.assign(target, entered);
                    }
                }
                self.block(body);
            }
            StatementKind::Match { subject, cases } => self.select(*subject, cases),
            StatementKind::Define(id) => self.define(*id),
            StatementKind::Class(id) => self.define_class(*id),
            StatementKind::Import(imports) => {
                for import in imports {
                    self.import(*import);
                }
            }
            StatementKind::Delete(targets) => {
                for target in targets {
                    if let ExpressionKind::Name(name) = self.module.expression(*target).kind
                        && let Some(state) = &mut self.state
                    {
                        state.remove(name);
                    }
                }
            }
            StatementKind::Assert(test) => {
                self.value(*test);
                self.refine(*test, true);
            }
            StatementKind::Break | StatementKind::Continue => {}
        }
    }

    /// Binds `value` to a name, attribute, index or pattern of them.
    pub(super) fn assign(&mut self, target: ExpressionId, value: Value) {
        let value = self.settled(value);
        match &self.module.expression(target).kind {
            ExpressionKind::Name(name) => self.set_variable(*name, self.span(target), value),
            ExpressionKind::Collection { items, .. } => self.unpack(items, &value),
            ExpressionKind::Spread(inner) => self.assign(*inner, Value::list(value)),
            ExpressionKind::Attribute { object, name } => {
                let owner = self.value(*object);
                self.assign_attribute(target, *object, &owner, *name, value);
            }
            ExpressionKind::Index { object, index } => {
                let key = self.key(*index);
                self.assign_entry(target, *object, key, value);
            }
            _ => {}
        }
    }

    fn set_variable(&mut self, name: Symbol, span: Span, value: Value) {
        let location = self.location(span);
        let value = value.map_taints(&mut |taint| Some(taint.step(location, Note::Kept(name))));
        self.publish(name, &value);
        if let Some(state) = &mut self.state {
            state.set(name, value);
        }
    }

    /// Makes an own variable known to those outside of the function that may read it.
    pub(super) fn publish(&mut self, name: Symbol, value: &Value) {
        if self.is_module_body() || self.function.globals.contains(&name) {
            if let Some(class) = self.class.filter(|_| self.is_module_body()) {
                self.write(Key::Field(class, name), value.clone());
            } else {
                self.write(Key::Global(self.here.file, name), value.clone());
            }
        } else if self.shared.binary_search(&name).is_ok() {
            let (known, _) = super::split_given(self.settled(value.clone()));
            let key = Key::Captured(self.here, name);
            self.outcome.writes.entry(key).and_modify(|held| held.join(&known)).or_insert(known);
        } else if self.function.locals.binary_search(&name).is_err()
            && let Some(owner) = self.owner_of(name)
        {
            self.write(Key::Captured(owner, name), value.clone());
        }
    }

    pub(super) fn is_module_body(&self) -> bool {
        self.here.id == FunctionId::MODULE_BODY
    }

    fn unpack(&mut self, items: &'a [ExpressionId], value: &Value) {
        let mut names = Vec::with_capacity(items.len());
        let starred = items
            .iter()
            .position(|item| matches!(self.module.expression(*item).kind, ExpressionKind::Spread(_)));
        for (place, item) in items.iter().enumerate() {
            let part = match starred {
                Some(star) if place == star => self.element(value),
                Some(star) if place > star => self.item(value, place as i64 - items.len() as i64),
                _ => self.item(value, place as i64),
            };
            self.assign(*item, part);
            names.push(match self.module.expression(*item).kind {
                ExpressionKind::Name(name) => Some(name),
                _ => None,
            });
        }
        if starred.is_none()
            && let Some(state) = &mut self.state
        {
            state.group(names, value);
        }
    }

    fn update(&mut self, target: ExpressionId, value: ExpressionId) {
        let added = self.value(value);
        let mut known = self.value(target);
        match &added.shapes[..] {
            [] if added.taints.is_empty() => {
                known.constant = None;
            }
            [] => known.join(&added),
            _ => {
                if added.shapes.iter().any(|shape| matches!(shape, Shape::Record(..))) {
                    known.gather(&added);
                } else {
                    known.add_item(&added.element());
                }
            }
        }
        self.assign(target, known);
    }

    fn declare(&mut self, target: ExpressionId, annotation: ExpressionId, value: Option<ExpressionId>) {
        let mut known = match value {
            Some(value) => self.value(value),
            None => return,
        };
        if known.entities.is_empty() {
            known.entities.extend(self.annotated(self.here.file, annotation));
        }
        self.assign(target, known);
    }

    fn leave(&mut self, value: Option<ExpressionId>) {
        let returned = match value {
            Some(value) => {
                let known = self.value(value);
                self.send_returned(value, &known);
                super::expression::without_whole_collections(self.settled(known))
            }
            None => Value { constant: Some(Constant::None), ..Value::default() },
        };
        if self.state.is_some() {
            let returns = &mut self.outcome.summary.returns;
            if returns.is_empty() {
                *returns = returned;
            } else {
                returns.join(&returned);
            }
        }
        self.state = None;
    }

    fn raise(&mut self, exception: Option<ExpressionId>, cause: Option<ExpressionId>) {
        if let Some(exception) = exception {
            self.value(exception);
        }
        if let Some(cause) = cause {
            self.value(cause);
        }
        self.state = None;
    }

    fn branch(&mut self, test: ExpressionId, then: &'a Block, otherwise: &'a Block) {
        let truth = self.test(test).truth();
        let guard = self.guard(test);
        let before = self.state.clone();
        if truth == Some(false) {
            self.state = None;
        }
        self.refine(test, true);
        let closes = |holds| guard.is_some_and(|guard| guard.closes(holds));
        let passed = self.open_guard(guard, true, test);
        self.guarded_block(then, closes(true), passed, before.as_ref());
        let after_then = std::mem::replace(&mut self.state, before.clone());
        if truth == Some(true) {
            self.state = None;
        }
        self.refine(test, false);
        let passed = self.open_guard(guard, false, test);
        self.guarded_block(otherwise, closes(false), passed.clone(), before.as_ref());
        // Where the other branch leaves, all that follows stands behind the guard.
        let only_otherwise = after_then.is_none() && self.state.is_some();
        let only_then = self.state.is_none() && after_then.is_some();
        self.state = either(after_then, self.state.take());
        self.guarded += u32::from((closes(false) && only_otherwise) || (closes(true) && only_then));
        self.open_guards.extend(passed.filter(|_| only_otherwise));
        let passed = only_then.then(|| self.open_guard(guard, true, test)).flatten();
        self.open_guards.extend(passed);
    }

    fn guarded_block(
        &mut self,
        block: &'a Block,
        closed: bool,
        open: Option<OpenGuard>,
        before: Option<&State>,
    ) {
        if !closed {
            let around = self.open_guards.len();
            self.open_guards.extend(open);
            self.block(block);
            return self.open_guards.truncate(around);
        }
        self.guarded += 1;
        self.block(block);
        self.guarded -= 1;
        if let (Some(state), Some(before)) = (&mut self.state, before) {
            state.strip_changed(before);
        }
    }

    fn repeat(
        &mut self,
        target: Option<ExpressionId>,
        source: ExpressionId,
        body: &'a Block,
        otherwise: &'a Block,
    ) {
        self.loops += 1;
        let rounds = if self.loops > 2 { 1 } else { 2 };
        let items = self.value(source);
        for _ in 0..rounds {
            let before = self.state.clone();
            if let Some(target) = target {
                let item = self.iterated(&items);
                self.assign(target, item);
            } else {
                self.value(source);
                self.refine(source, true);
            }
            self.block(body);
            let Some(known) = before else { break };
            let changed = self.state.as_ref().is_some_and(|state| !known.covers(state));
            self.state = either(Some(known), self.state.take());
            if !changed {
                break;
            }
        }
        self.loops -= 1;
        if target.is_none() && !matches!(self.module.expression(source).kind, ExpressionKind::Literal(_)) {
            self.refine(source, false);
        }
        self.block(otherwise);
    }

    fn attempt(
        &mut self,
        body: &'a Block,
        handlers: &'a [Handler],
        otherwise: &'a Block,
        finally: &'a Block,
    ) {
        let before = self.state.clone();
        let outer = std::mem::take(&mut self.fails);
        self.block(body);
        let fails = std::mem::replace(&mut self.fails, outer);
        self.fails.join(fails);
        let interrupted = match (&before, &self.state) {
            (Some(before), Some(after)) => {
                let mut joined = before.clone();
                joined.join(after);
                Some(joined)
            }
            _ => before,
        };
        self.block(otherwise);
        let mut done = self.state.take();
        let mut attempt = Attempt { span: span_of(body), fails, taken: Vec::new() };
        for handler in handlers {
            self.state = interrupted.clone();
            self.handle(handler, &mut attempt);
            done = either(done, self.state.take());
        }
        if finally.is_empty() {
            self.state = done;
            return;
        }
        let leaves = done.is_none();
        self.state = done.or(interrupted);
        self.block(finally);
        if leaves {
            self.state = None;
        }
    }

    fn handle(&mut self, handler: &'a Handler, attempt: &mut Attempt) {
        let types: Vec<Value> = handler.types.iter().map(|class| self.value(*class)).collect();
        let classes = self.caught_classes(&types);
        if let Some(name) = handler.name {
            let caught = self.caught(&classes, handler.name_span, attempt);
            if self.shared.binary_search(&name).is_ok() {
                self.publish(name, &caught);
            }
            if let Some(state) = &mut self.state {
                state.set(name, caught);
            }
        }
        attempt.taken.extend(classes);
        // What fails behind a guard is not what the guard is about.
        let around = std::mem::take(&mut self.open_guards);
        self.handling += 1;
        self.block(&handler.body);
        self.handling -= 1;
        self.open_guards = around;
    }

    fn select(&mut self, subject: ExpressionId, cases: &'a [tightlip_ir::Case]) {
        let known = self.value(subject);
        let before = self.state.clone();
        let mut after = before.clone();
        for case in cases {
            self.state = before.clone();
            for pattern in &case.patterns {
                self.value(*pattern);
            }
            for name in &case.captures {
                self.set_variable(*name, self.span(subject), known.flat());
            }
            if let Some(guard) = case.guard {
                self.value(guard);
                self.refine(guard, true);
            }
            self.block(&case.body);
            after = either(after, self.state.take());
        }
        self.state = after;
    }

    fn define(&mut self, id: FunctionId) {
        let function = self.module.function(id);
        let plain = self.closure(id);
        let value = self.decorated(function, plain);
        let changed = !value
            .entities
            .iter()
            .any(|entity| matches!(entity, Entity::Function(known, _) if *known == self.nested(id)));
        match self.class {
            Some(class) if self.is_class_scope(function) => {
                if changed {
                    self.hand_on_roles(self.nested(id), &value);
                    self.write(Key::Field(class, function.name), value);
                }
            }
            _ => {
                self.publish(function.name, &value);
                if let Some(state) = &mut self.state {
                    state.set(function.name, value);
                }
            }
        }
    }

    fn is_class_scope(&self, function: &Function) -> bool {
        matches!(function.owner, tightlip_ir::Owner::Class(_))
    }

    fn define_class(&mut self, id: ClassId) {
        let reference = self.nested_class(id);
        let class = self.module.class(id);
        for base in &class.bases {
            self.value(*base);
        }
        let outer = self.class.replace(reference);
        let before = self.state.clone();
        self.run_class_body(&class.body);
        self.state = before;
        self.class = outer;
        let value = Value::from(Entity::Class(reference));
        for decorator in class.decorators.iter().rev() {
            self.value(*decorator);
        }
        self.publish(class.name, &value);
        if let Some(state) = &mut self.state {
            state.set(class.name, value);
        }
    }

    fn run_class_body(&mut self, body: &'a Block) {
        self.depth += 1;
        if self.depth <= DEEPEST {
            for statement in body {
                match &statement.kind {
                    StatementKind::Assign { targets, value } => {
                        let known = self.value(*value);
                        for target in targets {
                            self.assign_class_attribute(*target, known.clone());
                        }
                    }
                    StatementKind::Declare { target, value: Some(value), .. } => {
                        let known = self.value(*value);
                        self.assign_class_attribute(*target, known);
                    }
                    _ => self.statement(statement),
                }
            }
        }
        self.depth -= 1;
    }

    fn assign_class_attribute(&mut self, target: ExpressionId, value: Value) {
        if let (ExpressionKind::Name(name), Some(class)) = (&self.module.expression(target).kind, self.class)
        {
            self.write(Key::Field(class, *name), value.clone());
            if let Some(state) = &mut self.state {
                state.set(*name, value);
            }
        }
    }

    fn import(&mut self, import: tightlip_ir::Import) {
        let name = match import.kind {
            ImportKind::Module { alias } => alias.unwrap_or_else(|| first_part(import.module)),
            ImportKind::Name { bound, .. } => bound,
            ImportKind::Star => return,
        };
        let mut value = Value::default();
        for meaning in self.program.imported(self.here.file, import) {
            let known = self.meaning(meaning);
            value.gather(&known);
        }
        self.publish(name, &value);
        if let Some(state) = &mut self.state {
            state.set(name, value);
        }
    }
}

/// From the first statement to the last.
fn span_of(block: &Block) -> Span {
    match (block.first(), block.last()) {
        (Some(first), Some(last)) => Span::new(first.span.start, last.span.end),
        _ => Span::default(),
    }
}
