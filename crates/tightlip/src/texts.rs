use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::read::{Source, read};

/// Texts of files: as they are on the disk, but for those that fixes have changed in memory.
#[derive(Clone, Default, Debug)]
pub(crate) struct Texts {
    changed: HashMap<PathBuf, String>,
}

impl Texts {
    /// The text of the file at `location`. The error says why it cannot be checked, as half a sentence.
    pub(crate) fn read(&self, location: &Path) -> Result<Source, String> {
        match self.changed.get(location) {
            Some(text) => Ok(Source { text: text.clone(), oddity: None }),
            None => read(location),
        }
    }

    /// From now on the file says `text`.
    pub(crate) fn change(&mut self, location: PathBuf, text: String) {
        self.changed.insert(location, text);
    }
}
