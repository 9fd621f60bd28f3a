//! Settings that open the application: arguments of calls, what is assigned, and collections of settings.

use tightlip_catalogue::model::When;
use tightlip_catalogue::{CallModel, Opening, PathStep, Puts, SwitchModel};
use tightlip_ir::{Argument, Block, ExpressionId, ExpressionKind, Span, Spread, StatementKind, Symbol};

use super::Interpreter;
use super::arguments::PassedArguments;
use crate::environment::{Environment, Reached, Reading, Scope, Set, Thing, argument};
use crate::found::{Closed, Opened, OpenedHow, Prefix};
use crate::program::{FileIndex, Meaning};
use crate::taint::Location;
use crate::value::{Constant, Entity, Value};

impl<'a> Interpreter<'a> {
    /// Notes what the arguments of a call open, and what they keep closed.
    pub(super) fn check_switches_of_call(
        &mut self,
        path: Symbol,
        model: &'a CallModel,
        passed: &PassedArguments,
    ) {
        if let Some(default) = model.reads_prefix {
            self.note_prefix(default, passed);
        }
        if let Some((puts, object)) = model.puts {
            self.check_settings(puts, object, passed);
        }
        for switch in &model.switches {
            let value = passed.value_of(&switch.arguments);
            let opens = match (switch.when, &value) {
                (When::NotFalsy, None) => true,
                (When::NotFalsy, Some(value)) => value.truth() != Some(false),
                (_, None) => false,
                (_, Some(value)) => opens(switch, value),
            };
            let how = if opens { Some(OpenedHow::Always) } else { self.argument_how(switch, passed.span) };
            if let Some(how) = how {
                let opening = self.levelled(switch, passed);
                self.open(switch, opening, self.location(passed.span), how, None);
            } else if value.is_some_and(|value| value.truth() == Some(false)) {
                let location = self.location(passed.span);
                self.outcome.closed.push(Closed { location, path });
            }
        }
    }

    fn note_prefix(&mut self, default: Symbol, passed: &PassedArguments) {
        let text = match passed.all.first().map(|argument| argument.value.constant) {
            Some(Some(Constant::Text(text))) => Some(text),
            Some(_) => None,
            None => Some(default),
        };
        let location = self.location(passed.span);
        self.outcome.prefixes.push(Prefix { location, text });
    }

    /// Notes what assigning `value` to `target` opens.
    pub(super) fn check_assigned_switch(
        &mut self,
        switch: &'a SwitchModel,
        value: &Value,
        target: ExpressionId,
    ) {
        let how = if opens(switch, value) {
            Some(OpenedHow::Always)
        } else {
            let written = assigned_value(&self.function.body, target);
            written.and_then(|written| self.read_here(written)).and_then(|reading| how(switch, &reading))
        };
        if let Some(how) = how {
            self.open(switch, switch.opening, self.at(target), how, None);
        }
    }

    /// `setattr(object, name, value)`.
    pub(super) fn assign_by_name(&mut self, object: &Value, passed: &PassedArguments) {
        let (Some(name), Some(value)) = (passed.position(1), passed.position(2)) else { return };
        let Some(Constant::Text(name)) = name.value.constant else { return };
        for entity in &object.entities {
            let Entity::Library(path) = entity else { continue };
            let path = self.library_step(*path, PathStep::Attribute(name));
            let catalogue = self.catalogue;
            if let Some(switch) = catalogue.assigned_switches.get(&catalogue.canonical(path))
                && opens(switch, &value.value)
            {
                self.open(switch, switch.opening, self.location(passed.span), OpenedHow::Always, None);
            }
        }
    }

    /// Notes what a call opens that puts settings into the collection `object`.
    fn check_settings(&mut self, puts: Puts, object: Symbol, passed: &PassedArguments) {
        let catalogue = self.catalogue;
        let switches = catalogue.assigned_switches.iter().filter_map(|(path, switch)| {
            let key = path.text().strip_prefix(object.text())?.strip_prefix('[')?.strip_suffix(']')?;
            Some((Symbol::new(key), switch))
        });
        let mut switches: Vec<_> = switches.collect();
        switches.sort_by_key(|(key, _)| key.text());
        let arguments = self.arguments_at(passed.span);
        for (key, switch) in switches {
            match puts {
                Puts::Records => self.check_records(switch, key, arguments, passed),
                Puts::Entry => {
                    let is_key = passed
                        .position(0)
                        .is_some_and(|known| known.value.constant == Some(Constant::Text(key)));
                    let value = passed.position(1).filter(|_| is_key).map(|value| value.value.clone());
                    let by_value =
                        value.is_some_and(|value| opens(switch, &value)).then_some(OpenedHow::Always);
                    let expression = arguments.get(1).filter(|_| is_key).map(|argument| argument.value);
                    let by_environment = || self.expression_how(switch, expression?);
                    if let Some(how) = by_value.or_else(by_environment) {
                        self.open(switch, switch.opening, self.location(passed.span), how, None);
                    }
                }
                Puts::Attributes | Puts::File => self.check_attributes(switch, key, puts, arguments, passed),
            }
        }
    }

