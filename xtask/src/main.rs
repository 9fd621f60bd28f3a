//! The chores of the project: `cargo xtask help` lists them.

mod bench;
mod docs;
mod hook;
mod project;
mod python;
mod run;
mod test;
mod wheel;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask test                 all that must hold: format, lints, tests, with Flask booted in its own environments
cargo xtask bless [ARGUMENTS]    run the tests and accept the snapshots as they come out
cargo xtask bench [TREES]        CPU time and memory of `tightlip check` beside ruff's, as ratios; see `bench --help`
cargo xtask bench lsp [TREES]    how soon the language server answers a change; see `bench lsp --help`
cargo xtask bench leak           how fast replies are looked at, in MB/s on one core
cargo xtask docs                 the documentation as a site, in target/site; fails where a link leads nowhere
cargo xtask wheel [PROFILE]      the Python package, in target/wheels; installs it afresh and runs it,
                                 and pre-commit's hook with it";

/// A chore is done, or says in one sentence why not.
type Done = Result<(), String>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (chore, rest) = match arguments.split_first() {
        Some((chore, rest)) => (chore.as_str(), rest),
        None => ("help", &[][..]),
    };
    let done = match chore {
        "test" => test::test(rest),
        "bless" => test::bless(rest),
        "bench" => bench::bench(rest),
        "docs" => docs::docs(rest),
        "wheel" => wheel::wheel(rest),
        "help" | "--help" | "-h" => {
            println!("{HELP}");
            Ok(())
        }
        other => Err(format!("no chore is called `{other}`\n{HELP}")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}
