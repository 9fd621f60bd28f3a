use crate::{ClassId, ExpressionId, FunctionId, Span, Symbol};

/// Statements that run one after the other.
pub type Block = Box<[Statement]>;

/// One step of a program.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Where it stands, with all that it contains.
    pub span: Span,
    /// What it is.
    pub kind: StatementKind,
}

/// What a statement is.
#[derive(Clone, Debug)]
pub enum StatementKind {
    /// A value is computed and dropped.
    Expression(ExpressionId),
    /// `target = other = value`, also the annotated form with a value.
    Assign {
        /// Names, attributes, indexes, or collections of them.
        targets: Box<[ExpressionId]>,
        /// What each of them becomes.
        value: ExpressionId,
    },
    /// `target += value` and its like.
    Update {
        /// What is changed.
        target: ExpressionId,
        /// By what.
        value: ExpressionId,
    },
    /// `target: annotation = value`.
    Declare {
        /// What is declared.
        target: ExpressionId,
        /// Its type.
        annotation: ExpressionId,
        /// What it becomes, if anything.
        value: Option<ExpressionId>,
    },
    /// `return value`.
    Return(Option<ExpressionId>),
    /// `raise exception from cause`; without exception the current one is raised again.
    Raise {
        /// What is raised.
        exception: Option<ExpressionId>,
        /// After `from`.
        cause: Option<ExpressionId>,
    },
    /// `if test: then else: otherwise`; an `elif` is an `If` in `otherwise`.
    If {
        /// Decides.
        test: ExpressionId,
        /// Runs when it holds.
        then: Block,
        /// Runs when it does not.
        otherwise: Block,
    },
    /// `for target in source` or, without target, `while source`.
    Loop {
        /// Bound to each item of `source`.
        target: Option<ExpressionId>,
        /// The iterable, or the condition of a `while`.
        source: ExpressionId,
        /// Runs any number of times.
        body: Block,
        /// Runs when the loop ends without `break`.
        otherwise: Block,
    },
    /// `try`, with all of its arms.
    Try {
        /// What may fail.
        body: Block,
        /// The first that fits runs.
        handlers: Box<[Handler]>,
        /// Runs when nothing was raised.
        otherwise: Block,
        /// Runs in any case.
        finally: Block,
    },
    /// `with items: body`.
    With {
        /// The context managers, outermost first.
        items: Box<[WithItem]>,
        /// What runs inside.
        body: Block,
    },
    /// `match subject`.
    Match {
        /// What is matched.
        subject: ExpressionId,
        /// The cases, first one first.
        cases: Box<[Case]>,
    },
    /// A function is defined under its name.
    Define(FunctionId),
    /// A class is defined under its name.
    Class(ClassId),
    /// Names are imported.
    Import(Box<[Import]>),
    /// `del targets`.
    Delete(Box<[ExpressionId]>),
    /// `assert test`.
    Assert(ExpressionId),
    /// Leaves the loop.
    Break,
    /// Starts the next round of the loop.
    Continue,
}

/// `except types as name`.
#[derive(Clone, Debug)]
pub struct Handler {
    /// The whole arm.
    pub span: Span,
    /// The caught types; none means everything.
    pub types: Box<[ExpressionId]>,
    /// What the exception is called.
    pub name: Option<Symbol>,
    /// Where that name stands, or the head of the arm.
    pub name_span: Span,
    /// `except*`: the bound value is a group of such exceptions.
    pub group: bool,
    /// What runs.
    pub body: Block,
}

/// One context manager of a `with`.
#[derive(Clone, Copy, Debug)]
pub struct WithItem {
    /// The manager.
    pub context: ExpressionId,
    /// What the entered value is bound to.
    pub target: Option<ExpressionId>,
}

/// One case of a `match`.
#[derive(Clone, Debug)]
pub struct Case {
    /// The names that the pattern binds; each may be any part of the subject.
    pub captures: Box<[Symbol]>,
    /// Values and classes that the pattern compares with.
    pub patterns: Box<[ExpressionId]>,
    /// The classes, one of which the subject is an instance of, if the pattern says so as a whole.
    pub classes: Box<[ExpressionId]>,
    /// The `if`.
    pub guard: Option<ExpressionId>,
    /// What runs.
    pub body: Block,
}

/// One imported name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Import {
    /// Where it stands.
    pub span: Span,
    /// The dotted module, empty in `from . import name`.
    pub module: Symbol,
    /// The number of leading dots: 0 is absolute.
    pub level: u32,
    /// What of the module.
    pub kind: ImportKind,
}

/// What is imported of a module.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ImportKind {
    /// `import a.b` binds `a`; `import a.b as c` binds `c` to `a.b`.
    Module {
        /// The name after `as`.
        alias: Option<Symbol>,
    },
    /// `from module import name as bound`.
    Name {
        /// The name in the module.
        name: Symbol,
        /// The name here.
        bound: Symbol,
    },
    /// `from module import *`.
    Star,
}
