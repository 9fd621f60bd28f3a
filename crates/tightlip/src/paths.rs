use std::path::{Component, Path, PathBuf};

/// `path` as reports show it: as the user wrote it, without `.` in it, with `/` between its parts, and relative where
/// it is below of `current`.
pub(crate) fn shown(path: &Path, current: &Path) -> String {
    let path = match path.strip_prefix(current) {
        Ok(below) if path.is_absolute() => below,
        _ => path,
    };
    let mut shown = String::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::RootDir => shown.push('/'),
            Component::Prefix(_) | Component::ParentDir | Component::Normal(_) => {
                if !shown.is_empty() && !shown.ends_with('/') {
                    shown.push('/');
                }
                shown.push_str(&component.as_os_str().to_string_lossy());
            }
        }
    }
    if shown.is_empty() { ".".to_owned() } else { shown }
}

/// `path` from the root of the file system, without `.` and, as far as names tell, without `..`.
pub(crate) fn absolute(path: &Path, current: &Path) -> PathBuf {
    let mut absolute = PathBuf::new();
    for component in current.join(path).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                absolute.pop();
            }
            _ => absolute.push(component),
        }
    }
    absolute
}

/// The deepest folder that all of `folders` are in or are.
pub(crate) fn common_folder(folders: &[PathBuf]) -> Option<PathBuf> {
    let (first, others) = folders.split_first()?;
    let mut common = first.clone();
    while others.iter().any(|other| !other.starts_with(&common)) {
        if !common.pop() {
            return None;
        }
    }
    Some(common)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown_in_srv(path: &str) -> String {
        shown(Path::new(path), Path::new("/srv/shop"))
    }

    #[test]
    fn paths_are_shown_short() {
        assert_eq!(shown_in_srv("./a/./b.py"), "a/b.py");
        assert_eq!(shown_in_srv("."), ".");
        assert_eq!(shown_in_srv("../b.py"), "../b.py");
        assert_eq!(shown_in_srv("/srv/shop/a.py"), "a.py");
        assert_eq!(shown_in_srv("/srv/shop"), ".");
        assert_eq!(shown_in_srv("/srv/other/a.py"), "/srv/other/a.py");
    }

    #[test]
    fn folders_have_a_common_one() {
        let folders = ["/srv/a/b", "/srv/a/c"].map(PathBuf::from);
        assert_eq!(common_folder(&folders), Some(PathBuf::from("/srv/a")));
        assert_eq!(common_folder(&[]), None);
    }
}
