//! The imports that stand at the top of a file, and where a new one goes.

use tightlip_flow::{Binding, File};
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
#[rustfmt::skip]
const STANDARD: &[&str] = &[
    "abc", "argparse", "ast", "asyncio", "atexit", "base64", "binascii", "bisect", "calendar", "collections",
    "concurrent", "configparser", "contextlib", "copy", "csv", "ctypes", "dataclasses", "datetime", "decimal",
    "difflib", "email", "enum", "errno", "faulthandler", "fnmatch", "functools", "gc", "getpass", "glob", "gzip",
    "hashlib", "heapq", "hmac", "html", "http", "imaplib", "importlib", "inspect", "io", "ipaddress", "itertools",
    "json", "locale", "logging", "math", "mimetypes", "multiprocessing", "operator", "os", "pathlib", "pdb",
    "pickle", "pkgutil", "platform", "pprint", "queue", "random", "re", "resource", "sched", "secrets", "select",
    "shlex", "shutil", "signal", "smtplib", "socket", "sqlite3", "ssl", "stat", "statistics", "string", "struct",
    "subprocess", "sys", "tarfile", "tempfile", "textwrap", "threading", "time", "timeit", "traceback", "types",
    "typing", "unicodedata", "unittest", "urllib", "uuid", "warnings", "weakref", "xml", "zipfile", "zlib",
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
    Ok(match standing(site.module()?).last() {
        Some(last) => site.next_line(last.span.end),
        None => start_of_code(site.text()),
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
        (Wanted::Name(module, name), ImportKind::Module { alias }) if import.module == module => {
            Some(alias.map_or_else(|| format!("{module}.{name}"), |alias| format!("{alias}.{name}")))
        }
        _ => None,
    })?;
    // Bound again, it may mean something else by the time it is used.
    let first = name.split('.').next().unwrap_or_default();
    let is_import = |binding: &Binding| matches!(binding, Binding::Import(_));
    file.bindings.get(&Symbol::new(first))?.iter().all(is_import).then_some(name)
}

/// The import statements before the first other one.
fn standing(module: &Module) -> Vec<Standing<'_>> {
    let Some(body) = module.functions.first() else { return Vec::new() };
    let mut found = Vec::new();
    for statement in &body.body {
        match &statement.kind {
            StatementKind::Import(imports) => found.push(Standing { span: statement.span, imports }),
            _ => break,
        }
    }
    found
}

/// Adds `name` to `from module import ...`, where that stands.
fn merge(site: &Site<'_>, standing: &[Standing<'_>], module: &str, name: &str) -> Option<Edit> {
    let is_like = |import: &Import| {
        import.module == module && import.level == 0 && matches!(import.kind, ImportKind::Name { .. })
    };
    let statement = standing.iter().find(|statement| statement.imports.first().is_some_and(is_like))?;
    let names: Vec<&str> = statement.imports.iter().map(|import| first_name(*import)).collect();
    let next = names.iter().position(|known| comes_before(name, known, &names));
    Some(match next.and_then(|next| statement.imports.get(next)) {
        Some(next) if site.starts_line(next.span.start) => {
            let indent = site.indent(next.span.start);
            let line = site.line_start(next.span.start);
            site.insert(line, format!("{indent}{name},{}", site.style.newline))
        }
        Some(next) => site.insert(next.span.start, format!("{name}, ")),
        None => add_last(site, statement.imports.last()?.span, name),
    })
}

/// Adds `name` behind the last name of a list.
fn add_last(site: &Site<'_>, last: Span, name: &str) -> Edit {
    if !site.starts_line(last.start) {
        return site.insert(last.end, format!(", {name}"));
    }
    let (indent, newline) = (site.indent(last.start), site.style.newline);
    let rest = &site.text()[last.end as usize..site.line_end(last.end) as usize];
    if rest.starts_with(',') {
        site.insert(site.next_line(last.end), format!("{indent}{name},{newline}"))
    } else {
        site.insert(last.end, format!(",{newline}{indent}{name}"))
    }
}

