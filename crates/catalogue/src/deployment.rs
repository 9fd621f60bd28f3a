//! Words for what stands outside of code, and what they are compiled to: how applications are started, and what
//! opens them there.

use std::collections::HashMap;

use serde::Deserialize;

use crate::model::Texts;
use crate::{Rule, Severity};

/// How an application is started.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StartKind {
    /// The program's own file is run: `python app.py`.
    Script,
    /// The framework's command runs its development server.
    Development,
    /// A server that is made for production imports it.
    Server,
}

/// A command that starts an application.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Start {
    /// The program, and words that stand behind it in this order, with others between them: `flask run`.
    pub command: Texts,
    /// How it starts it.
    pub r#as: StartKind,
}

/// A test that holds only in the file that is started.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Entry {
    /// The variable.
    pub variable: String,
    /// What it is there.
    pub is: String,
}

/// What an attacker gains, by how the application is started; where nothing is said, what is said beside it.
#[derive(Clone, Default, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Started {
    /// As a script.
    pub script: Option<String>,
    /// With the framework's command.
    pub development: Option<String>,
    /// By a server for production.
    pub server: Option<String>,
}

/// A variable of the environment that opens the application.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Environment {
    /// Its name.
    #[serde(default)]
    pub name: Texts,
    /// Calls that read all variables whose names start with what they are given, and `_`.
    #[serde(default)]
    pub prefix_of: Texts,
    /// The prefix where they are given none.
    pub prefix: Option<String>,
    /// What comes behind such a prefix.
    pub suffix: Option<String>,
    /// The values that do not open; all others do.
    #[serde(default)]
    pub off: Texts,
    /// The values that open; no other does.
    #[serde(default)]
    pub on: Texts,
    /// Capital letters matter in these values.
    #[serde(default)]
    pub exact: bool,
    /// What to write instead of a value that opens, where it is not the word that means the opposite.
    pub closed: Option<String>,
    /// Only versions of the package before this one read it.
    pub before: Option<String>,
    /// An argument in code wins over it: the paths of the calls that have one.
    #[serde(default)]
    pub beaten_by: Texts,
    /// The rule it breaks.
    pub rule: String,
    /// What an attacker gains.
    pub severity: String,
    /// What an attacker gains where it is known how the application is started.
    #[serde(default)]
    pub started: Started,
    /// What it does, as half a sentence.
    pub phrase: String,
    /// What to do, as half a sentence.
    pub remedy: String,
}

/// An option of a command that opens the application.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ServerOption {
    /// The command, as in [`Start`].
    pub command: Texts,
    /// The option.
    pub name: Texts,
    /// The rule it breaks.
    pub rule: String,
    /// What an attacker gains.
    pub severity: String,
    /// What it does, as half a sentence.
    pub phrase: String,
    /// What to do, as half a sentence.
    pub remedy: String,
}

/// A setting of a server that opens the application.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ServerSetting {
    /// The server.
    pub server: String,
    /// The setting.
    pub name: Texts,
    /// The values, in any case of letters, that do not open.
    #[serde(default)]
    pub off: Texts,
    /// The rule it breaks.
    pub rule: String,
    /// What an attacker gains.
    pub severity: String,
    /// What it does, as half a sentence.
    pub phrase: String,
    /// What to do, as half a sentence.
    pub remedy: String,
}

/// What an attacker gains, by how the application is started.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StartedSeverity {
    /// Where nobody knows how it is started.
    pub unknown: Severity,
    /// As a script.
    pub script: Severity,
    /// With the framework's command.
    pub development: Severity,
    /// By a server for production.
    pub server: Severity,
}

impl StartedSeverity {
    /// One level more where it acts.
    pub fn raised(self) -> Self {
        Self { unknown: self.unknown.raised(), script: self.script.raised(), ..self }
    }

    /// This where it acts.
    pub fn at(self, severity: Severity) -> Self {
        Self { unknown: severity, script: severity, ..self }
    }

    /// What is gained where it is started like this.
    pub fn under(self, kind: StartKind) -> Severity {
        match kind {
            StartKind::Script => self.script,
            StartKind::Development => self.development,
            StartKind::Server => self.server,
        }
    }
}

