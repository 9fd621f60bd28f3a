use crate::{Class, ClassId, Directive, Expression, ExpressionId, Function, FunctionId, Span};

/// What one source file becomes.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// All functions; the first is the body of the module, the others stand in the order in which they begin.
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

/// A place where the source is not valid.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SyntaxProblem {
    /// Where.
    pub span: Span,
    /// What the parser says.
    pub message: String,
}
