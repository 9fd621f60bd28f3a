//! Which expression is the text that is made of an error: from the error outwards, as far as nothing but its text
//! is made of it.

use tightlip_catalogue::Rule;
use tightlip_flow::FunctionRef;
use tightlip_ir::{ExpressionId, ExpressionKind, Literal, LogicOperator, StatementKind, Symbol};
use tightlip_rules::{Scope, Target};

use super::body::Body;
use crate::site::Site;

/// Where raw text stands, and how it is taken out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Spot {
    /// It is filled into a text: the text, and the part.
    Filled(ExpressionId, ExpressionId),
    /// It is filled in by a method of the text: the call, and the argument.
    Formatted(ExpressionId, ExpressionId),
    /// It is added to a text: the outermost sum, and the operand.
    Added(ExpressionId, ExpressionId),
    /// It is one of two: all, and the other.
    Chosen(ExpressionId, ExpressionId),
    /// It is all that is there.
    Whole(ExpressionId, Shape),
}

/// What stands in its place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Shape {
    Text,
    Bytes,
    List,
    Record,
}

/// Calls that make text, or a part of it, of what they are given first.
const TEXT_MAKERS: &[&str] = &[
    "str",
    "repr",
    "format",
    "ascii",
    "escape",
    "shorten",
    "Markup",
    "type",
    "text_type",
    "unicode",
    "to_native",
    "force_str",
    "clean",
];

/// Calls that give a list of texts.
const LIST_MAKERS: &[&str] = &[
    "format_tb",
    "format_exception",
    "format_exception_only",
    "format_stack",
    "format_list",
    "extract_tb",
    "extract_stack",
    "list",
    "walk_tb",
    "stack",
    "trace",
    "splitlines",
    "split",
    "errors",
    "sorted",
    "tuple",
];

/// Calls that give a record.
const RECORD_MAKERS: &[&str] = &["vars", "locals", "globals", "dict"];

/// Parts of the names of functions that make words of an error.
const WORD_MAKERS: &[&str] =
    &["message", "msg", "text", "describe", "to_str", "stringify", "summary", "explain"];

/// Calls that tell nothing of what they are given.
const HARMLESS: &[&str] = &["isinstance", "hasattr", "issubclass", "len", "bool", "id", "callable", "int"];

/// Reads spots off the body of a function.
pub(super) struct Reader<'a> {
    pub(super) site: &'a Site<'a>,
    pub(super) body: &'a Body<'a>,
    pub(super) function: FunctionRef,
}

