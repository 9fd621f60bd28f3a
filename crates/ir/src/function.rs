use crate::{Block, ExpressionId, Span, Symbol};

/// Points to a [`Function`] of the same module. The first one is the module's own body.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FunctionId(pub u32);

impl FunctionId {
    /// The body of the module.
    pub const MODULE_BODY: FunctionId = FunctionId(0);
}

/// Points to a [`Class`] of the same module.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ClassId(pub u32);

/// In what a function or class is defined.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Owner {
    /// At the top of the module.
    Module,
    /// In the body of a class.
    Class(ClassId),
    /// In the body of a function.
    Function(FunctionId),
}

/// A function, a method, a lambda, or the body of a module.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name; `<lambda>` and `<module>` have one too.
    pub name: Symbol,
    /// The whole definition.
    pub span: Span,
    /// The name alone.
    pub name_span: Span,
    /// In what it is defined.
    pub owner: Owner,
    /// In order of declaration.
    pub parameters: Box<[Parameter]>,
    /// Outermost first.
    pub decorators: Box<[ExpressionId]>,
    /// The annotation of what it returns.
    pub returns: Option<ExpressionId>,
    /// The body. A lambda's is one `return`.
    pub body: Block,
    /// Whether it has a `yield` of its own.
    pub generator: bool,
    /// Names that are its own: parameters and everything that its body binds, sorted, without doubles.
    pub locals: Box<[Symbol]>,
    /// Names declared `global`.
    pub globals: Box<[Symbol]>,
    /// Names and attributes that its own body reads (nested functions not counted), sorted, without doubles.
    pub mentions: Box<[Symbol]>,
    /// Whether an `except` of its own body binds the exception to a name.
    pub catches: bool,
}

/// A parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: Symbol,
    /// Where the name stands.
    pub span: Span,
    /// How it is passed.
    pub kind: ParameterKind,
    /// Its value when it is not passed; computed in the scope around the function.
    pub default: Option<ExpressionId>,
    /// Its annotation.
    pub annotation: Option<ExpressionId>,
}

/// How a parameter is passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ParameterKind {
    /// By place or by keyword.
    Positional,
    /// By keyword only.
    Keyword,
    /// `*rest`.
    Items,
    /// `**rest`.
    Entries,
}

/// A class.
#[derive(Clone, Debug)]
pub struct Class {
    /// Its name.
    pub name: Symbol,
    /// The whole definition.
    pub span: Span,
    /// The name alone.
    pub name_span: Span,
    /// In what it is defined.
    pub owner: Owner,
    /// The base classes.
    pub bases: Box<[ExpressionId]>,
    /// Outermost first.
    pub decorators: Box<[ExpressionId]>,
    /// The body.
    pub body: Block,
}
