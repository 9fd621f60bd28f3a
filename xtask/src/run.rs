//! Other programs.

use std::env;
use std::ffi::OsStr;
use std::process::Command;

use crate::Done;
use crate::project::root;

/// The cargo that runs this.
pub(crate) fn cargo() -> Command {
    command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// A program that starts in the folder of the repository.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    command
}

/// Says what is done and does it.
pub(crate) fn step(what: &str, command: &mut Command) -> Done {
    say(what);
    let status = command
        .status()
        .map_err(|error| format!("{what}: cannot start {:?}: {error}", command.get_program()))?;
    if status.success() { Ok(()) } else { Err(format!("{what}: {status}")) }
}

/// Says what is done.
pub(crate) fn say(what: &str) {
    println!("== {what}");
}
