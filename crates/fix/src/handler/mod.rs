//! Error handlers that are there are mended.

use tightlip_rules::Finding;

use crate::edit::{Fix, Refusal};
use crate::site::Site;

pub(crate) fn fix(finding: &Finding, _site: &Site<'_>) -> Result<Fix, Refusal> {
    Err(Refusal(format!("there is no fix for {} yet", finding.rule.name())))
}
