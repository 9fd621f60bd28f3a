//! The real command, run in folders made for the tests.

mod baseline;
mod broken;
mod cache;
mod command;
mod comments;
mod configuration;
mod deployment;
mod discovery;
mod runner;
mod since;
mod templates;
