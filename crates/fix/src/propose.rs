//! Which fix is made for which finding: one module for each family of rules.

use tightlip_rules::{Checked, Finding, Judgement, Rule, Sources};

use crate::edit::{Fix, Refusal};
use crate::options::Options;
use crate::site::{Project, Site};
use crate::{central_handler, debug, deployment, handler, reply};

/// What can be done about some findings that are mended together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proposal {
    /// As indexes into the findings of the judgement, sorted.
    pub findings: Vec<usize>,
    /// What mends them, or why nothing does.
    pub outcome: Result<Fix, Refusal>,
}

/// Makes a fix for each finding, or says why there is none. Findings that one edit mends share a proposal; each
/// finding is in exactly one. In the order of the findings.
pub fn propose(
    checked: Checked<'_>,
    judgement: &Judgement,
    sources: &Sources<'_>,
    options: Options,
) -> Vec<Proposal> {
    let project = Project::new(checked, judgement, sources, options);
    let (replies, others): (Vec<usize>, Vec<usize>) =
        (0..judgement.findings.len()).partition(|index| is_reply(judgement.findings[*index].rule));
    let mut proposals = reply::propose(&project, &replies);
    for proposal in &mut proposals {
        if let (Ok(fix), [only]) = (&proposal.outcome, proposal.findings.as_slice())
            && let finding = &judgement.findings[*only]
            && let Some(site) = project.site_of(finding)
        {
            proposal.outcome = Ok(handler::with_reference(fix.clone(), finding, &site));
        }
    }
    for index in others {
        let finding = &judgement.findings[index];
        let outcome = match project.site_of(finding) {
            Some(site) => fix(finding, &site),
            None => Err(Refusal("the file is not known".to_owned())),
        };
        proposals.push(Proposal { findings: vec![index], outcome });
    }
    proposals.sort_by(|one, other| one.findings.cmp(&other.findings));
    proposals
}

/// Detail that is in a reply: where it gets in, several findings are mended at once.
fn is_reply(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::ExceptionMessage
            | Rule::StackTrace
            | Rule::DatabaseDetail
            | Rule::ProcessOutput
            | Rule::RuntimeInternals
            | Rule::UpstreamDetail
            | Rule::ExceptionType
            | Rule::VersionDetail
            | Rule::LogContent
            | Rule::UnsafeGuard
    )
}

/// The fix of a finding that is mended by itself.
fn fix(finding: &Finding, site: &Site<'_>) -> Result<Fix, Refusal> {
    let is_code = site.file().is_ok();
    match finding.rule {
        Rule::NoCentralHandler => central_handler::fix(finding, site),
        rule if rule.code().starts_with("TL3") => handler::fix(finding, site),
        rule if rule.code().starts_with("TL2") && is_code => debug::fix(finding, site),
        _ => deployment::fix(finding, site),
    }
}
