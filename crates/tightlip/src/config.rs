use std::io::{self, Write};
use std::path::Path;

use tightlip_configuration::{Setting, Settings};
use tightlip_report::escape_controls;
use tightlip_rules::Rule;

use crate::arguments::SettingsArguments;
use crate::configuration::{Configuration, Configurations};
use crate::output::{Outcome, complain, print};

/// Shows what holds for `path` and who says so.
pub(crate) fn config(path: &Path, arguments: &SettingsArguments) -> Outcome {
    let wrong = |message: &str| {
        complain(&format!("error: {}", escape_lines(message)));
        Outcome::CouldNotRun
    };
    let configurations = match Configurations::new(arguments) {
        Ok(configurations) => configurations,
        Err(message) => return wrong(&message),
    };
    if !path.exists() {
        return wrong(&format!("{}: no such file or folder", path.display()));
    }
    let absolute = configurations.absolute(path);
    let configuration =
        if path.is_dir() { configurations.of_folder(&absolute) } else { configurations.of_file(&absolute) };
    if let Some(mistake) = configurations.mistakes().first() {
        return wrong(mistake);
    }
    print(Outcome::Clean, |out| show(&configuration, path, &absolute, out))
}

/// What may hold text of others, line by line.
pub(crate) fn escape_lines(text: &str) -> String {
    text.split('\n').map(escape_controls).collect::<Vec<_>>().join("\n")
}

fn show(configuration: &Configuration, path: &Path, absolute: &Path, out: &mut impl Write) -> io::Result<()> {
    let settings = &configuration.settings;
    let file = settings.path.as_deref().unwrap_or("no configuration file");
    let path = path.display().to_string();
    writeln!(out, "{}: {}\n", escape_controls(&path), escape_controls(file))?;
    if settings.excludes(absolute, absolute.is_dir()) {
        writeln!(out, "not read: excluded, unless it is named\n")?;
    }
    line(out, "min-severity", settings.min_severity.value.name(), &settings.min_severity)?;
    line(out, "min-confidence", settings.min_confidence.value.name(), &settings.min_confidence)?;
    line(out, "require-reason", &settings.require_reason.value.to_string(), &settings.require_reason)?;
    for pattern in &settings.excluded {
        line(out, "exclude", &pattern.value, pattern)?;
    }
    for class in &settings.public_exceptions {
        line(out, "public exception", &class.value, class)?;
    }
    for model in &configuration.models {
        writeln!(out, "{:18}{}", "model", escape_controls(&model.path))?;
    }
    for (pattern, rules, origin) in settings.file_ignores() {
        let codes: Vec<&str> = rules.iter().map(|rule| rule.code()).collect();
        let pattern = format!("{}: {}", escape_controls(pattern), codes.join(" "));
        writeln!(out, "{:18}{pattern}  ({origin})", "per file ignored")?;
    }
    writeln!(out)?;
    rules(settings, absolute, out)
}

fn line<T>(out: &mut impl Write, name: &str, value: &str, setting: &Setting<T>) -> io::Result<()> {
    let origin = setting.origin.to_string();
    writeln!(out, "{name:18}{}  ({})", escape_controls(value), escape_controls(&origin))
}

fn rules(settings: &Settings, absolute: &Path, out: &mut impl Write) -> io::Result<()> {
    for rule in Rule::all() {
        let reported = settings.reports(rule, absolute);
        let (state, origin) = (if reported.value { "on " } else { "off" }, reported.origin.to_string());
        write!(out, "{state}  {}  {:24}({})", rule.code(), rule.name(), escape_controls(&origin))?;
        if let Some(severity) = settings.severity(rule) {
            let origin = severity.origin.to_string();
            write!(out, "  severity {} ({})", severity.value.name(), escape_controls(&origin))?;
        }
        writeln!(out)?;
    }
    Ok(())
}
