//! One arm, handler or statement is mended.

use std::sync::Arc;

use tightlip_catalogue::Rule;
use tightlip_catalogue::model::Channel;
use tightlip_flow::{FileIndex, Flow, FunctionRef, Note, Source, SourceKind};
use tightlip_ir::{ExpressionId, ExpressionKind, Handler, Module, Span, Statement, StatementKind, Symbol};
use tightlip_rules::FileId;

use super::body::{Body, arm_around, arm_binding};
use super::record::{Recording, record};
use super::rewrite::Rewriter;
use super::spot::{Reader, Spot};
use super::{consent, file_of, object, status};
use crate::edit::{Edit, Fix, Refusal};
use crate::site::{Project, Site};

/// A raw value where it stands, and what it tells.
struct Read {
    id: ExpressionId,
    rule: Rule,
}

pub(super) fn mend(
    project: &Project<'_>,
    file: FileIndex,
    sources: &[Arc<Source>],
    findings: &[usize],
) -> Result<Fix, Refusal> {
    let first =
        sources.first().ok_or_else(|| Refusal("it is not known where the detail gets in".to_owned()))?;
    let site = project.site(FileId::Program(file));
    debug_assert_eq!(file_of(first.function), site.id);
    let module = site.module()?;
    let arm = match first.kind {
        SourceKind::Caught(_) => arm_binding(module, first.location.span),
        _ => arm_around(module, first.function.id, first.location.span),
    };
    let handler = arm.map(|arm| arm.handler);
    let definition = module.function(first.function.id);
    let block = handler.map_or(&definition.body, |handler| &handler.body);
    let body = Body::new(module, block);
    let reader = Reader { site: &site, body: &body, function: first.function };

    let flows: Vec<&Flow> = flows_of(project, sources);
    let mut reads = Vec::new();
    for source in sources {
        reads.extend(reads_of(&reader, source, handler, &flows));
    }
    let behind_guard =
        findings.iter().any(|index| project.judgement.findings[*index].rule == Rule::UnsafeGuard);
    let mut spots: Vec<Spot> = reads
        .iter()
        .filter_map(|read| reader.spot(read.id, if behind_guard { Rule::UnsafeGuard } else { read.rule }))
        .collect();
    let is_seen = !spots.is_empty();
    spots.retain(|spot| !object::is_needed(&reader, *spot));
    if is_seen && spots.is_empty() {
        return Err(Refusal(
            "the error itself is needed where it is handed on: no text can stand there".to_owned(),
        ));
    }
    let spots = reader.merged(spots);
    let is_spread = spots.is_empty() && is_spread(&site, &body, handler);
    if spots.is_empty() && !is_spread {
        return Err(Refusal("the error is handed on as it is".to_owned()));
    }
    let statements: Vec<&Statement> = spots.iter().filter_map(|spot| body.statement(place(*spot))).collect();
    let status = statements
        .iter()
        .find_map(|statement| status::status(&site, &body, statement))
        .or_else(|| status_of_flows(project, &flows, first));
    let channel = flows.first().map_or(Channel::Body, |flow| flow.channel);
    let tells_state = |source: &Arc<Source>| {
        matches!(source.rule, Rule::RuntimeInternals | Rule::VersionDetail | Rule::LogContent)
    };
    let instead = if sources.iter().all(tells_state) {
        status::NOT_TOLD
    } else {
        status::words(status, channel, stays_near(&flows, first))
    };
    let rewriter = Rewriter { site: &site, body: &body, instead };
    let rewritten = rewriter.rewrite(&spots);
    let mut edits = rewritten.edits;

    let said = rewritten.said.iter().map(|words| plain(words)).find(|words| !words.is_empty());
    let recording = recording(project, first, handler, &reads, &body);
    let message = match (&said, recording) {
        (Some(said), _) if !is_empty_word(said) && !said.ends_with(instead) => said.clone(),
        (_, Recording::Parameter(_)) => "Unexpected error".to_owned(),
        _ => format!("{} failed", function_name(module, first.function)),
    };
    let wrapped = handler.filter(|_| !is_spread).and_then(|handler| wrap(&site, &statements, handler));
    match &wrapped {
        Some(causes) => edits.extend(causes.iter().cloned()),
        None => edits.extend(record(&reader, recording, block, &message, &edits)?),
    }
    if let Some(handler) = handler
        && wrapped.is_none()
    {
        edits.extend(without_name(&site, &body, handler, &edits));
    }
    let gone: Vec<Span> =
        edits.iter().map(|edit| edit.span).filter(|span| spots_contain(&body, &spots, *span)).collect();
    edits.extend(crate::unused::imports(&site, &gone));
    edits.sort();
    edits.dedup();
    if edits.windows(2).any(|pair| pair[1].span.start < pair[0].span.end) {
        return Err(Refusal("what has to change is too near to each other".to_owned()));
    }
    let is_unasked = findings.iter().all(|index| {
        sources
            .iter()
            .all(|source| consent::is_unasked(project, project.judgement.findings[*index].rule, source))
    });
    let shown = said.as_deref().unwrap_or(instead);
    let logs = if wrapped.is_some() { "keep the error as its cause" } else { "log the rest" };
    Ok(Fix {
        title: format!("say \"{shown}\", {logs}"),
        safety: consent::safety(is_unasked, status.filter(|_| stays_near(&flows, first))),
        edits,
        creates: Vec::new(),
    })
}

