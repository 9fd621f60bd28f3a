//! The real command, run in folders made for the tests.

mod broken;
mod command;
mod deployment;
mod discovery;
mod outputs;
mod runner;
mod templates;
