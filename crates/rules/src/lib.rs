//! Flows, handlers and switches become findings: with severity, confidence, words, and suppression.

mod finding;

pub use finding::{
    Application, ControlReport, ControlState, Finding, Judgement, Place, SourceFile, Step,
};
pub use tightlip_catalogue::{Confidence, Control, Rule, Severity};
