//! The application as its files start it: run as a script, or by `flask run` with the variables that deployment sets.
//! A debugger that is open there is seen here.

use std::collections::BTreeMap;

use tightlip_rules::{Cause, Finding, Part, Rule, Verdict};

use crate::exchange::Request;
use crate::explore::{Answered, Witness};
use crate::message::{Mode, Start};
use crate::oracle::Known;
use crate::proof::Proof;

/// What only Werkzeug's debugger sends.
const TRACEBACK_PAGE: &[&str] = &["__debugger__=yes&amp;cmd=resource", "EVALEX = "];
const CONSOLE: &str = "Interactive Console";
const EVALUATES: &str = "EVALEX = true";

/// Whether a finding of this rule can be seen only when the application runs as configured.
pub(crate) fn is_configuration(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::DebugMode
            | Rule::DebugEnvironment
            | Rule::InteractiveDebugger
            | Rule::OpenByDefault
            | Rule::TracebacksServed
    )
}

/// How the files start the application: a mode for each way. Variables in `set` win over those of files.
pub(crate) fn modes(
    findings: &[&Finding],
    scripts: &[String],
    set: &BTreeMap<String, String>,
) -> Vec<(Mode, String)> {
    let mut environment = variables(findings);
    environment.extend(set.clone());
    let mut modes: Vec<(Mode, String)> = scripts
        .iter()
        .map(|script| {
            let mode =
                Mode { start: Start::Script(script.clone()), environment: environment.clone(), debug: false };
            (mode, format!("as `python {script}` starts it"))
        })
        .collect();
    let is_on = |value: &String| !matches!(value.to_ascii_lowercase().as_str(), "" | "0" | "false" | "no");
    let by_variable = environment.get("FLASK_DEBUG").is_some_and(is_on);
    let by_option = findings.iter().any(|finding| {
        let text = text_of(finding);
        text.contains("flask") && text.contains("--debug")
    });
    if by_variable || by_option {
        let mode = Mode { start: Start::Import, environment, debug: true };
        modes.push((mode, "as `flask run` starts it".to_owned()));
    }
    modes
}

/// The text at the place of a finding, with the rest of its line.
fn text_of(finding: &Finding) -> &str {
    let text = &finding.place.file.text;
    let (start, end) = (finding.place.span.start as usize, finding.place.span.end as usize);
    let end = text.get(end..).and_then(|rest| rest.find('\n')).map_or(text.len(), |at| end + at);
    text.get(start..end).unwrap_or_default()
}

/// Variables of Flask that deployment files set, as the findings show them: `FLASK_DEBUG=1`, `FLASK_DEBUG: "1"`.
fn variables(findings: &[&Finding]) -> BTreeMap<String, String> {
    let mut variables = BTreeMap::new();
    for finding in findings.iter().filter(|finding| !finding.place.file.path.ends_with(".py")) {
        let text = text_of(finding);
        for (at, _) in text.match_indices("FLASK_") {
            let rest = &text[at..];
            let end = rest.find(|it: char| !it.is_ascii_alphanumeric() && it != '_').unwrap_or(rest.len());
            let value = rest[end..].trim_start_matches(['=', ':', ' ', '"', '\'']);
            let value_end =
                value.find(|it: char| it.is_whitespace() || "\"',".contains(it)).unwrap_or(value.len());
            variables.entry(rest[..end].to_owned()).or_insert_with(|| value[..value_end].to_owned());
        }
    }
    variables
}

/// The request that opens the console.
pub(crate) fn console() -> Request {
    Request { method: "GET".to_owned(), target: "/console".to_owned(), headers: Vec::new(), body: Vec::new() }
}

/// Looks for the debugger.
pub(crate) struct DebuggerWitness<'a, 'b> {
    pub(crate) proof: &'b mut Proof<'a>,
    pub(crate) seen_page: bool,
}

impl Witness for DebuggerWitness<'_, '_> {
    fn see(&mut self, answered: &Answered<'_>, _: &Known<'_>, _: &[Request]) {
        let body = String::from_utf8_lossy(&answered.reply.body);
        let is_page = TRACEBACK_PAGE.iter().all(|mark| body.contains(mark)) && answered.reply.status >= 500;
        let is_console = body.contains(CONSOLE) && body.contains(EVALUATES);
        let evaluates = body.contains(EVALUATES);
        if !is_page && !is_console {
            return;
        }
        self.seen_page |= is_page;
        let mark = if is_console && !is_page { CONSOLE } else { "EVALEX = " };
        let is_injected = answered.told.raised.iter().any(|raised| raised.injected);
        let cause = if is_injected && is_page { Cause::Injected } else { Cause::Input };
        for index in 0..self.proof.claims.len() {
            let rule = self.proof.claims[index].rule;
            let shows = match rule {
                Rule::InteractiveDebugger => evaluates,
                Rule::TracebacksServed => is_page,
                rule => is_configuration(rule),
            };
            let is_better = match self.proof.evidence[index].as_ref().map(|known| known.verdict) {
                Some(Verdict::Proven(known)) => known == Cause::Injected && cause == Cause::Input,
                _ => true,
            };
            if shows && is_better {
                let leaks = vec![(Part::Body, mark.to_owned())];
                self.proof.evidence[index] = Some(self.proof.of_reply(cause, answered, leaks));
            }
        }
    }

    fn has_seen_enough(&self) -> bool {
        self.seen_page
    }

    fn has_seen_injected(&self) -> bool {
        self.seen_page
    }
}
