//! Source text to the program as tightlip's analysis sees it. One folder a language; nothing of a
//! parser leaves it.
//!
//! **Deep nesting.** A syntax tree is as deep as its source is nested, and it is dropped by
//! recursion, so hostile source could overflow the stack, which aborts the process. Three things
//! stand against that:
//!
//! - source that may be nested deeper than thousands of levels is measured before it is parsed, and
//!   refused when it is: [`lower`] then returns an empty module with one problem;
//! - what is nested deeper than some hundred levels is parsed, but lowered to an opaque value;
//! - threads that call [`lower`] have a stack of at least [`STACK_SIZE`] bytes.
//!
//! So the [`Module`] that leaves is never nested deeper than some hundred levels, and its readers may
//! recurse.

mod python;

use std::path::Path;

use tightlip_ir::Module;

/// The stack, in bytes, of a thread that calls [`lower`] with source it does not know.
///
/// Twice what the worst source takes that is not refused. Source written by people needs less than
/// 2 MiB.
pub const STACK_SIZE: usize = 16 << 20;

/// A programming language that can be lowered.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Language {
    /// Python 3.8 to 3.14, and what can be understood of Python 2.
    Python,
}

impl Language {
    /// The language of the file at `path`, told by its extension.
    ///
    /// Stubs (`.pyi`) never run and notebooks (`.ipynb`) serve no client: they have none.
    pub fn of_path(path: &Path) -> Option<Language> {
        match path.extension()?.to_str()? {
            "py" | "pyw" => Some(Language::Python),
            _ => None,
        }
    }

    /// What the language is called.
    pub fn name(self) -> &'static str {
        match self {
            Language::Python => "Python",
        }
    }
}

/// The program that `source` is.
///
/// Never fails: broken code gives what could be understood, and the problems. Every span is a
/// range of bytes in `source`, on character boundaries; the operands of an expression have smaller
/// ids than the expression itself; functions and classes are numbered in the order in which they
/// start.
pub fn lower(language: Language, source: &str) -> Module {
    match language {
        Language::Python => python::lower(source),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_python_files_that_run_are_python() {
        for (path, expected) in [
            ("app.py", Some(Language::Python)),
            ("shop/window.pyw", Some(Language::Python)),
            ("app.pyi", None),
            ("notes.ipynb", None),
            ("py", None),
            ("app.py.txt", None),
        ] {
            assert_eq!(Language::of_path(Path::new(path)), expected, "{path}");
        }
    }
}
