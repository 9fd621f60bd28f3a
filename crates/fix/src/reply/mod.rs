//! Detail in replies: the author's words stay, the raw part goes into the log. What is edited is where the raw part
//! gets in, however far from the reply that is.

mod body;
mod consent;
mod literal;
mod mend;
mod object;
mod page;
mod record;
mod rewrite;
mod spot;
mod status;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;

use tightlip_catalogue::Rule;
use tightlip_flow::{FileIndex, FunctionRef, Source, SourceKind};
use tightlip_ir::{Module, Span};
use tightlip_rules::{FileId, Finding};

use self::body::{arm_around, arm_binding};
use crate::propose::Proposal;
use crate::site::Project;

/// The part of a file that a fix changes: an arm of a `try`, a handler, or a statement.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Part {
    file: FileIndex,
    span: Span,
}

/// What is mended together.
#[derive(Default)]
struct Group {
    findings: Vec<usize>,
    sources: Vec<Arc<Source>>,
}

pub(crate) fn propose(project: &Project<'_>, findings: &[usize]) -> Vec<Proposal> {
    let mut groups: BTreeMap<(Part, bool), Group> = BTreeMap::new();
    let mut proposals = Vec::new();
    for index in findings {
        let finding = &project.judgement.findings[*index];
        let sources = sources(project, finding);
        let Some(first) = sources.first() else {
            let outcome = page::fix(project, finding);
            proposals.push(Proposal { findings: vec![*index], outcome });
            continue;
        };
        // What may be done unasked is not held up by what may not.
        let is_unasked = consent::is_unasked(project, finding.rule, first);
        let group = groups.entry((part(project, first), is_unasked)).or_default();
        group.findings.push(*index);
        for source in sources {
            if !group.sources.contains(&source) {
                group.sources.push(source);
            }
        }
    }
    for ((part, _), group) in groups {
        let outcome = mend::mend(project, part.file, &group.sources, &group.findings);
        proposals.push(Proposal { findings: group.findings, outcome });
    }
    proposals
}

/// Where what `finding` tells of comes from.
fn sources(project: &Project<'_>, finding: &Finding) -> Vec<Arc<Source>> {
    let program = project.checked.program;
    let start = finding.steps.first();
    let is_path = |file: FileIndex, path: &str| program.file(file).path == path;
    let flows = project.checked.solution.flows.iter().filter(|flow| {
        flow.location.span == finding.place.span
            && (flow.rule == finding.rule || (finding.rule == Rule::UnsafeGuard && flow.opened))
            && is_path(flow.location.file, &finding.place.file.path)
    });
    let flows = flows.filter(|flow| {
        start.is_none_or(|start| {
            finding.rule == Rule::UnsafeGuard
                || (flow.source.location.span == start.place.span
                    && is_path(flow.source.location.file, &start.place.file.path))
        })
    });
    let mut sources: Vec<Arc<Source>> = Vec::new();
    for flow in flows {
        if !sources.contains(&flow.source) {
            sources.push(flow.source.clone());
        }
    }
    sources
}

/// The part of its file that has to change for `source`.
fn part(project: &Project<'_>, source: &Source) -> Part {
    let file = source.location.file;
    let module: &Module = &project.checked.program.file(file).module;
    let span = source.location.span;
    let arm = match source.kind {
        SourceKind::Caught(_) => arm_binding(module, span),
        _ => arm_around(module, source.function.id, span),
    };
    let function = module.function(source.function.id);
    let span = match (arm, &source.kind) {
        (Some(arm), _) => arm.handler.span,
        (None, SourceKind::Handed(_)) => function.span,
        (None, _) => span,
    };
    Part { file, span }
}

/// The file of a function.
fn file_of(function: FunctionRef) -> FileId {
    FileId::Program(function.file)
}