/// What is opened, whoever opens it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Opening {
    /// The rule it breaks.
    pub rule: Rule,
    /// What an attacker gains.
    pub severity: StartedSeverity,
    /// What it does, as half a sentence.
    pub phrase: &'static str,
    /// What to do, as half a sentence.
    pub remedy: &'static str,
}

/// Which values of a variable or setting open.
#[derive(Clone, Default, Debug)]
pub struct Values {
    pub(crate) off: Vec<String>,
    pub(crate) on: Vec<String>,
    pub(crate) exact: bool,
}

impl Values {
    /// Whether `value` opens.
    pub fn open(&self, value: &str) -> bool {
        let value = value.trim();
        let is = |known: &String| if self.exact { known == value } else { known.eq_ignore_ascii_case(value) };
        if self.on.is_empty() { !self.off.iter().any(is) } else { self.on.iter().any(is) }
    }
}

/// A command line: its program and words that stand behind it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CommandLine {
    program: String,
    words: Vec<String>,
}

impl CommandLine {
    pub(crate) fn new(text: &str) -> Self {
        let mut words = text.split_whitespace().map(str::to_owned);
        Self { program: words.next().unwrap_or_default(), words: words.collect() }
    }

    /// The program, without folders.
    pub fn program(&self) -> &str {
        &self.program
    }

    /// How many of `arguments`, the first of which is the program, it takes; `None` if it is another command.
    pub fn matches(&self, arguments: &[String]) -> Option<usize> {
        let (program, rest) = arguments.split_first()?;
        if program.rsplit('/').next() != Some(self.program.as_str()) {
            return None;
        }
        let mut taken = 1;
        for word in &self.words {
            taken += rest[taken - 1..].iter().position(|known| known == word)? + 1;
        }
        Some(taken)
    }
}

/// A variable of the environment, compiled.
#[derive(Clone, Debug)]
pub struct EnvironmentModel {
    /// Which values open.
    pub values: Values,
    /// What to write instead of a value that opens.
    pub closed: Option<String>,
    /// The package of whose versions only those before this one read it.
    pub before: Option<(&'static str, Vec<u32>)>,
    /// Calls whose own argument wins.
    pub beaten_by: Vec<tightlip_ir::Symbol>,
    /// What is opened.
    pub opening: Opening,
}

/// An option of a command, compiled.
#[derive(Clone, Debug)]
pub struct OptionModel {
    /// Of which command.
    pub command: CommandLine,
    /// Its names.
    pub names: Vec<String>,
    /// What is opened.
    pub opening: Opening,
}

/// A setting of a server, compiled.
#[derive(Clone, Debug)]
pub struct SettingModel {
    /// Of which server.
    pub server: String,
    /// Its names.
    pub names: Vec<String>,
    /// Which values open.
    pub values: Values,
    /// What is opened.
    pub opening: Opening,
}

/// What models say of deployment.
#[derive(Debug, Default)]
pub struct DeploymentModel {
    /// Commands that start applications.
    pub starts: Vec<(CommandLine, StartKind)>,
    /// Variables that have this value only in the file that is started.
    pub entries: Vec<(tightlip_ir::Symbol, tightlip_ir::Symbol)>,
    /// Commands that run the command behind them.
    pub runners: Vec<CommandLine>,
    /// Variables by name.
    pub environment: HashMap<String, EnvironmentModel>,
    /// Variables by what comes behind a prefix that code names.
    pub suffixes: Vec<(String, EnvironmentModel)>,
    /// Options of commands.
    pub options: Vec<OptionModel>,
    /// Settings of servers.
    pub settings: Vec<SettingModel>,
}

impl DeploymentModel {
    /// Words of which a file has at least one if it says anything about an application.
    pub fn words(&self) -> Vec<&str> {
        let starts = self.starts.iter().map(|(command, _)| command.program());
        let mut words: Vec<&str> = starts.chain(self.environment.keys().map(String::as_str)).collect();
        words.extend(self.suffixes.iter().map(|(suffix, _)| suffix.as_str()));
        words.sort_unstable();
        words.dedup();
        words
    }
}
