//! Which configuration file is nearest to a file, and reading it with the models beside it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tightlip_catalogue::OwnModel;
use tightlip_configuration::{Form, Mistake, Overrides, Settings};

use crate::arguments::SettingsArguments;
use crate::paths::{absolute, shown};
use crate::read::cannot_read;

/// The names of configuration files.
const FORMS: [(&str, Form); 2] = [("tightlip.toml", Form::Own), ("pyproject.toml", Form::PyProject)];
/// The folder of own models, beside the configuration file.
const MODELS: &str = ".tightlip";
/// Nobody writes more by hand.
const LARGEST: u64 = 1 << 20;
const MOST_MODELS: usize = 1_000;

/// What holds for each file that is checked.
#[derive(Debug)]
pub(crate) struct Configurations {
    current: PathBuf,
    overrides: Overrides,
    /// What holds everywhere, if files near to those that are checked are not asked.
    everywhere: Option<Arc<Configuration>>,
    known: Mutex<Known>,
}

#[derive(Default, Debug)]
struct Known {
    by_folder: BTreeMap<PathBuf, Arc<Configuration>>,
    mistakes: Vec<String>,
}

/// One configuration file and the models beside it.
#[derive(Debug)]
pub(crate) struct Configuration {
    /// What it says.
    pub(crate) settings: Settings,
    /// The models beside it.
    pub(crate) models: Vec<OwnModel>,
}

impl Configurations {
    /// Reads nothing yet, unless a file is named.
    pub(crate) fn new(arguments: &SettingsArguments) -> Result<Self, String> {
        let overrides = Overrides {
            select: arguments.select.clone(),
            extend_select: arguments.extend_select.clone(),
            ignore: arguments.ignore.clone(),
            min_severity: arguments.min_severity,
            min_confidence: arguments.min_confidence,
        };
        let current = std::env::current_dir().unwrap_or_default();
        let mut new = Self { current, overrides, everywhere: None, known: Mutex::default() };
        // What is wrong with the arguments is told before what is wrong with files.
        let nothing = new.nothing()?;
        if let Some(file) = &arguments.config {
            new.everywhere = Some(Arc::new(new.named(file)?));
        } else if arguments.isolated {
            new.everywhere = Some(Arc::new(nothing));
        }
        Ok(new)
    }

    fn nothing(&self) -> Result<Configuration, String> {
        let mut settings = Settings::defaults(self.current.clone());
        settings.apply(&self.overrides)?;
        Ok(Configuration { settings, models: Vec::new() })
    }

    /// The configuration file that an argument names.
    fn named(&self, file: &Path) -> Result<Configuration, String> {
        let path = absolute(file, &self.current);
        let is_project = path.file_name().is_some_and(|name| name == "pyproject.toml");
        let form = if is_project { Form::PyProject } else { Form::Own };
        let folder = path.parent().unwrap_or(&path).to_path_buf();
        match self.read_file(&path, folder, form).map_err(|mistake| mistake.to_string())? {
            Some(configuration) => Ok(configuration),
            None => {
                let message = "no such file, or no [tool.tightlip] in it; name another file with --config";
                Err(Mistake::of_file(&shown(file, &self.current), message).to_string())
            }
        }
    }

    /// What holds for the file at `path`.
    pub(crate) fn of_file(&self, path: &Path) -> Arc<Configuration> {
        let path = absolute(path, &self.current);
        self.of_folder(path.parent().unwrap_or(&path))
    }

    /// What holds for the files in `folder`, which is told from the root.
    pub(crate) fn of_folder(&self, folder: &Path) -> Arc<Configuration> {
        if let Some(everywhere) = &self.everywhere {
            return Arc::clone(everywhere);
        }
        let mut known = self.known();
        let mut asked = Vec::new();
        let mut found = None;
        for above in folder.ancestors() {
            if let Some(configuration) = known.by_folder.get(above) {
                found = Some(Arc::clone(configuration));
                break;
            }
            asked.push(above);
            match self.in_folder(above) {
                Ok(None) => {}
                Ok(Some(configuration)) => {
                    found = Some(Arc::new(configuration));
                    break;
                }
                Err(mistake) => {
                    known.mistakes.push(mistake.to_string());
                    break;
                }
            }
        }
        let found = found.unwrap_or_else(|| {
            // The arguments were tried when this was made.
            Arc::new(self.nothing().expect("the arguments are right"))
        });
        known.by_folder.extend(asked.into_iter().map(|above| (above.to_path_buf(), Arc::clone(&found))));
        found
    }

    /// Whether the configuration says that the file or folder at `path`, in a folder that is walked, is not read.
    pub(crate) fn exclude(&self, path: &Path, is_folder: bool) -> bool {
        let path = absolute(path, &self.current);
        self.of_folder(path.parent().unwrap_or(&path)).settings.excludes_entry(&path, is_folder)
    }

