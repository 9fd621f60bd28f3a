use std::borrow::Cow;
use std::path::Path;

/// `path` relative to the folder that the report is made in, where it lies below of it: services look for the files of
/// a repository, and no machine's folders are told.
pub(crate) fn below<'a>(base: Option<&str>, path: &'a str) -> Cow<'a, str> {
    let relative = base.and_then(|base| Path::new(path).strip_prefix(base).ok()).and_then(Path::to_str);
    match relative {
        Some(relative) => Cow::Owned(relative.replace('\\', "/")),
        None => Cow::Borrowed(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_below_the_base_becomes_relative() {
        assert_eq!(below(Some("/srv/project"), "/srv/project/shop/app.py"), "shop/app.py");
        assert_eq!(below(Some("/srv/project"), "/srv/other/app.py"), "/srv/other/app.py");
        assert_eq!(below(Some("/srv/project"), "shop/app.py"), "shop/app.py");
        assert_eq!(below(None, "/srv/app.py"), "/srv/app.py");
    }
}
