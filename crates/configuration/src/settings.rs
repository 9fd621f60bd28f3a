use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use tightlip_catalogue::{Confidence, Rule, Severity};

use crate::file::{ConfigurationFile, Texts};
use crate::mistake::{Mistake, line_of};
use crate::pattern::Patterns;
use crate::placed::Placed;
use crate::selection::{matching, unknown};

/// The kind of file that settings are read from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// A `tightlip.toml`.
    Own,
    /// A `pyproject.toml`, which may say nothing to tightlip.
    PyProject,
}

/// Who says that something holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Origin {
    /// Nobody said otherwise.
    Default,
    /// A line of a file.
    Line {
        /// The file, as messages show it.
        path: Arc<str>,
        /// The line, from 1.
        line: usize,
        /// The key in the file.
        key: &'static str,
    },
    /// An argument of the command.
    Argument(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => formatter.write_str("default"),
            Self::Line { path, line, key } => write!(formatter, "{key}, {path}:{line}"),
            Self::Argument(name) => formatter.write_str(name),
        }
    }
}

/// A value and who says so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Setting<T> {
    /// What holds.
    pub value: T,
    /// Who says so.
    pub origin: Origin,
}

impl<T> Setting<T> {
    fn default_of(value: T) -> Self {
        Self { value, origin: Origin::Default }
    }
}

#[derive(Debug)]
struct FileIgnores {
    pattern: String,
    files: Patterns,
    rules: Vec<Rule>,
    origin: Origin,
}

/// What arguments of the command say. They win over files.
#[derive(Clone, Default, Debug)]
pub struct Overrides {
    /// Report these rules only, whatever files select and ignore.
    pub select: Vec<String>,
    /// Report these too.
    pub extend_select: Vec<String>,
    /// Do not report these.
    pub ignore: Vec<String>,
    /// The least severity.
    pub min_severity: Option<Severity>,
    /// The least confidence.
    pub min_confidence: Option<Confidence>,
}

/// What becomes of a finding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It is reported, with this severity.
    Reported(Severity),
    /// It is not, because of this.
    Left(Origin),
}

/// What holds for the files in a folder and below.
#[derive(Debug)]
pub struct Settings {
    /// The configuration file as messages show it; `None` where there is none.
    pub path: Option<Arc<str>>,
    /// The folder that patterns are relative to.
    pub folder: PathBuf,
    /// Whether each rule is reported.
    rules: BTreeMap<Rule, Setting<bool>>,
    per_file_ignores: Vec<FileIgnores>,
    exclude: Option<Patterns>,
    /// The patterns of what is not read.
    pub excluded: Vec<Setting<String>>,
    severities: BTreeMap<Rule, Setting<Severity>>,
    /// Less grave findings are not reported.
    pub min_severity: Setting<Severity>,
    /// Less sure findings are not reported.
    pub min_confidence: Setting<Confidence>,
    /// Exception classes whose text is written for clients.
    pub public_exceptions: Vec<Setting<String>>,
    /// Whether comments that silence must say why.
    pub require_reason: Setting<bool>,
}

impl Settings {
    /// What holds where no file says anything.
    pub fn defaults(folder: PathBuf) -> Self {
        Self {
            path: None,
            folder,
            rules: Rule::all().map(|rule| (rule, Setting::default_of(true))).collect(),
            per_file_ignores: Vec::new(),
            exclude: None,
            excluded: Vec::new(),
            severities: BTreeMap::new(),
            min_severity: Setting::default_of(Severity::Info),
            min_confidence: Setting::default_of(Confidence::Possible),
            public_exceptions: Vec::new(),
            require_reason: Setting::default_of(false),
        }
    }

    /// Reads a configuration file; `None` for a `pyproject.toml` that says nothing to tightlip.
    pub fn read(path: &str, folder: PathBuf, text: &str, form: Form) -> Result<Option<Self>, Mistake> {
        let file = match form {
            Form::Own => toml::from_str(text).map(Some),
            // Where other tools are spoken to alone, mistakes are those tools' business.
            Form::PyProject if !text.contains("tightlip") => return Ok(None),
            Form::PyProject => toml::from_str(text).map(|file: PyProject| file.tool.tightlip),
        };
        let file = file.map_err(|error| {
            Mistake::at(path, text, error.span().unwrap_or(0..0), error.message().replace('\n', ", "))
        })?;
        file.map(|file| Reader { path: path.into(), text }.settings(folder, file)).transpose()
    }

