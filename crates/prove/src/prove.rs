//! One project: boots it in production mode and as configured, and says of each finding what was seen.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tightlip_rules::{Confidence, Control, Evidence, Finding, Judgement, Rule, Verdict};

use crate::claims::{add_missed, below, claim};
use crate::configured::{DebuggerWitness, console, is_configuration, modes};
use crate::explore::{Control as Sent, Effort, Explorer};
use crate::locate::{candidates, scripts};
use crate::message::{Boot, Limits, Mode, Start};
use crate::proof::{Claim, Proof};
use crate::supervisor::{NotBooted, Supervisor};

/// What is never copied: environments, histories, what tools can make again.
const LEFT_OUT: &[&str] = &[
    ".git",
    ".hg",
    ".svn",
    "node_modules",
    "__pycache__",
    "*.pyc",
    ".tox",
    ".nox",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
];

/// Exceptions that are raised for one finding, at different points.
const MOST_POINTS: usize = 8;

/// What is allowed, and how much is tried.
#[derive(Clone, Debug)]
pub struct Options {
    /// The application, as `module:attribute` or as a file; found where it is not said.
    pub application: Option<String>,
    /// The command that starts it, run in the copy of the project until it would serve; instead of an application.
    pub command: Option<String>,
    /// Variables of its environment.
    pub environment: BTreeMap<String, String>,
    /// Whether the application may connect to other machines.
    pub network: bool,
    /// The most bytes of the project that are copied.
    pub copied: u64,
    /// What the application may use.
    pub limits: Limits,
    /// How much is tried.
    pub effort: Effort,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            application: None,
            command: None,
            environment: BTreeMap::new(),
            network: false,
            copied: 512 << 20,
            limits: Limits::default(),
            effort: Effort::default(),
        }
    }
}

/// What came of it, beside the evidence of the findings.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The application, if it was booted.
    pub booted: Option<Booted>,
    /// Why it was not.
    pub not_booted: Option<NotBooted>,
    /// How many requests were sent.
    pub requests: usize,
    /// What went wrong on the way.
    pub troubles: Vec<String>,
}

/// An application that was booted.
#[derive(Clone, Debug)]
pub struct Booted {
    /// The module it is in.
    pub module: String,
    /// What it is made with.
    pub framework: String,
    /// The version of Python.
    pub python: String,
    /// How many routes it has, each method counted.
    pub routes: usize,
}

/// Boots the application of the project in `root`, which has no links in its path, and adds to the findings what was
/// seen. `on_request` is called before each request.
pub fn prove(
    supervisor: &mut Supervisor,
    root: &Path,
    judgement: &mut Judgement,
    options: &Options,
    on_request: &dyn Fn(),
) -> Outcome {
    let mut outcome = Outcome::default();
    let claimed: Vec<(usize, Claim)> = judgement
        .findings
        .iter()
        .enumerate()
        .filter_map(|(index, finding)| Some((index, claim(finding, root)?)))
        .collect();
    let (of_claims, claims): (Vec<usize>, Vec<Claim>) = claimed.into_iter().unzip();
    let known: Vec<PathBuf> = judgement
        .applications
        .iter()
        .filter_map(|application| below(&application.place.file, root).map(PathBuf::from))
        .collect();
    let candidates = candidates(root, options.application.as_deref(), &known);
    let scripts = scripts(root, &candidates);
    let boot = Boot {
        project: root.display().to_string(),
        copied: options.copied,
        left_out: LEFT_OUT,
        limits: options.limits,
        network: options.network,
        candidates,
        mode: Mode {
            start: options.command.clone().map_or(Start::Import, Start::Command),
            environment: options.environment.clone(),
            debug: false,
        },
        findings: claims.iter().map(|claim| claim.asked.clone()).collect(),
    };
    let mut proof = Proof::new(&claims, "in production mode");
    if boot.candidates.is_empty() && options.command.is_none() {
        outcome.not_booted = Some(NotBooted::because(
            "no application found (no wsgi.py, no app.py, none that the check knows); --app names one, --cmd a command that starts it",
        ));
    } else {
        in_production(supervisor, &boot, options, &mut proof, on_request, &mut outcome);
    }
    let findings: Vec<&Finding> = of_claims.iter().map(|index| &judgement.findings[*index]).collect();
    as_configured(supervisor, &boot, (&findings, &scripts), options, &mut proof, on_request, &mut outcome);
    supervisor.stop();
    let Proof { evidence, missed, .. } = proof;
    for (index, evidence) in of_claims.into_iter().zip(evidence) {
        let finding = &mut judgement.findings[index];
        if let Some(Evidence { verdict: Verdict::Proven(_), .. }) = evidence {
            finding.confidence = Confidence::Proven;
        }
        finding.evidence = evidence;
    }
    add_missed(judgement, missed.into_values().collect(), root);
    outcome
}

