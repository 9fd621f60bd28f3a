use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::read::read;

/// A file as fixes leave it.
#[derive(Clone, Debug)]
pub(crate) struct FixedFile {
    /// As reports show it.
    pub(crate) path: String,
    /// Where it is.
    pub(crate) location: PathBuf,
    /// What it said; `None` if it was not there.
    pub(crate) before: Option<String>,
    /// What it says.
    pub(crate) after: String,
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Writes a file as a whole or not at all. The error says why it is left as it is, as half a sentence.
pub(crate) fn write(file: &FixedFile) -> Result<(), String> {
    match &file.before {
        Some(before) => replace(&file.location, before, &file.after),
        None => create(&file.location, &file.after),
    }
}

/// Writes beside it and puts that in its place, so that whatever happens one of both is there.
fn replace(location: &Path, before: &str, after: &str) -> Result<(), String> {
    // What stands behind a link is written, and the link stays.
    let location = location.canonicalize().map_err(|error| cannot_write(&error))?;
    let bytes = fs::read(&location).map_err(|error| cannot_write(&error))?;
    if read(&location).map(|source| source.text).as_deref() != Ok(before) {
        return Err("it has changed since it was read; nothing is written, run again".to_owned());
    }
    let (mark, text) = match bytes.strip_prefix(BYTE_ORDER_MARK) {
        Some(text) => (BYTE_ORDER_MARK, text),
        None => (&[][..], &bytes[..]),
    };
    if text != before.as_bytes() {
        return Err("it is not UTF-8; fixes are written to UTF-8 only".to_owned());
    }
    let permissions = fs::metadata(&location).map_err(|error| cannot_write(&error))?.permissions();
    if permissions.readonly() {
        return Err("it is read-only".to_owned());
    }
    let mut beside = beside(&location, &[mark, after.as_bytes()])?;
    beside.as_file_mut().set_permissions(permissions).map_err(|error| cannot_write(&error))?;
    beside.persist(&location).map_err(|error| cannot_write(&error.error))?;
    Ok(())
}

fn create(location: &Path, text: &str) -> Result<(), String> {
    if let Some(folder) = location.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(|error| cannot_write(&error))?;
    }
    let beside = beside(location, &[text.as_bytes()])?;
    open_to_all(beside.path()).map_err(|error| cannot_write(&error))?;
    beside.persist_noclobber(location).map_err(|error| match error.error.kind() {
        io::ErrorKind::AlreadyExists => "it is there already".to_owned(),
        _ => cannot_write(&error.error),
    })?;
    Ok(())
}

/// Temporary files are their owner's alone; source code is not.
#[cfg(unix)]
fn open_to_all(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn open_to_all(_path: &Path) -> io::Result<()> {
    Ok(())
}

fn beside(location: &Path, parts: &[&[u8]]) -> Result<NamedTempFile, String> {
    let folder = location.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write_all = || {
        let mut file = tempfile::Builder::new().prefix(".tightlip-").tempfile_in(folder)?;
        for part in parts {
            file.write_all(part)?;
        }
        file.as_file().sync_all()?;
        Ok(file)
    };
    write_all().map_err(|error: io::Error| cannot_write(&error))
}

fn cannot_write(error: &io::Error) -> String {
    let reason = match error.kind() {
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::StorageFull => "no space is left on the device".to_owned(),
        io::ErrorKind::NotFound => "it is not there any more".to_owned(),
        _ => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or_default().to_lowercase()
        }
    };
    format!("cannot be written: {reason}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(bytes: &[u8], before: &str, after: &str) -> (tempfile::TempDir, FixedFile) {
        let folder = tempfile::tempdir().expect("a folder");
        let location = folder.path().join("app.py");
        fs::write(&location, bytes).expect("it is written");
        let file = FixedFile {
            path: "app.py".to_owned(),
            location,
            before: Some(before.to_owned()),
            after: after.to_owned(),
        };
        (folder, file)
    }

    #[test]
    fn a_byte_order_mark_stays() {
        let (_folder, fixed) = file(b"\xef\xbb\xbfa = 1\r\n", "a = 1\r\n", "a = 2\r\n");
        assert_eq!(write(&fixed), Ok(()));
        assert_eq!(fs::read(&fixed.location).expect("it is there"), b"\xef\xbb\xbfa = 2\r\n");
    }

    #[test]
    fn what_somebody_else_wrote_meanwhile_stays() {
        let (_folder, fixed) = file(b"a = 3\n", "a = 1\n", "a = 2\n");
        let error = write(&fixed).expect_err("it has changed");
        assert_eq!(error, "it has changed since it was read; nothing is written, run again");
        assert_eq!(fs::read(&fixed.location).expect("it is there"), b"a = 3\n");
    }

    #[test]
    fn other_encodings_are_left_alone() {
        let (_folder, fixed) = file(b"# coding: latin-1\na = '\xe9'\n", "# coding: latin-1\na = 'é'\n", "");
        assert_eq!(write(&fixed), Err("it is not UTF-8; fixes are written to UTF-8 only".to_owned()));
    }

    #[test]
    fn a_read_only_file_is_left_alone() {
        let (folder, fixed) = file(b"a = 1\n", "a = 1\n", "a = 2\n");
        let mut permissions = fs::metadata(&fixed.location).expect("it is there").permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&fixed.location, permissions).expect("it may be changed");
        assert_eq!(write(&fixed), Err("it is read-only".to_owned()));
        assert_eq!(fs::read(&fixed.location).expect("it is there"), b"a = 1\n");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing is left beside it");
    }

    #[cfg(unix)]
    #[test]
    fn permissions_stay() {
        use std::os::unix::fs::PermissionsExt;
        let (_folder, fixed) = file(b"a = 1\n", "a = 1\n", "a = 2\n");
        fs::set_permissions(&fixed.location, fs::Permissions::from_mode(0o751)).expect("it may be changed");
        assert_eq!(write(&fixed), Ok(()));
        let mode = fs::metadata(&fixed.location).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o751);
    }

    #[test]
    fn a_file_that_is_there_is_not_created_again() {
        let (_folder, mut fixed) = file(b"a = 1\n", "", "a = 2\n");
        fixed.before = None;
        assert_eq!(write(&fixed), Err("it is there already".to_owned()));
        assert_eq!(fs::read(&fixed.location).expect("it is there"), b"a = 1\n");
    }
}