/// All flows of the sources: one that another one hides would come to light when that is mended.
fn flows_of<'a>(project: &Project<'a>, sources: &[Arc<Source>]) -> Vec<&'a Flow> {
    let flows = project.checked.solution.flows.iter();
    flows.filter(|flow| sources.contains(&flow.source)).collect()
}

fn stays_near(flows: &[&Flow], source: &Source) -> bool {
    flows.iter().all(|flow| flow.location.file == source.location.file && flow.function == source.function)
}

/// Where in the part the value of `source` is read on its way out.
fn reads_of(reader: &Reader<'_>, source: &Source, handler: Option<&Handler>, flows: &[&Flow]) -> Vec<Read> {
    let body = reader.body;
    let rule = source.rule;
    let name = match source.kind {
        SourceKind::Caught(_) => handler.and_then(|handler| handler.name),
        SourceKind::Handed(_) => {
            let parameters = &body.module.function(source.function.id).parameters;
            parameters.iter().find(|known| known.span == source.location.span).map(|known| known.name)
        }
        SourceKind::Read(_) | SourceKind::Kept(..) => None,
    };
    let Some(name) = name else {
        return body.at(source.location.span).into_iter().map(|id| Read { id, rule }).collect();
    };
    let steps: Vec<Span> = flows
        .iter()
        .filter(|flow| *flow.source == *source)
        .flat_map(|flow| &flow.steps)
        .filter(|step| step.location.file == source.location.file && step.note != Note::Starts)
        .map(|step| step.location.span)
        .collect();
    let all: Vec<ExpressionId> = body.reads(name).into_iter().filter(|id| !is_logged(reader, *id)).collect();
    let on_the_way: Vec<ExpressionId> =
        all.iter().copied().filter(|id| is_on_the_way(body, *id, &steps)).collect();
    let chosen = if on_the_way.iter().any(|id| reader.spot(*id, rule).is_some()) { on_the_way } else { all };
    chosen.into_iter().map(|id| Read { id, rule }).collect()
}

/// Whether a step of the way is at `id`, or at the statement that it is in.
fn is_on_the_way(body: &Body<'_>, id: ExpressionId, steps: &[Span]) -> bool {
    let Some(statement) = body.statement(id) else { return false };
    let outermost = body.around(id).last().unwrap_or(id);
    let is_simple = !matches!(
        statement.kind,
        StatementKind::If { .. }
            | StatementKind::Loop { .. }
            | StatementKind::With { .. }
            | StatementKind::Try { .. }
            | StatementKind::Match { .. }
    );
    let near = if is_simple { statement.span } else { body.span(outermost) };
    steps.iter().any(|step| step.contains(body.span(id)) && near.contains(*step) || near.contains(*step))
}

/// Whether what stands at `id` goes into the log.
pub(super) fn is_logged(reader: &Reader<'_>, id: ExpressionId) -> bool {
    let body = reader.body;
    body.around(id).any(|around| {
        let ExpressionKind::Call { callee, .. } = body.kind(around) else { return false };
        match body.kind(*callee) {
            ExpressionKind::Attribute { object, .. } => crate::logger::is_logger(reader.site, *object),
            ExpressionKind::Name(name) => {
                *name == "print" && !reader.site.slice(body.span(around)).contains("file=")
            }
            _ => false,
        }
    })
}

fn place(spot: Spot) -> ExpressionId {
    match spot {
        Spot::Filled(id, _)
        | Spot::Formatted(id, _)
        | Spot::Added(id, _)
        | Spot::Chosen(id, _)
        | Spot::Whole(id, _) => id,
    }
}

/// Whether `span` is that of a spot: what stood there is gone.
fn spots_contain(body: &Body<'_>, spots: &[Spot], span: Span) -> bool {
    spots.iter().any(|spot| matches!(spot, Spot::Whole(id, _) if body.span(*id) == span))
}

/// Whether all variables of the function are handed on at once, the error among them: without its name it is not.
fn is_spread(site: &Site<'_>, body: &Body<'_>, handler: Option<&Handler>) -> bool {
    let Some(name) = handler.and_then(|handler| handler.name) else { return false };
    let is_call = |statement: &&Statement| {
        let text = site.slice(statement.span);
        text.contains("locals()") || text.contains("vars()")
    };
    body.reads(name).is_empty() && body.statements.iter().any(is_call)
}

/// Words that tell nobody what went wrong.
fn is_empty_word(words: &str) -> bool {
    matches!(words.to_lowercase().as_str(), "error" | "failed" | "failure" | "an error occurred" | "fehler")
}

