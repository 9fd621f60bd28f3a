//! Which module is which file.

use rustc_hash::{FxHashMap, FxHashSet};
use tightlip_ir::Symbol;

use crate::program::FileIndex;

/// Files by path without ending, and the folders above them.
#[derive(Debug)]
pub(crate) struct Modules {
    /// `shop/views/orders` and, for a package, `shop/views`.
    files: FxHashMap<String, FileIndex>,
    folders: FxHashSet<String>,
    /// The folder of each file's package or module.
    homes: Vec<Home>,
}

#[derive(Debug)]
struct Home {
    /// The folder that the file is in.
    folder: String,
    /// Folders in which an absolute import of this file may start, nearest first.
    roots: Vec<String>,
    /// Whether the file is the package of its folder.
    package: bool,
}

/// A package of a language that marks its packages does so by this file.
const PACKAGE: &str = "__init__";

impl Modules {
    pub(crate) fn new<'a>(paths: impl Iterator<Item = &'a str>) -> Self {
        let mut files = FxHashMap::default();
        let mut folders = FxHashSet::default();
        let paths: Vec<&str> = paths.collect();
        for (index, path) in paths.iter().enumerate() {
            let index = FileIndex(index as u32);
            let stem = path.rsplit_once('.').map_or(*path, |(stem, _)| stem);
            match split(stem) {
                (folder, PACKAGE) => {
                    files.insert(folder.to_owned(), index);
                }
                _ => {
                    files.entry(stem.to_owned()).or_insert(index);
                }
            }
            let mut folder = split(stem).0;
            while folders.insert(folder.to_owned()) && !folder.is_empty() {
                folder = split(folder).0;
            }
        }
        let packages: FxHashSet<&str> = paths
            .iter()
            .filter_map(|path| {
                let (folder, name) = split(path);
                (name.rsplit_once('.').map_or(name, |(stem, _)| stem) == PACKAGE).then_some(folder)
            })
            .collect();
        let homes = paths.iter().map(|path| Home::new(path, &packages)).collect();
        Self { files, folders, homes }
    }

    /// The file of the dotted `module`, as imported by `file` with so many leading dots.
    pub(crate) fn resolve(&self, file: FileIndex, module: Symbol, level: u32) -> Option<FileIndex> {
        self.candidates(file, module.text(), level).find_map(|path| self.files.get(&path).copied())
    }

    /// The file of the module `name` inside of the dotted `module`.
    pub(crate) fn resolve_name(
        &self,
        file: FileIndex,
        module: Symbol,
        level: u32,
        name: Symbol,
    ) -> Option<FileIndex> {
        self.candidates(file, module.text(), level)
            .find_map(|path| self.files.get(&join(&path, name.text())).copied())
    }

    /// The module `name` inside of the package that `file` is.
    pub(crate) fn child(&self, file: FileIndex, name: Symbol) -> Option<FileIndex> {
        let home = &self.homes[file.0 as usize];
        home.package.then(|| self.files.get(&join(&home.folder, name.text())).copied())?
    }

    /// Whether the dotted `module` is a folder without a file of its own.
    pub(crate) fn is_folder(&self, file: FileIndex, module: Symbol) -> bool {
        self.candidates(file, module.text(), 0).any(|path| self.folders.contains(&path))
    }

    fn candidates<'a>(
        &'a self,
        file: FileIndex,
        module: &str,
        level: u32,
    ) -> Box<dyn Iterator<Item = String> + 'a> {
        let home = &self.homes[file.0 as usize];
        let path = module.replace('.', "/");
        if level == 0 {
            return Box::new(home.roots.iter().map(move |root| join(root, &path)));
        }
        let mut folder = home.folder.as_str();
        for _ in 1..level {
            folder = split(folder).0;
        }
        Box::new(std::iter::once(join(folder, &path)))
    }
}

impl Home {
    fn new(path: &str, packages: &FxHashSet<&str>) -> Self {
        let (folder, name) = split(path);
        let package = name.rsplit_once('.').map_or(name, |(stem, _)| stem) == PACKAGE;
        let mut roots = Vec::new();
        let mut current = folder;
        loop {
            if !packages.contains(current) {
                roots.push(current.to_owned());
                roots.push(join(current, "src"));
            }
            if current.is_empty() {
                break;
            }
            current = split(current).0;
        }
        if roots.is_empty() {
            roots.push(String::new());
        }
        Self { folder: folder.to_owned(), roots, package }
    }
}

/// The folder and the name of `path`.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

fn join(folder: &str, name: &str) -> String {
    match (folder, name) {
        ("", name) => name.to_owned(),
        (folder, "") => folder.to_owned(),
        (folder, name) => format!("{folder}/{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modules(paths: &[&str]) -> Modules {
        Modules::new(paths.iter().copied())
    }

    #[test]
    fn an_absolute_import_starts_above_the_package() {
        let modules = modules(&[
            "app/shop/__init__.py",
            "app/shop/views/__init__.py",
            "app/shop/views/a.py",
            "app/shop/db.py",
        ]);
        assert_eq!(modules.resolve(FileIndex(2), Symbol::new("shop.db"), 0), Some(FileIndex(3)));
        assert_eq!(
            modules.resolve(FileIndex(2), Symbol::new("db"), 0),
            None,
            "folders of packages are no roots"
        );
    }

    #[test]
    fn a_relative_import_climbs() {
        let modules =
            modules(&["shop/__init__.py", "shop/views/__init__.py", "shop/views/a.py", "shop/db.py"]);
        assert_eq!(modules.resolve(FileIndex(2), Symbol::new("db"), 2), Some(FileIndex(3)));
        assert_eq!(
            modules.resolve_name(FileIndex(2), Symbol::new(""), 2, Symbol::new("db")),
            Some(FileIndex(3))
        );
        assert_eq!(modules.resolve(FileIndex(1), Symbol::new("a"), 1), Some(FileIndex(2)));
        assert_eq!(modules.child(FileIndex(0), Symbol::new("db")), Some(FileIndex(3)));
    }

    #[test]
    fn scripts_and_namespace_packages_import_their_neighbours() {
        let modules = modules(&["tool/main.py", "tool/lib/work.py"]);
        assert_eq!(modules.resolve(FileIndex(0), Symbol::new("lib.work"), 0), Some(FileIndex(1)));
        assert!(modules.is_folder(FileIndex(0), Symbol::new("lib")));
    }
}
