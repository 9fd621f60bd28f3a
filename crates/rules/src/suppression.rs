//! What comments in the source silence.

use tightlip_flow::{Location, Program};
use tightlip_ir::DirectiveKind;

use crate::Finding;
use crate::Rule;
use crate::judge::Files;

pub(crate) struct Suppressions<'a> {
    program: &'a Program,
}

impl<'a> Suppressions<'a> {
    pub(crate) fn new(program: &'a Program) -> Self {
        Self { program }
    }

    /// Whether a comment on one of the lines of the finding's place, or on its source's line, silences it.
    pub(crate) fn silence(&self, location: Location, finding: &Finding, files: &mut Files<'_>) -> bool {
        let directives = &self.program.file(location.file).module.directives;
        if directives.is_empty() {
            return false;
        }
        let file = files.get(location.file);
        let first = line_start(&file.text, location.span.start);
        directives.iter().any(|directive| match &directive.kind {
            DirectiveKind::Ignore { rules, .. } => {
                let applies = directive.applies_to.start <= location.span.end.max(first)
                    && directive.applies_to.end >= first;
                applies
                    && (rules.is_empty()
                        || rules.iter().any(|rule| Rule::find(rule.text()) == Some(finding.rule)))
            }
            _ => false,
        })
    }
}

fn line_start(text: &str, offset: u32) -> u32 {
    let offset = (offset as usize).min(text.len());
    text.as_bytes()[..offset].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at as u32 + 1)
}
