//! One root of the workspace: what is known of its files, and the answers that follow from them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use rayon::prelude::*;
use tightlip_catalogue::{Catalogue, OwnModel};
use tightlip_fix::Options;
use tightlip_flow::{Extent, File, FileIndex, Pages, Program, Solution, Solved, solve_within};
use tightlip_languages::Language;
use tightlip_report::Repair;
use tightlip_rules::{Control, Finding, Judgement, SourceFile};

use super::buffers::Buffers;
use super::diagnostics::{Diagnostics, Notice, moved};
use crate::arguments::SettingsArguments;
use crate::check::is_reported;
use crate::configuration::Configurations;
use crate::deployment::{ReadDeployment, read_deployment};
use crate::discover::{Discovery, Found, discover_from};
use crate::judge::Case;
use crate::lower::lower_one;
use crate::output::complain;
use crate::templates::read_templates;
use crate::texts::Texts;

/// After so long the first answer is given with what was found until then.
const BUDGET: Duration = Duration::from_millis(50);

/// What is looked at as one program.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Root {
    /// A folder of the workspace.
    Folder(PathBuf),
    /// A file outside of all of them, by itself.
    File(PathBuf),
}

impl Root {
    fn folder(&self) -> &Path {
        match self {
            Root::Folder(folder) => folder,
            Root::File(file) => file.parent().unwrap_or(file),
        }
    }
}

/// What the files of a project say to the editor. A file that is named without notices has none any more.
pub(super) type Answer = BTreeMap<PathBuf, Vec<Notice>>;

/// One program, as it was when it was last looked at.
pub(super) struct Project {
    root: Root,
    configurations: Arc<Configurations>,
    /// The models that configurations bring along.
    models: Vec<OwnModel>,
    catalogue: Arc<Catalogue>,
    files: Vec<KnownFile>,
    /// Where they are, in their order.
    locations: Vec<PathBuf>,
    deployment: ReadDeployment,
    pages: Pages,
    page_locations: Vec<PathBuf>,
    /// What was found when the whole of it was last looked at, by file.
    findings: BTreeMap<PathBuf, Vec<Finding>>,
    /// The files that have diagnostics in the editor.
    shown: BTreeSet<PathBuf>,
}

/// A source file, lowered. Lowering is what costs most, and only what changed is lowered again.
struct KnownFile {
    location: PathBuf,
    state: State,
    file: Arc<File>,
}

/// By what it is known that a file has not changed.
#[derive(Clone, PartialEq, Debug)]
enum State {
    OnDisk(Option<SystemTime>, u64),
    InEditor(Arc<str>),
}

impl State {
    fn of(path: &Path, texts: &Texts) -> Self {
        match texts.changed(path) {
            Some(text) => State::InEditor(Arc::clone(text)),
            None => {
                let metadata = fs::metadata(path).ok();
                let modified = metadata.as_ref().and_then(|metadata| metadata.modified().ok());
                State::OnDisk(modified, metadata.map_or(0, |metadata| metadata.len()))
            }
        }
    }
}

impl Project {
    pub(super) fn new(root: Root, catalogue: Arc<Catalogue>) -> Self {
        Self {
            root,
            configurations: configurations(),
            models: Vec::new(),
            catalogue,
            files: Vec::new(),
            locations: Vec::new(),
            deployment: ReadDeployment { files: Vec::new(), locations: Vec::new(), problems: Vec::new() },
            pages: Pages::default(),
            page_locations: Vec::new(),
            findings: BTreeMap::new(),
            shown: BTreeSet::new(),
        }
    }

    pub(super) fn root(&self) -> &Root {
        &self.root
    }

    /// The answer that takes away all that is shown.
    pub(super) fn nothing(&mut self) -> Answer {
        std::mem::take(&mut self.shown).into_iter().map(|path| (path, Vec::new())).collect()
    }

    /// A first answer after `changed` files were changed in the editor, for these files alone: which detail reaches
    /// clients there, as far as they and what they call tell, and as far as a short time allows; all else as it was found
    /// before. It is told before what was linked and solved is given back, which takes time too.
    pub(super) fn first_answer(&mut self, changed: &[PathBuf], buffers: &Buffers, tell: impl FnOnce(Answer)) {
        let started = Instant::now();
        let texts = buffers.texts();
        let changed: Vec<PathBuf> =
            changed.iter().filter(|path| self.lower_again(path, &texts)).cloned().collect();
        if changed.is_empty() {
            return;
        }
        let program = self.link();
        let near = self.indexes(&changed);
        let is_enough = || started.elapsed() > BUDGET;
        let (solution, is_whole) =
            match solve_within(&program, &self.catalogue, Extent::Near(&near), &is_enough) {
                Solved::Wholly(solution) => (solution, true),
                Solved::Partly(solution) => (solution, false),
            };
        let found = self.case(&program, &solution, &texts).judge().findings;
        let found = self.selected(found.into_iter());
        let mut answer = Answer::new();
        let mut diagnostics = Diagnostics::new(buffers);
        for path in changed {
            let Some(text) = texts.changed(&path) else { continue };
            let findings = self.first_findings(&path, text, &found, is_whole);
            answer.insert(path, findings.iter().map(|finding| diagnostics.of(finding, None)).collect());
        }
        self.remember_shown(&answer);
        tell(answer);
        self.pages = program.pages;
    }

