//! The shape of the error replies that an application sends, learnt from those that it has: clients read it.

use tightlip_flow::Program;
use tightlip_ir::{CollectionKind, ExpressionId, ExpressionKind, Literal, Module, Symbol};

/// The entries of an error reply, in their order.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Envelope(Vec<(String, Part)>);

/// What an entry holds.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Part {
    /// The text for the client.
    Message,
    /// The status, as a number.
    Status,
    /// The same in every error reply, as it is written.
    Constant(String),
    /// Further entries.
    Inner(Envelope),
}

/// Entries that hold the text, the likeliest first.
const MESSAGES: &[&str] =
    &["message", "msg", "error_message", "detail", "description", "error", "reason", "title"];
/// Entries that hold the status.
const STATUSES: &[&str] = &["code", "status", "status_code", "statusCode"];
/// The entry of the reference.
const REFERENCE: &str = "reference";
/// An inner record within an inner record is not looked into.
const DEEPEST: usize = 2;

impl Envelope {
    /// The shape that most error replies of the program have; `{"error": message}` where there is none.
    pub(super) fn learnt(program: &Program) -> Self {
        let mut known: Vec<(Envelope, usize)> = Vec::new();
        for file in &program.files {
            for envelope in error_replies(&file.module) {
                match known.iter_mut().find(|(shape, _)| *shape == envelope) {
                    Some((_, count)) => *count += 1,
                    None => known.push((envelope, 1)),
                }
            }
        }
        // Of those that are equally frequent the first.
        let most = known.into_iter().rev().max_by_key(|(_, count)| *count);
        most.map_or_else(|| Self(vec![("error".to_owned(), Part::Message)]), |(envelope, _)| envelope)
    }

    /// A record of this shape as source.
    pub(super) fn record(&self, message: &str, status: &str, reference: Option<&str>) -> String {
        let mut entries: Vec<String> = self
            .0
            .iter()
            .map(|(key, part)| {
                let value = match part {
                    Part::Message => message.to_owned(),
                    Part::Status => status.to_owned(),
                    Part::Constant(text) => text.clone(),
                    Part::Inner(inner) => inner.record(message, status, None),
                };
                format!("\"{key}\": {value}")
            })
            .collect();
        entries.extend(reference.map(|reference| format!("\"{REFERENCE}\": {reference}")));
        format!("{{{}}}", entries.join(", "))
    }

    fn of(module: &Module, id: ExpressionId, status: i64, depth: usize) -> Option<Self> {
        let entries: Vec<(Symbol, ExpressionId)> = match &module.expression(id).kind {
            ExpressionKind::Record(entries) => entries
                .iter()
                .map(|entry| Some((text(module, entry.key?)?, entry.value)))
                .collect::<Option<_>>()?,
            ExpressionKind::Call { callee, arguments } if makes_record(module, *callee) => {
                match &arguments[..] {
                    [only] if only.keyword.is_none() => return Self::of(module, only.value, status, depth),
                    _ => arguments
                        .iter()
                        .map(|argument| Some((argument.keyword?, argument.value)))
                        .collect::<Option<_>>()?,
                }
            }
            _ => return None,
        };
        if depth > DEEPEST {
            return None;
        }
        let is_text = |id: ExpressionId| {
            !matches!(
                module.expression(id).kind,
                ExpressionKind::Literal(Literal::Boolean(_) | Literal::Integer(_) | Literal::None)
                    | ExpressionKind::Record(_)
                    | ExpressionKind::Collection { .. }
            )
        };
        let message = MESSAGES.iter().find_map(|name| {
            entries.iter().find(|(key, value)| key.text() == *name && is_text(*value)).map(|(key, _)| *key)
        });
        let mut parts = Vec::new();
        for (key, value) in entries {
            if !key.text().chars().all(|letter| letter.is_alphanumeric() || letter == '_' || letter == '-') {
                return None;
            }
            let part = match &module.expression(value).kind {
                _ if Some(key) == message => Part::Message,
                ExpressionKind::Literal(Literal::Integer(code)) if *code == status => Part::Status,
                ExpressionKind::Literal(Literal::Boolean(flag)) => {
                    Part::Constant(if *flag { "True" } else { "False" }.to_owned())
                }
                ExpressionKind::Literal(Literal::None) => Part::Constant("None".to_owned()),
                ExpressionKind::Literal(Literal::Text(word)) if is_word(word.text()) => {
                    Part::Constant(format!("\"{word}\""))
                }
                ExpressionKind::Name(_) | ExpressionKind::Attribute { .. }
                    if STATUSES.contains(&key.text()) =>
                {
                    Part::Status
                }
                _ => Part::Inner(Self::of(module, value, status, depth + 1)?),
            };
            parts.push((key.text().to_owned(), part));
        }
        let envelope = Self(parts);
        envelope.has_message().then_some(envelope)
    }

