use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use tightlip_fix::Options;
use tightlip_rules::{Confidence, Severity};

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
    /// Boot the application in a copy, or ask a running server, force errors, and show the replies that leak
    Prove(ProveArguments),
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
    /// Serve an editor: the language server protocol over standard input and output
    Lsp,
    /// List the rules
    Rules,
    /// Tell what a rule finds, why it matters and how to mend it
    Explain {
        /// A rule's code or name
        #[arg(value_name = "RULE|PATTERN")]
        topic: String,
    },
    /// Print what makes a shell complete the words of this command
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Print the manual page, for `man`
    Man,
}

#[derive(Args, Debug)]
pub(crate) struct CheckArguments {
    /// Files and folders to check
    ///
    /// What .gitignore names, hidden folders, virtual environments and vendored trees are left out, unless they are
    /// named here.
    #[arg(default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,

    /// How to write the report: text, json, sarif, html, markdown, github, gitlab, junit, csv or prompt
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
#[derive(Args, Debug, Default)]
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

    #[command(flatten)]
    pub(crate) server: ServerArguments,

    /// The application: a module, a file, or module:attribute, also module:create_app('testing'); found as Flask
    /// finds it where this is not said
    #[arg(long, value_name = "MODULE[:NAME]")]
    pub(crate) app: Option<String>,

    /// The command that starts it, run in the copy until it would serve: flask, python, gunicorn, a script of the
    /// environment
    #[arg(long, value_name = "COMMAND", conflicts_with = "app")]
    pub(crate) cmd: Option<String>,

    /// A variable of its environment; may be given several times
    #[arg(long = "env", value_name = "NAME=VALUE", value_parser = variable)]
    pub(crate) environment: Vec<(String, String)>,

    /// The Python that the application runs in; found in .venv, venv, VIRTUAL_ENV, Poetry or Pipenv, or PATH
    #[arg(long, value_name = "FILE")]
    pub(crate) python: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) settings: SettingsArguments,

    /// Let the application connect to other machines than this one
    #[arg(long)]
    pub(crate) allow_network: bool,

    /// Stop with one boot, or one server, after so many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    pub(crate) time: u64,

    /// The most requests that are sent to one boot, or one server
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

/// What is said of a server that runs already.
#[derive(Args, Debug)]
pub(crate) struct ServerArguments {
    /// Ask a server that runs already instead of booting anything: http, an address of this machine
    #[arg(long, value_name = "URL", conflicts_with_all = ["paths", "app", "cmd", "environment", "python"])]
    pub(crate) url: Option<String>,

    /// The server's OpenAPI description, JSON; looked for at its usual places where this is not said
    #[arg(long, value_name = "FILE", requires = "url")]
    pub(crate) openapi: Option<PathBuf>,

    /// A path to begin with, beside the first page, e.g. '/search?q=tea'; may be given several times
    #[arg(long = "start", value_name = "PATH", requires = "url")]
    pub(crate) starts: Vec<String>,

    /// A header to send with each request, e.g. 'Authorization: Bearer ...'; may be given several times, and is in no
    /// report
    #[arg(long = "header", value_name = "NAME: VALUE", requires = "url", value_parser = header)]
    pub(crate) headers: Vec<(String, String)>,

    /// Requests in a second, at most
    #[arg(long, value_name = "NUMBER", default_value_t = 20, requires = "url", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rate: u32,

    /// Send POST, PUT, PATCH and DELETE too; the server's data will change
    #[arg(long, requires = "url")]
    pub(crate) changing_requests: bool,

    /// Say that you may test this host, which is another machine than this one
    #[arg(long, value_name = "HOST", requires = "url")]
    pub(crate) i_may_test_this_host: Vec<String>,
}

fn header(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once(':').map(|(name, value)| (name.trim(), value.trim()));
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
    let is_value = |value: &str| !value.bytes().any(|byte| byte.is_ascii_control());
    let pair = pair.filter(|(name, value)| is_name(name) && is_value(value));
    let pair = pair.map(|(name, value)| (name.to_owned(), value.to_owned()));
    pair.ok_or_else(|| "it is NAME: VALUE".to_owned())
}

fn variable(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(name, _)| !name.is_empty());
    let pair = pair.map(|(name, value)| (name.to_owned(), value.to_owned()));
    pair.ok_or_else(|| "it is NAME=VALUE".to_owned())
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
