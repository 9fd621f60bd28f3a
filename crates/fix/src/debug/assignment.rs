//! Settings that are assigned.

use tightlip_catalogue::SwitchModel;
use tightlip_catalogue::model::When;
use tightlip_flow::OpenedHow;
use tightlip_ir::{ExpressionId, ExpressionKind, Literal, StatementKind};

use super::{Closing, Setting, unclear};
use crate::edit::Refusal;
use crate::{statement, unused};

impl Setting<'_> {
    /// The line goes; where a remark stands behind it, the value does.
    pub(super) fn close_assignment(&self, target: ExpressionId) -> Result<Closing, Refusal> {
        let standing = self.statement()?;
        let StatementKind::Assign { targets, value } = &standing.statement().kind else {
            return Err(unclear());
        };
        if !targets.contains(&target) {
            return Err(unclear());
        }
        if self.opened.how != OpenedHow::Always
            && let Some(edits) = self.closed_environment(*value)?
        {
            return Ok(self.by_environment(edits));
        }
        let switch = self.assigned_switch(target);
        let is_alone = targets.len() == 1;
        let by_word = switch.is_some_and(|switch| switch.when == When::Off);
        if is_alone && let Some(edit) = statement::without(self.site, standing) {
            let mut edits = vec![edit];
            edits.extend(unused::imports(self.site, &[standing.span()]));
            return Ok(self.dropped(edits));
        }
        if by_word {
            // The remark belongs to the line.
            let is_own = is_alone && self.site.starts_line(standing.span().start) && standing.block.len() > 1;
            let lines = statement::lines(self.site, standing.span());
            return if is_own {
                Ok(self.dropped(vec![self.site.replace(lines, "")]))
            } else {
                Err(unclear())
            };
        }
        self.switched_off(switch, *value)
    }

    /// What the catalogue knows of the setting, by the key or attribute that is assigned.
    fn assigned_switch(&self, target: ExpressionId) -> Option<&SwitchModel> {
        let module = self.site.module().ok()?;
        let ending = match &module.expression(target).kind {
            ExpressionKind::Attribute { name, .. } => format!(".{name}"),
            ExpressionKind::Index { index, .. } => match &module.expression(*index).kind {
                ExpressionKind::Literal(Literal::Text(key)) => format!("[{key}]"),
                _ => return None,
            },
            _ => return None,
        };
        let switches = self.site.project.checked.catalogue.assigned_switches.iter();
        let mut fitting: Vec<_> = switches
            .filter(|(path, switch)| {
                path.text().ends_with(&ending) && switch.opening.phrase == self.opened.opening.phrase
            })
            .collect();
        fitting.sort_by_key(|(path, _)| **path);
        fitting.first().map(|(_, switch)| *switch)
    }
}
