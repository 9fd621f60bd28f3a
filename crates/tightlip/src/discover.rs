use std::collections::HashSet;
use std::env;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::{DirEntry, WalkBuilder};
use tightlip_report::{Gravity, Problem};

use crate::configuration::Configurations;
use crate::exclude::{is_foreign, takes_packages};
use crate::paths::{absolute, common_folder, shown};
use crate::read::cannot_read;
use crate::templates::may_be_template;
use tightlip_deployment::Kind;
use tightlip_languages::Language;

/// A source file to check.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// As reports show it.
    pub(crate) path: String,
    /// Where it can be read.
    pub(crate) location: PathBuf,
    /// What it is written in.
    pub(crate) language: Language,
}

/// A file that says how programs are started.
#[derive(Clone, Debug)]
pub(crate) struct FoundDeployment {
    /// As reports show it.
    pub(crate) path: String,
    /// Where it can be read.
    pub(crate) location: PathBuf,
    /// Its form.
    pub(crate) kind: Kind,
}

/// A file that may be a page template.
#[derive(Clone, Debug)]
pub(crate) struct FoundTemplate {
    /// As reports show it.
    pub(crate) path: String,
    /// Where it can be read.
    pub(crate) location: PathBuf,
}

/// What there is to check.
#[derive(Clone, Debug, Default)]
pub(crate) struct Discovery {
    /// Sorted by path, each once.
    pub(crate) files: Vec<Found>,
    /// Sorted by path, each once.
    pub(crate) deployment: Vec<FoundDeployment>,
    /// Sorted by path.
    pub(crate) templates: Vec<FoundTemplate>,
    /// What is not there or cannot be looked into.
    pub(crate) problems: Vec<Problem>,
    /// The folder that absolute paths are told relative to, if some are absolute.
    pub(crate) base: Option<String>,
}

/// Finds the source files among and below `paths`.
pub(crate) fn discover(paths: &[PathBuf], configurations: &Arc<Configurations>) -> Discovery {
    discover_from(env::current_dir().unwrap_or_default(), paths, configurations)
}

/// As [`discover`], called in the folder `current`.
pub(crate) fn discover_from(
    current: PathBuf,
    paths: &[PathBuf],
    configurations: &Arc<Configurations>,
) -> Discovery {
    let mut finder = Finder::new(current, paths, Arc::clone(configurations));
    for path in paths {
        finder.named(path);
    }
    finder.finish()
}

struct Finder {
    current: PathBuf,
    /// The named folders, without links in their paths.
    roots: Vec<PathBuf>,
    seen: HashSet<PathBuf>,
    seen_deployment: HashSet<PathBuf>,
    seen_templates: HashSet<PathBuf>,
    absolute_folders: Vec<PathBuf>,
    configurations: Arc<Configurations>,
    discovery: Discovery,
}

impl Finder {
    fn new(current: PathBuf, paths: &[PathBuf], configurations: Arc<Configurations>) -> Self {
        Self {
            configurations,
            current,
            roots: paths.iter().filter_map(|path| path.canonicalize().ok()).collect(),
            seen: HashSet::new(),
            seen_deployment: HashSet::new(),
            seen_templates: HashSet::new(),
            absolute_folders: Vec::new(),
            discovery: Discovery::default(),
        }
    }