fn in_production(
    supervisor: &mut Supervisor,
    boot: &Boot,
    options: &Options,
    proof: &mut Proof<'_>,
    on_request: &dyn Fn(),
    outcome: &mut Outcome,
) {
    let mut explorer = match Explorer::start(supervisor, boot, options.effort, on_request) {
        Ok(explorer) => explorer,
        Err(error) => {
            outcome.not_booted = Some(error);
            return;
        }
    };
    outcome.booted = Some(Booted {
        module: explorer.ready.module.clone(),
        framework: explorer.ready.framework.clone(),
        python: explorer.ready.python.clone(),
        routes: explorer.ready.routes.iter().filter(|route| route.endpoint != "static").count(),
    });
    explorer.explore(proof);
    // What came to a place once may not do so after all that was changed and removed since.
    let is_open =
        |index: usize| proof.evidence[index].is_none() && is_shown_by_errors(proof.claims[index].rule);
    if (0..proof.claims.len()).any(is_open) {
        explorer.boot_afresh();
    }
    for index in 0..proof.claims.len() {
        let tried = if proof.evidence[index].is_none() { inject(&mut explorer, index, proof) } else { 0 };
        if proof.evidence[index].is_none() {
            proof.evidence[index] = Some(without_proof(proof, index, tried));
        }
    }
    outcome.requests += explorer.sent.len();
    outcome.troubles.append(&mut explorer.troubles);
}

/// Raises exceptions where the finding says that they are caught. How many were raised.
fn inject(explorer: &mut Explorer<'_>, index: usize, proof: &mut Proof<'_>) -> usize {
    if !is_shown_by_errors(proof.claims[index].rule) {
        return 0;
    }
    let points = explorer.ready.plans.get(index).cloned().unwrap_or_default();
    let mut tried = 0;
    proof.injecting = Some(index);
    for (number, point) in points.iter().take(MOST_POINTS).enumerate() {
        let marker = format!("tightlip-injected-{index}-{number}");
        if explorer.inject(point, &marker, proof) {
            tried += 1;
        }
        if proof.evidence[index].is_some() {
            break;
        }
    }
    proof.injecting = None;
    tried
}

/// Whether an exception can show what the rule reports.
fn is_shown_by_errors(rule: Rule) -> bool {
    rule.control() == Some(Control::SanitizedReplies) && rule != Rule::VersionDetail
}

fn without_proof(proof: &Proof<'_>, index: usize, tried: usize) -> Evidence {
    let rule = proof.claims[index].rule;
    let is_seen_in_replies = rule.control() == Some(Control::SanitizedReplies)
        || matches!(rule, Rule::HandlerLosesStatus | Rule::HandlerLosesHeaders | Rule::HandlerCrashes);
    let (verdict, note) = if !is_seen_in_replies {
        let why = if is_configuration(rule) {
            "it shows only where the application runs as it is deployed"
        } else {
            ""
        };
        (Verdict::NotTried, why.to_owned())
    } else if tried > 0 {
        let times = if tried == 1 { "one point".to_owned() } else { format!("{tried} points") };
        (
            Verdict::Refuted,
            format!("exceptions were raised at {times} where it is caught, and nothing of them was sent"),
        )
    } else if proof.reached[index] {
        (Verdict::NotSeen, "requests came to the place, and nothing of the kind was in a reply".to_owned())
    } else {
        (Verdict::NotReached, "no request came to the place".to_owned())
    };
    Evidence { verdict, note, mode: proof.mode().to_owned(), exchange: None, exception: None }
}

fn as_configured(
    supervisor: &mut Supervisor,
    boot: &Boot,
    (findings, scripts): (&[&Finding], &[String]),
    options: &Options,
    proof: &mut Proof<'_>,
    on_request: &dyn Fn(),
    outcome: &mut Outcome,
) {
    let of_configuration: Vec<&Finding> =
        findings.iter().copied().filter(|finding| is_configuration(finding.rule)).collect();
    if of_configuration.is_empty() {
        return;
    }
    for (mode, words) in modes(&of_configuration, scripts, &options.environment) {
        let boot = Boot { mode, candidates: boot.candidates.clone(), ..boot.clone() };
        let mut explorer = match Explorer::start(supervisor, &boot, options.effort, on_request) {
            Ok(explorer) => explorer,
            Err(error) => {
                outcome.troubles.push(format!("{words}: {}", error.reason));
                continue;
            }
        };
        proof.set_mode(&words);
        let mut witness = DebuggerWitness { proof, seen_page: false };
        explorer.send(console(), Sent::default(), None, &[], &mut witness);
        explorer.explore(&mut witness);
        outcome.requests += explorer.sent.len();
        outcome.troubles.append(&mut explorer.troubles);
    }
}
