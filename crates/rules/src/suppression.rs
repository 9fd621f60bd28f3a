//! What comments in the source silence.

use tightlip_ir::{Directive, DirectiveKind};

use crate::Finding;
use crate::Rule;
use crate::judge::{Checked, Files};
use crate::site::{FileId, Site};

pub(crate) struct Suppressions<'a> {
    checked: Checked<'a>,
}

impl<'a> Suppressions<'a> {
    pub(crate) fn new(checked: Checked<'a>) -> Self {
        Self { checked }
    }

    fn directives(&self, file: FileId) -> &'a [Directive] {
        match file {
            FileId::Program(file) => &self.checked.program.file(file).module.directives,
            FileId::Deployment(index) => &self.checked.deployment[index].facts.directives,
            FileId::Page(_) => &[],
        }
    }

    /// Whether a comment on one of the lines of the finding's place, or on its source's line, silences it.
    pub(crate) fn silence(&self, site: Site, finding: &Finding, files: &mut Files<'_>) -> bool {
        let directives = self.directives(site.file);
        if directives.is_empty() {
            return false;
        }
        let file = files.get(site.file);
        let first = line_start(&file.text, site.span.start);
        directives.iter().any(|directive| match &directive.kind {
            DirectiveKind::Ignore { rules, .. } => {
                let applies = directive.applies_to.start <= site.span.end.max(first)
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
