use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use tightlip_fix::Options;
use tightlip_report::Format;

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

    /// How to write the report
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = OutputFormat::Text)]
    pub(crate) output_format: OutputFormat,

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
pub(crate) enum OutputFormat {
    /// For people: code frames and numbered notes
    Text,
    /// For programs
    Json,
    /// For code scanning services (SARIF 2.1.0)
    Sarif,
}

impl From<OutputFormat> for Format {
    fn from(format: OutputFormat) -> Self {
        match format {
            OutputFormat::Text => Format::Text,
            OutputFormat::Json => Format::Json,
            OutputFormat::Sarif => Format::Sarif,
        }
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