impl Reader<'_> {
    fn scope(&self) -> Scope<'_> {
        self.site.scope(self.function)
    }

    /// The spot that the error at `id` stands in; `None` if it is only looked at there.
    pub(super) fn spot(&self, id: ExpressionId, rule: Rule) -> Option<Spot> {
        let mut current = id;
        while let Some(parent) = self.body.parent(current) {
            match self.step(current, parent, rule)? {
                Step::Up => current = parent,
                Step::Stop => break,
                Step::Spot(spot) => return Some(spot),
            }
        }
        if self.is_looked_at(current) {
            return None;
        }
        Some(Spot::Whole(current, self.shape(current)))
    }

    /// Whether the statement only tests what stands at `id`, or names it as a cause or as what is raised again.
    fn is_looked_at(&self, id: ExpressionId) -> bool {
        let Some(statement) = self.body.statement(id) else { return true };
        match &statement.kind {
            StatementKind::If { .. } | StatementKind::Assert(_) | StatementKind::Match { .. } => true,
            StatementKind::Loop { target: None, .. } => true,
            StatementKind::Assign { targets, .. } => targets.contains(&id),
            StatementKind::Update { target, .. } | StatementKind::Declare { target, .. } => *target == id,
            StatementKind::Raise { exception, cause } => *exception == Some(id) || *cause == Some(id),
            _ => false,
        }
    }

    /// Whether only the truth of what stands at `id` counts.
    fn is_test(&self, id: ExpressionId) -> bool {
        match self.body.parent(id) {
            Some(parent) => match self.body.kind(parent) {
                ExpressionKind::Choice { test, .. } => *test == id,
                ExpressionKind::Logic { .. } => self.is_test(parent),
                ExpressionKind::Not(_) => true,
                _ => false,
            },
            None => self.is_looked_at(id),
        }
    }

    /// The spots in order, each once; two that are both ways of one choice are one.
    pub(super) fn merged(&self, mut spots: Vec<Spot>) -> Vec<Spot> {
        let is_whole = |id: ExpressionId, spots: &[Spot]| {
            spots.iter().any(|spot| matches!(spot, Spot::Whole(known, _) if *known == id))
        };
        let choice = |id: ExpressionId, spots: &[Spot]| {
            let parent = self.body.parent(id)?;
            let ExpressionKind::Choice { then, otherwise, .. } = *self.body.kind(parent) else { return None };
            (is_whole(then, spots) && is_whole(otherwise, spots)).then_some(parent)
        };
        let all = spots.clone();
        for spot in &mut spots {
            if let Spot::Whole(id, _) = spot
                && let Some(parent) = choice(*id, &all)
            {
                *id = parent;
            }
        }
        spots.sort();
        spots.dedup_by_key(|spot| match *spot {
            Spot::Whole(id, _) => Spot::Whole(id, Shape::Text),
            other => other,
        });
        spots
    }

    fn step(&self, id: ExpressionId, parent: ExpressionId, rule: Rule) -> Option<Step> {
        Some(match self.body.kind(parent) {
            ExpressionKind::Attribute { name, .. } => {
                if self.is_harmless(*name) {
                    return None;
                }
                Step::Up
            }
            // A key is no text.
            ExpressionKind::Index { index, .. } if *index == id => return None,
            ExpressionKind::Index { .. } | ExpressionKind::Slice(_) | ExpressionKind::Await(_) => Step::Up,
            ExpressionKind::Format(parts) => {
                let is_text = parts.first() == Some(&id)
                    && matches!(self.body.kind(id), ExpressionKind::Literal(_) | ExpressionKind::Format(_));
                if is_text { Step::Stop } else { Step::Spot(Spot::Filled(parent, id)) }
            }
            ExpressionKind::Sum(..) => Step::Spot(self.added(id, parent)),
            ExpressionKind::Choice { test, then, otherwise } => {
                if *test == id {
                    return None;
                }
                let other = if *then == id { *otherwise } else { *then };
                let is_plain = matches!(self.body.kind(other), ExpressionKind::Literal(Literal::Text(_)));
                if rule == Rule::UnsafeGuard && is_plain {
                    Step::Spot(Spot::Chosen(parent, other))
                } else {
                    Step::Stop
                }
            }
            ExpressionKind::Logic { operator: LogicOperator::Or, .. } => Step::Up,
            ExpressionKind::Logic { operands, .. } => {
                if operands.last() != Some(&id) || self.is_test(parent) {
                    return None;
                }
                Step::Stop
            }
            ExpressionKind::Compare { .. } | ExpressionKind::Not(_) => return None,
            ExpressionKind::Comprehension { element, clauses, .. } => {
                let is_source = clauses.iter().any(|clause| clause.iterable == id);
                if is_source && *element != id { Step::Up } else { Step::Stop }
            }
            ExpressionKind::Opaque(operands) => match operands[..] {
                [left, right] if right == id && self.has_text(left) => {
                    Step::Spot(Spot::Formatted(parent, id))
                }
                _ => Step::Up,
            },
            ExpressionKind::Call { callee, arguments } => {
                let keyword = arguments.iter().find(|argument| argument.value == id);
                return self.step_into_call(id, parent, *callee, keyword.and_then(|known| known.keyword));
            }
            _ => Step::Stop,
        })
    }

    fn step_into_call(
        &self,
        id: ExpressionId,
        call: ExpressionId,
        callee: ExpressionId,
        keyword: Option<Symbol>,
    ) -> Option<Step> {
        if callee == id {
            return Some(Step::Up);
        }
        let name = match self.body.kind(callee) {
            ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } => name.text(),
            _ => return Some(Step::Stop),
        };
        if HARMLESS.contains(&name) {
            return None;
        }
        if let ExpressionKind::Attribute { object, .. } = self.body.kind(callee)
            && matches!(self.body.kind(*object), ExpressionKind::Literal(_) | ExpressionKind::Format(_))
        {
            // Methods of a literal: it is filled in, or joined.
            return Some(if matches!(name, "format") {
                Step::Spot(Spot::Formatted(call, id))
            } else {
                Step::Up
            });
        }
        if keyword.is_some() && self.is_translated(call) {
            return Some(Step::Spot(Spot::Formatted(call, id)));
        }
        let first = self.first_argument(call) == Some(id);
        // A key is no text.
        if first && name == "get" && matches!(self.scope().target(callee), Target::Method(_)) {
            return None;
        }
        let makes =
            TEXT_MAKERS.contains(&name) || LIST_MAKERS.contains(&name) || RECORD_MAKERS.contains(&name);
        let is_source = match self.scope().target(callee) {
            Target::Library(path) => self
                .site
                .project
                .checked
                .catalogue
                .calls
                .get(&path)
                .is_some_and(|model| !model.sources.is_empty() && model.sinks.is_empty()),
            _ => false,
        };
        let is_own = matches!(self.scope().target(callee), Target::Function(_) | Target::Class(_));
        let describes = is_own && self.is_described(id, call, name);
        let passes =
            is_source || describes || (makes && first && keyword.is_none() && !is_own) || name == "getattr";
        let is_substituted = name == "sub" && !first;
        Some(if passes || is_substituted { Step::Up } else { Step::Stop })
    }

    /// Whether a function of the program makes words of the error itself, which become part of something else.
    fn is_described(&self, id: ExpressionId, call: ExpressionId, name: &str) -> bool {
        let name = name.to_lowercase();
        let is_error = matches!(self.body.kind(id), ExpressionKind::Name(_));
        let makes_words = WORD_MAKERS.iter().any(|part| name.contains(part));
        let is_returned = self.body.parent(call).is_none()
            && self
                .body
                .statement(call)
                .is_some_and(|statement| !matches!(statement.kind, StatementKind::Assign { .. }));
        is_error && makes_words && !is_returned
    }

    fn first_argument(&self, call: ExpressionId) -> Option<ExpressionId> {
        match self.body.kind(call) {
            ExpressionKind::Call { arguments, .. } => Some(arguments.first()?.value),
            _ => None,
        }
    }

    /// Whether a call is given a literal with placeholders for its keywords: `_("failed: %(error)s", error=error)`.
    fn is_translated(&self, call: ExpressionId) -> bool {
        let Some(first) = self.first_argument(call) else { return false };
        matches!(self.body.kind(first), ExpressionKind::Literal(Literal::Text(text)) if text.text().contains("%("))
    }

    /// Whether `id` is a translated literal.
    fn has_text(&self, id: ExpressionId) -> bool {
        let Some(first) = self.first_argument(id) else { return false };
        matches!(self.body.kind(first), ExpressionKind::Literal(Literal::Text(text)) if text.text().contains('%'))
    }

    fn added(&self, id: ExpressionId, sum: ExpressionId) -> Spot {
        let mut outermost = sum;
        while let Some(parent) = self.body.parent(outermost)
            && matches!(self.body.kind(parent), ExpressionKind::Sum(..))
        {
            outermost = parent;
        }
        Spot::Added(outermost, id)
    }

    fn is_harmless(&self, name: Symbol) -> bool {
        let catalogue = self.site.project.checked.catalogue;
        let models = catalogue.attributes.get(&name);
        let tells_nothing = |model: &tightlip_catalogue::AttributeModel| {
            model.tells.is_none() && model.of.is_empty() && model.item.is_none() && !model.object
        };
        models.is_some_and(|models| models.iter().any(tells_nothing))
            || catalogue.sanitizing_methods.contains(&name)
    }

    fn shape(&self, id: ExpressionId) -> Shape {
        let name = |callee: ExpressionId| match self.body.kind(callee) {
            ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } => name.text(),
            _ => "",
        };
        match self.body.kind(id) {
            ExpressionKind::Call { callee, .. } => {
                let is_method = matches!(self.body.kind(*callee), ExpressionKind::Attribute { .. });
                match name(*callee) {
                    "encode" | "b64encode" | "dumps" if is_method && name(*callee) != "dumps" => Shape::Bytes,
                    name if RECORD_MAKERS.contains(&name) => Shape::Record,
                    name if LIST_MAKERS.contains(&name) => Shape::List,
                    _ => Shape::Text,
                }
            }
            ExpressionKind::Attribute { name, .. } => match name.text() {
                "__dict__" | "environ" | "config" | "f_locals" | "f_globals" => Shape::Record,
                "args" | "messages" | "__notes__" => Shape::List,
                _ => Shape::Text,
            },
            ExpressionKind::Comprehension { key: Some(_), .. } => Shape::Record,
            ExpressionKind::Comprehension { .. } => Shape::List,
            _ => Shape::Text,
        }
    }
}

enum Step {
    Up,
    Stop,
    Spot(Spot),
}