    fn check_records(
        &mut self,
        switch: &'a SwitchModel,
        key: Symbol,
        arguments: &'a [Argument],
        passed: &PassedArguments,
    ) {
        for (argument, known) in arguments.iter().zip(&passed.all) {
            let is_whole = argument.keyword.is_none() && argument.spread != Spread::Items;
            if argument.keyword == Some(key) {
                let by_value = opens(switch, &known.value).then_some(OpenedHow::Always);
                if let Some(how) = by_value.or_else(|| self.expression_how(switch, argument.value)) {
                    self.open(switch, switch.opening, self.location(passed.span), how, None);
                }
            } else if is_whole {
                let environment = Environment::new(self.program, self.catalogue);
                let whole =
                    environment.read(&self.scope(), argument.value, 0).and_then(|reading| reading.unset);
                let entry = whole.and_then(|whole| environment.entry(&whole, Constant::Text(key), 0));
                if let Some(entry) = entry {
                    self.open_reading(switch, &entry, passed.span);
                } else if opens(switch, &known.value.entry(key)) {
                    self.open(switch, switch.opening, self.location(passed.span), OpenedHow::Always, None);
                }
            }
        }
    }

    /// Attributes of a class or module, which may be named by a text.
    fn check_attributes(
        &mut self,
        switch: &'a SwitchModel,
        key: Symbol,
        puts: Puts,
        arguments: &'a [Argument],
        passed: &PassedArguments,
    ) {
        let Some(first) = arguments.first() else { return };
        let environment = Environment::new(self.program, self.catalogue);
        let reading = environment.read(&self.scope(), first.value, 0);
        let set = reading.as_ref().map_or(Set::Never, |reading| reading.set);
        let holder = match reading.and_then(|reading| reading.unset) {
            Some(Thing::Constant(Constant::Text(text))) => self.named_holder(text, puts),
            Some(thing @ (Thing::Class(_) | Thing::Module(_) | Thing::Instance(_))) => Some(thing),
            _ => passed.all.first().and_then(|known| holder_of(&known.value)),
        };
        let attribute = holder.and_then(|holder| environment.attribute(&holder, key, 0));
        if let Some(attribute) = attribute {
            let attribute =
                if set == Set::Never { attribute } else { Reading { set: Set::Chosen, ..attribute } };
            self.open_reading(switch, &attribute, passed.span);
        }
    }

    /// `package.module.Class`, `package.module`, or the name of a file.
    fn named_holder(&self, text: Symbol, puts: Puts) -> Option<Thing> {
        let program = self.program;
        if puts == Puts::File {
            let ends = |path: &str| {
                path.strip_suffix(text.text()).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
            };
            let place = program.files.iter().position(|file| ends(&file.path))?;
            return Some(Thing::Module(FileIndex(place as u32)));
        }
        let dotted = text.text().replace(':', ".");
        if let Some(file) = program.modules.resolve(self.here.file, Symbol::new(&dotted), 0) {
            return Some(Thing::Module(file));
        }
        let (module, name) = dotted.rsplit_once('.')?;
        let file = program.modules.resolve(self.here.file, Symbol::new(module), 0)?;
        match program.meanings(file, Symbol::new(name)).first()? {
            Meaning::Class(class) => Some(Thing::Class(*class)),
            Meaning::Module(file) => Some(Thing::Module(*file)),
            _ => None,
        }
    }

    /// A setting that is written elsewhere and taken over at `span`.
    fn open_reading(&mut self, switch: &'a SwitchModel, reading: &Reading, span: Span) {
        let Some(how) = how(switch, reading) else { return };
        let here = self.location(span);
        match reading.written {
            Some((file, written)) if !(file == self.here.file && span.contains(written)) => {
                self.open(switch, switch.opening, Location { file, span: written }, how, Some(here));
            }
            _ => self.open(switch, switch.opening, here, how, None),
        }
    }

    fn argument_how(&self, switch: &SwitchModel, call: Span) -> Option<OpenedHow> {
        self.expression_how(switch, argument(self.arguments_at(call), &switch.arguments)?)
    }

    fn expression_how(&self, switch: &SwitchModel, expression: ExpressionId) -> Option<OpenedHow> {
        how(switch, &self.read_here(expression)?)
    }

