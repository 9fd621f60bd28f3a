//! The real command, run in folders made for the tests.

mod broken;
mod command;
mod control_fixes;
mod deployment;
mod discovery;
mod fix;
mod runner;
mod templates;
