//! From what the solver found to findings.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use tightlip_catalogue::{Catalogue, Confidence, Control, Rule, Severity};
use tightlip_flow::{Flow, Location, Note, Opened, OpenedHow, Program, Solution};

use crate::controls::Applications;
use crate::deployment::Deployment;
use crate::fingerprint::Fingerprints;
use crate::handler::{self, Defect};
use crate::openings::{Open, Openings, is_beside_deployment};
use crate::pages::{self, PageLeak};
use crate::site::{FileId, Site};
use crate::suppression::Suppressions;
use crate::words;
use crate::{DeploymentFile, Finding, Judgement, Place, SourceFile, Step};

/// Gives the text of a file.
pub type Sources<'a> = dyn Fn(FileId) -> Arc<SourceFile> + 'a;

/// All that is known of what was checked.
#[derive(Clone, Copy)]
pub struct Checked<'a> {
    /// The program.
    pub program: &'a Program,
    /// What was found in it.
    pub solution: &'a Solution,
    /// What is known of frameworks.
    pub catalogue: &'a Catalogue,
    /// The files that say how it is started.
    pub deployment: &'a [DeploymentFile],
}

/// Turns what was found into findings, without those that comments silence.
pub fn judge(checked: Checked<'_>, sources: &Sources<'_>) -> Judgement {
    let Checked { program, solution, catalogue, deployment: deployment_files } = checked;
    let files = Files { sources, known: HashMap::new() };
    let mut judge = Judge { checked, root: common_root(program), files, findings: Vec::new() };
    let unguarded = unguarded(&solution.flows);
    let flows = best_flows(&solution.flows).into_iter();
    let flows = flows.map(|flow| (flow, flow.opened && !unguarded.contains(&(&*flow.source, flow.rule))));
    for (flow, behind_guard) in one_for_each_guard(flows.collect()) {
        judge.add_flow(flow, behind_guard);
    }
    for defect in handler::defects(program, solution, catalogue) {
        judge.add_defect(defect);
    }
    let applications = Applications::new(program, solution, catalogue);
    let deployment = Deployment::new(deployment_files, program, catalogue);
    let openings =
        Openings { program, solution, catalogue, applications: &applications, deployment: &deployment };
    for opened in opened_once(&solution.opened) {
        if handler::speaks_of(program, &opened.unless) {
            continue;
        }
        let is_in_test = |location: Location| is_test(&program.file(location.file).path);
        let is_for_tests = is_in_test(opened.location) || opened.taken_over.is_some_and(is_in_test);
        if !(opened.tests_may && is_for_tests) {
            judge.add_open(openings.in_code(opened));
        }
    }
    for open in openings.in_deployment() {
        judge.add_open(open);
    }
    for leak in pages::leaks(program, catalogue) {
        judge.add_page_leak(leak);
    }
    for site in applications.without_central_handler() {
        judge.add_application_without_handler(site);
    }
    let suppressed = judge.obey_comments();
    let mut findings = judge.findings;
    let mut files = judge.files;
    findings.sort_by_key(|(site, finding)| (checked.path_of(site.file), site.span, finding.rule));
    let mut fingerprints = Fingerprints::default();
    for (site, finding) in &mut findings {
        finding.fingerprint = fingerprints.next(finding);
        let own = match site.file {
            FileId::Program(file) => Some(file),
            FileId::Deployment(_) | FileId::Page(_) => None,
        };
        finding.application = applications.near(checked.path_of(site.file), own).first().copied();
    }
    let applications = applications.report(&findings, deployment_files, &mut files);
    Judgement {
        findings: findings.into_iter().map(|(_, finding)| finding).collect(),
        applications,
        suppressed,
    }
}

impl<'a> Checked<'a> {
    /// The path of a file, as findings are written.
    pub fn path_of(self, file: FileId) -> &'a str {
        match file {
            FileId::Program(file) => &self.program.file(file).path,
            FileId::Deployment(index) => &self.deployment[index].path,
            FileId::Page(page) => self.program.pages.path(page),
        }
    }
}

