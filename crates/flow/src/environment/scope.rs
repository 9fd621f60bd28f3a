//! Names: what they are given in functions, modules and classes.

use tightlip_ir::{Block, ExpressionId, ExpressionKind, FunctionId, StatementKind, Symbol};

use super::{Environment, Reading, Set, Thing};
use crate::program::{ClassRef, FileIndex, Meaning};
use crate::value::Constant;

/// Where an expression stands.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Scope {
    pub(crate) file: FileIndex,
    pub(crate) function: FunctionId,
    /// What is known of parameters.
    pub(crate) parameters: Vec<(Symbol, Reading)>,
}

impl Scope {
    pub(crate) fn new(file: FileIndex, function: FunctionId) -> Self {
        Self { file, function, parameters: Vec::new() }
    }

    /// The top of a file.
    pub(crate) fn top(file: FileIndex) -> Self {
        Self::new(file, FunctionId::MODULE_BODY)
    }
}

impl Environment<'_> {
    pub(super) fn name(&self, scope: &Scope, name: Symbol, depth: usize) -> Option<Reading> {
        if let Some((_, known)) = scope.parameters.iter().find(|(known, _)| *known == name) {
            return Some(known.clone());
        }
        let function = self.module(scope).function(scope.function);
        if scope.function != FunctionId::MODULE_BODY && function.locals.binary_search(&name).is_ok() {
            return self.assigned(&function.body, name, scope, depth)?;
        }
        let meanings = self.program.meanings(scope.file, name);
        match meanings.first() {
            Some(meaning) => self.meaning(*meaning, depth),
            // Of the language itself.
            None => match self.catalogue.constants.get(&name) {
                Some(value) => Some(Reading::constant(Constant::Boolean(*value))),
                None => Some(Reading::known(Thing::Library(name))),
            },
        }
    }

    fn meaning(&self, meaning: Meaning, depth: usize) -> Option<Reading> {
        Some(match meaning {
            Meaning::Function(function) => Reading::known(Thing::Function(function)),
            Meaning::Class(class) => Reading::known(Thing::Class(class)),
            Meaning::Module(file) => Reading::known(Thing::Module(file)),
            Meaning::Library(path) => Reading::known(Thing::Library(self.catalogue.canonical(path))),
            Meaning::Variable(file, name) => {
                let scope = Scope::top(file);
                let body = &self.module(&scope).function(FunctionId::MODULE_BODY).body;
                return self.assigned(body, name, &scope, depth)?;
            }
        })
    }

    /// What `owner.name` is, seen from `scope`.
    pub(super) fn attribute_in(
        &self,
        scope: &Scope,
        owner: &Thing,
        name: Symbol,
        depth: usize,
    ) -> Option<Reading> {
        match owner {
            Thing::Library(path) if self.catalogue.command_lines.contains(path) => {
                self.command_line_option(scope, name, depth)
            }
            _ => self.attribute(owner, name, depth),
        }
    }

    /// What `owner.name` is.
    pub(crate) fn attribute(&self, owner: &Thing, name: Symbol, depth: usize) -> Option<Reading> {
        match owner {
            Thing::Module(file) => {
                let meaning = self.program.meanings(*file, name).first().copied()?;
                self.meaning(meaning, depth)
            }
            Thing::Class(class) | Thing::Instance(class) => self.class_attribute(*class, name, depth),
            Thing::Library(path) => {
                let whole = self.canonical(&format!("{path}.{name}"));
                Some(Reading::known(Thing::Library(whole)))
            }
            _ => None,
        }
    }

    /// What the class, or the nearest one it derives from, gives the name.
    fn class_attribute(&self, class: ClassRef, name: Symbol, depth: usize) -> Option<Reading> {
        for ancestor in &self.program.hierarchy.lineage(class).ancestors {
            let body = &self.program.class(*ancestor).body;
            if let Some(found) = self.assigned(body, name, &Scope::top(ancestor.file), depth) {
                return found;
            }
        }
        None
    }

    /// What the statements give the name when nobody sets a variable. Nothing if they do not speak of it; inside,
    /// nothing if it is not known.
    fn assigned(&self, block: &Block, name: Symbol, scope: &Scope, depth: usize) -> Option<Option<Reading>> {
        let mut current: Option<Option<Reading>> = None;
        for statement in block.iter() {
            match &statement.kind {
                StatementKind::Assign { targets, value }
                    if targets.iter().any(|target| self.is_name(scope, *target, name)) =>
                {
                    current = Some(self.written(scope, *value, depth));
                }
                StatementKind::Declare { target, value: Some(value), .. }
                    if self.is_name(scope, *target, name) =>
                {
                    current = Some(self.written(scope, *value, depth));
                }
                StatementKind::Update { target, .. } if self.is_name(scope, *target, name) => {
                    current = Some(None)
                }
                StatementKind::If { test, then, otherwise } => {
                    let (then, otherwise) = (
                        self.assigned(then, name, scope, depth),
                        self.assigned(otherwise, name, scope, depth),
                    );
                    if then.is_some() || otherwise.is_some() {
                        let test = self.read(scope, *test, depth + 1);
                        current = Some(self.chosen(test, then, otherwise, current));
                    }
                }
                StatementKind::Try { body, .. } | StatementKind::With { body, .. } => {
                    current = self.assigned(body, name, scope, depth).or(current);
                }
                StatementKind::Loop { body, .. } if self.assigned(body, name, scope, depth).is_some() => {
                    current = Some(None);
                }
                _ => {}
            }
        }
        current
    }

    /// What is left after an `if`, when it was `before`.
    fn chosen(
        &self,
        test: Option<Reading>,
        then: Option<Option<Reading>>,
        otherwise: Option<Option<Reading>>,
        before: Option<Option<Reading>>,
    ) -> Option<Reading> {
        let decided = test.and_then(|test| test.unset_truth().map(|truth| (test.set, truth)));
        let Some((depends, truth)) = decided else {
            // Where only one value is ever given, it is that one or none.
            let mut given = [then, otherwise, before].into_iter().flatten();
            let only = given.next();
            return only.filter(|_| given.next().is_none()).flatten();
        };
        let (taken, other) = if truth { (then, otherwise) } else { (otherwise, then) };
        let taken = taken.or_else(|| before.clone())??;
        if depends == Set::Never {
            return Some(taken);
        }
        // The other value is there when the variable is set; any text may do that.
        let other = other.or(before).flatten();
        let opens = other.and_then(|other| other.unset_truth()) == Some(true);
        let set = if opens { depends } else { Set::Chosen };
        Some(Reading { set: taken.set.max(set), ..taken })
    }

    /// What a value that is kept is, and where it is written.
    pub(super) fn written(&self, scope: &Scope, value: ExpressionId, depth: usize) -> Option<Reading> {
        let mut reading = self.read(scope, value, depth + 1)?;
        let span = self.module(scope).expression(value).span;
        reading.written = Some((scope.file, span));
        Some(reading)
    }

    fn is_name(&self, scope: &Scope, target: ExpressionId, name: Symbol) -> bool {
        matches!(self.module(scope).expression(target).kind, ExpressionKind::Name(known) if known == name)
    }
}
