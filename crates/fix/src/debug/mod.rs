//! Settings in code that open the application.

mod argument;
mod assignment;
mod environment;
mod profile;

pub(crate) use self::environment::opposite;

use tightlip_catalogue::SwitchModel;
use tightlip_flow::{Location, Opened, OpenedHow};
use tightlip_ir::{ExpressionId, ExpressionKind, Literal, Span, StatementKind};
use tightlip_rules::{Finding, Rule};

use crate::deployment;
use crate::edit::{Edit, Fix, Refusal, Safety};
use crate::insertions::joined;
use crate::site::Site;
use crate::statement::statement_at;

/// A setting that opens, and the file that it is in.
struct Setting<'a> {
    site: &'a Site<'a>,
    opened: &'a Opened,
    /// Where the finding is.
    span: Span,
}

/// What closes a setting.
struct Closing {
    title: String,
    safety: Safety,
    edits: Vec<Edit>,
}

pub(crate) fn fix(finding: &Finding, site: &Site<'_>) -> Result<Fix, Refusal> {
    let Some(opened) = opened(finding, site) else {
        // The settings of some servers are source code too.
        return deployment::fix(finding, site);
    };
    let setting = Setting { site, opened, span: finding.place.span };
    let closing = setting.close()?;
    Ok(Fix {
        title: closing.title,
        safety: closing.safety,
        edits: joined(closing.edits),
        creates: Vec::new(),
    })
}

/// What the solver found where the finding is.
fn opened<'a>(finding: &Finding, site: &'a Site<'_>) -> Option<&'a Opened> {
    let location = Location { file: site.file().ok()?.0, span: finding.place.span };
    let breaks = |opened: &Opened| match opened.how {
        OpenedHow::ByDefault => finding.rule == Rule::OpenByDefault,
        OpenedHow::Always | OpenedHow::ByAnyText => opened.opening.rule == finding.rule,
    };
    let mut known = site.project.checked.solution.opened.iter();
    known.find(|opened| opened.location == location && breaks(opened))
}

impl Setting<'_> {
    fn close(&self) -> Result<Closing, Refusal> {
        let module = self.site.module()?;
        let expressions = || {
            let all = module.expressions.iter().enumerate();
            all.filter(|(_, expression)| expression.span == self.span).map(|(at, _)| ExpressionId(at as u32))
        };
        let is_call = |id: &ExpressionId| matches!(module.expression(*id).kind, ExpressionKind::Call { .. });
        if self.opened.taken_over.is_some() {
            let value = expressions().next_back().ok_or_else(unclear)?;
            return self.close_written(value);
        }
        if let Some(call) = expressions().find(is_call) {
            return self.close_call(call);
        }
        let target = expressions().next_back().ok_or_else(unclear)?;
        self.close_assignment(target)
    }

    /// A value that is written elsewhere than where it acts.
    fn close_written(&self, value: ExpressionId) -> Result<Closing, Refusal> {
        if self.opened.how != OpenedHow::Always {
            if let Some(edits) = self.closed_environment(value)? {
                return Ok(self.by_environment(edits));
            }
            return self.close_profile();
        }
        Ok(Closing {
            title: "switch the setting off".to_owned(),
            safety: Safety::Unsafe,
            edits: vec![self.site.replace(self.site.module()?.expression(value).span, "False")],
        })
    }

    fn by_environment(&self, edits: Vec<Edit>) -> Closing {
        let title = match self.opened.how {
            OpenedHow::ByAnyText => "compare the variable with the words that mean on",
            _ => "let it be off unless the environment says otherwise",
        };
        Closing { title: title.to_owned(), safety: Safety::Unsafe, edits }
    }

    /// What closes a literal: a text of the environment stays one.
    fn closed_literal(&self, switch: Option<&SwitchModel>, value: ExpressionId) -> Result<String, Refusal> {
        let kind = &self.site.module()?.expression(value).kind;
        let off = switch.and_then(|switch| switch.off.iter().find(|off| !off.is_empty()));
        Ok(match (kind, off) {
            (ExpressionKind::Literal(Literal::Text(_)), Some(off)) => self.site.style.literal(off),
            _ => "False".to_owned(),
        })
    }

    /// The value that `name`, where it is used in `function`, has: the only one that is assigned to it.
    fn value_of_name(&self, id: ExpressionId) -> Option<ExpressionId> {
        let module = self.site.module().ok()?;
        let ExpressionKind::Name(name) = &module.expression(id).kind else { return Some(id) };
        let mut values = Vec::new();
        let here = self.site.function_at(module.expression(id).span).ok()?.id;
        for body in [here, tightlip_ir::FunctionId::MODULE_BODY] {
            for statement in tightlip_rules::walk::statements(&module.function(body).body) {
                let (targets, value) = match &statement.kind {
                    StatementKind::Assign { targets, value } => (targets.to_vec(), *value),
                    StatementKind::Declare { target, value: Some(value), .. } => (vec![*target], *value),
                    _ => continue,
                };
                let is_it = |target: &ExpressionId| matches!(module.expression(*target).kind, ExpressionKind::Name(known) if known == *name);
                if targets.iter().any(is_it) {
                    values.push(value);
                }
            }
            if !values.is_empty() {
                break;
            }
        }
        match values.as_slice() {
            [value] => Some(*value),
            _ => None,
        }
    }

    /// The statement that the finding is in.
    fn statement(&self) -> Result<crate::statement::Standing<'_>, Refusal> {
        statement_at(self.site, self.span)
    }
}

fn unclear() -> Refusal {
    Refusal("how the setting is written is not understood".to_owned())
}