/// The folder that all files of the program are in.
fn common_root(program: &Program) -> String {
    let mut folders =
        program.files.iter().map(|file| file.path.rsplit_once('/').map_or("", |(folder, _)| folder));
    let mut common: Vec<&str> = folders.next().unwrap_or_default().split('/').collect();
    for folder in folders {
        let shared = folder.split('/').zip(&common).take_while(|(one, other)| one == *other).count();
        common.truncate(shared);
    }
    common.join("/")
}

/// The texts of files, each read once.
pub(crate) struct Files<'a> {
    sources: &'a Sources<'a>,
    known: HashMap<FileId, Arc<SourceFile>>,
}

impl Files<'_> {
    pub(crate) fn get(&mut self, file: FileId) -> Arc<SourceFile> {
        self.known.entry(file).or_insert_with(|| (self.sources)(file)).clone()
    }

    pub(crate) fn place(&mut self, site: impl Into<Site>) -> Place {
        let site = site.into();
        Place { file: self.get(site.file), span: site.span }
    }
}

/// Settings that are taken over in several places are mended in one; that which opens most surely comes first.
fn opened_once(opened: &[Opened]) -> Vec<&Opened> {
    let mut once: Vec<&Opened> = Vec::new();
    for opened in opened {
        let is_same = |known: &&mut &Opened| {
            known.location == opened.location && known.opening.rule == opened.opening.rule
        };
        match once.iter_mut().find(is_same) {
            Some(known) if opened.how == OpenedHow::Always && known.how != OpenedHow::Always => {
                *known = opened
            }
            Some(_) => {}
            None => once.push(opened),
        }
    }
    once
}

