//! `tightlip`: finds error detail that reaches HTTP clients.

mod analyse;
mod arguments;
mod baseline;
mod cache;
mod check;
mod completions;
mod config;
mod configuration;
mod deployment;
mod detect;
mod diff;
mod discover;
mod encoding;
mod exclude;
mod explain;
mod fix;
mod judge;
mod lower;
mod lsp;
mod man;
mod output;
mod outputs;
mod paths;
mod progress;
mod prove;
mod ratchet;
mod read;
mod repairs;
mod rules;
mod since;
mod templates;
mod terminal;
mod texts;
mod write;

use std::panic::catch_unwind;
use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};
use output::{Outcome, complain};

/// Lowering and flows make many small values: with the system's allocator a fifth of their time is its own. This one
/// gives back what the syntax trees held; it does not know Windows.
#[cfg(not(windows))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[cfg(windows)]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // A panic is a mistake of ours, and "could not run" to whoever called.
    let outcome = catch_unwind(|| run(&arguments)).unwrap_or_else(|_| {
        complain("error: internal error, nothing is reported; please report this with the message above");
        Outcome::CouldNotRun
    });
    outcome.into()
}

fn run(arguments: &Arguments) -> Outcome {
    match &arguments.command {
        Command::Check(check) => check::check(check, arguments.color),
        Command::Lsp => lsp::lsp(),
        Command::Detect(detect) => detect::detect(detect.file.as_ref(), detect.exit_zero),
        Command::Prove(prove) => prove::prove(prove, arguments.color),
        Command::Config { path, settings } => config::config(path, settings),
        Command::Clean { cache_dir } => cache::clean(cache_dir.as_deref()),
        Command::Rules => rules::rules(arguments.color),
        Command::Completions { shell } => completions::completions(*shell),
        Command::Man => man::man(),
        Command::Explain { topic } => explain::explain(topic, arguments.color),
    }
}
