//! Loggers: which one is in scope, and how a file gets one.

use tightlip_flow::{Binding, File, FileIndex, FunctionRef};
use tightlip_ir::{ExpressionId, ExpressionKind, FunctionId, Owner, StatementKind, Symbol};
use tightlip_rules::walk;

use crate::edit::{Edit, Refusal};
use crate::imports::{self, Wanted};
use crate::site::Site;

/// How to call a logger, and what has to be put in for that.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Logger {
    /// `logger`, `app.logger`, `current_app.logger`.
    pub(crate) expression: String,
    /// Empty where it is there already.
    pub(crate) edits: Vec<Edit>,
}

impl Logger {
    fn there(expression: String) -> Self {
        Self { expression, edits: Vec::new() }
    }
}

/// What loggers are called, in small letters and without underlines before and behind.
const NAMES: &[&str] = &["log", "logger", "logging"];

/// Methods that every logger has.
const METHODS: &[&str] = &["debug", "info", "warning", "warn", "error", "critical", "exception"];

/// The logger that the body of `function` should use: the one that it uses already, else that of the module or of the
/// application, else a new one of the module.
pub(crate) fn logger_for(site: &Site<'_>, function: FunctionRef) -> Result<Logger, Refusal> {
    let (index, file) = site.file()?;
    if let Some(used) = used_in(site, function)? {
        return Ok(Logger::there(used));
    }
    if let Some(name) = of_module(site, index, file, function) {
        return Ok(Logger::there(name));
    }
    if let Some(application) = application_in_scope(site, function)
        && let Some(attribute) = logging_attribute(site, application.path)
    {
        return Ok(Logger::there(format!("{}.{attribute}", application.name)));
    }
    if let Some(logger) = of_current_application(site, file, function) {
        return Ok(logger);
    }
    new(site, file, function)
}

/// Whether `id` names a logger, as far as its name tells.
pub(crate) fn is_logger(site: &Site<'_>, id: ExpressionId) -> bool {
    let Ok(module) = site.module() else { return false };
    match &module.expression(id).kind {
        ExpressionKind::Name(name) => has_name_of_logger(*name),
        ExpressionKind::Attribute { object, name } => {
            let is_path = matches!(
                module.expression(*object).kind,
                ExpressionKind::Name(_) | ExpressionKind::Attribute { .. }
            );
            is_path && has_name_of_logger(*name)
        }
        _ => false,
    }
}

fn has_name_of_logger(name: Symbol) -> bool {
    NAMES.contains(&name.text().to_lowercase().trim_matches('_'))
}

/// The logger that the body of `function` calls.
fn used_in(site: &Site<'_>, function: FunctionRef) -> Result<Option<String>, Refusal> {
    let module = site.module()?;
    let scope = site.scope(function);
    for statement in walk::statements(&scope.definition().body) {
        for part in walk::expressions(statement).into_iter().flat_map(|id| walk::all_parts(module, id)) {
            if let ExpressionKind::Call { callee, .. } = scope.kind(part)
                && let ExpressionKind::Attribute { object, name } = scope.kind(*callee)
                && METHODS.contains(&name.text())
                && is_logger(site, *object)
            {
                return Ok(Some(site.slice(module.expression(*object).span).to_owned()));
            }
        }
    }
    Ok(None)
}

/// The logger that stands at the top of the file, if `function` does not give its name to something else.
fn of_module(site: &Site<'_>, index: FileIndex, file: &File, function: FunctionRef) -> Option<String> {
    let body = site.scope(FunctionRef { file: index, id: FunctionId::MODULE_BODY });
    let makes_logger = |id: ExpressionId| match body.kind(id) {
        ExpressionKind::Call { callee, .. } => match body.kind(*callee) {
            ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } => {
                name.text().to_lowercase().replace('_', "").ends_with("getlogger")
            }
            _ => false,
        },
        ExpressionKind::Attribute { .. } => is_logger(site, id),
        _ => false,
    };
    let mut names: Vec<Symbol> = file.bindings.keys().copied().collect();
    names.sort();
    let found = names.into_iter().find(|name| {
        let binding = file.bindings.get(name).map(Vec::as_slice);
        let is_one = match binding {
            Some([Binding::Value(value)]) => makes_logger(*value),
            // A module of that name would have no methods to log with, but for the one of the language.
            Some([Binding::Import(import)]) => {
                has_name_of_logger(*name) && (import.module == "logging" || !is_module(site, index, *name))
            }
            _ => false,
        };
        is_one && (*name != "logging" || logs_by_module(site, file)) && !is_hidden(site, function, *name)
    });
    found.map(|name| name.to_string())
}

