//! The real command, run in folders made for the tests.

mod baseline;
mod broken;
mod cache;
mod command;
mod comments;
mod configuration;
mod control_fixes;
mod deployment;
mod discovery;
mod fix;
mod outputs;
mod runner;
mod since;
mod templates;