/// The status of the statements of the function that send, if they send the same.
fn status_of_flows(project: &Project<'_>, flows: &[&Flow], source: &Source) -> Option<i64> {
    let near = flows.iter().filter(|flow| flow.function == source.function);
    let mut statuses = near.filter_map(|flow| status_of_flow(project, flow));
    let first = statuses.next()?;
    statuses.all(|other| other == first).then_some(first)
}

fn status_of_flow(project: &Project<'_>, flow: &Flow) -> Option<i64> {
    let site = project.site(FileId::Program(flow.location.file));
    let module = site.module().ok()?;
    let body = Body::new(module, &module.function(flow.function.id).body);
    let inside = body.statements.iter().filter(|statement| statement.span.contains(flow.location.span));
    let statement = inside.min_by_key(|statement| statement.span.end - statement.span.start)?;
    status::status(&site, &body, statement)
}

/// How the error is kept for operators.
fn recording<'a>(
    project: &Project<'_>,
    source: &Source,
    handler: Option<&'a Handler>,
    reads: &[Read],
    body: &Body<'_>,
) -> Recording<'a> {
    if let Some(handler) = handler {
        return Recording::Arm(handler);
    }
    // There is no place for a statement in it.
    if body.module.function(source.function.id).name == "<lambda>" {
        return Recording::Nothing;
    }
    let registration = project
        .checked
        .solution
        .registrations
        .iter()
        .find(|known| known.function == source.function && known.role.exception.is_some());
    let definition = body.module.function(source.function.id);
    if let SourceKind::Handed(_) = source.kind
        && let Some(known) = definition.parameters.iter().find(|known| known.span == source.location.span)
    {
        return Recording::Parameter(known.name);
    }
    if let Some(place) = registration.and_then(|known| known.role.exception) {
        let is_method = matches!(definition.owner, tightlip_ir::Owner::Class(_));
        if let Some(parameter) = definition.parameters.get(place + usize::from(is_method)) {
            return Recording::Parameter(parameter.name);
        }
    }
    let read = reads.first().map(|read| read.id);
    let is_value = |id: &ExpressionId| {
        matches!(
            body.kind(*id),
            ExpressionKind::Name(_) | ExpressionKind::Attribute { .. } | ExpressionKind::Index { .. }
        )
    };
    let is_error = matches!(
        source.rule,
        Rule::ProcessOutput | Rule::UpstreamDetail | Rule::ExceptionMessage | Rule::DatabaseDetail
    );
    match read.filter(is_value).filter(|_| is_error) {
        Some(id) => Recording::Value(id),
        None => Recording::Nothing,
    }
}

/// Where all raw text is in errors that are raised: the error stays their cause.
fn wrap(site: &Site<'_>, statements: &[&Statement], handler: &Handler) -> Option<Vec<Edit>> {
    let name = handler.name?;
    let mut edits = Vec::new();
    for statement in statements {
        let StatementKind::Raise { exception: Some(_), cause } = statement.kind else { return None };
        if cause.is_none() && !handler.group {
            edits.push(site.insert(statement.span.end, format!(" from {name}")));
        }
    }
    Some(edits)
}

/// Takes ` as error` away where nothing reads it any more.
fn without_name(site: &Site<'_>, body: &Body<'_>, handler: &Handler, edits: &[Edit]) -> Option<Edit> {
    let name = handler.name?;
    let is_gone = |id: &ExpressionId| {
        edits.iter().any(|edit| edit.span.contains(body.span(*id)) && !reads_again(edit, name))
    };
    if !body.reads(name).iter().all(is_gone) {
        return None;
    }
    let head = site.slice(Span::new(handler.span.start, handler.name_span.start));
    let without = head.trim_end().strip_suffix("as")?;
    let end = handler.span.start + without.trim_end().len() as u32;
    Some(site.replace(Span::new(end, handler.name_span.end), ""))
}

/// Whether what an edit writes reads `name`.
fn reads_again(edit: &Edit, name: Symbol) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let holes = edit.replacement.contains('{') || edit.replacement.contains("exc_info=");
    holes && edit.replacement.split(|letter| !is_part(letter)).any(|word| word == name.text())
}

/// `words` as a line of the log: one line, without what is filled in behind them.
fn plain(words: &str) -> String {
    let words =
        words.replace("\\n", " ").replace("\\", "").replace("%%", "%").replace("{{", "{").replace("}}", "}");
    let mut text = String::new();
    let mut inside = false;
    for letter in words.chars() {
        match letter {
            '<' => inside = true,
            '>' => inside = false,
            letter if !inside => text.push(letter),
            _ => {}
        }
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = text.trim_matches(|letter: char| !letter.is_alphanumeric() && letter != ')').to_owned();
    if text.chars().filter(|letter| letter.is_alphabetic()).count() < 3 || text.contains(['{', '"', '=']) {
        return String::new();
    }
    text
}

fn function_name(module: &Module, function: FunctionRef) -> String {
    let name = module.function(function.id).name.text();
    match name {
        "<module>" => "start".to_owned(),
        "<lambda>" => "handler".to_owned(),
        name => name.trim_matches('_').to_owned(),
    }
}
