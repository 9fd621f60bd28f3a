//! Proves findings: boots the application in a copy of its project, sends it requests that break it, raises exceptions
//! where nothing breaks, and keeps the replies that leak.
//!
//! What leaks is decided by what happened in the application (`oracle`), which the harness tells (`harness/*.py`), not
//! by what replies look like. Nothing of the project is changed, and nothing is left when it ends.

mod blackbox;
mod claims;
mod configured;
mod cookies;
mod exchange;
mod explore;
mod locate;
mod message;
mod oracle;
mod proof;
mod prove;
mod seed;
mod shown;
mod supervisor;
mod templates;
mod views;

pub use blackbox::{Methods, Pace, Server, Surveyed, prove_server};
pub use explore::Effort;
pub use locate::interpreter;
pub use message::Limits;
pub use prove::{Booted, Options, Outcome, prove};
pub use supervisor::{NotBooted, Supervisor};
