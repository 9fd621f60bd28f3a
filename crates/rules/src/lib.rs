//! Flows, handlers and switches become findings: with severity, confidence, words, and suppression.

mod central_handler;
mod controls;
mod deployment;
mod evidence;
mod finding;
mod fingerprint;
mod handler;
mod judge;
mod openings;
mod pages;
mod site;
mod suppression;
mod words;

pub use deployment::DeploymentFile;
pub use evidence::{Cause, Evidence, Exchange, Part, SeenException, SentRequest, Verdict};
pub use finding::{Application, ControlReport, ControlState, Finding, Judgement, Place, SourceFile, Step};
pub use handler::scope::{Scope, Target, Variable};
pub use handler::walk;
pub use judge::{Checked, Sources, judge};
pub use site::FileId;
pub use tightlip_catalogue::{Confidence, Control, Rule, Severity};
