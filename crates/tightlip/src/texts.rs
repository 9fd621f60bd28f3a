//! Texts of files, some of which stand for what is on disk: buffers of an editor, files as a fix would make them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::read::{LARGEST, Source, read, too_large};

/// Texts of files: as they are on the disk, but for those that another text stands for. A clone shares the texts.
#[derive(Clone, Default, Debug)]
pub(crate) struct Texts {
    changed: HashMap<PathBuf, Arc<str>>,
}

impl Texts {
    /// From now on the file at `path` says `text`.
    pub(crate) fn change(&mut self, path: PathBuf, text: impl Into<Arc<str>>) {
        self.changed.insert(path, text.into());
    }

    /// The text that stands for the file at `path`, if one does.
    pub(crate) fn changed(&self, path: &Path) -> Option<&Arc<str>> {
        self.changed.get(path)
    }

    /// The paths for which a text stands.
    pub(crate) fn changed_paths(&self) -> impl Iterator<Item = &Path> {
        self.changed.keys().map(PathBuf::as_path)
    }

    /// What the file at `path` says. The error says why it cannot be checked, as half a sentence.
    pub(crate) fn read(&self, path: &Path) -> Result<Source, String> {
        match self.changed(path) {
            Some(text) if text.len() as u64 > LARGEST => Err(too_large(text.len() as u64)),
            Some(text) => Ok(Source { text: text.to_string(), oddity: None }),
            None => read(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stands_for_a_file_whether_it_is_there_or_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("app.py");
        let mut texts = Texts::default();
        assert!(texts.read(&path).is_err());
        std::fs::write(&path, "on disk").expect("it can be written");
        assert_eq!(texts.read(&path).expect("it is there").text, "on disk");
        texts.change(path.clone(), "in the editor");
        assert_eq!(texts.read(&path).expect("it is there").text, "in the editor");
    }
}