    fn has_message(&self) -> bool {
        self.0.iter().any(|(_, part)| match part {
            Part::Message => true,
            Part::Inner(inner) => inner.has_message(),
            Part::Status | Part::Constant(_) => false,
        })
    }
}

/// The shapes of what is sent with a status of an error.
fn error_replies(module: &Module) -> impl Iterator<Item = Envelope> + '_ {
    module.expressions.iter().filter_map(|expression| {
        let (body, status) = match &expression.kind {
            ExpressionKind::Collection { kind: CollectionKind::Tuple, items } => {
                (*items.first()?, *items.get(1)?)
            }
            ExpressionKind::Call { arguments, .. } => (arguments.first()?.value, arguments.get(1)?.value),
            _ => return None,
        };
        match module.expression(status).kind {
            ExpressionKind::Literal(Literal::Integer(code)) if (400..600).contains(&code) => {
                Envelope::of(module, body, code, 0)
            }
            _ => None,
        }
    })
}

fn makes_record(module: &Module, callee: ExpressionId) -> bool {
    matches!(
        &module.expression(callee).kind,
        ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. }
            if matches!(name.text(), "jsonify" | "dict")
    )
}

fn text(module: &Module, id: ExpressionId) -> Option<Symbol> {
    match module.expression(id).kind {
        ExpressionKind::Literal(Literal::Text(text)) => Some(text),
        _ => None,
    }
}

/// A word says which kind of reply it is; a sentence is for the client.
fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-".contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tightlip_languages::{Language, lower};

    fn learnt(text: &str) -> String {
        let mut known: Vec<Envelope> = error_replies(&lower(Language::Python, text)).collect();
        known.sort();
        known.dedup();
        let shown = |envelope: &Envelope| envelope.record("m", "s", Some("r"));
        known.iter().map(shown).collect::<Vec<_>>().join(" or ")
    }

    #[test]
    fn shapes_are_learnt() {
        for (reply, expected) in [
            ("jsonify(error='Not found'), 404", "{\"error\": m, \"reference\": r}"),
            (
                "{'success': False, 'message': text}, 400",
                "{\"success\": False, \"message\": m, \"reference\": r}",
            ),
            (
                "jsonify({'status': 'error', 'message': 'No such order.'}), 404",
                "{\"status\": \"error\", \"message\": m, \"reference\": r}",
            ),
            (
                "{'error': {'code': 404, 'message': str(e)}}, 404",
                "{\"error\": {\"code\": s, \"message\": m}, \"reference\": r}",
            ),
            (
                "{'error': 'invalid', 'message': 'No.'}, 422",
                "{\"error\": \"invalid\", \"message\": m, \"reference\": r}",
            ),
            ("jsonify(rows), 404", ""),
            ("jsonify(error='x'), 200", ""),
        ] {
            assert_eq!(learnt(&format!("def f():\n    return {reply}\n")), expected, "{reply}");
        }
    }
}
