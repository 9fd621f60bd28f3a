//! How the applications are started, as far as files beside the code say it.

use std::collections::HashSet;

use tightlip_catalogue::{Catalogue, StartKind};
use tightlip_deployment::{Command, Facts, Kind, Purpose};
use tightlip_flow::{FileIndex, Program};

use crate::controls::shared_folders;
use crate::site::{FileId, Site};

/// A file that says how programs are started.
#[derive(Debug)]
pub struct DeploymentFile {
    /// As reports show it.
    pub path: String,
    /// Its form.
    pub kind: Kind,
    /// What it says.
    pub facts: Facts,
}

impl DeploymentFile {
    pub(crate) fn purpose(&self) -> Purpose {
        self.kind.purpose(&self.path)
    }

    /// Who starts the command, as the subject of a sentence.
    pub(crate) fn subject(&self, part: Option<&str>) -> String {
        let noun = match self.kind {
            Kind::Dockerfile => return "the image".to_owned(),
            Kind::EnvironmentFile => return "this file".to_owned(),
            Kind::Unit => return "the unit".to_owned(),
            Kind::ServerSettings | Kind::ServerScript => return "the server".to_owned(),
            Kind::Workflow => return "the workflow".to_owned(),
            Kind::ShellScript => return "the script".to_owned(),
            Kind::Project | Kind::Requirements => return "the project".to_owned(),
            Kind::Manifest if part.is_none() => return "the manifest".to_owned(),
            Kind::Compose => "service",
            Kind::Manifest => "container",
            Kind::Scripts => "script",
            Kind::Procfile => "process",
            Kind::Makefile => "target",
            Kind::Supervisor => "program",
            Kind::TestRuns => "test run",
        };
        match part {
            Some(part) => format!("the {noun} `{part}`"),
            None => format!("the {noun}"),
        }
    }
}

/// A command that starts an application.
pub(crate) struct Start<'a> {
    pub(crate) kind: StartKind,
    pub(crate) file: usize,
    pub(crate) command: &'a Command,
    /// The file of the program that is run.
    pub(crate) script: Option<FileIndex>,
}

impl Start<'_> {
    pub(crate) fn site(&self) -> Site {
        Site { file: FileId::Deployment(self.file), span: self.command.span }
    }
}

/// All files that say how programs are started, and what they come to.
pub(crate) struct Deployment<'a> {
    pub(crate) files: &'a [DeploymentFile],
    pub(crate) starts: Vec<Start<'a>>,
    /// Parts of files that something deployed calls.
    called: HashSet<(usize, Option<&'a str>)>,
}

/// So often something that is called may call something else.
const LONGEST_CHAIN: usize = 8;

impl<'a> Deployment<'a> {
    pub(crate) fn new(files: &'a [DeploymentFile], program: &Program, catalogue: &Catalogue) -> Self {
        let mut deployment = Self { files, starts: Vec::new(), called: HashSet::new() };
        for _ in 0..LONGEST_CHAIN {
            let before = deployment.called.len();
            deployment.follow_calls(catalogue);
            if deployment.called.len() == before {
                break;
            }
        }
        for (index, file) in files.iter().enumerate() {
            for command in &file.facts.commands {
                if deployment.is_live(index, command.part.as_deref()) {
                    deployment.starts.extend(start(index, file, command, program, catalogue));
                }
            }
        }
        deployment
    }

    /// Whether what this part of the file says holds where clients are.
    pub(crate) fn is_live(&self, file: usize, part: Option<&str>) -> bool {
        match self.files[file].purpose() {
            Purpose::Deployed => true,
            Purpose::Called => {
                part.is_some_and(is_for_production)
                    || self.called.contains(&(file, part))
                    // What is said for all of a file holds for each part of it.
                    || (part.is_none() && self.called.iter().any(|(called, _)| *called == file))
            }
            Purpose::Integration | Purpose::Development => false,
        }
    }

    fn follow_calls(&mut self, catalogue: &Catalogue) {
        let files = self.files;
        for (index, file) in files.iter().enumerate() {
            for command in &file.facts.commands {
                if self.is_live(index, command.part.as_deref()) {
                    let arguments = without_runners(&command.arguments, catalogue);
                    if let Some(called) = self.called_part(index, arguments) {
                        self.called.insert(called);
                    }
                }
            }
        }
    }

    /// The target, script or shell script that a command calls.
    fn called_part(&self, caller: usize, arguments: &[String]) -> Option<(usize, Option<&'a str>)> {
        let (program, rest) = arguments.split_first()?;
        let words = || rest.iter().map(String::as_str).filter(|word| !word.starts_with('-'));
        let (kind, part) = match base_name(program) {
            "make" | "gmake" => (Kind::Makefile, words().next()),
            "tox" => (Kind::TestRuns, words().next()),
            "npm" | "yarn" | "pnpm" => {
                (Kind::Scripts, words().find(|word| *word != "run" && *word != "run-script"))
            }
            _ => {
                let script =
                    std::iter::once(program.as_str()).chain(words()).find(|word| word.ends_with(".sh"))?;
                return Some((
                    self.nearest(caller, Kind::ShellScript, |file| {
                        base_name(&file.path) == base_name(script)
                    })?,
                    None,
                ));
            }
        };
        let part = part?;
        let has_part = |file: &DeploymentFile| known_part(&file.facts, part).is_some();
        let file = self.nearest(caller, kind, has_part)?;
        Some((file, known_part(&self.files[file].facts, part)))
    }