/// Whether `name` stands before `known` in a list that is sorted; in one that is not, nothing does.
fn comes_before(name: &str, known: &str, names: &[&str]) -> bool {
    if names.is_sorted_by_key(|name| name.to_lowercase()) {
        name.to_lowercase() < known.to_lowercase()
    } else {
        names.is_sorted() && name < known
    }
}

fn first_name(import: Import) -> &'static str {
    match import.kind {
        ImportKind::Name { name, .. } => name.text(),
        ImportKind::Module { .. } | ImportKind::Star => import.module.text(),
    }
}

/// A new import statement: in the block of its kind, where it has its place in the order of the alphabet.
fn put_in(site: &Site<'_>, standing: &[Standing<'_>], wanted: Wanted<'_>) -> Edit {
    let newline = site.style.newline;
    let (statement, module, is_from) = match wanted {
        Wanted::Module(module) => (format!("import {module}"), module, false),
        Wanted::Name(module, name) => (format!("from {module} import {name}"), module, true),
    };
    let kind = kind_of_module(module);
    let order = |statement: &Standing<'_>| {
        let import = statement.imports.first()?;
        Some((matches!(import.kind, ImportKind::Name { .. } | ImportKind::Star), import.module.text()))
    };
    let same: Vec<&Standing<'_>> = standing.iter().filter(|statement| kind_of(statement) == kind).collect();
    if let Some(last) = same.last() {
        let next = same.iter().find(|known| order(known).is_some_and(|known| (is_from, module) < known));
        return match next {
            Some(next) => site.insert(site.line_start(next.span.start), format!("{statement}{newline}")),
            None => behind(site, last.span.end, &statement, ""),
        };
    }
    // A block of its own, a blank line from its neighbours.
    if let Some(before) = standing.iter().rev().find(|statement| kind_of(statement) < kind) {
        return behind(site, before.span.end, &statement, newline);
    }
    match standing.first() {
        Some(first) => {
            site.insert(site.line_start(first.span.start), format!("{statement}{newline}{newline}"))
        }
        None => {
            let start = start_of_code(site.text());
            let blank = if site.text()[start as usize..].trim().is_empty() { "" } else { newline };
            site.insert(start, format!("{statement}{newline}{blank}"))
        }
    }
}

/// `statement` on a line of its own behind the line of `offset`, which may be the last one and lack its newline.
fn behind(site: &Site<'_>, offset: u32, statement: &str, blank: &str) -> Edit {
    let newline = site.style.newline;
    let end = site.line_end(offset);
    if end as usize == site.text().len() {
        return site.insert(end, format!("{newline}{blank}{statement}"));
    }
    site.insert(site.next_line(offset), format!("{blank}{statement}{newline}"))
}

fn kind_of(statement: &Standing<'_>) -> Kind {
    match statement.imports.first() {
        Some(import) if import.level > 0 => Kind::Own,
        Some(import) => kind_of_module(import.module.text()),
        None => Kind::Installed,
    }
}

fn kind_of_module(module: &str) -> Kind {
    let first = module.split('.').next().unwrap_or_default();
    match first {
        "__future__" => Kind::Future,
        // `.errors`
        "" => Kind::Own,
        first if STANDARD.contains(&first) => Kind::Standard,
        _ => Kind::Installed,
    }
}

