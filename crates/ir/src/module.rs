use crate::{Class, ClassId, Expression, ExpressionId, Function, FunctionId, Span, Symbol};

/// What one source file becomes.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// All functions; the first is the body of the module.
    pub functions: Vec<Function>,
    /// All classes.
    pub classes: Vec<Class>,
    /// All expressions.
    pub expressions: Vec<Expression>,
    /// What comments say to tightlip.
    pub directives: Vec<Directive>,
    /// What the parser stumbled over. The rest of the file is there all the same.
    pub problems: Vec<SyntaxProblem>,
}

impl Module {
    /// The expression of `id`.
    pub fn expression(&self, id: ExpressionId) -> &Expression {
        &self.expressions[id.0 as usize]
    }

    /// The function of `id`.
    pub fn function(&self, id: FunctionId) -> &Function {
        &self.functions[id.0 as usize]
    }

    /// The class of `id`.
    pub fn class(&self, id: ClassId) -> &Class {
        &self.classes[id.0 as usize]
    }
}

/// A comment addressed to tightlip.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Directive {
    /// The comment.
    pub span: Span,
    /// The lines it speaks of: its own when code stands before it, else the next line of code.
    pub applies_to: Span,
    /// What it says.
    pub kind: DirectiveKind,
}

/// What a comment says to tightlip.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DirectiveKind {
    /// `tightlip: ignore[RULE, RULE] reason`.
    Ignore {
        /// Codes or names; none means every rule.
        rules: Box<[Symbol]>,
        /// The words behind it.
        reason: String,
    },
    /// `tightlip: public`: the text of this exception class is written for clients.
    Public,
    /// A comment that starts like one but says none of these.
    Unknown(String),
}

/// A place where the source is not valid.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SyntaxProblem {
    /// Where.
    pub span: Span,
    /// What the parser says.
    pub message: String,
}
