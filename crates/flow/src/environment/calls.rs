//! Calls: of what reads variables, of what reads texts, of functions of the program, of options of a command line.

use tightlip_catalogue::{Arguments, Unset, VariableModel};
use tightlip_ir::{Argument, ExpressionId, ExpressionKind, Owner, Spread, StatementKind, Symbol};

use super::{Environment, Reading, Scope, Set, Thing};
use crate::program::FunctionRef;
use crate::value::Constant;

/// Texts that readers of true and false take for true.
const TRUE_WORDS: &[&str] = &["1", "true", "yes", "on", "y", "t"];

impl Environment<'_> {
    pub(super) fn call(
        &self,
        scope: &Scope,
        callee: ExpressionId,
        arguments: &[Argument],
        depth: usize,
    ) -> Option<Reading> {
        if let ExpressionKind::Attribute { object, name } = &self.module(scope).expression(callee).kind
            && let Some(reading) = self.method(scope, *object, *name, arguments, depth)
        {
            return Some(reading);
        }
        let target = self.read(scope, callee, depth)?;
        match target.unset? {
            Thing::Function(function) => self.call_function(scope, function, arguments, depth),
            Thing::Class(class) => Some(Reading::known(Thing::Instance(class))),
            Thing::Library(path) => self.call_library(scope, path, arguments, depth),
            _ => None,
        }
    }

    /// Methods of texts, and `record.get(key, default)`.
    fn method(
        &self,
        scope: &Scope,
        object: ExpressionId,
        name: Symbol,
        arguments: &[Argument],
        depth: usize,
    ) -> Option<Reading> {
        let owner = self.read(scope, object, depth)?;
        if self.catalogue.entry_methods.contains(&name)
            && let Some(display @ Thing::Display(..)) = &owner.unset
        {
            let key = self.read(scope, arguments.first()?.value, depth)?;
            let found = key.unset_constant().and_then(|constant| self.entry(display, constant, depth));
            let found = match (found, arguments.get(1)) {
                (Some(found), _) => found,
                (None, Some(default)) => self.read(scope, default.value, depth)?,
                (None, None) => Reading::constant(Constant::None),
            };
            return Some(found.chosen_by(key.set));
        }
        let is_text = owner.set != Set::Never || matches!(owner.unset_constant(), Some(Constant::Text(_)));
        if !is_text {
            return None;
        }
        let fold: fn(&str) -> String = match name.text() {
            "lower" | "casefold" => str::to_lowercase,
            "upper" => str::to_uppercase,
            "strip" => |text| text.trim().to_owned(),
            "title" | "capitalize" => |text| {
                let mut letters = text.chars();
                letters.next().map_or_else(String::new, |first| {
                    first.to_uppercase().chain(letters.flat_map(char::to_lowercase)).collect()
                })
            },
            _ => return None,
        };
        let unset = match owner.unset_constant() {
            Some(Constant::Text(text)) => {
                Some(Thing::Constant(Constant::Text(Symbol::new(&fold(text.text())))))
            }
            _ => None,
        };
        Some(Reading { unset, ..owner })
    }

    fn call_library(
        &self,
        scope: &Scope,
        path: Symbol,
        arguments: &[Argument],
        depth: usize,
    ) -> Option<Reading> {
        if let Some(model) = self.catalogue.variables.get(&path) {
            return Some(self.variable(scope, model, arguments, depth));
        }
        if self.catalogue.text_readers.contains(&path) {
            let given = self.read(scope, arguments.first()?.value, depth)?;
            let unset = given.unset_constant().map(|constant| Thing::Constant(read_text(constant)));
            return Some(Reading { unset, set: given.set.min(Set::Chosen), written: None });
        }
        match (path.text(), arguments) {
            ("bool", [given]) => {
                let given = self.read(scope, given.value, depth)?;
                let unset = given.unset_truth().map(|truth| Thing::Constant(Constant::Boolean(truth)));
                Some(Reading { unset, ..given })
            }
            ("int" | "float", [given]) => {
                let given = self.read(scope, given.value, depth)?;
                let unset = given.unset_constant().and_then(number).map(Thing::Constant);
                Some(Reading { unset, set: given.set.min(Set::Chosen), written: None })
            }
            ("str", [given]) => {
                let given = self.read(scope, given.value, depth)?;
                let unset = given.unset_constant().and_then(text).map(Thing::Constant);
                Some(Reading { unset, ..given })
            }
            _ => Some(Reading::known(Thing::Library(self.canonical(&format!("{path}()"))))),
        }
    }

    /// What a call that reads a variable gives.
    fn variable(
        &self,
        scope: &Scope,
        model: &VariableModel,
        arguments: &[Argument],
        depth: usize,
    ) -> Reading {
        let default =
            argument(arguments, &model.default).and_then(|default| self.read(scope, default, depth));
        let cast = argument(arguments, &model.cast);
        let parsed = model.parsed || cast.is_some();
        let unset = match (default, model.unset) {
            (Some(default), _) => default.unset,
            (None, Unset::None) => Some(Thing::Constant(Constant::None)),
            (None, Unset::Other) => Some(Thing::Constant(Constant::Text(Symbol::new("?")))),
            (None, Unset::Fails) => None,
        };
        let unset = match unset {
            Some(Thing::Constant(constant)) if parsed => Some(Thing::Constant(read_text(constant))),
            other => other,
        };
        let chosen = parsed || model.unset == Unset::Other;
        Reading { unset, set: if chosen { Set::Chosen } else { Set::AnyText }, written: None }
    }

    /// What a function of the program returns, with what it is given.
    fn call_function(
        &self,
        scope: &Scope,
        function: FunctionRef,
        arguments: &[Argument],
        depth: usize,
    ) -> Option<Reading> {
        let definition = self.program.function(function);
        let mut inner = Scope::new(function.file, function.id);
        let bound = usize::from(matches!(definition.owner, Owner::Class(_)));
        for (place, parameter) in definition.parameters.iter().enumerate().skip(bound) {
            let passed = arguments.iter().enumerate().find(|(at, argument)| {
                argument.spread == Spread::No
                    && (argument.keyword == Some(parameter.name)
                        || (argument.keyword.is_none() && at + bound == place))
            });
            let known = match (passed, parameter.default) {
                (Some((_, argument)), _) => self.read(scope, argument.value, depth),
                (None, Some(default)) => self.read(&Scope::top(function.file), default, depth),
                (None, None) => None,
            };
            inner.parameters.extend(known.map(|known| (parameter.name, known)));
        }
        self.returned(&definition.body, &inner, depth, Set::Never)?
    }

    /// What the statements return: nothing if they do not, inside nothing if it is not known.
    fn returned(
        &self,
        block: &tightlip_ir::Block,
        scope: &Scope,
        depth: usize,
        around: Set,
    ) -> Option<Option<Reading>> {
        let mut around = around;
        for statement in block.iter() {
            match &statement.kind {
                StatementKind::Return(Some(value)) => {
                    return Some(self.read(scope, *value, depth).map(|reading| reading.depending(around)));
                }
                StatementKind::Return(None) => return Some(Some(Reading::constant(Constant::None))),
                StatementKind::If { test, then, otherwise } => {
                    let Some(test) = self.read(scope, *test, depth) else { return Some(None) };
                    let Some(truth) = test.unset_truth() else { return Some(None) };
                    around = around.max(test.set.min(Set::Chosen));
                    let taken = if truth { then } else { otherwise };
                    if let Some(returned) = self.returned(taken, scope, depth, around) {
                        return Some(returned);
                    }
                }
                StatementKind::Try { body, .. } | StatementKind::With { body, .. } => {
                    if let Some(returned) = self.returned(body, scope, depth, around) {
                        return Some(returned);
                    }
                }
                StatementKind::Loop { .. } | StatementKind::Match { .. } => return Some(None),
                _ => {}
            }
        }
        None
    }

    /// An option of the command line, by the attribute under which it is found: what it is where nobody gives it.
    pub(super) fn command_line_option(&self, scope: &Scope, name: Symbol, depth: usize) -> Option<Reading> {
        let module = self.module(scope);
        for expression in &module.expressions {
            let ExpressionKind::Call { callee, arguments } = &expression.kind else { continue };
            let ExpressionKind::Attribute { name: method, .. } = &module.expression(*callee).kind else {
                continue;
            };
            if !self.catalogue.command_line_options.contains(method) || !names_option(module, arguments, name)
            {
                continue;
            }
            let keyword = |wanted: &str| {
                let mut arguments = arguments.iter();
                arguments
                    .find(|argument| argument.keyword.is_some_and(|known| known == *wanted))
                    .map(|known| known.value)
            };
            let text = |id: ExpressionId| match self.read(scope, id, depth)?.unset_constant()? {
                Constant::Text(text) => Some(text.text()),
                _ => None,
            };
            let action = keyword("action").and_then(text);
            let default = keyword("default").and_then(|default| self.read(scope, default, depth));
            let unset = match (default, action) {
                (Some(default), _) => default.unset,
                (None, Some("store_true")) => Some(Thing::Constant(Constant::Boolean(false))),
                (None, Some("store_false")) => Some(Thing::Constant(Constant::Boolean(true))),
                (None, _) => Some(Thing::Constant(Constant::None)),
            };
            // `--debug False` is a text, and `bool` takes any for true.
            let is_bool = |id: ExpressionId| matches!(&module.expression(id).kind, ExpressionKind::Name(name) if *name == "bool");
            let is_text = action.is_none() && keyword("type").is_none_or(is_bool);
            let set = if is_text { Set::AnyText } else { Set::Chosen };
            return Some(Reading { unset, set, written: Some((scope.file, expression.span)) });
        }
        None
    }
}

