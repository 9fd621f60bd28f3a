//! Detail in replies: the author's words stay, the raw part goes into the log.

use crate::edit::Refusal;
use crate::propose::Proposal;
use crate::site::Project;

pub(crate) fn propose(project: &Project<'_>, findings: &[usize]) -> Vec<Proposal> {
    let refusal = |rule: &str| Refusal(format!("there is no fix for {rule} yet"));
    let proposal = |index: &usize| Proposal {
        findings: vec![*index],
        outcome: Err(refusal(project.judgement.findings[*index].rule.name())),
    };
    findings.iter().map(proposal).collect()
}
