//! From what the solver found to findings.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::sync::Arc;

use tightlip_catalogue::{Catalogue, Confidence, Rule, Severity};
use tightlip_flow::{FileIndex, Flow, Location, Opened, Program, Solution};

use crate::controls::Applications;
use crate::fingerprint::Fingerprints;
use crate::handler::{self, Defect};
use crate::suppression::Suppressions;
use crate::words;
use crate::{Finding, Judgement, Place, SourceFile, Step};

/// Gives the text of a file of the program.
pub type Sources<'a> = dyn Fn(FileIndex) -> Arc<SourceFile> + 'a;

/// Turns what was found into findings, without those that comments silence.
pub fn judge(
    program: &Program,
    solution: &Solution,
    catalogue: &Catalogue,
    sources: &Sources<'_>,
) -> Judgement {
    let files = Files { sources, known: HashMap::new() };
    let mut judge = Judge { program, files, findings: Vec::new() };
    for flow in best_flows(&solution.flows) {
        judge.add_flow(flow);
    }
    let loses_redirects = OnceCell::new();
    for opened in solution.opened.iter().filter(|opened| !handler::speaks_of(program, &opened.unless)) {
        // A setting by which headers are lost needs a handler that loses them.
        let is_harmless = opened.rule == Rule::HandlerLosesHeaders
            && !*loses_redirects.get_or_init(|| handler::loses_redirects(program, solution, catalogue));
        if !is_harmless {
            judge.add_opened(opened);
        }
    }
    for defect in handler::defects(program, solution, catalogue) {
        judge.add_defect(defect);
    }
    let applications = Applications::new(program, solution, catalogue);
    for site in applications.without_central_handler() {
        judge.add_application_without_handler(site);
    }
    let mut findings = judge.findings;
    let mut files = judge.files;
    let suppressions = Suppressions::new(program);
    let before = findings.len();
    findings.retain(|(location, finding)| !suppressions.silence(*location, finding, &mut files));
    let suppressed = before - findings.len();
    findings.sort_by_key(|(location, finding)| (path_of(program, *location), location.span, finding.rule));
    let mut fingerprints = Fingerprints::default();
    for (location, finding) in &mut findings {
        finding.fingerprint = fingerprints.next(finding);
        finding.application = applications.of(location.file);
    }
    let applications = applications.report(&findings, &mut files);
    Judgement {
        findings: findings.into_iter().map(|(_, finding)| finding).collect(),
        applications,
        suppressed,
    }
}

fn path_of(program: &Program, location: Location) -> &str {
    &program.file(location.file).path
}

/// The texts of files, each read once.
pub(crate) struct Files<'a> {
    sources: &'a Sources<'a>,
    known: HashMap<FileIndex, Arc<SourceFile>>,
}

impl Files<'_> {
    pub(crate) fn get(&mut self, file: FileIndex) -> Arc<SourceFile> {
        self.known.entry(file).or_insert_with(|| (self.sources)(file)).clone()
    }

    pub(crate) fn place(&mut self, location: Location) -> Place {
        Place { file: self.get(location.file), span: location.span }
    }
}

/// One source may reach the client in many places. It is mended once, so it is reported once: in the function
/// where the way is surest and shortest, there at each place.
fn best_flows(flows: &[Flow]) -> Vec<&Flow> {
    let mut best: HashMap<(&tightlip_flow::Source, Rule), &Flow> = HashMap::new();
    let order = |flow: &Flow| (flow.unsure, flow.steps.len(), flow.location);
    for flow in flows {
        let known = best.entry((&*flow.source, flow.rule)).or_insert(flow);
        if order(flow) < order(known) {
            *known = flow;
        }
    }
    let mut chosen: Vec<&Flow> = Vec::new();
    for flow in flows {
        let best = best[&(&*flow.source, flow.rule)];
        let seen = |known: &&Flow| {
            known.location == flow.location && known.rule == flow.rule && known.source == flow.source
        };
        if flow.function == best.function && !chosen.iter().any(seen) {
            chosen.push(flow);
        }
    }
    without_inner_places(chosen)
}