    /// The leaks in the file at `path` that were just found, and what else was known of it; also leaks that were known
    /// and not found again, unless `is_whole` says that there was time for all.
    fn first_findings(&self, path: &Path, text: &str, found: &[Finding], is_whole: bool) -> Vec<Finding> {
        let now = Arc::new(SourceFile {
            path: path.to_string_lossy().into_owned(),
            location: path.to_owned(),
            text: text.to_owned(),
        });
        let is_leak = |finding: &&Finding| finding.rule.control() == Some(Control::SanitizedReplies);
        let leaks = found.iter().filter(|finding| finding.place.file.location == path).filter(is_leak);
        let mut findings: Vec<Finding> = leaks.cloned().collect();
        let leaks = findings.len();
        let is_kept = |finding: &&Finding| !is_whole || !is_leak(finding);
        for finding in self.findings.get(path).into_iter().flatten().filter(is_kept) {
            let Some(finding) = moved(finding, path, &now) else { continue };
            let is_same =
                |other: &Finding| other.rule == finding.rule && other.place.span == finding.place.span;
            if !findings[..leaks].iter().any(is_same) {
                findings.push(finding);
            }
        }
        findings
    }

    fn indexes(&self, paths: &[PathBuf]) -> Vec<FileIndex> {
        let files = self.files.iter().enumerate().filter(|(_, file)| paths.contains(&file.location));
        files.map(|(index, _)| FileIndex(index as u32)).collect()
    }

    /// The answer for all files, or nothing if `is_outdated` says on the way that it is not wanted any more.
    /// `is_foreign` says which files below the root belong to another project.
    pub(super) fn whole_answer(
        &mut self,
        buffers: &Buffers,
        is_foreign: &dyn Fn(&Path) -> bool,
        is_outdated: &(dyn Fn() -> bool + Sync),
    ) -> Option<Answer> {
        let texts = buffers.texts();
        self.configurations = configurations();
        let mut discovery = self.discover(&texts);
        discovery.files.retain(|found| !is_foreign(&found.location));
        discovery.deployment.retain(|found| !is_foreign(&found.location));
        self.configure(&discovery.files);
        self.lower_changed(&discovery.files, &texts);
        if is_outdated() {
            return None;
        }
        self.deployment = read_deployment(&discovery.deployment, &texts, &self.catalogue);
        let modules = self.files.iter().map(|file| &file.file.module);
        (self.pages, self.page_locations) = read_templates(modules, &discovery.templates, &texts);
        let program = self.link();
        let solution = solve_within(&program, &self.catalogue, Extent::Whole, is_outdated);
        let judged = match solution {
            Solved::Wholly(solution) => {
                let case = self.case(&program, &solution, &texts);
                let judgement = case.judge();
                let (_, repairs) = case.repair(&judgement, Options::default());
                Some((judgement, repairs))
            }
            Solved::Partly(_) => None,
        };
        self.pages = program.pages;
        let (Judgement { findings, .. }, repairs) = judged?;
        let repairs = findings.iter().map(|finding| finding.fingerprint.clone()).zip(repairs);
        let repairs: HashMap<String, Repair> = repairs.collect();
        let mut by_file: BTreeMap<PathBuf, Vec<Finding>> = BTreeMap::new();
        for finding in self.selected(findings.into_iter()) {
            by_file.entry(finding.place.file.location.clone()).or_default().push(finding);
        }
        let mut answer = self.nothing();
        // Also of open files in which nothing is found: what was told of them last may have been overtaken.
        let open = self.files.iter().filter(|file| buffers.get(&file.location).is_some());
        answer.extend(open.map(|file| (file.location.clone(), Vec::new())));
        let mut diagnostics = Diagnostics::new(buffers);
        for (path, findings) in &by_file {
            let notice = |finding: &Finding| diagnostics.of(finding, repairs.get(&finding.fingerprint));
            answer.insert(path.clone(), findings.iter().map(notice).collect());
        }
        self.findings = by_file;
        self.remember_shown(&answer);
        Some(answer)
    }

