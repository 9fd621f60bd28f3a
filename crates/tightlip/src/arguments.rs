use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use tightlip_report::Format;
use tightlip_rules::{Confidence, Severity};

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
    /// Show what holds for a file or folder, and which line or default says so
    Config {
        /// The file or folder
        #[arg(default_value = ".")]
        path: PathBuf,
        #[command(flatten)]
        settings: SettingsArguments,
    },
    /// Remove the cache
    Clean {
        /// Where the cache is, instead of .tightlip_cache in this folder
        #[arg(long, value_name = "FOLDER")]
        cache_dir: Option<PathBuf>,
    },
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

    #[command(flatten)]
    pub(crate) settings: SettingsArguments,

    /// Report only what this file does not know from an earlier run
    #[arg(long, value_name = "FILE", conflicts_with = "write_baseline")]
    pub(crate) baseline: Option<PathBuf>,

    /// Take what is mended out of the baseline; nothing new is put in
    #[arg(long, requires = "baseline")]
    pub(crate) update_baseline: bool,

    /// Write all that is found into a new baseline
    #[arg(long, value_name = "FILE")]
    pub(crate) write_baseline: Option<PathBuf>,

    /// Report only what has a step in lines that changed since this git revision; everything is analysed still
    #[arg(long, value_name = "REVISION")]
    pub(crate) since: Option<String>,

    /// Neither read nor write the cache of an earlier run
    #[arg(long)]
    pub(crate) no_cache: bool,

    /// Where the cache is, instead of .tightlip_cache in this folder
    #[arg(long, value_name = "FOLDER")]
    pub(crate) cache_dir: Option<PathBuf>,

    /// Exit with 0 even where something was found
    #[arg(long)]
    pub(crate) exit_zero: bool,
}

/// What wins over configuration files.
#[derive(Args, Debug)]
pub(crate) struct SettingsArguments {
    /// Use this configuration file for all files, whatever is nearer to them
    #[arg(long, value_name = "FILE", conflicts_with = "isolated")]
    pub(crate) config: Option<PathBuf>,

    /// Read no configuration file
    #[arg(long)]
    pub(crate) isolated: bool,

    /// Report these rules only: codes, names, or the start of codes, e.g. TL101,stack-trace,TL2
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub(crate) select: Vec<String>,

    /// Report these rules too
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub(crate) extend_select: Vec<String>,

    /// Do not report these rules, even where --select names them
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub(crate) ignore: Vec<String>,

    /// Report findings of this severity and graver ones only: info, low, medium, high, critical
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub(crate) min_severity: Option<Severity>,

    /// Report findings of this confidence and surer ones only: possible, likely, proven
    #[arg(long, value_name = "CONFIDENCE", value_parser = confidence)]
    pub(crate) min_confidence: Option<Confidence>,
}

fn severity(name: &str) -> Result<Severity, String> {
    Severity::find(name).ok_or_else(|| "it is one of info, low, medium, high, critical".to_owned())
}

fn confidence(name: &str) -> Result<Confidence, String> {
    let all = [Confidence::Possible, Confidence::Likely, Confidence::Proven];
    let found = all.into_iter().find(|confidence| confidence.name() == name);
    found.ok_or_else(|| "it is one of possible, likely, proven".to_owned())
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
