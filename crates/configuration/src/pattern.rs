use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Patterns of files, as a `.gitignore` in the folder of the configuration would have them.
#[derive(Debug)]
pub(crate) struct Patterns {
    matcher: Gitignore,
}

impl Patterns {
    /// Reads them. The error is the index of the one that is none, and why.
    pub(crate) fn new<'a>(patterns: impl Iterator<Item = &'a str>) -> Result<Self, (usize, String)> {
        // Paths are made relative before they are matched.
        let mut builder = GitignoreBuilder::new("");
        builder.allow_unclosed_class(false);
        for (index, pattern) in patterns.enumerate() {
            builder.add_line(None, pattern).map_err(|error| (index, error.to_string()))?;
        }
        let matcher = builder.build().map_err(|error| (0, error.to_string()))?;
        Ok(Self { matcher })
    }

    /// Whether `path`, relative to the folder of the configuration, is one of them or below one.
    pub(crate) fn hold(&self, path: &Path, is_folder: bool) -> bool {
        !path.as_os_str().is_empty()
            && path.is_relative()
            && self.matcher.matched_path_or_any_parents(path, is_folder).is_ignore()
    }

    /// Whether they hold for `path` itself, whatever it is in.
    pub(crate) fn hold_itself(&self, path: &Path, is_folder: bool) -> bool {
        !path.as_os_str().is_empty() && self.matcher.matched(path, is_folder).is_ignore()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_those_of_gitignore() {
        let patterns = Patterns::new(["migrations/", "/shop/old.py", "*_pb2.py", "!keep_pb2.py"].into_iter());
        let patterns = patterns.expect("they are patterns");
        let holds = |path: &str| patterns.hold(Path::new(path), false);
        assert!(holds("a/migrations/one.py") && holds("shop/old.py") && holds("deep/down_pb2.py"));
        assert!(!holds("a/shop/old.py") && !holds("keep_pb2.py") && !holds("migrations"));
        assert!(patterns.hold(Path::new("migrations"), true));
        assert!(!holds("") && !holds("/migrations/one.py"));
    }

    #[test]
    fn what_is_no_pattern_is_told() {
        assert_eq!(Patterns::new(["ok", "a[b"].into_iter()).unwrap_err().0, 1);
    }
}
