//! The files of a tree and what they hold.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use crate::discover::Discovery;
use crate::read::LARGEST;

/// Clocks of file systems are coarse: a file that changed so shortly before it was looked at may change again without
/// showing it.
const FRESH: Duration = Duration::from_secs(2);

/// What a run would read.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Snapshot {
    taken: SystemTime,
    files: Vec<FileState>,
    /// What could not be looked into.
    problems: Vec<String>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct FileState {
    /// As reports show it.
    path: String,
    location: PathBuf,
    /// What it is read as.
    kind: String,
    stamp: Option<Stamp>,
    /// A hash of what it holds; nothing where it cannot be read.
    content: Option<u128>,
}

/// By what a file system tells that a file is as it was.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Stamp {
    modified: SystemTime,
    /// Unlike the time above, nobody can set it back.
    changed: (i64, i64),
    size: u64,
    number: u64,
}

impl Snapshot {
    /// Looks at all files; those that are as `before` are not read.
    pub(super) fn take(discovery: &Discovery, before: Option<&Snapshot>) -> Self {
        let code = discovery.files.iter().map(|found| (&found.path, &found.location, "code".to_owned()));
        let deployment = discovery.deployment.iter();
        let deployment = deployment.map(|found| (&found.path, &found.location, format!("{:?}", found.kind)));
        let templates = discovery.templates.iter();
        let templates = templates.map(|found| (&found.path, &found.location, "template".to_owned()));
        let blank = |(path, location, kind): (&String, &PathBuf, String)| FileState {
            path: path.clone(),
            location: location.clone(),
            kind,
            stamp: None,
            content: None,
        };
        let files: Vec<FileState> = code.chain(deployment).chain(templates).map(blank).collect();
        let problems = discovery.problems.iter().map(|problem| format!("{problem:?}")).collect();
        Self::look(files, problems, before)
    }

    /// The same files as they are by now.
    pub(super) fn again(&self) -> Self {
        Self::look(self.files.clone(), self.problems.clone(), Some(self))
    }

    fn look(mut files: Vec<FileState>, problems: Vec<String>, before: Option<&Snapshot>) -> Self {
        let taken = SystemTime::now();
        // Where files came or went, nothing can be taken from before anyway but what stands at the same place.
        files.par_iter_mut().enumerate().for_each(|(at, file)| {
            let known = before.and_then(|before| Some((before, before.files.get(at)?)));
            file.stamp = fs::metadata(&file.location).ok().as_ref().and_then(Stamp::of);
            let known = known.filter(|(before, known)| {
                known.path == file.path
                    && known.stamp == file.stamp
                    && known.stamp.is_some_and(|stamp| stamp.is_settled(before.taken))
            });
            file.content = match known {
                Some((_, known)) if known.content.is_some() => known.content,
                _ => content(&file.location, file.stamp),
            };
        });
        Self { taken, files, problems }
    }

    /// Whether a run would read the same, whenever it was written.
    pub(super) fn says_the_same(&self, other: &Snapshot) -> bool {
        let same = |(one, other): (&FileState, &FileState)| {
            one.path == other.path
                && one.location == other.location
                && one.kind == other.kind
                && one.content == other.content
        };
        self.problems == other.problems
            && self.files.len() == other.files.len()
            && self.files.iter().zip(&other.files).all(same)
    }
}

/// A hash of what the file holds; of one that is too large to be read, of its size.
fn content(location: &Path, stamp: Option<Stamp>) -> Option<u128> {
    match stamp {
        Some(stamp) if stamp.size > LARGEST => Some(u128::from(stamp.size)),
        _ => fs::read(location).ok().map(|bytes| xxh3_128(&bytes)),
    }
}

impl Stamp {
    #[cfg(unix)]
    fn of(metadata: &Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        Some(Self {
            modified: metadata.modified().ok()?,
            changed: (metadata.ctime(), metadata.ctime_nsec()),
            size: metadata.len(),
            number: metadata.ino(),
        })
    }

    #[cfg(not(unix))]
    fn of(metadata: &Metadata) -> Option<Self> {
        Some(Self { modified: metadata.modified().ok()?, changed: (0, 0), size: metadata.len(), number: 0 })
    }

    /// Whether a later change would have shown itself.
    fn is_settled(self, taken: SystemTime) -> bool {
        let seconds = u64::try_from(self.changed.0).unwrap_or(0);
        let changed = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        self.modified.max(changed) + FRESH < taken
    }
}
