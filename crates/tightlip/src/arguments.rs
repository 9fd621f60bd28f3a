use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use tightlip_fix::Options;

use crate::outputs::Output;

/// Finds error detail that reaches HTTP clients.
#[derive(Parser, Debug)]
#[command(name = "tightlip", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// When to use colours; NO_COLOR in the environment switches them off unless this says always
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = Color::Auto)]
    pub(crate) color: Color,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  nothing found
  1  findings
  2  could not run: a wrong argument, a missing path, nothing that could be read";

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Check files and folders
    Check(CheckArguments),
    /// Tell which recorded replies leak: JSON lines, HTTP archives (HAR), or raw HTTP
    Detect(DetectArguments),
    /// Boot the application in a copy, force errors, and show the replies that leak
    Prove(ProveArguments),
    /// List the rules
    Rules,
    /// Tell what a rule finds, why it matters and how to mend it
    Explain {
        /// A rule's code or name
        #[arg(value_name = "RULE|PATTERN")]
        topic: String,
    },
}

#[derive(Args, Debug)]
pub(crate) struct CheckArguments {
    /// Files and folders to check
    ///
    /// What .gitignore names, hidden folders, virtual environments and vendored trees are left out, unless they are
    /// named here.
    #[arg(default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,

    /// How to write the report: text, json, sarif, html, markdown, github, gitlab, junit or csv
    ///
    /// FORMAT=FILE writes it to a file, beside what goes to standard output; it may be given several times, e.g.
    /// --output-format sarif=report.sarif --output-format html=report.html. One format without a file goes to
    /// standard output, text if none is named.
    #[arg(long, value_name = "FORMAT[=FILE]")]
    pub(crate) output_format: Vec<Output>,

    /// Write to this file what would go to standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) output_file: Option<PathBuf>,

    /// Count findings by rule instead of showing them
    #[arg(long)]
    pub(crate) statistics: bool,

    /// Report these rules only: codes, names, or the start of codes, e.g. TL101,stack-trace,TL2
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub(crate) select: Vec<String>,

    /// Do not report these rules, even where --select names them
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub(crate) ignore: Vec<String>,

    /// Apply the fixes that change nothing that was meant, and report what is left
    #[arg(long)]
    pub(crate) fix: bool,

    /// Apply those as well that take text away which a client may rely on; together with --fix or --diff
    #[arg(long)]
    pub(crate) unsafe_fixes: bool,

    /// Show what --fix would change as a unified diff, and write nothing
    #[arg(long)]
    pub(crate) diff: bool,

    /// How a central error handler is written where --fix puts one in
    #[arg(long, value_name = "STYLE", value_enum, default_value_t = HandlerStyle::Flask)]
    pub(crate) handler_style: HandlerStyle,

    /// Exit with 0 even where something was found
    #[arg(long)]
    pub(crate) exit_zero: bool,
}

#[derive(Args, Debug)]
pub(crate) struct DetectArguments {
    /// The file with the replies; standard input unless it is named
    ///
    /// A line of JSON for each reply, {"status": 500, "headers": {...}, "body": "..."}; an HTTP archive; or what
    /// went over the wire, as `curl -i` prints it. The form is recognized.
    pub(crate) file: Option<PathBuf>,

    /// Exit with 0 even where a reply leaks
    #[arg(long)]
    pub(crate) exit_zero: bool,
}

#[derive(Args, Debug)]
pub(crate) struct ProveArguments {
    /// Folders of the projects; each is checked, copied, and its application booted in the copy
    #[arg(default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,

    /// The application: a module, a file, or module:attribute; found as Flask finds it where this is not said
    #[arg(long, value_name = "MODULE[:NAME]")]
    pub(crate) app: Option<String>,

    /// The Python that the application runs in; found in .venv, venv, VIRTUAL_ENV, Poetry or Pipenv, or PATH
    #[arg(long, value_name = "FILE")]
    pub(crate) python: Option<PathBuf>,

    /// Let the application connect to other machines than this one
    #[arg(long)]
    pub(crate) allow_network: bool,

    /// Stop with one boot after so many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    pub(crate) time: u64,

    /// The most requests that are sent to one boot
    #[arg(long, value_name = "NUMBER", default_value_t = 4000)]
    pub(crate) requests: usize,

    /// Seconds that booting may take
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) boot_time: u64,

    /// Seconds that one reply may take
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    pub(crate) reply_time: u64,

    /// MiB of address space that the application may use
    #[arg(long, value_name = "MIB", default_value_t = 4096)]
    pub(crate) memory: u64,

    /// Processes and threads that the application may start
    #[arg(long, value_name = "NUMBER", default_value_t = 64)]
    pub(crate) processes: u64,

    /// MiB of the project that are copied at most; environments and histories are never copied
    #[arg(long, value_name = "MIB", default_value_t = 512)]
    pub(crate) copy_limit: u64,

    /// How to write the report; as for `check`
    #[arg(long, value_name = "FORMAT[=FILE]")]
    pub(crate) output_format: Vec<Output>,

    /// Write to this file what would go to standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) output_file: Option<PathBuf>,

    /// Exit with 0 even where something was found
    #[arg(long)]
    pub(crate) exit_zero: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
pub(crate) enum HandlerStyle {
    /// For HTTPException: debuggers, tests and whoever collects errors go on as before
    Flask,
    /// For Exception: answers even where PROPAGATE_EXCEPTIONS is on
    Classic,
}

impl From<HandlerStyle> for Options {
    fn from(style: HandlerStyle) -> Self {
        let handler_style = match style {
            HandlerStyle::Flask => tightlip_fix::HandlerStyle::Flask,
            HandlerStyle::Classic => tightlip_fix::HandlerStyle::Classic,
        };
        Self { handler_style }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
pub(crate) enum Color {
    /// On a terminal
    Auto,
    /// Everywhere
    Always,
    /// Nowhere
    Never,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_fit_together() {
        Arguments::command().debug_assert();
    }
}
