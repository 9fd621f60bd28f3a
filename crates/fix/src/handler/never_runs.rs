//! Handlers that are registered and never asked.

use tightlip_ir::{ExpressionId, ExpressionKind, FunctionId, Span, Statement, StatementKind};
use tightlip_rules::walk;

use super::{Mending, Place};
use crate::call::arguments_of;
use crate::edit::{Edit, Refusal, Safety};
use crate::site::Site;
use crate::statement::{self, Standing, statement_at};

/// The decorator of a part, and that of the application.
const WIDER: (&str, &str) = ("errorhandler", "app_errorhandler");

impl Place<'_> {
    pub(super) fn reached(&self) -> Result<Mending, Refusal> {
        let standing = statement_at(self.site, self.span)?;
        if let Some(edits) = self.behind_return(standing)? {
            let title = "register the handler before the function returns";
            return Ok(Mending { title, safety: Safety::Unsafe, edits });
        }
        if let Some(edits) = self.under_test(standing)? {
            let title = "register the handler whether or not debug mode is on";
            return Ok(Mending { title, safety: Safety::Unsafe, edits });
        }
        if let Some(edits) = self.replaced(standing)? {
            return Ok(Mending {
                title: "take out what a later handler replaces",
                safety: Safety::Safe,
                edits,
            });
        }
        if let Some(edits) = self.wider()? {
            let title = "register the handler for the whole application";
            return Ok(Mending { title, safety: Safety::Unsafe, edits });
        }
        Err(Refusal("which of the handlers is meant is the author's to say".to_owned()))
    }

    /// The statement moves in front of the `return` above it.
    fn behind_return(&self, standing: Standing<'_>) -> Result<Option<Vec<Edit>>, Refusal> {
        let left = standing.block[..standing.place].iter().find(|statement| walk::leaves(statement));
        let Some(left) = left else { return Ok(None) };
        let span = standing.span();
        if !self.site.starts_line(span.start) {
            return Err(Refusal("it shares its line with what stands before it".to_owned()));
        }
        let at = statement::line_before(self.site, left.span)?;
        let newline = self.site.style.newline;
        let lines = statement::lines(self.site, span);
        let lines = Span::new(remarks_before(self.site, lines.start), lines.end);
        let before = blank_lines_before(self.site, lines.start);
        let text = self.site.slice(lines).trim_end_matches(['\n', '\r']).to_owned();
        let moved = format!("{text}{newline}{newline}");
        Ok(Some(vec![self.site.insert(at, moved), self.site.replace(Span::new(before, lines.end), "")]))
    }

    /// What stands alone under a test for debug mode does without the test.
    fn under_test(&self, standing: Standing<'_>) -> Result<Option<Vec<Edit>>, Refusal> {
        let Some(test) = test_around(self.site, standing.span())? else { return Ok(None) };
        let StatementKind::If { then, otherwise, .. } = &test.kind else { return Ok(None) };
        let indent = self.site.indent(test.span.start);
        let moved = |span: Span| {
            let lines = statement::lines(self.site, span);
            dedented(self.site.slice(lines), self.site.indent(span.start), indent)
        };
        let span = standing.span();
        if !self.site.starts_line(span.start) || !self.site.starts_line(test.span.start) {
            return Err(Refusal("the test stands on one line with it".to_owned()));
        }
        let text = moved(span)?;
        if then.len() == 1 && otherwise.is_empty() {
            return Ok(Some(vec![self.site.replace(statement::lines(self.site, test.span), text)]));
        }
        if standing.block.len() == 1 {
            return Err(Refusal("nothing else stands under the test".to_owned()));
        }
        let at = self.site.line_start(test.span.start);
        Ok(Some(vec![self.site.insert(at, text), self.site.replace(statement::lines(self.site, span), "")]))
    }

    /// A handler for the same errors comes later: this one goes, or only its registration where it is used otherwise.
    fn replaced(&self, standing: Standing<'_>) -> Result<Option<Vec<Edit>>, Refusal> {
        let module = self.site.module()?;
        let Some(call) = self.call() else { return Ok(None) };
        let Some((callee, arguments)) = arguments_of(self.site, call) else { return Ok(None) };
        let registered = self.site.slice(module.expression(callee).span);
        let keys = |arguments: &[tightlip_ir::Argument]| {
            let first = arguments.first().map(|first| self.site.slice(module.expression(first.value).span));
            first.map(str::to_owned)
        };
        let own = keys(arguments);
        let catalogue = self.site.project.checked.catalogue;
        let status = |key: &Option<String>| {
            let key = key.as_deref()?;
            key.parse::<i64>().ok().or_else(|| {
                let mut classes = catalogue.handling.classes.iter();
                classes
                    .find(|(path, _)| path.text().rsplit('.').next() == Some(key))
                    .and_then(|(_, class)| class.status)
            })
        };
        let ids = (0..module.expressions.len() as u32).map(ExpressionId);
        let later = ids.filter(|id| module.expression(*id).span.start > self.span.start).any(|id| {
            let Some((other, arguments)) = arguments_of(self.site, id) else { return false };
            let other_key = keys(arguments);
            self.site.slice(module.expression(other).span) == registered
                && (other_key == own || (status(&own).is_some() && status(&own) == status(&other_key)))
        });
        if !later {
            return Ok(None);
        }
        let removed = match &standing.statement().kind {
            StatementKind::Define(id) if self.is_used(*id) => self.line_of_decorator(*id, call),
            _ => statement::without(self.site, standing).map(|edit| match standing.block.len() {
                1 => edit,
                _ => with_blank_lines(self.site, standing.span()),
            }),
        };
        removed
            .map(|edit| Some(vec![edit]))
            .ok_or_else(|| Refusal("it shares its lines with something else".to_owned()))
    }

    /// Whether a function is named anywhere, or has other decorators.
    fn is_used(&self, id: FunctionId) -> bool {
        let Ok(module) = self.site.module() else { return true };
        let function = module.function(id);
        function.decorators.len() > 1
            || module.expressions.iter().any(
                |expression| matches!(expression.kind, ExpressionKind::Name(name) if name == function.name),
            )
    }

    fn line_of_decorator(&self, id: FunctionId, call: ExpressionId) -> Option<Edit> {
        let module = self.site.module().ok()?;
        let is_decorator = module.function(id).decorators.contains(&call);
        let lines = statement::lines(self.site, module.expression(call).span);
        is_decorator.then(|| self.site.replace(lines, ""))
    }

    /// `part.errorhandler(404)` is `part.app_errorhandler(404)`.
    fn wider(&self) -> Result<Option<Vec<Edit>>, Refusal> {
        let module = self.site.module()?;
        let Some((callee, _)) = self.call().and_then(|call| arguments_of(self.site, call)) else {
            return Ok(None);
        };
        let ExpressionKind::Attribute { object, name } = &module.expression(callee).kind else {
            return Ok(None);
        };
        let scope = self.site.scope(self.site.function_at(self.span)?);
        let applications = &self.site.project.checked.catalogue.applications;
        let is_part = scope.path(*object).is_none_or(|path| !applications.contains_key(&path));
        if *name != WIDER.0 || !is_part {
            return Ok(None);
        }
        let end = module.expression(callee).span.end;
        let span = Span::new(end - WIDER.0.len() as u32, end);
        Ok(Some(vec![self.site.replace(span, WIDER.1)]))
    }

    fn call(&self) -> Option<ExpressionId> {
        let module = self.site.module().ok()?;
        let ids = (0..module.expressions.len() as u32).map(ExpressionId);
        ids.filter(|id| module.expression(*id).span == self.span)
            .find(|id| arguments_of(self.site, *id).is_some())
    }
}

