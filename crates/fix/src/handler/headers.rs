//! Replies without the headers of the error: the error's own reply gets the body instead.

use tightlip_ir::{CollectionKind, ExpressionId, ExpressionKind, Literal, StatementKind};

use super::status::own_status;
use super::{Handler, Mending, Place};
use crate::edit::{Edit, Refusal, Safety};
use crate::imports::{Wanted, bring};
use crate::statement::statement_at;

/// How a body is put into a reply that is there.
enum Body {
    /// It is a reply itself; its data and its type are taken over.
    Reply(String),
    /// It is what makes JSON.
    Record(String),
    /// It is text.
    Text(String),
}

impl Place<'_> {
    pub(super) fn headers(&self) -> Result<Mending, Refusal> {
        let handler = self.handler()?;
        let value = self.expression()?;
        let standing = statement_at(self.site, self.span)?;
        let returned = match &standing.statement().kind {
            StatementKind::Return(Some(known)) => *known,
            _ => return Err(Refusal("what is returned is not written there".to_owned())),
        };
        if returned != value || handler.is_lambda() || !self.site.starts_line(standing.span().start) {
            return Err(Refusal("what is returned shares its line with something else".to_owned()));
        }
        let (body, status) = match handler.scope.kind(value) {
            ExpressionKind::Collection { kind: CollectionKind::Tuple, items } => (
                *items.first().ok_or_else(|| Refusal("nothing is returned".to_owned()))?,
                items.get(1).copied(),
            ),
            _ => (value, None),
        };
        let reply = self.free_name(&handler)?;
        let mut code = format!("{reply} = {}.get_response()\n", handler.error);
        let mut edits: Vec<Edit> = Vec::new();
        match self.body(&handler, body)? {
            Body::Reply(text) => {
                code.push_str(&format!(
                    "{reply}.data = {text}.data\n{reply}.mimetype = \"application/json\"\n"
                ));
            }
            Body::Record(text) => {
                let jsonify = bring(self.site, Wanted::Name("flask", "jsonify"))?;
                edits = jsonify.edits;
                let name = jsonify.name;
                code.push_str(&format!(
                    "{reply}.data = {name}({text}).data\n{reply}.mimetype = \"application/json\"\n"
                ));
            }
            Body::Text(text) => code.push_str(&format!("{reply}.data = {text}\n")),
        }
        if let Some(status) = status.filter(|status| !self.is_own_status(&handler, *status)) {
            code.push_str(&format!("{reply}.status_code = {}\n", self.text(status)?));
        }
        code.push_str(&format!("return {reply}"));
        edits.push(self.site.replace(standing.span(), self.lines(&code, standing.span().start)));
        Ok(Mending {
            title: "start from the reply of the error, which has its headers",
            safety: Safety::Safe,
            edits,
        })
    }

    /// Our own lines in the style of the file; the author's words in them stay as they are.
    fn lines(&self, code: &str, at: u32) -> String {
        let indent = self.site.indent(at);
        let quote = self.site.style.quote.to_string();
        let code = code.replace("\"application/json\"", &format!("{quote}application/json{quote}"));
        code.replace('\n', &format!("{}{indent}", self.site.style.newline))
    }

    fn free_name(&self, handler: &Handler<'_>) -> Result<&'static str, Refusal> {
        let names = ["response", "reply", "own_response"];
        let is_free = |name: &&str| handler.definition.locals.iter().all(|known| known != *name);
        names.into_iter().find(is_free).ok_or_else(|| Refusal("no name is left for the reply".to_owned()))
    }

    fn body(&self, handler: &Handler<'_>, body: ExpressionId) -> Result<Body, Refusal> {
        let text = self.text(body)?.to_owned();
        let catalogue = self.site.project.checked.catalogue;
        Ok(match handler.scope.kind(body) {
            ExpressionKind::Record(_) => Body::Record(text),
            ExpressionKind::Literal(Literal::Text(_) | Literal::LongText)
            | ExpressionKind::Format(_)
            | ExpressionKind::Sum(..) => Body::Text(text),
            ExpressionKind::Call { callee, .. } => {
                let path = handler.scope.path(*callee);
                let makes_json = path
                    .and_then(|path| catalogue.handling.replies.get(&path))
                    .is_some_and(|reply| reply.encodes);
                let makes_page = path.is_some_and(|path| path.text().contains("render_template"));
                match (makes_json, makes_page) {
                    (true, _) => Body::Reply(text),
                    (_, true) => Body::Text(text),
                    _ => return Err(Refusal("what the reply is made of is not known".to_owned())),
                }
            }
            _ => return Err(Refusal("what the reply is made of is not known".to_owned())),
        })
    }

    /// Whether a status is what the error's own reply has anyway.
    fn is_own_status(&self, handler: &Handler<'_>, status: ExpressionId) -> bool {
        match handler.scope.kind(status) {
            ExpressionKind::Attribute { object, name } => {
                *name == "code"
                    && matches!(handler.scope.kind(*object), ExpressionKind::Name(name) if *name == handler.error)
            }
            ExpressionKind::Literal(Literal::Integer(code)) => {
                own_status(handler, self.site.project.checked.catalogue) == Some(*code)
            }
            _ => false,
        }
    }
}