    /// Has arguments win. The error says which argument is wrong.
    pub fn apply(&mut self, overrides: &Overrides) -> Result<(), String> {
        let rules_of = |option: &'static str, entries: &[String]| {
            let mut rules = Vec::new();
            for entry in entries {
                let found = matching(entry);
                if found.is_empty() {
                    return Err(format!("{option}: {}", unknown(entry)));
                }
                rules.extend(found);
            }
            Ok((rules, Origin::Argument(option)))
        };
        let (selected, origin) = rules_of("--select", &overrides.select)?;
        if !overrides.select.is_empty() {
            self.switch(Rule::all(), false, &origin);
            self.per_file_ignores.clear();
            self.switch(selected, true, &origin);
        }
        let (extended, origin) = rules_of("--extend-select", &overrides.extend_select)?;
        self.switch(extended, true, &origin);
        let (ignored, origin) = rules_of("--ignore", &overrides.ignore)?;
        self.switch(ignored, false, &origin);
        if let Some(value) = overrides.min_severity {
            self.min_severity = Setting { value, origin: Origin::Argument("--min-severity") };
        }
        if let Some(value) = overrides.min_confidence {
            self.min_confidence = Setting { value, origin: Origin::Argument("--min-confidence") };
        }
        Ok(())
    }

    fn switch(&mut self, rules: impl IntoIterator<Item = Rule>, value: bool, origin: &Origin) {
        for rule in rules {
            self.rules.insert(rule, Setting { value, origin: origin.clone() });
        }
    }

    /// Whether the file or folder at `path`, from the root of the file system, is not read.
    pub fn excludes(&self, path: &Path, is_folder: bool) -> bool {
        let holds = |patterns: &Patterns| patterns.hold(self.relative(path), is_folder);
        self.exclude.as_ref().is_some_and(holds)
    }

    /// The same of an entry of a folder that is walked: the folder is read, since it was named or is not excluded.
    pub fn excludes_entry(&self, path: &Path, is_folder: bool) -> bool {
        let holds = |patterns: &Patterns| patterns.hold_itself(self.relative(path), is_folder);
        self.exclude.as_ref().is_some_and(holds)
    }

    /// `path` as patterns are matched with it. What is elsewhere matches nothing.
    fn relative<'p>(&self, path: &'p Path) -> &'p Path {
        path.strip_prefix(&self.folder).unwrap_or(Path::new(""))
    }

    /// Whether findings of `rule` in the file at `path`, from the root, are reported, and who says so.
    pub fn reports(&self, rule: Rule, path: &Path) -> Setting<bool> {
        if rule == Rule::UnexplainedSuppression && !self.require_reason.value {
            return self.require_reason.clone();
        }
        let setting = &self.rules[&rule];
        let relative = self.relative(path);
        let mut ignores = self.per_file_ignores.iter();
        match ignores.find(|known| known.rules.contains(&rule) && known.files.hold(relative, false)) {
            Some(known) if setting.value => Setting { value: false, origin: known.origin.clone() },
            _ => setting.clone(),
        }
    }

    /// The severity that all findings of `rule` have, where somebody says so.
    pub fn severity(&self, rule: Rule) -> Option<&Setting<Severity>> {
        self.severities.get(&rule)
    }

    /// The rules whose severity is set.
    pub fn severities(&self) -> impl Iterator<Item = (Rule, &Setting<Severity>)> {
        self.severities.iter().map(|(rule, setting)| (*rule, setting))
    }

    /// The patterns of files in which rules are not reported, with those rules.
    pub fn file_ignores(&self) -> impl Iterator<Item = (&str, &[Rule], &Origin)> {
        self.per_file_ignores
            .iter()
            .map(|known| (known.pattern.as_str(), known.rules.as_slice(), &known.origin))
    }

    /// What becomes of a finding in the file at `path`, from the root. `info` says that what is found is not
    /// deployed, and stays.
    pub fn judge(&self, rule: Rule, severity: Severity, confidence: Confidence, path: &Path) -> Verdict {
        let reported = self.reports(rule, path);
        let severity = match self.severity(rule) {
            Some(setting) if severity != Severity::Info => setting.value,
            _ => severity,
        };
        if !reported.value {
            Verdict::Left(reported.origin)
        } else if severity < self.min_severity.value {
            Verdict::Left(self.min_severity.origin.clone())
        } else if confidence < self.min_confidence.value {
            Verdict::Left(self.min_confidence.origin.clone())
        } else {
            Verdict::Reported(severity)
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct PyProject {
    tool: Tools,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Tools {
    tightlip: Option<ConfigurationFile>,
}

/// Turns what a file says into what holds.
struct Reader<'t> {
    path: Arc<str>,
    text: &'t str,
}

impl Reader<'_> {
    fn settings(&self, folder: PathBuf, file: ConfigurationFile) -> Result<Settings, Mistake> {
        let mut settings = Settings::defaults(folder);
        settings.path = Some(self.path.clone());
        self.rules(&mut settings, &file)?;
        for (pattern, entries) in &file.per_file_ignores {
            let rules = self.rules_of(entries)?.into_iter().map(|(rule, _)| rule).collect();
            settings.per_file_ignores.push(FileIgnores {
                pattern: pattern.value.clone(),
                files: self.patterns(std::slice::from_ref(pattern))?,
                rules,
                origin: self.origin("per-file-ignores", &pattern.span),
            });
        }
        settings.exclude = Some(self.patterns(&file.exclude)?);
        settings.excluded = self.texts("exclude", &file.exclude);
        for (entry, severity) in &file.severities {
            let origin = self.origin("severities", &entry.span);
            for rule in self.rules_at(entry)? {
                let value = (*severity).into();
                settings.severities.insert(rule, Setting { value, origin: origin.clone() });
            }
        }
        if let Some(least) = file.min_severity {
            let origin = self.origin("min-severity", &least.span);
            settings.min_severity = Setting { value: least.value.into(), origin };
        }
        if let Some(least) = file.min_confidence {
            let origin = self.origin("min-confidence", &least.span);
            settings.min_confidence = Setting { value: least.value.into(), origin };
        }
        if let Some(required) = file.require_reason {
            let origin = self.origin("require-reason", &required.span);
            settings.require_reason = Setting { value: required.value, origin };
        }
        for class in &file.public_exceptions {
            if !is_dotted(&class.value) {
                let message = "not a class of a module, as in `shop.errors.OrderRefused`";
                return Err(self.mistake(class, message.to_owned()));
            }
        }
        settings.public_exceptions = self.texts("public-exceptions", &file.public_exceptions);
        Ok(settings)
    }

    fn rules(&self, settings: &mut Settings, file: &ConfigurationFile) -> Result<(), Mistake> {
        if let Some(selected) = &file.select {
            let whole = selected.first().map_or(0..0, |first| first.span.clone());
            settings.switch(Rule::all(), false, &self.origin("select", &whole));
            for (rule, span) in self.rules_of(selected)? {
                settings.switch([rule], true, &self.origin("select", &span));
            }
        }
        for (rule, span) in self.rules_of(&file.extend_select)? {
            settings.switch([rule], true, &self.origin("extend-select", &span));
        }
        for (rule, span) in self.rules_of(&file.ignore)? {
            settings.switch([rule], false, &self.origin("ignore", &span));
        }
        Ok(())
    }

    fn rules_of(&self, entries: &Texts) -> Result<Vec<(Rule, Range<usize>)>, Mistake> {
        let mut rules = Vec::new();
        for entry in entries {
            rules.extend(self.rules_at(entry)?.into_iter().map(|rule| (rule, entry.span.clone())));
        }
        Ok(rules)
    }

    fn rules_at(&self, entry: &Placed<String>) -> Result<Vec<Rule>, Mistake> {
        let rules = matching(&entry.value);
        if rules.is_empty() { Err(self.mistake(entry, unknown(&entry.value))) } else { Ok(rules) }
    }

    fn patterns(&self, patterns: &[Placed<String>]) -> Result<Patterns, Mistake> {
        Patterns::new(patterns.iter().map(|pattern| pattern.value.as_str()))
            .map_err(|(index, reason)| self.mistake(&patterns[index], format!("not a pattern: {reason}")))
    }

    fn texts(&self, key: &'static str, texts: &Texts) -> Vec<Setting<String>> {
        let setting = |text: &Placed<String>| Setting {
            value: text.value.clone(),
            origin: self.origin(key, &text.span),
        };
        texts.iter().map(setting).collect()
    }

    fn origin(&self, key: &'static str, span: &Range<usize>) -> Origin {
        Origin::Line { path: self.path.clone(), line: line_of(self.text, span.start), key }
    }

    fn mistake<T>(&self, placed: &Placed<T>, message: String) -> Mistake {
        Mistake::at(&self.path, self.text, placed.span.clone(), message)
    }
}

/// `shop.errors.OrderRefused`.
fn is_dotted(path: &str) -> bool {
    let is_name = |part: &str| {
        let mut characters = part.chars();
        characters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
            && characters.all(|c| c.is_alphanumeric() || c == '_')
    };
    path.contains('.') && path.split('.').all(is_name)
}

#[cfg(test)]
mod tests;