/// The innermost `if` around a statement, in whose branch it stands.
fn test_around<'a>(site: &Site<'a>, span: Span) -> Result<Option<&'a Statement>, Refusal> {
    let module = site.module()?;
    let mut found: Option<&Statement> = None;
    for function in &module.functions {
        for statement in walk::statements(&function.body) {
            let is_test = matches!(statement.kind, StatementKind::If { .. });
            if is_test && statement.span != span && statement.span.contains(span) {
                let direct = walk::blocks(statement).into_iter().flatten().any(|inner| inner.span == span);
                found = if direct { Some(statement) } else { found };
            }
        }
    }
    Ok(found)
}

/// Lines with less before them; texts of several lines would change.
fn dedented(text: &str, from: &str, to: &str) -> Result<String, Refusal> {
    if text.contains("\"\"\"") || text.contains("'''") {
        return Err(Refusal("a text of several lines stands in it".to_owned()));
    }
    Ok(text
        .split_inclusive('\n')
        .map(|line| match line.strip_prefix(from) {
            Some(rest) => format!("{to}{rest}"),
            None => line.to_owned(),
        })
        .collect())
}

/// Takes the lines of a statement out, with the blank ones above them.
fn with_blank_lines(site: &Site<'_>, span: Span) -> Edit {
    let lines = statement::lines(site, span);
    site.replace(Span::new(blank_lines_before(site, lines.start), lines.end), "")
}

/// Where the remarks start that stand right above the line `start`.
fn remarks_before(site: &Site<'_>, start: u32) -> u32 {
    let mut at = start;
    while at > 0 {
        let line = site.line_start(at.saturating_sub(if site.style.newline == "\r\n" { 2 } else { 1 }));
        if line >= at || !site.text()[line as usize..at as usize].trim_start().starts_with('#') {
            break;
        }
        at = line;
    }
    at
}

/// Where the blank lines start that end at the line `start`.
fn blank_lines_before(site: &Site<'_>, start: u32) -> u32 {
    let mut at = start;
    while at > 0 {
        let line = site.line_start(at - 1);
        let line = if line == at { site.line_start(at.saturating_sub(2)) } else { line };
        if line >= at || !site.text()[line as usize..at as usize].trim().is_empty() {
            break;
        }
        at = line;
    }
    at
}