    /// A path that the user named.
    fn named(&mut self, path: &Path) {
        let metadata = match fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(error) => return self.complain(path, Gravity::Error, cannot_read(&error)),
        };
        if shown(path, &self.current).starts_with('/') {
            let folder = if metadata.is_dir() { Some(path) } else { path.parent() };
            self.absolute_folders.extend(folder.map(Path::to_path_buf));
        }
        if metadata.is_dir() {
            self.walk(path);
        } else {
            self.named_file(path, &metadata);
        }
    }

    fn named_file(&mut self, path: &Path, metadata: &Metadata) {
        if !metadata.is_file() {
            return self.complain(
                path,
                Gravity::Error,
                "not a regular file; name a .py file or a folder".to_owned(),
            );
        }
        let is_added = self.add_deployment(path);
        match Language::of_path(path) {
            Some(language) => self.add(path, language),
            None if is_added => {}
            None => {
                let message = "not a Python file; tightlip checks files that end in .py, and folders";
                self.complain(path, Gravity::Error, message.to_owned());
            }
        }
    }

    fn walk(&mut self, root: &Path) {
        let problems_before = self.discovery.problems.len();
        let takes_packages = takes_packages(root);
        let configurations = Arc::clone(&self.configurations);
        let walk = WalkBuilder::new(root)
            .require_git(false)
            // Files like `.env` matter; hidden folders do not.
            .hidden(false)
            .sort_by_file_name(std::ffi::OsStr::cmp)
            .filter_entry(move |entry| {
                let is_excluded = || configurations.exclude(entry.path(), is_folder(entry));
                entry.depth() == 0
                    || ((is_file(entry) || !(is_left_out(entry) || is_foreign(entry.path(), takes_packages)))
                        && !is_excluded())
            })
            .build();
        let mut has_python = false;
        for entry in walk {
            match entry {
                Ok(entry) if entry.path_is_symlink() && entry.depth() > 0 => self.link(entry.path()),
                Ok(entry) if is_file(&entry) => {
                    self.add_deployment(entry.path());
                    self.add_template(entry.path());
                    if let Some(language) = Language::of_path(entry.path()).filter(|_| !is_hidden(&entry)) {
                        has_python = true;
                        self.add(entry.path(), language);
                    }
                }
                Ok(_) => {}
                Err(error) => self.walk_error(root, &error),
            }
        }
        if !has_python && self.discovery.problems.len() == problems_before {
            let message = "no Python files found under this folder (what .gitignore names, hidden folders, virtual \
                           environments and vendored code are left out unless they are named)";
            self.complain(root, Gravity::Warning, message.to_owned());
        }
    }

    /// A link below a named folder. Its target is checked where it is, if that is below a named folder too.
    fn link(&mut self, link: &Path) {
        let language = Language::of_path(link);
        let target = match link.canonicalize() {
            Ok(target) => target,
            Err(error) if language.is_some() => {
                return self.complain(link, Gravity::Warning, format!("a link that {}", cannot_read(&error)));
            }
            Err(_) => return,
        };
        let is_below_root = self.roots.iter().any(|root| target.starts_with(root));
        if target.is_dir() {
            let folder = link.parent().and_then(|folder| folder.canonicalize().ok());
            let is_loop = folder.is_some_and(|folder| folder.starts_with(&target));
            if is_loop {
                self.complain(
                    link,
                    Gravity::Warning,
                    "a link to a folder that it is in; it is not followed".into(),
                );
            } else if !is_below_root {
                let message = "a link to a folder elsewhere; it is not followed, name it to check it";
                self.complain(link, Gravity::Warning, message.to_owned());
            }
        } else if let Some(language) = language
            && target.is_file()
            && !is_below_root
        {
            self.add(link, language);
        }
    }

    fn walk_error(&mut self, root: &Path, error: &ignore::Error) {
        let path = path_of(error).unwrap_or(root).to_path_buf();
        let message = match error.io_error() {
            Some(error) => cannot_read(error),
            None => error.to_string(),
        };
        self.complain(&path, Gravity::Warning, message);
    }

    fn add(&mut self, path: &Path, language: Language) {
        if self.seen.insert(absolute(path, &self.current)) {
            let found = Found { path: shown(path, &self.current), location: path.to_path_buf(), language };
            self.discovery.files.push(found);
        }
    }

    /// Whether the file is one that says how programs are started.
    fn add_deployment(&mut self, path: &Path) -> bool {
        let shown = shown(path, &self.current);
        let Some(kind) = Kind::of_path(&shown) else { return false };
        if self.seen_deployment.insert(absolute(path, &self.current)) {
            let found = FoundDeployment { path: shown, location: path.to_path_buf(), kind };
            self.discovery.deployment.push(found);
        }
        true
    }

    fn add_template(&mut self, path: &Path) {
        let shown = shown(path, &self.current);
        if may_be_template(&shown) && self.seen_templates.insert(absolute(path, &self.current)) {
            self.discovery.templates.push(FoundTemplate { path: shown, location: path.to_path_buf() });
        }
    }

    fn complain(&mut self, path: &Path, gravity: Gravity, message: String) {
        let path = shown(path, &self.current);
        self.discovery.problems.push(Problem { path, place: None, gravity, message });
    }

    fn finish(mut self) -> Discovery {
        self.discovery.files.sort_by(|one, other| one.path.cmp(&other.path));
        self.discovery.deployment.sort_by(|one, other| one.path.cmp(&other.path));
        self.discovery.templates.sort_by(|one, other| one.path.cmp(&other.path));
        self.discovery.base = common_folder(&self.absolute_folders).map(|base| shown(&base, &self.current));
        self.discovery
    }
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b".")
}

/// A hidden folder, unless it has the workflows of a service that deploys.
fn is_left_out(entry: &DirEntry) -> bool {
    is_folder(entry) && is_hidden(entry) && entry.file_name() != ".github"
}

fn is_folder(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_dir())
}

fn is_file(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_file())
}

/// The path that an error of the walk speaks of.
fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        ignore::Error::Loop { child, .. } => Some(child),
        _ => None,
    }
}