fn is_module(site: &Site<'_>, index: FileIndex, name: Symbol) -> bool {
    let meanings = site.project.checked.program.meanings(index, name);
    !meanings.iter().any(|meaning| match meaning {
        tightlip_flow::Meaning::Variable(..) => true,
        tightlip_flow::Meaning::Library(path) => path.text().ends_with(".logger"),
        _ => false,
    })
}

/// Whether the file logs by `logging.error(...)` and its like.
fn logs_by_module(site: &Site<'_>, file: &File) -> bool {
    let module = &file.module;
    module.expressions.iter().any(|expression| {
        let ExpressionKind::Call { callee, .. } = &expression.kind else { return false };
        let ExpressionKind::Attribute { object, name } = &module.expression(*callee).kind else {
            return false;
        };
        METHODS.contains(&name.text()) && site.slice(module.expression(*object).span) == "logging"
    })
}

/// Whether `function`, or one around it, gives `name` to something of its own.
fn is_hidden(site: &Site<'_>, function: FunctionRef, name: Symbol) -> bool {
    let Ok(module) = site.module() else { return true };
    let mut current = function.id;
    while current != FunctionId::MODULE_BODY {
        let definition = module.function(current);
        if definition.locals.binary_search(&name).is_ok() {
            return true;
        }
        current = around(module, definition.owner);
    }
    false
}

fn around(module: &tightlip_ir::Module, mut owner: Owner) -> FunctionId {
    loop {
        match owner {
            Owner::Module => return FunctionId::MODULE_BODY,
            Owner::Function(id) => return id,
            Owner::Class(class) => owner = module.class(class).owner,
        }
    }
}

/// An application, as the code in a function can call it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ApplicationName {
    /// What to write.
    pub(crate) name: String,
    /// What it is, as the catalogue calls it.
    pub(crate) path: Symbol,
}

/// The application that a variable of the module, or of a function around `function`, is.
pub(crate) fn application_in_scope(site: &Site<'_>, function: FunctionRef) -> Option<ApplicationName> {
    let module = site.module().ok()?;
    let applications = &site.project.checked.catalogue.applications;
    let mut current = function;
    loop {
        let scope = site.scope(current);
        for statement in walk::statements(&scope.definition().body) {
            let StatementKind::Assign { targets, value } = &statement.kind else { continue };
            let (Some(path), [target]) = (scope.path(*value), &targets[..]) else { continue };
            if let ExpressionKind::Name(name) = scope.kind(*target)
                && applications.contains_key(&path)
                && (current == function || !is_hidden_below(site, function, current, *name))
            {
                return Some(ApplicationName { name: name.to_string(), path });
            }
        }
        if current.id == FunctionId::MODULE_BODY {
            break;
        }
        current = FunctionRef { id: around(module, module.function(current.id).owner), ..current };
    }
    imported_application(site, function)
}

/// The application that is imported by its name.
fn imported_application(site: &Site<'_>, function: FunctionRef) -> Option<ApplicationName> {
    let (index, file) = site.file().ok()?;
    let applications = &site.project.checked.catalogue.applications;
    let body = site.scope(FunctionRef { file: index, id: FunctionId::MODULE_BODY });
    let mut names: Vec<Symbol> = file.bindings.keys().copied().collect();
    names.sort();
    let is_import = |name: &Symbol| matches!(file.bindings[name][..], [Binding::Import(_)]);
    names.into_iter().filter(is_import).filter(|name| !is_hidden(site, function, *name)).find_map(|name| {
        let path = body.path_of_variable_name(name)?;
        applications.contains_key(&path).then(|| ApplicationName { name: name.to_string(), path })
    })
}

/// Whether a function between `function` and `outer` gives `name` to something of its own.
fn is_hidden_below(site: &Site<'_>, function: FunctionRef, outer: FunctionRef, name: Symbol) -> bool {
    let Ok(module) = site.module() else { return true };
    let mut current = function.id;
    while current != outer.id && current != FunctionId::MODULE_BODY {
        let definition = module.function(current);
        if definition.locals.binary_search(&name).is_ok() {
            return true;
        }
        current = around(module, definition.owner);
    }
    false
}

fn logging_attribute(site: &Site<'_>, application: Symbol) -> Option<Symbol> {
    site.project.checked.catalogue.applications.get(&application)?.logger
}

/// The logger of the application that serves the request, where the framework calls `function` and its package is
/// imported.
fn of_current_application(site: &Site<'_>, file: &File, function: FunctionRef) -> Option<Logger> {
    let solution = site.project.checked.solution;
    if !solution.registrations.iter().any(|registration| registration.function == function) {
        return None;
    }
    let mut models: Vec<_> = site.project.checked.catalogue.applications.iter().collect();
    models.sort_by_key(|(path, _)| **path);
    models.into_iter().find_map(|(_, model)| {
        let (module, name) = model.current?.text().rsplit_once('.')?;
        if !file.packages.contains(&Symbol::new(module)) {
            return None;
        }
        let imported = imports::bring(site, Wanted::Name(module, name)).ok()?;
        Some(Logger { expression: format!("{}.{}", imported.name, model.logger?), edits: imported.edits })
    })
}