/// Whether `--debug`, or `dest="debug"`, names the option that is found under `name`.
fn names_option(module: &tightlip_ir::Module, arguments: &[Argument], name: Symbol) -> bool {
    arguments.iter().any(|argument| {
        let is_name = argument.keyword.is_none() || argument.keyword.is_some_and(|keyword| keyword == "dest");
        let ExpressionKind::Literal(tightlip_ir::Literal::Text(text)) =
            module.expression(argument.value).kind
        else {
            return false;
        };
        is_name && text.text().trim_start_matches('-').replace('-', "_") == name.text()
    })
}

/// The first argument that is selected.
pub(crate) fn argument(arguments: &[Argument], selected: &Arguments) -> Option<ExpressionId> {
    let by_keyword = arguments
        .iter()
        .find(|argument| argument.keyword.is_some_and(|keyword| selected.keywords.contains(&keyword)));
    let plain =
        arguments.iter().filter(|argument| argument.keyword.is_none() && argument.spread == Spread::No);
    let by_place = || {
        plain.enumerate().find(|(place, _)| selected.positions.contains(place)).map(|(_, argument)| argument)
    };
    by_keyword.or_else(by_place).map(|argument| argument.value)
}

/// What a reader of true and false makes of a constant.
fn read_text(constant: Constant) -> Constant {
    match constant {
        Constant::Text(text) => {
            let is_true = TRUE_WORDS.iter().any(|word| word.eq_ignore_ascii_case(text.text()));
            Constant::Boolean(is_true)
        }
        other => other,
    }
}

fn number(constant: Constant) -> Option<Constant> {
    match constant {
        Constant::Text(text) => text.text().trim().parse().ok().map(Constant::Integer),
        Constant::Boolean(value) => Some(Constant::Integer(value.into())),
        Constant::Integer(_) => Some(constant),
        _ => None,
    }
}

fn text(constant: Constant) -> Option<Constant> {
    let text = match constant {
        Constant::Text(_) => return Some(constant),
        Constant::Integer(number) => number.to_string(),
        Constant::Boolean(true) => "True".to_owned(),
        Constant::Boolean(false) => "False".to_owned(),
        Constant::None => "None".to_owned(),
        Constant::Truthy => return None,
    };
    Some(Constant::Text(Symbol::new(&text)))
}
