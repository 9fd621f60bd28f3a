//! What opens an application: switches in code and in deployment files, judged by how it is started.

use tightlip_catalogue::{Catalogue, EnvironmentModel, Opening, Rule, Severity, StartKind};
use tightlip_deployment::{Command, Purpose, Variable};
use tightlip_flow::{Location, Opened, OpenedHow, Program, Solution};
use tightlip_ir::{
    Comparison, ExpressionId, ExpressionKind, FunctionId, Literal, Module, StatementKind, Symbol,
};

use crate::Confidence;
use crate::controls::Applications;
use crate::deployment::{Deployment, DeploymentFile, Start, without_runners};
use crate::site::{FileId, Site};
use crate::words;

/// Something that opens an application, ready to be reported.
pub(crate) struct Open {
    pub(crate) site: Site,
    pub(crate) opening: Opening,
    pub(crate) severity: Severity,
    pub(crate) confidence: Confidence,
    pub(crate) message: String,
    /// Places that say how the application is started and where the setting is used, in words.
    pub(crate) evidence: Vec<(Site, String)>,
}

/// Judges what opens.
pub(crate) struct Openings<'a> {
    pub(crate) program: &'a Program,
    pub(crate) solution: &'a Solution,
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) applications: &'a Applications<'a>,
    pub(crate) deployment: &'a Deployment<'a>,
}

impl<'a> Openings<'a> {
    /// A switch in code: what it opens depends on how the application is started, if that is known.
    pub(crate) fn in_code(&self, opened: &Opened) -> Open {
        let (severity, start) = self.severity_in_code(opened);
        let mut opening = opened.opening;
        let (severity, confidence) = match opened.how {
            OpenedHow::Always => (severity, Confidence::Likely),
            OpenedHow::ByDefault => {
                opening.rule = Rule::OpenByDefault;
                opening.remedy = words::remedy(Rule::OpenByDefault);
                (severity.min(Severity::High), Confidence::Likely)
            }
            OpenedHow::ByAnyText => {
                opening.remedy = words::COMPARE;
                (severity.min(Severity::High), Confidence::Possible)
            }
        };
        let is_latent = start.is_some() && severity <= Severity::Low;
        let message = words::opened(opening.phrase, opened.how, is_latent);
        let mut evidence = Vec::new();
        if let Some(start) = start {
            let misses = if is_latent { ", which does not get there" } else { "" };
            evidence.push((start.site(), format!("{}{misses}", self.starts(start))));
        }
        if let Some(taken_over) = opened.taken_over {
            evidence.push((taken_over.into(), "the settings are taken over here".to_owned()));
        }
        Open { site: opened.location.into(), opening, severity, confidence, message, evidence }
    }

    /// The gravest of what the known starts make of it.
    fn severity_in_code(&self, opened: &Opened) -> (Severity, Option<&'a Start<'a>>) {
        let gains = opened.opening.severity;
        let path = &self.program.file(opened.location.file).path;
        let starts = self.starts_of(path, Some(opened.location));
        let acts = opened.taken_over.unwrap_or(opened.location);
        let is_entry = self.is_in_entry(acts);
        let has_others = starts.iter().any(|start| start.kind != StartKind::Script);
        let judged = starts.into_iter().map(|start| {
            let gain = gains.under(start.kind);
            // What stands under a test for the started file, or what is another program altogether, is not run.
            let is_other = start.script != Some(acts.file);
            let is_dead = is_other && (is_entry || (start.kind == StartKind::Script && has_others));
            (if is_dead { gain.min(Severity::Low) } else { gain }, start)
        });
        // The first of those that are equally grave.
        let gravest = judged.rev().max_by_key(|(gain, _)| *gain);
        gravest.map_or((gains.unknown, None), |(gain, start)| (gain, Some(start)))
    }