    fn remember_shown(&mut self, answer: &Answer) {
        for (path, notices) in answer {
            if notices.is_empty() {
                self.shown.remove(path);
            } else {
                self.shown.insert(path.clone());
            }
        }
    }

    /// The files of the root, with those that are in the editor only.
    fn discover(&self, texts: &Texts) -> Discovery {
        let folder = self.root.folder();
        let mut discovery = match &self.root {
            Root::Folder(_) => discover_from(folder.to_owned(), &[folder.to_owned()], &self.configurations),
            Root::File(_) => Discovery::default(),
        };
        for path in texts.changed_paths() {
            let is_wanted = match &self.root {
                // What is there and was not found is left out on purpose.
                Root::Folder(folder) => path.starts_with(folder) && !path.exists(),
                Root::File(file) => path == file,
            };
            if let Some(language) = Language::of_path(path).filter(|_| is_wanted) {
                let shown = path.strip_prefix(folder).unwrap_or(path).to_string_lossy().replace('\\', "/");
                discovery.files.push(Found { path: shown, location: path.to_owned(), language });
            }
        }
        discovery.files.sort_by(|one, other| one.path.cmp(&other.path));
        discovery
    }

    /// Takes over the files that were found; lowers those that are new or changed.
    fn lower_changed(&mut self, found: &[Found], texts: &Texts) {
        let known: BTreeMap<PathBuf, KnownFile> =
            std::mem::take(&mut self.files).into_iter().map(|file| (file.location.clone(), file)).collect();
        self.files = found
            .par_iter()
            .filter_map(|found| {
                let state = State::of(&found.location, texts);
                match known.get(&found.location) {
                    Some(known) if known.state == state => Some(KnownFile {
                        location: found.location.clone(),
                        state,
                        file: Arc::clone(&known.file),
                    }),
                    _ => lowered(found, state, texts),
                }
            })
            .collect();
        self.locations = self.files.iter().map(|file| file.location.clone()).collect();
    }

    /// Lowers the file at `path` as it stands in the editor, if it is one of the project. Whether it is.
    fn lower_again(&mut self, path: &Path, texts: &Texts) -> bool {
        let Some(known) = self.files.iter_mut().find(|file| file.location == path) else { return false };
        let state = State::of(path, texts);
        let Some(language) = Language::of_path(path).filter(|_| matches!(state, State::InEditor(_))) else {
            return false;
        };
        if known.state != state {
            let found = Found { path: known.file.path.clone(), location: path.to_owned(), language };
            let Some(file) = lowered(&found, state, texts) else { return false };
            *known = file;
        }
        true
    }

    fn link(&mut self) -> Program {
        let files = self.files.iter().map(|file| Arc::clone(&file.file)).collect();
        Program::link_files(files, &self.catalogue).with_pages(std::mem::take(&mut self.pages))
    }

    /// Takes over the models of all configurations that hold for the files.
    fn configure(&mut self, files: &[Found]) {
        files.iter().for_each(|found| drop(self.configurations.of_file(&found.location)));
        self.configurations.mistakes().iter().for_each(|mistake| complain(&format!("error: {mistake}")));
        let models = self.configurations.models();
        if models == self.models {
            return;
        }
        match Catalogue::embedded_with("python", &models) {
            Ok(catalogue) => self.catalogue = Arc::new(catalogue),
            Err(error) => complain(&format!("error: {error}")),
        }
        self.models = models;
    }

    /// What the configuration nearest to each finding has reported, as grave as it says.
    fn selected(&self, findings: impl Iterator<Item = Finding>) -> Vec<Finding> {
        let selected = findings.filter_map(|finding| {
            let severity = is_reported(&finding, &self.configurations, &[])?;
            Some(Finding { severity, ..finding })
        });
        selected.collect()
    }

    fn case<'a>(&'a self, program: &'a Program, solution: &'a Solution, texts: &'a Texts) -> Case<'a> {
        Case {
            program,
            solution,
            catalogue: &self.catalogue,
            deployment: &self.deployment,
            locations: &self.locations,
            page_locations: &self.page_locations,
            texts,
        }
    }
}

/// Configurations of which nothing is read yet.
fn configurations() -> Arc<Configurations> {
    let configurations = Configurations::new(&SettingsArguments::default());
    Arc::new(configurations.expect("without arguments there is nothing wrong with them"))
}

fn lowered(found: &Found, state: State, texts: &Texts) -> Option<KnownFile> {
    let (lowered, _) = lower_one(found, texts);
    let lowered = lowered?;
    let file = Arc::new(File::new(lowered.path, lowered.module));
    Some(KnownFile { location: lowered.location, state, file })
}