    fn read_here(&self, expression: ExpressionId) -> Option<Reading> {
        Environment::new(self.program, self.catalogue).read(&self.scope(), expression, 0)
    }

    pub(super) fn scope(&self) -> Scope {
        Scope::new(self.here.file, self.here.id)
    }

    /// The arguments of the call at `span`, as they are written.
    fn arguments_at(&self, span: Span) -> &'a [Argument] {
        let calls = self.module.expressions.iter().filter(|expression| expression.span == span);
        let mut arguments = calls.filter_map(|expression| match &expression.kind {
            ExpressionKind::Call { arguments, .. } => Some(&arguments[..]),
            _ => None,
        });
        arguments.next().unwrap_or_default()
    }

    /// What the switch opens, with what the other arguments of its call change.
    fn levelled(&self, switch: &SwitchModel, passed: &PassedArguments) -> Opening {
        let mut opening = switch.opening;
        for level in &switch.levels {
            let Some(value) = passed.value_of(&level.arguments) else { continue };
            let applies = match value.constant {
                Some(Constant::Text(text)) if !level.is.is_empty() => level.is.iter().any(|is| text == **is),
                _ => level.is.is_empty() && is(level.when, &value),
            };
            if applies {
                opening.severity = match level.severity {
                    Some(severity) => opening.severity.at(severity),
                    None => opening.severity.raised(),
                };
            }
        }
        opening
    }

    fn open(
        &mut self,
        switch: &SwitchModel,
        opening: Opening,
        location: Location,
        how: OpenedHow,
        taken_over: Option<Location>,
    ) {
        let known = |opened: &Opened| opened.location == location && opened.opening.rule == opening.rule;
        if self.guarded > 0 || self.outcome.opened.iter().any(known) {
            return;
        }
        let acts = taken_over.unwrap_or(location);
        let reached = Environment::new(self.program, self.catalogue).reached(&self.scope(), acts.span);
        let how = match (reached, how) {
            (Reached::WhenSet, _) => return,
            (Reached::UnlessSet, OpenedHow::Always) => OpenedHow::ByDefault,
            (_, how) => how,
        };
        let tests_may = switch.tests_may;
        self.outcome.opened.push(Opened {
            location,
            function: self.here,
            opening,
            how,
            taken_over,
            tests_may,
            unless: Vec::new(),
        });
    }
}

/// A class or module that a value is, if it is one.
fn holder_of(value: &Value) -> Option<Thing> {
    match &*value.entities {
        [Entity::Class(class)] => Some(Thing::Class(*class)),
        [Entity::Instance(object)] => Some(Thing::Instance(object.class)),
        [Entity::Module(file)] => Some(Thing::Module(*file)),
        _ => None,
    }
}

/// What is assigned to `target` by a statement of the block.
fn assigned_value(block: &Block, target: ExpressionId) -> Option<ExpressionId> {
    block.iter().find_map(|statement| match &statement.kind {
        StatementKind::Assign { targets, value } => targets.contains(&target).then_some(*value),
        StatementKind::If { then, otherwise, .. } => {
            assigned_value(then, target).or_else(|| assigned_value(otherwise, target))
        }
        StatementKind::Try { body, .. }
        | StatementKind::With { body, .. }
        | StatementKind::Loop { body, .. } => assigned_value(body, target),
        _ => None,
    })
}

/// When a value that depends on the environment opens.
fn how(switch: &SwitchModel, reading: &Reading) -> Option<OpenedHow> {
    if switch.when != When::Truthy {
        return None;
    }
    let is_off =
        matches!(&reading.unset, Some(Thing::Constant(Constant::Text(text))) if is_off(switch, *text));
    match (reading.unset_truth().map(|truth| truth && !is_off), reading.set) {
        (Some(true), Set::Chosen) => Some(OpenedHow::ByDefault),
        (Some(true), Set::Never | Set::AnyText) => Some(OpenedHow::Always),
        (_, Set::AnyText) => Some(OpenedHow::ByAnyText),
        _ => None,
    }
}

fn opens(switch: &SwitchModel, value: &Value) -> bool {
    let is_off = matches!(value.constant, Some(Constant::Text(text)) if is_off(switch, text));
    !is_off && is(switch.when, value)
}

fn is_off(switch: &SwitchModel, text: Symbol) -> bool {
    switch.off.iter().any(|off| off.eq_ignore_ascii_case(text.text()))
}

fn is(when: When, value: &Value) -> bool {
    match when {
        When::Truthy | When::NotFalsy => value.truth() == Some(true),
        When::Falsy => value.truth() == Some(false),
        When::Off => matches!(value.constant, Some(Constant::Text(text)) if text == "off"),
    }
}