/// One source may reach the client in many places. It is mended once, so it is reported once: in the function
/// where the way is surest and shortest, there at each place.
fn best_flows(flows: &[Flow]) -> Vec<&Flow> {
    let mut best: HashMap<(&tightlip_flow::Source, Rule), &Flow> = HashMap::new();
    let order = |flow: &Flow| (flow.opened, flow.unsure, flow.steps.len(), flow.location);
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

/// The detail that reaches the client without passing an open guard.
fn unguarded(flows: &[Flow]) -> HashSet<(&tightlip_flow::Source, Rule)> {
    flows.iter().filter(|flow| !flow.opened).map(|flow| (&*flow.source, flow.rule)).collect()
}

/// One guard is one finding, whatever it lets pass: the gravest stays.
fn one_for_each_guard(flows: Vec<(&Flow, bool)>) -> Vec<(&Flow, bool)> {
    let mut kept: Vec<(&Flow, bool)> = Vec::with_capacity(flows.len());
    for (flow, behind_guard) in flows {
        let same = |(known, behind): &&mut (&Flow, bool)| *behind && known.location == flow.location;
        match kept.iter_mut().find(same).filter(|_| behind_guard) {
            Some(known) if severity(known.0) < severity(flow) => *known = (flow, true),
            Some(_) => {}
            None => kept.push((flow, behind_guard)),
        }
    }
    kept
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
    checked: Checked<'a>,
    /// The folder that all of the program is in.
    root: String,
    files: Files<'a>,
    findings: Vec<(Site, Finding)>,
}

impl Judge<'_> {
    fn add(
        &mut self,
        site: Site,
        rule: Rule,
        severity: Severity,
        confidence: Confidence,
        message: String,
    ) -> &mut Finding {
        let path = self.checked.path_of(site.file);
        let is_not_deployed = is_test(path)
            || (rule.control() == Some(Control::DebugSuppression) && is_beside_deployment(path, &self.root));
        let severity = if is_not_deployed { Severity::Info } else { severity };
        let place = self.files.place(site);
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
            evidence: None,
        };
        self.findings.push((site, finding));
        &mut self.findings.last_mut().expect("one was just added").1
    }

    /// Reports `flow`: under the rule of what it tells, or, if nothing but an open guard lets it pass, under that
    /// of the guard.
    fn add_flow(&mut self, flow: &Flow, behind_guard: bool) {
        let confidence = if flow.unsure { Confidence::Possible } else { Confidence::Likely };
        let steps: Vec<Step> = shown_steps(flow)
            .into_iter()
            .map(|step| Step { place: self.files.place(site_of(&step)), note: words::step(flow, &step) })
            .collect();
        let severity = flow.severity.map_or(severity(flow), |least| severity(flow).max(least));
        let site = flow.location.into();
        let finding = if behind_guard {
            let severity = severity.clamp(Severity::Medium, Severity::High);
            let message = words::message_behind_guard(flow);
            self.add(site, Rule::UnsafeGuard, severity, confidence, message)
        } else {
            self.add(site, flow.rule, severity, confidence, words::message(flow))
        };
        finding.steps = steps;
        finding.example = words::example(flow).map(str::to_owned);
    }

    fn add_open(&mut self, open: Open) {
        let Open { site, opening, severity, confidence, message, evidence } = open;
        let mut steps = Vec::new();
        for (at, note) in evidence {
            steps.push(Step { place: self.files.place(at), note });
        }
        if !steps.is_empty() {
            steps.push(Step { place: self.files.place(site), note: message.clone() });
        }
        let finding = self.add(site, opening.rule, severity, confidence, message);
        finding.steps = steps;
        finding.remedy = opening.remedy.to_owned();
    }

    fn add_page_leak(&mut self, leak: PageLeak) {
        let PageLeak { site, rendered, model } = leak;
        let rule = model.tells[0];
        let message = format!("this template shows {}", model.phrase);
        let severity = model.severity.unwrap_or_else(|| severity_of(rule));
        let steps = [(rendered.into(), "the template is rendered here".to_owned()), (site, message.clone())];
        let steps = steps.map(|(at, note): (Site, String)| Step { place: self.files.place(at), note });
        self.add(site, rule, severity, Confidence::Likely, message).steps = steps.into();
    }

    /// Drops what comments silence, adds what is wrong with comments, and counts what was dropped.
    fn obey_comments(&mut self) -> usize {
        let mut suppressions = Suppressions::new(self.checked);
        let before = self.findings.len();
        let files = &mut self.files;
        self.findings.retain(|(site, finding)| !suppressions.silence(*site, finding, files));
        let suppressed = before - self.findings.len();
        for remark in suppressions.remarks(&mut self.files) {
            self.add(remark.site, remark.rule, Severity::Low, Confidence::Likely, remark.message);
        }
        suppressed
    }

    fn add_defect(&mut self, defect: Defect) {
        let confidence = Confidence::Likely;
        self.add(defect.location.into(), defect.rule, defect.severity, confidence, defect.message);
    }

    fn add_application_without_handler(&mut self, site: Location) {
        let message = "nothing decides in one place what clients see of an error".to_owned();
        self.add(site.into(), Rule::NoCentralHandler, Severity::Low, Confidence::Likely, message);
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

fn site_of(step: &tightlip_flow::Step) -> Site {
    match step.note {
        Note::Shown(page, span) => Site { file: FileId::Page(page), span },
        _ => step.location.into(),
    }
}

fn severity(flow: &Flow) -> Severity {
    if flow.rule == flow.source.rule
        && let Some(severity) = flow.source.severity
    {
        return severity;
    }
    severity_of(flow.rule)
}

pub(crate) fn severity_of(rule: Rule) -> Severity {
    match rule {
        Rule::RuntimeInternals => Severity::Critical,
        Rule::StackTrace | Rule::DatabaseDetail | Rule::ProcessOutput | Rule::LogContent => Severity::High,
        Rule::ExceptionType | Rule::VersionDetail => Severity::Low,
        _ => Severity::Medium,
    }
}

/// How grave it is that a reply shows what the rule reports: what is open there is open to all.
pub(crate) fn seen_severity(rule: Rule) -> Severity {
    match rule {
        Rule::InteractiveDebugger => Severity::Critical,
        Rule::DebugMode | Rule::DebugToolbar => Severity::High,
        rule => severity_of(rule),
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
