//! What comments in the source silence, and what is wrong with such comments.

use std::collections::HashSet;

use tightlip_flow::FileIndex;
use tightlip_ir::{Directive, DirectiveKind, Span};

use crate::Finding;
use crate::Rule;
use crate::judge::{Checked, Files};
use crate::site::{FileId, Site};

pub(crate) struct Suppressions<'a> {
    checked: Checked<'a>,
    /// What has silenced a finding: a comment, by its place in its file, and one of its rules, by its place in the
    /// comment; 0 where it names none.
    used: HashSet<(FileId, usize, usize)>,
}

/// Something that is wrong with a comment. Its place is what is to be taken out, or else put right.
pub(crate) struct Remark {
    pub(crate) site: Site,
    pub(crate) rule: Rule,
    pub(crate) message: String,
}

impl<'a> Suppressions<'a> {
    pub(crate) fn new(checked: Checked<'a>) -> Self {
        Self { checked, used: HashSet::new() }
    }

    fn directives(&self, file: FileId) -> &'a [Directive] {
        match file {
            FileId::Program(file) => &self.checked.program.file(file).module.directives,
            FileId::Deployment(index) => &self.checked.deployment[index].facts.directives,
            FileId::Page(page) => self.checked.program.pages.directives(page),
        }
    }

    /// Whether a comment on one of the lines of the finding's place silences it. Each that does counts as used.
    pub(crate) fn silence(&mut self, site: Site, finding: &Finding, files: &mut Files<'_>) -> bool {
        let directives = self.directives(site.file);
        if directives.is_empty() {
            return false;
        }
        let file = files.get(site.file);
        let first = line_start(&file.text, site.span.start);
        let mut is_silenced = false;
        for (at, directive) in directives.iter().enumerate() {
            let DirectiveKind::Ignore { rules, .. } = &directive.kind else { continue };
            let applies =
                directive.applies_to.start <= site.span.end.max(first) && directive.applies_to.end >= first;
            if !applies {
                continue;
            }
            let named = |rule: &tightlip_ir::Symbol| Rule::find(rule.text()) == Some(finding.rule);
            let used = if rules.is_empty() { Some(0) } else { rules.iter().position(named) };
            if let Some(rule) = used {
                self.used.insert((site.file, at, rule));
                is_silenced = true;
            }
        }
        is_silenced
    }

    /// What is wrong with comments, now that all findings have been asked for.
    pub(crate) fn remarks(&self, files: &mut Files<'_>) -> Vec<Remark> {
        let program = self.checked.program;
        let of_program = (0..program.files.len() as u32).map(|file| FileId::Program(FileIndex(file)));
        let of_deployment = (0..self.checked.deployment.len()).map(FileId::Deployment);
        let of_pages = program.pages.indexes().map(FileId::Page);
        let mut remarks = Vec::new();
        for file in of_program.chain(of_deployment).chain(of_pages) {
            for (at, directive) in self.directives(file).iter().enumerate() {
                self.remark(file, at, directive, files, &mut remarks);
            }
        }
        remarks
    }

    fn remark(
        &self,
        file: FileId,
        at: usize,
        directive: &Directive,
        files: &mut Files<'_>,
        remarks: &mut Vec<Remark>,
    ) {
        let mut add = |span, rule, message: String| {
            remarks.push(Remark { site: Site { file, span }, rule, message });
        };
        let (rules, reason) = match &directive.kind {
            DirectiveKind::Public => return,
            DirectiveKind::Unknown(_) => {
                let message = "it says neither `ignore`, `ignore[RULE]` nor `public`";
                return add(directive.span, Rule::UnknownDirective, message.to_owned());
            }
            DirectiveKind::Ignore { rules, reason } => (rules, reason),
        };
        if reason.is_empty() {
            let message = "this comment does not say why it silences";
            add(directive.span, Rule::UnexplainedSuppression, message.to_owned());
        }
        let places = rule_places(&files.get(file).text, directive.span);
        let place = |rule: usize| places.get(rule).copied().unwrap_or(directive.span);
        let (known, unknown): (Vec<usize>, Vec<usize>) =
            (0..rules.len()).partition(|rule| Rule::find(rules[*rule].text()).is_some());
        for rule in unknown {
            let message = format!("no rule is called `{}`; `tightlip rules` lists them", rules[rule]);
            add(place(rule), Rule::UnknownDirective, message);
        }
        let is_used = |rule: &usize| self.used.contains(&(file, at, *rule));
        if rules.is_empty() && !is_used(&0) {
            add(directive.span, Rule::UnusedSuppression, "nothing is found here to silence".to_owned());
        }
        let unused: Vec<usize> = known.into_iter().filter(|rule| !is_used(rule)).collect();
        if !unused.is_empty() && unused.len() == rules.len() {
            let names: Vec<&str> = rules.iter().map(|rule| rule.text()).collect();
            let message = format!("nothing of {} is found here to silence", names.join(", "));
            return add(directive.span, Rule::UnusedSuppression, message);
        }
        for rule in unused {
            let message = format!("nothing of {} is found here to silence", rules[rule]);
            add(place(rule), Rule::UnusedSuppression, message);
        }
    }
}

/// Where the rules stand that the comment names in brackets.
fn rule_places(text: &str, comment: Span) -> Vec<Span> {
    let words = text.get(comment.start as usize..comment.end as usize).unwrap_or_default();
    let brackets = words.find('[').and_then(|open| Some((open + 1, open + words[open..].find(']')?)));
    let Some((start, end)) = brackets else { return Vec::new() };
    let mut at = comment.start as usize + start;
    let mut places = Vec::new();
    for part in words[start..end].split(',') {
        let from = at + part.len() - part.trim_start().len();
        places.push(Span::new(from as u32, (from + part.trim().len()) as u32));
        at += part.len() + 1;
    }
    places
}

fn line_start(text: &str, offset: u32) -> u32 {
    let offset = (offset as usize).min(text.len());
    text.as_bytes()[..offset].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at as u32 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_of_a_comment_have_places() {
        let text = "a  # tightlip: ignore[ TL101,stack-trace ] why, [not]";
        let places = rule_places(text, Span::new(3, text.len() as u32));
        let shown: Vec<&str> =
            places.iter().map(|place| &text[place.start as usize..place.end as usize]).collect();
        assert_eq!(shown, ["TL101", "stack-trace"]);
        assert!(rule_places("# tightlip: ignore", Span::new(0, 18)).is_empty());
    }
}
