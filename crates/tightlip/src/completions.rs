use std::io::Write;

use clap::CommandFactory;
use clap_complete::{Shell, generate};

use crate::arguments::Arguments;
use crate::output::{Outcome, print};

/// Prints the words of this command as `shell` completes them.
pub(crate) fn completions(shell: Shell) -> Outcome {
    let mut script = Vec::new();
    generate(shell, &mut Arguments::command(), "tightlip", &mut script);
    print(Outcome::Clean, |out| out.write_all(&script))
}
