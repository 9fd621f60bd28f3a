//! Settings that the environment decides: any text must not mean on, and nothing must mean off.

use tightlip_flow::OpenedHow;
use tightlip_ir::{Comparison, ExpressionId, ExpressionKind, Literal};
use tightlip_rules::walk;

use super::Setting;
use super::argument::selected;
use crate::call::{CallText, arguments_of};
use crate::edit::{Edit, Refusal};

/// What a variable of the environment is compared with where one word must open.
const DEVELOPMENT: &str = "development";

impl Setting<'_> {
    /// What closes `value` where nobody sets the variable, or where it says no; nothing if that is not understood.
    pub(super) fn closed_environment(&self, value: ExpressionId) -> Result<Option<Vec<Edit>>, Refusal> {
        let Some(value) = self.value_of_name(value) else { return Ok(None) };
        match self.opened.how {
            OpenedHow::ByAnyText => self.compared(value),
            _ => self.off_by_default(value),
        }
    }

    /// `os.getenv("X")` becomes `os.getenv("X", "").lower() in {"1", "true", "yes"}`.
    fn compared(&self, value: ExpressionId) -> Result<Option<Vec<Edit>>, Refusal> {
        let module = self.site.module()?;
        let span = module.expression(value).span;
        if let Some((callee, [only])) = arguments_of(self.site, value)
            && self.site.slice(module.expression(callee).span) == "bool"
        {
            let Some(text) = self.comparison(only.value)? else { return Ok(None) };
            return Ok(Some(vec![self.site.replace(span, text)]));
        }
        if let ExpressionKind::Attribute { name, .. } = &module.expression(value).kind {
            return self.option_of_command_line(name.text());
        }
        Ok(self.comparison(value)?.map(|text| vec![self.site.replace(span, text)]))
    }

    fn comparison(&self, read: ExpressionId) -> Result<Option<String>, Refusal> {
        if !self.reads_variable(read) {
            return Ok(None);
        }
        let module = self.site.module()?;
        let mut text = self.site.slice(module.expression(read).span).to_owned();
        let quote = self.site.style.quote;
        if let Some((_, [_])) = arguments_of(self.site, read)
            && let Some(open) = text.strip_suffix(')')
        {
            text = format!("{}, {quote}{quote})", open.trim_end().trim_end_matches(','));
        }
        let words = ["1", "true", "yes"].map(|word| self.site.style.literal(word));
        Ok(Some(format!("{text}.lower() in {{{}}}", words.join(", "))))
    }

    /// `add_argument("--debug", type=bool)` takes every word for true; `action="store_true"` takes none.
    fn option_of_command_line(&self, name: &str) -> Result<Option<Vec<Edit>>, Refusal> {
        let module = self.site.module()?;
        let option = format!("--{}", name.replace('_', "-"));
        let declares = |id: &ExpressionId| {
            let Some((_, arguments)) = arguments_of(self.site, *id) else { return false };
            let is_option = |id: ExpressionId| matches!(&module.expression(id).kind, ExpressionKind::Literal(Literal::Text(text)) if text.text() == option);
            arguments.iter().any(|argument| argument.keyword.is_none() && is_option(argument.value))
        };
        let ids = (0..module.expressions.len() as u32).map(ExpressionId);
        let mut declared = ids.filter(declares);
        let (Some(call), None) = (declared.next(), declared.next()) else { return Ok(None) };
        let Some((_, arguments)) = arguments_of(self.site, call) else { return Ok(None) };
        let keyword = |name: &str| {
            arguments.iter().find(|argument| argument.keyword.is_some_and(|known| known == name))
        };
        let Some(kind) = keyword("type") else { return Ok(None) };
        let text = CallText::of_call(self.site, call)?;
        let item = |argument: &tightlip_ir::Argument| text.item_of(module.expression(argument.value).span);
        let Some(of_type) = item(kind) else { return Ok(None) };
        let action = format!("action={}", self.site.style.literal("store_true"));
        let mut edits = vec![self.site.replace(text.span(of_type), action)];
        edits.extend(keyword("default").and_then(item).map(|item| text.without(item)));
        Ok(Some(edits))
    }

    /// A default that opens becomes one that closes; "unless it is production" becomes "if it is development".
    fn off_by_default(&self, value: ExpressionId) -> Result<Option<Vec<Edit>>, Refusal> {
        let module = self.site.module()?;
        for part in walk::all_parts(module, value) {
            match &module.expression(part).kind {
                ExpressionKind::Compare { comparison: Comparison::NotEqual, left, right } => {
                    let (read, word) =
                        if self.reads_variable(*left) { (*left, *right) } else { (*right, *left) };
                    let is_text =
                        matches!(module.expression(word).kind, ExpressionKind::Literal(Literal::Text(_)));
                    if self.reads_variable(read) && is_text {
                        let text = self.site.slice(module.expression(read).span);
                        let replacement = format!("{text} == {}", self.site.style.literal(DEVELOPMENT));
                        return Ok(Some(vec![self.site.replace(module.expression(part).span, replacement)]));
                    }
                }
                ExpressionKind::Call { .. } => {
                    if let Some(edit) = self.other_default(part)? {
                        return Ok(Some(vec![edit]));
                    }
                }
                _ => {}
            }
        }
        Ok(None)
    }

    /// The default of a call that reads a variable, or the only `True` that a function of the program is given.
    fn other_default(&self, call: ExpressionId) -> Result<Option<Edit>, Refusal> {
        let module = self.site.module()?;
        let Some((callee, arguments)) = arguments_of(self.site, call) else { return Ok(None) };
        let scope = self.site.scope(self.opened.function);
        let variables = &self.site.project.checked.catalogue.variables;
        let model = scope.path(callee).and_then(|path| variables.get(&path));
        let value = match model {
            Some(model) => selected(arguments, &model.default).map(|argument| argument.value),
            None => {
                let is_true = |id: &ExpressionId| {
                    matches!(module.expression(*id).kind, ExpressionKind::Literal(Literal::Boolean(true)))
                };
                let mut given = arguments.iter().map(|argument| argument.value).filter(is_true);
                given.next().filter(|_| given.next().is_none())
            }
        };
        let Some(value) = value else { return Ok(None) };
        let closed = match &module.expression(value).kind {
            ExpressionKind::Literal(Literal::Boolean(true)) => "False".to_owned(),
            ExpressionKind::Literal(Literal::Integer(1)) => "0".to_owned(),
            ExpressionKind::Literal(Literal::Text(text)) => self.site.style.literal(opposite(text.text())),
            _ => return Ok(None),
        };
        Ok(Some(self.site.replace(module.expression(value).span, closed)))
    }

    /// Whether an expression reads a variable of the environment, and gives its text.
    fn reads_variable(&self, id: ExpressionId) -> bool {
        let scope = self.site.scope(self.opened.function);
        let catalogue = self.site.project.checked.catalogue;
        match scope.kind(id) {
            ExpressionKind::Call { callee, .. } => {
                scope.path(*callee).is_some_and(|path| catalogue.variables.contains_key(&path))
            }
            ExpressionKind::Index { object, .. } => scope.path(*object).is_some_and(|path| {
                catalogue.variable_values.keys().any(|known| known.text().starts_with(path.text()))
            }),
            _ => false,
        }
    }
}

/// The word that switches off what `word` switches on.
pub(crate) fn opposite(word: &str) -> &'static str {
    match word {
        "1" => "0",
        "true" => "false",
        "True" => "False",
        "TRUE" => "FALSE",
        "yes" => "no",
        "Yes" => "No",
        "on" => "off",
        "On" => "Off",
        "t" => "f",
        "y" => "n",
        "development" | "dev" | "debug" | "local" => "production",
        _ => "",
    }
}
