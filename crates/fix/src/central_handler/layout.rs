//! Where a new central handler goes.

use tightlip_flow::ApplicationSite;
use tightlip_ir::{
    Block, ExpressionId, ExpressionKind, FunctionId, Literal, Module, Statement, StatementKind,
};

use crate::edit::{Edit, Refusal};
use crate::site::Site;
use crate::statement::{self, in_style};

/// Where it goes.
pub(super) enum Layout {
    /// Into a module of its own beside the package's file.
    Module {
        path: String,
        /// The module's name.
        name: &'static str,
        register: Register,
    },
    /// To the top of the file, and it is registered in the function that makes the application.
    Beside { at: u32, register: Register },
    /// Behind the application, which is made at the top of the file.
    Below {
        at: u32,
        /// What the application is called.
        application: String,
    },
}

/// Where it is registered.
pub(super) struct Register {
    /// What the application is called there.
    pub(super) application: String,
    /// Before this line, or behind the last one.
    at: u32,
    indent: String,
}

/// Names for the module; the first that is free is taken.
const MODULES: &[&str] = &["errors", "error_handlers", "error_replies"];

impl Layout {
    pub(super) fn of(site: &Site<'_>, application: &ApplicationSite) -> Result<Self, Refusal> {
        let standing = statement::statement_at(site, application.location.span)?;
        let name = name_of(site, standing.statement())?;
        let module = site.module()?;
        let function = application.function.id;
        let body = &module.function(function).body;
        let is_factory = function != FunctionId::MODULE_BODY;
        if let Some((path, name_of_module)) = beside_package(site, module) {
            let register = if is_factory {
                before_return(site, body, name)?
            } else {
                behind_settings(site, module, standing.span(), name)
            };
            return Ok(Self::Module { path, name: name_of_module, register });
        }
        let top = &module.function(FunctionId::MODULE_BODY).body;
        let place = top.iter().position(|statement| statement.span.contains(application.location.span));
        let place = place.ok_or_else(|| Refusal("the application is not made in this file".to_owned()))?;
        if is_factory {
            let at = place.checked_sub(1).map_or(0, |before| site.next_line(top[before].span.end));
            return Ok(Self::Beside { at, register: before_return(site, body, name)? });
        }
        let at = site.next_line(last_setting(module, top, place).span.end);
        Ok(Self::Below { at, application: name })
    }
}

impl Register {
    /// Puts `code` in, a line of it or several.
    pub(super) fn put_in(&self, site: &Site<'_>, code: &str) -> Edit {
        let before = &site.text()[..self.at as usize];
        let newline = site.style.newline;
        let first = if before.is_empty() || before.ends_with(['\n', '\r']) { "" } else { newline };
        let text = in_style(site, &self.indent, code);
        let stands_apart = before.ends_with("\n\n") || before.ends_with("\r\n\r\n");
        let behind = if stands_apart && !site.text()[self.at as usize..].starts_with(['\n', '\r']) {
            newline
        } else {
            ""
        };
        site.insert(self.at, format!("{first}{text}{behind}"))
    }
}

/// What the application is called by the statement that makes it.
fn name_of(site: &Site<'_>, statement: &Statement) -> Result<String, Refusal> {
    let module = site.module()?;
    let target = match &statement.kind {
        StatementKind::Assign { targets, .. } => targets.first().copied(),
        StatementKind::Declare { target, .. } => Some(*target),
        _ => None,
    };
    let is_plain = |id: &ExpressionId| {
        matches!(module.expression(*id).kind, ExpressionKind::Name(_) | ExpressionKind::Attribute { .. })
    };
    match target.filter(is_plain) {
        Some(target) => Ok(site.slice(module.expression(target).span).to_owned()),
        None => Err(Refusal("the application has no name where it is made".to_owned())),
    }
}

/// A module beside this file, if this file is part of a package and is not run by itself.
fn beside_package(site: &Site<'_>, module: &Module) -> Option<(String, &'static str)> {
    let path = site.path();
    let (folder, file) = path.rsplit_once('/').map_or(("", path), |(folder, file)| (folder, file));
    let beside = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    let is_known = |name: &str| site.project.file(&beside(name)).is_some();
    let is_package = file == "__init__.py" || (is_known("__init__.py") && !is_run(module));
    let name = MODULES
        .iter()
        .find(|name| !is_known(&format!("{name}.py")) && !is_known(&format!("{name}/__init__.py")))?;
    is_package.then(|| (beside(&format!("{name}.py")), *name))
}

/// Whether the file asks whether it is what was started.
fn is_run(module: &Module) -> bool {
    module.expressions.iter().any(|expression| {
        matches!(&expression.kind, ExpressionKind::Literal(Literal::Text(text)) if *text == "__main__")
    })
}

/// Before the last `return` of the function that makes it; extensions that replace methods of it stand above.
fn before_return(site: &Site<'_>, body: &Block, application: String) -> Result<Register, Refusal> {
    let last = body.last().ok_or_else(|| Refusal("the function is empty".to_owned()))?;
    let indent = site.indent(last.span.start).to_owned();
    let at = match body.iter().rev().find(|statement| matches!(statement.kind, StatementKind::Return(_))) {
        Some(returned) => statement::line_before(site, returned.span)?,
        None => site.next_line(last.span.end),
    };
    Ok(Register { application, at, indent })
}

fn behind_settings(
    site: &Site<'_>,
    module: &Module,
    application_span: tightlip_ir::Span,
    application: String,
) -> Register {
    let top = &module.function(FunctionId::MODULE_BODY).body;
    let place = top.iter().position(|statement| statement.span.contains(application_span)).unwrap_or(0);
    let at = site.next_line(last_setting(module, top, place).span.end);
    Register { application, at, indent: String::new() }
}

/// The last statement before the first function, class or test behind the one at `place`: settings and extensions
/// stand above it, routes below. Nothing goes behind what runs the application.
fn last_setting<'m>(module: &Module, top: &'m Block, place: usize) -> &'m Statement {
    let goes_on = |statement: &&Statement| match &statement.kind {
        StatementKind::Assign { .. } | StatementKind::Declare { .. } | StatementKind::Import(_) => true,
        StatementKind::Expression(value) => match &module.expression(*value).kind {
            ExpressionKind::Call { callee, .. } => {
                !matches!(&module.expression(*callee).kind, ExpressionKind::Attribute { name, .. } if *name == "run")
            }
            _ => true,
        },
        _ => false,
    };
    top[place + 1..].iter().take_while(goes_on).last().unwrap_or(&top[place])
}
