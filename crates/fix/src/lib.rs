//! Findings become edits.
//!
//! Three steps, each a plain function: [`propose()`] makes a [`Fix`] for a finding or says why there is none,
//! [`compose()`] puts fixes that do not touch each other into new texts and puts the others off to the next round, and
//! the command, which alone reads and writes files, checks the new texts before a byte is written.

mod call;
mod central_handler;
mod compose;
mod debug;
mod deployment;
mod edit;
mod handler;
mod imports;
mod insertions;
mod logger;
mod options;
mod propose;
mod reply;
mod site;
mod statement;
mod style;
#[cfg(test)]
mod testing;
mod unused;

pub use compose::{Composition, Origin, compose};
pub use edit::{Edit, Fix, NewFile, Refusal, Safety};
pub use options::{HandlerStyle, Options};
pub use propose::{Proposal, propose};