/// A logger of the module that is not there yet.
fn new(site: &Site<'_>, file: &File, function: FunctionRef) -> Result<Logger, Refusal> {
    let is_free = |name: &&str| {
        let symbol = Symbol::new(name);
        !file.bindings.contains_key(&symbol) && !is_hidden(site, function, symbol)
    };
    let name = ["logger", "_logger", "module_logger"].into_iter().find(is_free);
    let name = name.ok_or_else(|| Refusal("no name is left for a logger".to_owned()))?;
    let logging = imports::bring(site, Wanted::Module("logging"))?;
    let at = imports::end_of_imports(site)?;
    let newline = site.style.newline;
    let before = &site.text()[..at as usize];
    let after = &site.text()[at as usize..];
    let ended = before.is_empty() || before.ends_with(['\n', '\r']);
    let mut text = if ended { String::new() } else { newline.to_owned() };
    if !before.is_empty() || !logging.edits.is_empty() {
        text.push_str(newline);
    }
    text.push_str(&format!("{name} = {}.getLogger(__name__){newline}", logging.name));
    if !after.is_empty() && !after.starts_with(['\n', '\r']) {
        text.push_str(newline);
    }
    let mut edits = logging.edits;
    match edits.iter_mut().find(|edit| edit.span.start == at) {
        // Both go to the same place: the import comes first.
        Some(import) => {
            let both = format!("{}{newline}{}", import.replacement.trim_end(), text);
            import.replacement = both;
        }
        None => edits.push(site.insert(at, text)),
    }
    Ok(Logger { expression: name.to_owned(), edits })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::compose;
    use crate::edit::{Fix, Safety};
    use crate::testing::in_site;

    /// The logger for the last function of `text`, and the text after its edits.
    fn logger(text: &str) -> (String, String) {
        in_site(text, |site| {
            let (file, content) = site.file().expect("it is source");
            let id = FunctionId(content.module.functions.len() as u32 - 1);
            let logger = logger_for(site, FunctionRef { file, id }).expect("there is one");
            let fix =
                Fix { title: String::new(), safety: Safety::Safe, edits: logger.edits, creates: Vec::new() };
            let mut composition = compose(&[fix], |_| Some(site.text()));
            let after = composition.texts.remove("app.py").unwrap_or_else(|| site.text().to_owned());
            (logger.expression, after)
        })
    }

    #[track_caller]
    fn is_there(text: &str, expression: &str) {
        assert_eq!(logger(text), (expression.to_owned(), text.to_owned()));
    }

    #[test]
    fn the_logger_that_is_used_is_used_again() {
        is_there("def f(self):\n    self.log.error('a')\n", "self.log");
        is_there("import logging\ndef f():\n    logging.info('a')\n", "logging");
    }

    #[test]
    fn the_logger_of_the_module_is_found_by_what_makes_it() {
        is_there("import logging\nL = logging.getLogger('a')\ndef f(): pass\n", "L");
        is_there("from structlog import get_logger\nlog = get_logger()\ndef f(): pass\n", "log");
        is_there("from loguru import logger\ndef f(): pass\n", "logger");
        is_there("import logging\nlogging.warning('a')\ndef f(): pass\n", "logging");
    }

    #[test]
    fn an_application_in_scope_has_one() {
        is_there("from flask import Flask\napp = Flask(__name__)\ndef f(): pass\n", "app.logger");
        is_there(
            "from flask import Flask\ndef make():\n    web = Flask(__name__)\n    def f(): pass\n",
            "web.logger",
        );
        is_there("from flask import current_app\ndef f(): pass\n", "current_app.logger");
    }

    #[test]
    fn a_view_uses_that_of_the_current_application() {
        let text =
            "from flask import Blueprint\nb = Blueprint('b', __name__)\n@b.get('/')\ndef f(): return ''\n";
        let expected = text.replace("import Blueprint", "import Blueprint, current_app");
        assert_eq!(logger(text), ("current_app.logger".to_owned(), expected));
    }

    #[test]
    fn elsewhere_the_module_gets_one() {
        let (name, text) = logger("import os\n\ndef f(): pass\n");
        assert_eq!(name, "logger");
        assert_eq!(
            text,
            "import logging\nimport os\n\nlogger = logging.getLogger(__name__)\n\ndef f(): pass\n"
        );
        let (_, text) = logger("def f(): pass\n");
        assert_eq!(text, "import logging\n\nlogger = logging.getLogger(__name__)\n\ndef f(): pass\n");
        let (name, _) = logger("import os\ndef f(logger): pass\n");
        assert_eq!(name, "_logger");
    }
}
