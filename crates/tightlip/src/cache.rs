//! The judgement of an unchanged tree, from an earlier run.
//!
//! What is kept is the judgement of the whole tree before anything is selected: whatever one file says may matter to any
//! other, so a tree in which one file has changed is judged anew. An entry holds when the same program would read the
//! same files with the same contents. A file whose times, size and number are unchanged is not read again.
//!
//! **Invariants.** Entries appear all at once, by renaming. What cannot be read or written is as if it were not there.
//! There are never more than [`MOST_ENTRIES`].

mod record;
mod snapshot;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use tightlip_catalogue::OwnModel;
use xxhash_rust::xxh3::Xxh3;

use crate::analyse::Analysis;
use crate::arguments::CheckArguments;
use crate::discover::Discovery;
use crate::output::{Outcome, complain};
use record::Record;
use snapshot::Snapshot;

/// Where it is unless somebody says otherwise.
const FOLDER: &str = ".tightlip_cache";
/// The oldest of more are removed.
const MOST_ENTRIES: usize = 16;
const ENDING: &str = "judgement";
/// By this, backups know a cache, and `clean` knows ours.
const TAG: &str = "Signature: 8a477f597d28d172789f06886806bc55\n# This folder is a cache of tightlip.\n";
const TAG_FILE: &str = "CACHEDIR.TAG";

/// The place of one tree's judgement.
pub(crate) struct Cache {
    folder: PathBuf,
    /// Where the judgement of this tree is, for this program and these arguments.
    file: PathBuf,
    stored: Option<Entry>,
    /// What is there now.
    now: Snapshot,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    snapshot: Snapshot,
    record: Record,
}

impl Cache {
    /// Looks at what there is; `None` where no cache is wanted.
    pub(crate) fn open(
        arguments: &CheckArguments,
        discovery: &Discovery,
        models: &[OwnModel],
    ) -> Option<Self> {
        // What is kept are findings: whoever mends needs the fixes.
        if arguments.no_cache || arguments.fix || arguments.diff {
            return None;
        }
        let folder = arguments.cache_dir.clone().unwrap_or_else(|| PathBuf::from(FOLDER));
        let file = folder.join(format!("{}.{ENDING}", key(arguments, models)));
        let stored: Option<Entry> =
            fs::read(&file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let now = Snapshot::take(discovery, stored.as_ref().map(|entry| &entry.snapshot));
        Some(Self { folder, file, stored, now })
    }

    /// What an earlier run found, if nothing has changed since.
    pub(crate) fn find(&mut self) -> Option<Analysis> {
        let entry = self.stored.take().filter(|entry| entry.snapshot.says_the_same(&self.now))?;
        let analysis = entry.record.analysis()?;
        if entry.snapshot != self.now {
            self.write(&Entry { snapshot: self.now.clone(), record: entry.record });
        }
        Some(analysis)
    }

    /// Keeps what was found, if no file has changed meanwhile.
    pub(crate) fn keep(&self, analysis: &Analysis) {
        if let Some(record) = Record::of(analysis)
            && self.now.says_the_same(&self.now.again())
        {
            self.write(&Entry { snapshot: self.now.clone(), record });
        }
    }

    /// Whoever cannot write has no cache.
    fn write(&self, entry: &Entry) {
        let written = self.prepare().and_then(|()| {
            let beside = self.file.with_extension(std::process::id().to_string());
            fs::write(&beside, serde_json::to_vec(entry)?)?;
            fs::rename(&beside, &self.file)
        });
        if written.is_ok() {
            self.drop_oldest();
        }
    }

    fn prepare(&self) -> io::Result<()> {
        if !self.folder.join(TAG_FILE).is_file() {
            fs::create_dir_all(&self.folder)?;
            fs::write(self.folder.join(".gitignore"), "*\n")?;
            fs::write(self.folder.join(TAG_FILE), TAG)?;
        }
        Ok(())
    }

    fn drop_oldest(&self) {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let is_ours = |path: &Path| {
            path.extension().is_some_and(|ending| {
                // What a run that was killed has left ends in the number of its process.
                ending == ENDING || ending.to_string_lossy().bytes().all(|byte| byte.is_ascii_digit())
            })
        };
        let aged = |path: PathBuf| {
            let written = fs::metadata(&path).and_then(|metadata| metadata.modified());
            (written.unwrap_or(SystemTime::UNIX_EPOCH), path)
        };
        let mut entries: Vec<_> =
            entries.map(|entry| entry.path()).filter(|path| is_ours(path)).map(aged).collect();
        entries.sort();
        let surplus = entries.len().saturating_sub(MOST_ENTRIES);
        entries.drain(..surplus).for_each(|(_, path)| drop(fs::remove_file(path)));
    }
}

/// What tells the judgement of one tree from that of another: program, folder, paths and models.
fn key(arguments: &CheckArguments, models: &[OwnModel]) -> String {
    let mut hash = Xxh3::new();
    let mut add = |bytes: &[u8]| {
        hash.update(&bytes.len().to_le_bytes());
        hash.update(bytes);
    };
    add(env!("TIGHTLIP_IDENTITY").as_bytes());
    add(std::env::current_dir().unwrap_or_default().as_os_str().as_encoded_bytes());
    add(format!("{:?}", arguments.handler_style).as_bytes());
    arguments.paths.iter().for_each(|path| add(path.as_os_str().as_encoded_bytes()));
    for OwnModel { path, text } in models {
        add(path.as_bytes());
        add(text.as_bytes());
    }
    format!("{:032x}", hash.digest128())
}

/// Removes the cache.
pub(crate) fn clean(folder: Option<&Path>) -> Outcome {
    let folder = folder.unwrap_or(Path::new(FOLDER));
    if !folder.exists() {
        return Outcome::Clean;
    }
    let wrong = |message: String| {
        complain(&format!("error: {}: {message}", folder.display()));
        Outcome::CouldNotRun
    };
    if fs::read_to_string(folder.join(TAG_FILE)).is_ok_and(|tag| tag == TAG) {
        match fs::remove_dir_all(folder) {
            Ok(()) => Outcome::Clean,
            Err(error) => wrong(format!("cannot be removed: {error}")),
        }
    } else {
        wrong("no cache of tightlip; remove it yourself if it shall go".to_owned())
    }
}
