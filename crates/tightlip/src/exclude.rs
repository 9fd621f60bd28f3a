use std::fs;
use std::path::Path;

/// Folders of other people's code and of tools, by name. Hidden ones are left out anyway.
const FOREIGN: &[&str] = &[
    "__pycache__",
    "__pypackages__",
    "_vendor",
    "node_modules",
    "third_party",
    "thirdparty",
    "vendored",
    "venv",
    "virtualenv",
];

/// In a shop, `vendor` may be a part of the application. Then it has one of these.
const PARTS_OF_APPLICATIONS: &[&str] =
    &["api.py", "forms.py", "models.py", "routes.py", "schemas.py", "services.py", "urls.py", "views.py"];

/// Whether the folder below a named one holds other people's code, or what tools made.
pub(crate) fn is_foreign(folder: &Path, takes_packages: bool) -> bool {
    let Some(name) = folder.file_name().and_then(|name| name.to_str()) else {
        return false;
    };
    match name {
        "site-packages" | "dist-packages" => !takes_packages,
        "vendor" => !PARTS_OF_APPLICATIONS.iter().any(|part| folder.join(part).is_file()),
        "build" => is_made_by_setuptools(folder),
        _ => FOREIGN.contains(&name) || name.ends_with(".egg-info") || is_virtual_environment(folder),
    }
}

/// Whether a folder that was named asks for the packages that are installed in it.
pub(crate) fn takes_packages(root: &Path) -> bool {
    let is_named = root != Path::new(".");
    let is_among_packages = root
        .components()
        .any(|part| part.as_os_str() == "site-packages" || part.as_os_str() == "dist-packages");
    is_named && (is_among_packages || is_virtual_environment(root))
}

fn is_virtual_environment(folder: &Path) -> bool {
    folder.join("pyvenv.cfg").is_file()
}

/// `build/lib` is a copy of the sources.
fn is_made_by_setuptools(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else {
        return false;
    };
    entries.flatten().any(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name == "lib" || name.starts_with("lib.") || name.starts_with("bdist.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::tempdir;

    fn folder_with(name: &str, files: &[&str]) -> bool {
        let root = tempdir().unwrap();
        let folder = root.path().join(name);
        for file in files {
            let file = folder.join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "").unwrap();
        }
        is_foreign(&folder, false)
    }

    #[test]
    fn environments_are_known_by_what_they_hold() {
        assert!(folder_with("env", &["pyvenv.cfg"]));
        assert!(!folder_with("env", &["__init__.py"]));
        assert!(folder_with("venv", &["bin/activate"]));
    }

    #[test]
    fn vendors_of_a_market_place_are_not_vendored_code() {
        assert!(folder_with("vendor", &["six.py", "yaml/__init__.py"]));
        assert!(!folder_with("vendor", &["views.py", "__init__.py"]));
    }

    #[test]
    fn copies_of_the_sources_are_left_out() {
        assert!(folder_with("build", &["lib/shop/app.py"]));
        assert!(!folder_with("build", &["steps.py"]));
    }

    #[test]
    fn installed_packages_are_checked_when_asked_for() {
        let packages = Path::new("/opt/python/site-packages");
        assert!(is_foreign(packages, false));
        assert!(!is_foreign(packages, true));
        assert!(takes_packages(Path::new("venv/lib/python3.12/site-packages/flask")));
        assert!(!takes_packages(Path::new("shop")));
    }
}
