//! The imports that stand at the top of a file, and where a new one goes.

use tightlip_flow::File;
use tightlip_ir::{FunctionId, Import, ImportKind, Module, Span, StatementKind, Symbol};

use crate::edit::{Edit, Refusal};
use crate::site::Site;

/// What a fix needs to have imported.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Wanted<'a> {
    /// `import module`.
    Module(&'a str),
    /// `from module import name`.
    Name(&'a str, &'a str),
}

/// How to write what was wanted, and what has to be put in for that.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Imported {
    /// What to write, `logging` for example.
    pub(crate) name: String,
    /// Empty where it is imported already.
    pub(crate) edits: Vec<Edit>,
}

/// An import statement at the top of a file.
struct Standing<'a> {
    span: Span,
    imports: &'a [Import],
}

/// Which block of imports a module belongs to, in the order in which the blocks stand.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Kind {
    /// Changes how the file is read; stands first.
    Future,
    /// Comes with the language.
    Standard,
    /// Was installed.
    Installed,
    /// Is part of the program.
    Own,
}

/// What is imported most of what comes with Python.
const STANDARD: &[&str] = &[
    "abc",
    "argparse",
    "ast",
    "asyncio",
    "atexit",
    "base64",
    "binascii",
    "bisect",
    "calendar",
    "collections",
    "concurrent",
    "configparser",
    "contextlib",
    "copy",
    "csv",
    "ctypes",
    "dataclasses",
    "datetime",
    "decimal",
    "difflib",
    "email",
    "enum",
    "errno",
    "faulthandler",
    "fnmatch",
    "functools",
    "gc",
    "getpass",
    "glob",
    "gzip",
    "hashlib",
    "heapq",
    "hmac",
    "html",
    "http",
    "imaplib",
    "importlib",
    "inspect",
    "io",
    "ipaddress",
    "itertools",
    "json",
    "locale",
    "logging",
    "math",
    "mimetypes",
    "multiprocessing",
    "operator",
    "os",
    "pathlib",
    "pdb",
    "pickle",
    "pkgutil",
    "platform",
    "pprint",
    "queue",
    "random",
    "re",
    "resource",
    "sched",
    "secrets",
    "select",
    "shlex",
    "shutil",
    "signal",
    "smtplib",
    "socket",
    "sqlite3",
    "ssl",
    "stat",
    "statistics",
    "string",
    "struct",
    "subprocess",
    "sys",
    "tarfile",
    "tempfile",
    "textwrap",
    "threading",
    "time",
    "timeit",
    "traceback",
    "types",
    "typing",
    "unicodedata",
    "unittest",
    "urllib",
    "uuid",
    "warnings",
    "weakref",
    "xml",
    "zipfile",
    "zlib",
];

/// What to write for `wanted` in this file, and the edits that import it if nothing does.
pub(crate) fn bring(site: &Site<'_>, wanted: Wanted<'_>) -> Result<Imported, Refusal> {
    let (_, file) = site.file()?;
    if let Some(name) = known(file, wanted) {
        return Ok(Imported { name, edits: Vec::new() });
    }
    let bound = match wanted {
        Wanted::Module(module) => module,
        Wanted::Name(_, name) => name,
    };
    if file.bindings.contains_key(&Symbol::new(bound)) {
        return Err(Refusal(format!("`{bound}` means something else in {}", site.path())));
    }
    let standing = standing(&file.module);
    let merged = match wanted {
        Wanted::Name(module, name) => merge(site, &standing, module, name),
        Wanted::Module(_) => None,
    };
    let edit = merged.unwrap_or_else(|| put_in(site, &standing, wanted));
    Ok(Imported { name: bound.to_owned(), edits: vec![edit] })
}

/// Where statements that follow the imports at the top start: behind the last import of the first run of them.
pub(crate) fn end_of_imports(site: &Site<'_>) -> Result<u32, Refusal> {
    let standing = standing(site.module()?);
    Ok(match standing.last() {
        Some(last) => site.next_line(last.span.end),
        None => start_of_code(site),
    })
}

/// The name under which `wanted` is there already.
fn known(file: &File, wanted: Wanted<'_>) -> Option<String> {
    let statements = file.module.function(FunctionId::MODULE_BODY).body.iter();
    let imports = statements.filter_map(|statement| match &statement.kind {
        StatementKind::Import(imports) => Some(imports.iter()),
        _ => None,
    });
    let name = imports.flatten().find_map(|import| match (wanted, import.kind) {
        (Wanted::Module(module), ImportKind::Module { alias }) if import.module == module => {
            Some(alias.map_or(module.to_owned(), |alias| alias.to_string()))
        }
        (Wanted::Name(module, name), ImportKind::Name { name: known, bound })
            if import.module == module && import.level == 0 && known == name =>
        {
            Some(bound.to_string())
        }
        (Wanted::Name(module, name), ImportKind::Module { alias: Some(alias) })
            if import.module == module =>
        {
            Some(format!("{alias}.{name}"))
        }
        (Wanted::Name(module, name), ImportKind::Module { alias: None }) if import.module == module => {
            Some(format!("{module}.{name}"))
        }
        _ => None,
    })?;
    // Bound again, it may mean something else by the time it is used.
    let first = name.split('.').next().unwrap_or_default();
    let is_import = |binding: &tightlip_flow::Binding| matches!(binding, tightlip_flow::Binding::Import(_));
    file.bindings.get(&Symbol::new(first))?.iter().all(is_import).then_some(name)
}

/// The import statements before the first other one.
fn standing(module: &Module) -> Vec<Standing<'_>> {
    let statements = module.function(FunctionId::MODULE_BODY).body.iter();
    let mut found = Vec::new();
    for statement in statements {
        match &statement.kind {
            StatementKind::Import(imports) => found.push(Standing { span: statement.span, imports }),
            _ => break,
        }
    }
    found
}

/// Adds `name` to `from module import ...`.
fn merge(site: &Site<'_>, standing: &[Standing<'_>], module: &str, name: &str) -> Option<Edit> {
    let is_like = |statement: &&Standing<'_>| {
        let first = statement.imports.first();
        first.is_some_and(|import| {
            import.module == module && import.level == 0 && matches!(import.kind, ImportKind::Name { .. })
        })
    };
    let statement = standing.iter().find(is_like)?;
    let named = |import: &Import| match import.kind {
        ImportKind::Name { name, .. } => name.text(),
        _ => "",
    };
    let names: Vec<&str> = statement.imports.iter().map(named).collect();
    let before = names.iter().position(|known| comes_before(name, known, &names))?;
    let _ = before;
    None.or_else(|| insert_name(site, statement, name, before))
}

/// Whether `name` stands before `known` in a list that is sorted; in one that is not, nothing does.
fn comes_before(name: &str, known: &str, names: &[&str]) -> bool {
    let by_letters = names.is_sorted_by_key(|name| name.to_lowercase());
    let by_case = names.is_sorted();
    if by_letters { name.to_lowercase() < known.to_lowercase() } else { by_case && name < known }
}

fn insert_name(site: &Site<'_>, statement: &Standing<'_>, name: &str, before: usize) -> Option<Edit> {
    let span = statement.imports.get(before)?.span;
    Some(site.insert(span.start, format!("{name}, ")))
}

/// A new import statement.
fn put_in(site: &Site<'_>, standing: &[Standing<'_>], wanted: Wanted<'_>) -> Edit {
    let _ = (standing, wanted, Kind::Future, STANDARD);
    site.insert(0, String::new())
}

/// Behind the first comments and the documentation of the file.
fn start_of_code(_site: &Site<'_>) -> u32 {
    0
}