    /// The starts of the application that a file belongs to.
    fn starts_of(&self, path: &str, location: Option<Location>) -> Vec<&'a Start<'a>> {
        let own = self.applications.near(path, location.map(|location| location.file));
        let belongs = |start: &&Start<'_>| {
            let of_start = match start.script {
                Some(script) => self.applications.near(&self.program.file(script).path, Some(script)),
                None => self.applications.near(&self.deployment.files[start.file].path, None),
            };
            of_start.is_empty() || own.iter().any(|application| of_start.contains(application))
        };
        self.deployment.starts.iter().filter(belongs).collect()
    }

    /// Whether a place is run only in the file that is started.
    fn is_in_entry(&self, location: Location) -> bool {
        let module = &self.program.file(location.file).module;
        let entries = &self.catalogue.deployment.entries;
        module.function(FunctionId::MODULE_BODY).body.iter().any(|statement| {
            matches!(&statement.kind, StatementKind::If { test, .. } if tests_entry(module, *test, entries))
                && statement.span.contains(location.span)
        })
    }

    fn starts(&self, start: &Start<'_>) -> String {
        let subject = self.deployment.files[start.file].subject(start.command.part.as_deref());
        format!("{subject} starts `{}`", start.command.arguments.join(" "))
    }

    /// What deployment files open.
    pub(crate) fn in_deployment(&self) -> Vec<Open> {
        let mut found = Vec::new();
        for (index, file) in self.deployment.files.iter().enumerate() {
            for variable in &file.facts.variables {
                let limit = self.limit(index, variable.part.as_deref());
                found.extend(limit.and_then(|limit| self.variable(index, file, variable, limit)));
            }
            for command in &file.facts.commands {
                if let Some(limit) = self.limit(index, command.part.as_deref()) {
                    self.options(index, file, command, limit, &mut found);
                }
            }
            for setting in &file.facts.settings {
                let models = self.catalogue.deployment.settings.iter();
                let mut models = models.filter(|model| {
                    model.server == setting.server
                        && model.names.contains(&setting.name)
                        && setting.value.as_deref().is_some_and(|value| model.values.open(value))
                });
                if let (Some(model), Some(limit)) = (models.next(), self.limit(index, None)) {
                    let site = Site { file: FileId::Deployment(index), span: setting.span };
                    let severity = model.opening.severity.unknown.min(limit);
                    found.push(open(site, model.opening, severity, model.opening.phrase.to_owned()));
                }
            }
        }
        found
    }

    /// What a file can gain at most; `None` where it holds for developers alone.
    fn limit(&self, file: usize, part: Option<&str>) -> Option<Severity> {
        if self.deployment.is_live(file, part) {
            return Some(Severity::Critical);
        }
        (self.deployment.files[file].purpose() == Purpose::Integration).then_some(Severity::Info)
    }

    fn variable(
        &self,
        index: usize,
        file: &DeploymentFile,
        variable: &Variable,
        limit: Severity,
    ) -> Option<Open> {
        let value = variable.value.as_deref()?;
        let model = self.models(&variable.name).find(|model| model.values.open(value))?;
        let confidence = self.confidence_of_version(model, &file.path)?;
        let starts = self.starts_beside(index, file, variable.part.as_deref());
        if !starts.is_empty() && starts.iter().all(|start| self.is_beaten(model, start)) {
            return None;
        }
        let gains = model.opening.severity;
        // Who wants no certain version gets one that is new.
        let limit = if confidence == Confidence::Possible { limit.min(Severity::Low) } else { limit };
        let severity = starts.iter().map(|start| gains.under(start.kind)).max().unwrap_or(gains.unknown);
        let shown = format!("{}={value}", variable.name);
        let message =
            format!("{} sets `{shown}`, {}", file.subject(variable.part.as_deref()), model.opening.phrase);
        let site = Site { file: FileId::Deployment(index), span: variable.span };
        Some(Open { confidence, ..open(site, model.opening, severity.min(limit), message) })
    }

    /// What is known of a variable, by its name or by what code says that names start with.
    fn models(&self, name: &str) -> impl Iterator<Item = &'a EnvironmentModel> {
        let model = &self.catalogue.deployment;
        let suffixes = model.suffixes.iter().filter(|(suffix, _)| {
            self.solution.prefixes.iter().any(|prefix| {
                prefix.text.is_some_and(|text| name.strip_prefix(text.text()) == Some(suffix.as_str()))
            })
        });
        let suffixes: Vec<&EnvironmentModel> = suffixes.map(|(_, model)| model).collect();
        model.environment.get(name).into_iter().chain(suffixes)
    }

    /// Where only old versions read a variable: nothing if a newer one is wanted, unsure if nobody says which.
    fn confidence_of_version(&self, model: &EnvironmentModel, path: &str) -> Option<Confidence> {
        let Some((package, before)) = &model.before else { return Some(Confidence::Likely) };
        match self.deployment.wanted_version(path, package) {
            Some((relation, version)) => {
                let is_older = match relation {
                    "==" | "~=" | "===" | "<=" => version < before.as_slice(),
                    "<" => version <= before.as_slice(),
                    _ => false,
                };
                is_older.then_some(Confidence::Likely)
            }
            None => Some(Confidence::Possible),
        }
    }

    /// Whether an argument in the file that is started wins over the variable.
    fn is_beaten(&self, model: &EnvironmentModel, start: &Start<'_>) -> bool {
        self.solution.closed.iter().any(|closed| {
            start.script == Some(closed.location.file) && model.beaten_by.contains(&closed.path)
        })
    }

    /// What a variable is set for: what its own part starts, or else its file, or else the application.
    fn starts_beside(&self, index: usize, file: &DeploymentFile, part: Option<&str>) -> Vec<&'a Start<'a>> {
        let starts = &self.deployment.starts;
        let in_file: Vec<&Start<'_>> = starts.iter().filter(|start| start.file == index).collect();
        let in_part: Vec<&Start<'_>> =
            in_file.iter().copied().filter(|start| start.command.part.as_deref() == part).collect();
        if part.is_some() && !in_part.is_empty() {
            in_part
        } else if !in_file.is_empty() {
            in_file
        } else {
            self.starts_of(&file.path, None)
        }
    }

    fn options(
        &self,
        index: usize,
        file: &DeploymentFile,
        command: &Command,
        limit: Severity,
        found: &mut Vec<Open>,
    ) {
        let arguments = without_runners(&command.arguments, self.catalogue);
        let arguments = behind_module_option(arguments);
        for model in &self.catalogue.deployment.options {
            let given = || {
                arguments.iter().any(|word| {
                    let name = word.split_once('=').map_or(word.as_str(), |(name, _)| name);
                    model.names.iter().any(|known| known == name)
                })
            };
            if model.command.matches(arguments).is_some() && given() {
                let subject = file.subject(command.part.as_deref());
                let phrase = model.opening.phrase;
                let message = format!("{subject} starts `{}`, {phrase}", command.arguments.join(" "));
                let site = Site { file: FileId::Deployment(index), span: command.span };
                found.push(open(site, model.opening, model.opening.severity.unknown.min(limit), message));
            }
        }
    }
}