/// Behind the first comments and the documentation of the file.
fn start_of_code(text: &str) -> u32 {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if !line.starts_with('#') && !line.trim().is_empty() {
            break;
        }
        at += line.len();
    }
    let rest = &text[at..];
    let quote = ["\"\"\"", "'''"].into_iter().find(|quote| rest.starts_with(quote));
    let documentation = quote.and_then(|quote| rest[3..].find(quote)).map_or(0, |end| end + 6);
    let behind = at + documentation;
    if documentation == 0 {
        return at as u32;
    }
    text[behind..].find('\n').map_or(text.len(), |newline| behind + newline + 1) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::in_site;

    /// The text after `wanted` was imported, and what to write.
    fn after(text: &str, wanted: Wanted<'_>) -> (String, String) {
        in_site(text, |site| {
            let imported = bring(site, wanted).expect("nothing stands in the way");
            let mut text = site.text().to_owned();
            for edit in imported.edits.iter().rev() {
                let range = edit.span.start as usize..edit.span.end as usize;
                text.replace_range(range, &edit.replacement);
            }
            (text, imported.name)
        })
    }

    const LOGGING: Wanted<'_> = Wanted::Module("logging");
    const CURRENT: Wanted<'_> = Wanted::Name("flask", "current_app");

    #[track_caller]
    fn becomes(text: &str, wanted: Wanted<'_>, expected: &str) {
        assert_eq!(after(text, wanted).0, expected);
    }

    #[test]
    fn what_is_imported_is_used() {
        for (text, name) in [
            ("import logging\n", "logging"),
            ("import logging as log\n", "log"),
            ("import os\nx = 1\nimport logging\n", "logging"),
        ] {
            assert_eq!(after(text, LOGGING), (text.to_owned(), name.to_owned()));
        }
        let text = "from flask import current_app as app\n";
        assert_eq!(after(text, CURRENT), (text.to_owned(), "app".to_owned()));
        assert_eq!(after("import flask\n", CURRENT).1, "flask.current_app");
    }

    #[test]
    fn a_name_is_added_to_the_import_that_stands() {
        becomes("from flask import Flask, g\n", CURRENT, "from flask import current_app, Flask, g\n");
        becomes("from flask import Flask, abort\n", CURRENT, "from flask import Flask, abort, current_app\n");
        becomes(
            "from flask import (\n    Flask,  # remark\n    g,\n)\n",
            CURRENT,
            "from flask import (\n    current_app,\n    Flask,  # remark\n    g,\n)\n",
        );
        becomes(
            "from flask import (\n    Blueprint,\n    abort\n)\n",
            CURRENT,
            "from flask import (\n    Blueprint,\n    abort,\n    current_app\n)\n",
        );
    }

    #[test]
    fn a_statement_goes_into_the_block_of_its_kind() {
        becomes(
            "import json\nimport os\n\nimport flask\n",
            LOGGING,
            "import json\nimport logging\nimport os\n\nimport flask\n",
        );
        becomes(
            "import json\nfrom os import path\n\nimport flask\n",
            LOGGING,
            "import json\nimport logging\nfrom os import path\n\nimport flask\n",
        );
        becomes("import flask\n\nx = 1\n", LOGGING, "import logging\n\nimport flask\n\nx = 1\n");
        becomes(
            "from __future__ import annotations\n\nimport flask\n",
            LOGGING,
            "from __future__ import annotations\n\nimport logging\n\nimport flask\n",
        );
        becomes("import os", CURRENT, "import os\n\nfrom flask import current_app");
    }

    #[test]
    fn where_nothing_is_imported_it_goes_behind_the_documentation() {
        becomes("x = 1\n", LOGGING, "import logging\n\nx = 1\n");
        becomes(
            "#!/usr/bin/env python\n\"\"\"What\nit is.\"\"\"\nx = 1\n",
            LOGGING,
            "#!/usr/bin/env python\n\"\"\"What\nit is.\"\"\"\nimport logging\n\nx = 1\n",
        );
        becomes("import flask\r\n", LOGGING, "import logging\r\n\r\nimport flask\r\n");
    }

    #[test]
    fn a_name_that_means_something_else_is_left_alone() {
        let refused = in_site("logging = 1\n", |site| bring(site, LOGGING));
        assert_eq!(refused.unwrap_err().0, "`logging` means something else in app.py");
    }
}
