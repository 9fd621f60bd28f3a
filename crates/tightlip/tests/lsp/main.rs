//! The language server, talked to as an editor talks to it: in frames over the pipes of a process.

mod broken;
mod client;
mod session;
