//! Python, parsed by ruff's parser.
//!
//! The parser recovers from errors, so its tree is used as far as it goes. Each file here lowers one
//! part of the language; all of them are methods of [`Lowering`], which holds what is being built.

mod comments;
mod exceptions;
mod expressions;
mod functions;
mod lowering;
mod nesting;
mod operators;
mod patterns;
mod scopes;
mod statements;
mod symbols;
mod text;

#[cfg(test)]
mod tests;

use ruff_python_ast::{Mod, PythonVersion};
use ruff_python_parser::{Mode, ParseError, ParseOptions, parse_unchecked};
use tightlip_ir::{Module, Span, SyntaxProblem};

use lowering::{Lowering, span_of};

/// Who reads the twentieth problem of a file knows that it is no Python.
const MOST_PROBLEMS: usize = 20;

/// The program that `source` is.
pub(crate) fn lower(source: &str) -> Module {
    if u32::try_from(source.len()).is_err() {
        return refused("larger than 4 GiB".to_owned());
    }
    if nesting::is_too_deep(source) {
        return refused(format!("nested too deeply (more than {} levels)", nesting::DEEPEST_PARSED));
    }
    let options = ParseOptions::from(Mode::Module).with_target_version(PythonVersion::PY314);
    let parsed = parse_unchecked(source, options);
    let mut lowering = Lowering::new(source);
    if let Mod::Module(module) = parsed.syntax() {
        lowering.module_body(module);
    }
    let mut module = lowering.finish();
    module.directives = comments::directives(source, parsed.tokens());
    module.problems.splice(0..0, parsed.errors().iter().take(MOST_PROBLEMS).map(problem));
    module
}

fn problem(error: &ParseError) -> SyntaxProblem {
    SyntaxProblem { span: span_of(error.location), message: error.error.to_string() }
}

/// A module of which nothing was understood. It still has a body, as every module.
fn refused(message: String) -> Module {
    let mut module = Lowering::new("").finish();
    module.problems.push(SyntaxProblem { span: Span::default(), message });
    module
}
