use std::io::{self, Write};

use clap::CommandFactory;
use clap_mangen::Man;

use crate::arguments::Arguments;
use crate::output::{Outcome, complain, print};

/// Prints the manual page: the command, then each of its subcommands.
pub(crate) fn man() -> Outcome {
    match page() {
        Ok(page) => print(Outcome::Clean, |out| out.write_all(&page)),
        Err(error) => {
            complain(&format!("error: the manual page cannot be made: {error}"));
            Outcome::CouldNotRun
        }
    }
}

fn page() -> io::Result<Vec<u8>> {
    let mut command = Arguments::command();
    // Now each subcommand knows the whole of its name.
    command.build();
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    for subcommand in command.get_subcommands().filter(|command| command.get_name() != "help") {
        let name = subcommand.get_name().to_uppercase();
        writeln!(page, ".SH \"{name}\"")?;
        let man = Man::new(subcommand.clone());
        man.render_synopsis_section(&mut page)?;
        man.render_description_section(&mut page)?;
        man.render_options_section(&mut page)?;
    }
    Ok(page)
}
