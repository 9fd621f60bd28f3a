//! Words for settings, for variables of the environment and for deployment become tables.

use tightlip_ir::Symbol;

use crate::compile::{
    Catalogue, ModelMistake, Puts, VariableModel, Words, arguments, leak, rule, severity, symbols,
};
use crate::deployment::{
    CommandLine, EnvironmentModel, Opening, OptionModel, SettingModel, Started, StartedSeverity, Values,
};
use crate::model::Texts;

impl Catalogue {
    pub(crate) fn add_variables(&mut self, words: &Words<'_>) -> Result<(), ModelMistake> {
        for entry in &words.model.variable {
            let variable = VariableModel {
                default: arguments(&entry.default),
                cast: arguments(&entry.cast),
                parsed: entry.parsed,
                unset: entry.unset,
            };
            for path in words.paths(&entry.call)? {
                self.variables.insert(path, variable.clone());
            }
            for path in words.paths(&entry.value)? {
                self.variable_values.insert(path, variable.clone());
            }
            self.text_readers.extend(words.paths(&entry.reads_text)?);
        }
        for entry in &words.model.command_line {
            self.command_lines.extend(words.paths(&entry.value)?);
            self.command_line_options.extend(symbols(&entry.declared_by));
        }
        let constants = words.model.constant.iter();
        self.constants.extend(constants.map(|(name, value)| (Symbol::new(name), *value)));
        for entry in &words.model.settings {
            let ways = [
                (&entry.records, Puts::Records),
                (&entry.entry, Puts::Entry),
                (&entry.attributes, Puts::Attributes),
                (&entry.files, Puts::File),
            ];
            for object in words.paths(&entry.object)? {
                for (methods, puts) in ways {
                    for method in methods.items() {
                        let path = Symbol::new(&format!("{object}.{method}"));
                        self.trigger_with_package(path, &[]);
                        self.call(path).puts = Some((puts, object));
                    }
                }
            }
        }
        Ok(())
    }

    pub(crate) fn add_deployment(&mut self, words: &Words<'_>) -> Result<(), ModelMistake> {
        let model = words.model;
        for entry in &model.start {
            let lines = entry.command.items().iter().map(|text| (CommandLine::new(text), entry.r#as));
            self.deployment.starts.extend(lines);
        }
        let entries = model.entry.iter();
        let entries = entries.map(|entry| (Symbol::new(&entry.variable), Symbol::new(&entry.is)));
        self.deployment.entries.extend(entries);
        self.deployment.runners.extend(model.runner.items().iter().map(|text| CommandLine::new(text)));
        for entry in &model.environment {
            let known = EnvironmentModel {
                values: values(&entry.off, &entry.on, entry.exact),
                closed: entry.closed.clone(),
                before: entry.before.as_deref().map(|version| (leak(&model.package), numbers(version))),
                beaten_by: words.paths(&entry.beaten_by)?,
                opening: opening(&entry.rule, &entry.severity, &entry.started, &entry.phrase, &entry.remedy)?,
            };
            for name in entry.name.items() {
                self.deployment.environment.insert(name.clone(), known.clone());
            }
            for path in words.paths(&entry.prefix_of)? {
                self.trigger_with_package(path, &[]);
                let default = entry.prefix.as_deref().unwrap_or_default();
                self.call(path).reads_prefix = Some(Symbol::new(default));
            }
            if let Some(suffix) = &entry.suffix {
                self.deployment.suffixes.push((suffix.clone(), known));
            }
        }
        let started = Started::default();
        for entry in &model.option {
            for command in entry.command.items() {
                self.deployment.options.push(OptionModel {
                    command: CommandLine::new(command),
                    names: entry.name.items().to_vec(),
                    opening: opening(&entry.rule, &entry.severity, &started, &entry.phrase, &entry.remedy)?,
                });
            }
        }
        for entry in &model.setting {
            self.deployment.settings.push(SettingModel {
                server: entry.server.clone(),
                names: entry.name.items().to_vec(),
                values: values(&entry.off, &Texts::default(), false),
                opening: opening(&entry.rule, &entry.severity, &started, &entry.phrase, &entry.remedy)?,
            });
        }
        Ok(())
    }
}

pub(crate) fn opening(
    broken: &str,
    gain: &str,
    started: &Started,
    phrase: &str,
    remedy: &str,
) -> Result<Opening, ModelMistake> {
    let unknown = severity(gain)?;
    let under = |said: &Option<String>| said.as_deref().map_or(Ok(unknown), severity);
    let severity = StartedSeverity {
        unknown,
        script: under(&started.script)?,
        development: under(&started.development)?,
        server: under(&started.server)?,
    };
    Ok(Opening { rule: rule(broken)?, severity, phrase: leak(phrase), remedy: leak(remedy) })
}

fn values(off: &Texts, on: &Texts, exact: bool) -> Values {
    Values { off: off.items().to_vec(), on: on.items().to_vec(), exact }
}

/// `2.3` is 2 and 3.
fn numbers(version: &str) -> Vec<u32> {
    version.split('.').map_while(|number| number.parse().ok()).collect()
}