fn open(site: Site, opening: Opening, severity: Severity, message: String) -> Open {
    Open { site, opening, severity, confidence: Confidence::Likely, message, evidence: Vec::new() }
}

/// `python -m flask run` is `flask run`.
fn behind_module_option(arguments: &[String]) -> &[String] {
    match arguments.iter().position(|word| word == "-m") {
        Some(place) if place <= 2 => &arguments[place + 1..],
        _ => arguments,
    }
}

fn tests_entry(module: &Module, test: ExpressionId, entries: &[(Symbol, Symbol)]) -> bool {
    let ExpressionKind::Compare { comparison: Comparison::Equal, left, right } =
        &module.expression(test).kind
    else {
        return false;
    };
    let is = |name: ExpressionId, text: ExpressionId| {
        matches!(
            (&module.expression(name).kind, &module.expression(text).kind),
            (ExpressionKind::Name(name), ExpressionKind::Literal(Literal::Text(text)))
                if entries.contains(&(*name, *text))
        )
    };
    is(*left, *right) || is(*right, *left)
}

/// Names of folders whose content is not deployed.
const NOT_DEPLOYED: &[&str] = &["examples", "example", "docs", "doc", "samples", "demo", "demos"];

/// Whether a path below `root`, the folder that everything checked is in, is in a folder that is not deployed.
pub(crate) fn is_beside_deployment(path: &str, root: &str) -> bool {
    let below = path.strip_prefix(root).unwrap_or(path);
    let folders = below.rsplit_once('/').map_or("", |(folders, _)| folders);
    folders.split('/').any(|folder| NOT_DEPLOYED.contains(&folder))
}