    /// The file of this kind that shares most folders with `caller`.
    fn nearest(&self, caller: usize, kind: Kind, fits: impl Fn(&DeploymentFile) -> bool) -> Option<usize> {
        let path = &self.files[caller].path;
        let candidates = self.files.iter().enumerate();
        let candidates = candidates.filter(|(_, file)| file.kind == kind && fits(file));
        // The first of those that are equally near.
        let nearest = candidates.rev().max_by_key(|(_, file)| shared_folders(path, &file.path));
        nearest.map(|(index, _)| index)
    }

    /// The version of a package that is wanted near `path`, with how it is meant: `==`, `<`, ...
    pub(crate) fn wanted_version(&self, path: &str, package: &str) -> Option<(&'a str, &'a [u32])> {
        let wanted = self
            .files
            .iter()
            .flat_map(|file| file.facts.requirements.iter().map(move |requirement| (file, requirement)));
        let wanted = wanted.filter(|(_, requirement)| requirement.package == package);
        let nearest = wanted.rev().max_by_key(|(file, _)| shared_folders(path, &file.path));
        nearest.map(|(_, requirement)| (requirement.relation.as_str(), requirement.version.as_slice()))
    }
}

/// The part that is called `part`, or `kind:part`.
fn known_part<'f>(facts: &'f Facts, part: &str) -> Option<&'f str> {
    let is_called = |known: &&str| *known == part || known.rsplit(':').next() == Some(part);
    facts.commands.iter().filter_map(|command| command.part.as_deref()).find(is_called)
}

/// A target that is called like this is what runs where clients are.
fn is_for_production(part: &str) -> bool {
    part.split(['-', '_', ':', '.']).any(|word| matches!(word, "prod" | "production" | "deploy" | "release"))
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The command behind commands that run another.
pub(crate) fn without_runners<'c>(arguments: &'c [String], catalogue: &Catalogue) -> &'c [String] {
    let mut rest = arguments;
    while let Some(taken) = catalogue.deployment.runners.iter().find_map(|runner| runner.matches(rest)) {
        rest = &rest[taken..];
        while rest.first().is_some_and(|word| word.starts_with('-')) {
            rest = &rest[1..];
        }
    }
    rest
}

fn start<'a>(
    index: usize,
    file: &DeploymentFile,
    command: &'a Command,
    program: &Program,
    catalogue: &Catalogue,
) -> Option<Start<'a>> {
    let arguments = without_runners(&command.arguments, catalogue);
    let starts = &catalogue.deployment.starts;
    let kind_of = |arguments: &[String]| {
        // The command that takes most words says most.
        let matching = starts.iter().filter_map(|(line, kind)| Some((line.matches(arguments)?, *kind)));
        matching.max_by_key(|(taken, _)| *taken)
    };
    let resolve = |name: &str| script(name, &file.path, program);
    let start = |kind, script| Some(Start { kind, file: index, command, script });
    match kind_of(arguments) {
        Some((taken, StartKind::Script)) => {
            let rest = &arguments[taken..];
            let place = rest.iter().position(|word| !is_plain_option(word))?;
            if rest[place] == "-m" {
                // `python -m gunicorn` is gunicorn.
                let module = &rest[place + 1..];
                if let Some((_, kind)) = kind_of(module).filter(|(_, kind)| *kind != StartKind::Script) {
                    return start(kind, None);
                }
                let path = module.first()?.replace('.', "/");
                let found =
                    resolve(&format!("{path}.py")).or_else(|| resolve(&format!("{path}/__main__.py")))?;
                return start(StartKind::Script, Some(found));
            }
            start(StartKind::Script, Some(resolve(&rest[place])?))
        }
        Some((_, kind)) => start(kind, None),
        None => start(StartKind::Script, Some(resolve(arguments.first()?)?)),
    }
}

/// `-u`, `-OO`; `-m` and `-c` take what is behind them.
fn is_plain_option(word: &str) -> bool {
    word.starts_with('-') && word != "-m" && word != "-c"
}

/// The file of the program that `name` is, as seen from the file at `from`: in an image it may stand in another
/// folder, so as many of its last parts as possible must be those of the file.
fn script(name: &str, from: &str, program: &Program) -> Option<FileIndex> {
    if !name.ends_with(".py") {
        return None;
    }
    let name = name.trim_start_matches("./");
    let mut tail = name;
    loop {
        let fits = |path: &str| {
            path.strip_suffix(tail).is_some_and(|before| before.is_empty() || before.ends_with('/'))
        };
        let candidates = program.files.iter().enumerate().filter(|(_, file)| fits(&file.path));
        let nearest = candidates.rev().max_by_key(|(_, file)| {
            (shared_folders(from, &file.path), std::cmp::Reverse(file.path.matches('/').count()))
        });
        if let Some((index, _)) = nearest {
            return Some(FileIndex(index as u32));
        }
        tail = tail.split_once('/')?.1;
    }
}
