//! Error handlers that are there are mended.

mod caught;
mod crash;
mod default;
mod headers;
mod never_runs;
mod reference;
mod silence;
mod status;

pub(crate) use self::reference::with_reference;

use tightlip_flow::{FunctionRef, Registration};
use tightlip_ir::{ExpressionId, Function, FunctionId, Span, Symbol};
use tightlip_rules::{Finding, Rule, Scope};

use crate::edit::{Edit, Fix, Refusal, Safety};
use crate::insertions::joined;
use crate::site::Site;

/// What a client reads instead of what was there.
const SAFE_TEXT: &str = "Something went wrong.";

/// What mends a handler.
struct Mending {
    title: &'static str,
    safety: Safety,
    edits: Vec<Edit>,
}

pub(crate) fn fix(finding: &Finding, site: &Site<'_>) -> Result<Fix, Refusal> {
    let place = Place { site, span: finding.place.span };
    let mending = match finding.rule {
        Rule::HandlerCrashes => place.no_crash(),
        Rule::HandlerLosesStatus => place.status(),
        Rule::HandlerLosesHeaders => place.headers(),
        Rule::HandlerSilences => place.log(),
        Rule::HandlerNeverRuns => place.reached(),
        Rule::FrameworkDefault => place.closed_default(),
        _ => Err(Refusal(format!("{} is mended elsewhere", finding.rule.name()))),
    }?;
    Ok(Fix {
        title: mending.title.to_owned(),
        safety: mending.safety,
        edits: joined(mending.edits),
        creates: Vec::new(),
    })
}

/// Where a handler is to be mended.
struct Place<'a> {
    site: &'a Site<'a>,
    span: Span,
}

/// A function that is registered for errors.
struct Handler<'a> {
    function: FunctionRef,
    definition: &'a Function,
    scope: Scope<'a>,
    registrations: Vec<&'a Registration>,
    /// What its exception is called.
    error: Symbol,
}

impl<'a> Place<'a> {
    /// The handler that the place is in, or whose name it is.
    fn handler(&self) -> Result<Handler<'a>, Refusal> {
        let (file, _) = self.site.file()?;
        let module = self.site.module()?;
        let functions = module.functions.iter().enumerate().skip(1);
        let around = functions.filter(|(_, function)| function.span.contains(self.span));
        let mut around: Vec<_> = around.collect();
        around.sort_by_key(|(_, function)| function.span.end - function.span.start);
        let solution = self.site.project.checked.solution;
        for (id, definition) in around {
            let function = FunctionRef { file, id: FunctionId(id as u32) };
            let is_its = |registration: &&Registration| {
                registration.function == function && registration.role.exception.is_some()
            };
            let registrations: Vec<_> = solution.registrations.iter().filter(is_its).collect();
            let Some(place) = registrations.first().and_then(|first| first.role.exception) else { continue };
            let scope = self.site.scope(function);
            let is_method = matches!(definition.owner, tightlip_ir::Owner::Class(_));
            let error = definition.parameters.get(place + usize::from(is_method));
            let error = error.ok_or_else(|| Refusal("the handler takes no exception".to_owned()))?.name;
            return Ok(Handler { function, definition, scope, registrations, error });
        }
        Err(Refusal("the handler is not known".to_owned()))
    }

    /// The expression that stands at the place: the outermost of several.
    fn expression(&self) -> Result<ExpressionId, Refusal> {
        let all = &self.site.module()?.expressions;
        let found = all.iter().rposition(|expression| expression.span == self.span);
        found.map(|at| ExpressionId(at as u32)).ok_or_else(|| Refusal("no value stands there".to_owned()))
    }

    fn text(&self, id: ExpressionId) -> Result<&str, Refusal> {
        Ok(self.site.slice(self.site.module()?.expression(id).span))
    }
}

impl Handler<'_> {
    fn is_lambda(&self) -> bool {
        self.definition.name == "<lambda>"
    }
}
