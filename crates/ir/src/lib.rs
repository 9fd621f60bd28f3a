//! The program as the analysis sees it: nouns only.
//!
//! A [`Module`] is what one source file becomes. It owns its expressions, functions and classes in
//! arenas; everything else points into them by small ids, and back to the text by [`Span`]. No
//! syntax tree and no source text leaves the room that made it.
//!
//! **Invariant:** every construct of a language has a lowering. What this weakness does not need,
//! or what was not understood, is [`ExpressionKind::Opaque`], which keeps its operands so that
//! error detail still passes through it.

mod directive;
mod expression;
mod function;
mod module;
mod page;
mod statement;
mod symbol;

pub use directive::{Directive, DirectiveKind};
pub use expression::{
    Argument, Clause, CollectionKind, Comparison, Expression, ExpressionId, ExpressionKind, Literal,
    LogicOperator, RecordEntry, Spread,
};
pub use function::{Class, ClassId, Function, FunctionId, Owner, Parameter, ParameterKind};
pub use module::{Module, SyntaxProblem};
pub use page::{Page, PagePart, PagePath, PageStep, PageTest, Shown, ShownValue};
pub use statement::{Block, Case, Handler, Import, ImportKind, Statement, StatementKind, WithItem};
pub use symbol::Symbol;

/// A range of bytes in one source file, end excluded.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

impl Span {
    /// The span from `start` to `end`.
    pub fn new(start: u32, end: u32) -> Self {
        debug_assert!(start <= end, "a span ends behind its start");
        Self { start, end }
    }

    /// Whether `other` lies wholly inside.
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}