/// A call that sends what it is given, inside of the expression that is returned, is one leak: the graver place
/// stays, or else the outer one.
fn without_inner_places(flows: Vec<&Flow>) -> Vec<&Flow> {
    let is_part = |inner: &Flow, outer: &Flow| {
        inner.location != outer.location
            && inner.location.file == outer.location.file
            && outer.location.span.contains(inner.location.span)
            && inner.rule == outer.rule
            && inner.source == outer.source
    };
    let loses = |flow: &Flow| {
        flows.iter().any(|other| {
            (is_part(flow, other) && flow.severity <= other.severity)
                || (is_part(other, flow) && flow.severity < other.severity)
        })
    };
    flows.iter().copied().filter(|flow| !loses(flow)).collect()
}

struct Judge<'a> {
    program: &'a Program,
    files: Files<'a>,
    findings: Vec<(Location, Finding)>,
}

impl Judge<'_> {
    fn add(
        &mut self,
        location: Location,
        rule: Rule,
        severity: Severity,
        confidence: Confidence,
        message: String,
    ) -> &mut Finding {
        let severity =
            if is_test(&self.program.file(location.file).path) { Severity::Info } else { severity };
        let place = self.files.place(location);
        let finding = Finding {
            rule,
            severity,
            confidence,
            message,
            place,
            steps: Vec::new(),
            example: None,
            remedy: words::remedy(rule).to_owned(),
            fingerprint: String::new(),
            application: None,
        };
        self.findings.push((location, finding));
        &mut self.findings.last_mut().expect("one was just added").1
    }

    fn add_flow(&mut self, flow: &Flow) {
        let confidence = if flow.unsure { Confidence::Possible } else { Confidence::Likely };
        let steps: Vec<Step> = shown_steps(flow)
            .into_iter()
            .map(|step| Step { place: self.files.place(step.location), note: words::step(flow, &step) })
            .collect();
        let severity = flow.severity.map_or(severity(flow), |least| severity(flow).max(least));
        let finding = self.add(flow.location, flow.rule, severity, confidence, words::message(flow));
        finding.steps = steps;
        finding.example = words::example(flow).map(str::to_owned);
    }

    fn add_opened(&mut self, opened: &Opened) {
        let confidence = Confidence::Likely;
        let finding =
            self.add(opened.location, opened.rule, opened.severity, confidence, opened.phrase.to_owned());
        finding.remedy = opened.remedy.to_owned();
    }

    fn add_defect(&mut self, defect: Defect) {
        let confidence = Confidence::Likely;
        self.add(defect.location, defect.rule, defect.severity, confidence, defect.message);
    }

    fn add_application_without_handler(&mut self, site: Location) {
        let message = "nothing decides in one place what clients see of an error".to_owned();
        self.add(site, Rule::NoCentralHandler, Severity::Low, Confidence::Likely, message);
    }
}

/// The steps without those that say the same of the same place.
fn shown_steps(flow: &Flow) -> Vec<tightlip_flow::Step> {
    let mut steps: Vec<tightlip_flow::Step> = Vec::new();
    for step in &flow.steps {
        if !steps.contains(step) {
            steps.push(*step);
        }
    }
    steps
}

fn severity(flow: &Flow) -> Severity {
    if flow.rule == flow.source.rule
        && let Some(severity) = flow.source.severity
    {
        return severity;
    }
    match flow.rule {
        Rule::RuntimeInternals => Severity::Critical,
        Rule::StackTrace | Rule::DatabaseDetail | Rule::ProcessOutput | Rule::LogContent => Severity::High,
        Rule::ExceptionType | Rule::VersionDetail => Severity::Low,
        _ => Severity::Medium,
    }
}

/// Tests are not deployed.
fn is_test(path: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    folders.split('/').any(|folder| matches!(folder, "tests" | "test" | "testing"))
        || name == "conftest.py"
        || name.starts_with("test_")
        || name.ends_with("_test.py")
}