    /// `path` from the root, as settings are asked with.
    pub(crate) fn absolute(&self, path: &Path) -> PathBuf {
        absolute(path, &self.current)
    }

    /// What is wrong in configuration files that were read.
    pub(crate) fn mistakes(&self) -> Vec<String> {
        let mut mistakes = self.known().mistakes.clone();
        mistakes.sort();
        mistakes.dedup();
        mistakes
    }

    /// The models beside all configuration files that were read, and the exception classes that they name as a model.
    pub(crate) fn models(&self) -> Vec<OwnModel> {
        let known = self.known();
        let mut all: BTreeMap<&Path, &Configuration> = BTreeMap::new();
        for configuration in known.by_folder.values().chain(&self.everywhere) {
            all.insert(&configuration.settings.folder, configuration);
        }
        all.values()
            .flat_map(|configuration| {
                configuration.models.iter().cloned().chain(public_exceptions(&configuration.settings))
            })
            .collect()
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The configuration in `folder`, if there is one.
    fn in_folder(&self, folder: &Path) -> Result<Option<Configuration>, Mistake> {
        let mut found: Option<(Configuration, &str)> = None;
        for (name, form) in FORMS {
            let path = folder.join(name);
            let Some(configuration) = self.read_file(&path, folder.to_path_buf(), form)? else { continue };
            if let Some((_, other)) = found {
                let message = format!("{other} beside it configures tightlip too; keep one of them");
                return Err(Mistake::of_file(&shown(&path, &self.current), message));
            }
            found = Some((configuration, name));
        }
        Ok(found.map(|(configuration, _)| configuration))
    }

    fn read_file(&self, path: &Path, folder: PathBuf, form: Form) -> Result<Option<Configuration>, Mistake> {
        let Some(text) = self.text(path)? else { return Ok(None) };
        let models = folder.join(MODELS);
        let Some(mut settings) = Settings::read(&shown(path, &self.current), folder, &text, form)? else {
            return Ok(None);
        };
        settings.apply(&self.overrides).expect("the arguments are right");
        Ok(Some(Configuration { settings, models: self.models_in(&models)? }))
    }

    fn models_in(&self, folder: &Path) -> Result<Vec<OwnModel>, Mistake> {
        let mistake = |error: io::Error| Mistake::of_file(&shown(folder, &self.current), cannot_read(&error));
        if is_missing(folder) {
            return Ok(Vec::new());
        }
        let mut paths = Vec::new();
        for entry in fs::read_dir(folder).map_err(mistake)? {
            let path = entry.map_err(mistake)?.path();
            if path.extension().is_some_and(|ending| ending == "toml") {
                paths.push(path);
            }
        }
        if paths.len() > MOST_MODELS {
            let message = format!("more than the {MOST_MODELS} models that are read");
            return Err(Mistake::of_file(&shown(folder, &self.current), message));
        }
        paths.sort();
        let mut models = Vec::new();
        for path in paths {
            let text = self.text(&path)?.unwrap_or_default();
            models.push(OwnModel { path: shown(&path, &self.current), text });
        }
        Ok(models)
    }

    /// The text of a file; `None` if there is no such file.
    fn text(&self, path: &Path) -> Result<Option<String>, Mistake> {
        let wrong = |message: String| Mistake::of_file(&shown(path, &self.current), message);
        let metadata = match fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(_) if is_missing(path) => return Ok(None),
            Err(error) => return Err(wrong(cannot_read(&error))),
        };
        if !metadata.is_file() {
            return Err(wrong("not a regular file; remove it or put a file in its place".to_owned()));
        }
        if metadata.len() > LARGEST {
            return Err(wrong("larger than the 1 MiB that are read".to_owned()));
        }
        let bytes = fs::read(path).map_err(|error| wrong(cannot_read(&error)))?;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").map(<[u8]>::to_vec).unwrap_or(bytes);
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Some(text)),
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let text = String::from_utf8_lossy(error.as_bytes());
                let message = "not UTF-8 here; save it as UTF-8";
                Err(Mistake::at(&shown(path, &self.current), &text, valid..valid + 1, message))
            }
        }
    }
}

/// Whether nothing is there, not even a link that leads nowhere.
fn is_missing(path: &Path) -> bool {
    let error = fs::symlink_metadata(path).err();
    error.is_some_and(|error| matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory))
}

/// The classes whose text is written for clients, in the words of a model.
fn public_exceptions(settings: &Settings) -> Option<OwnModel> {
    // The settings hold dotted names only, so they need no quoting.
    let classes: Vec<String> =
        settings.public_exceptions.iter().map(|class| format!("\"{}\"", class.value)).collect();
    let package = settings.public_exceptions.first()?.value.split('.').next()?;
    let text = format!(
        "language = \"python\"\npackage = \"{package}\"\n[[exception]]\nclass = [{}]\ntext = \"public\"\n",
        classes.join(", ")
    );
    Some(OwnModel { path: settings.path.as_deref().unwrap_or_default().to_owned(), text })
}
