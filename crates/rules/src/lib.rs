//! Flows, handlers and switches become findings: with severity, confidence, words, and suppression.

mod central_handler;
mod controls;
mod finding;
mod fingerprint;
mod handler;
mod judge;
mod suppression;
mod words;

pub use finding::{Application, ControlReport, ControlState, Finding, Judgement, Place, SourceFile, Step};
pub use judge::{Sources, judge};
pub use tightlip_catalogue::{Confidence, Control, Rule, Severity};
