use crate::{FunctionId, Span, Symbol};

/// Points to an [`Expression`] of the same module.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ExpressionId(pub u32);

/// A value that the program computes.
#[derive(Clone, Debug)]
pub struct Expression {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: ExpressionKind,
}

/// What an expression is.
#[derive(Clone, Debug)]
pub enum ExpressionKind {
    /// A variable, function, class or module by name.
    Name(Symbol),
    /// A constant.
    Literal(Literal),
    /// Text made of parts: f-string, `%`, template literal. Each part that is no text is turned into text.
    Format(Box<[ExpressionId]>),
    /// `left + right`: concatenation of texts or collections, or a sum.
    Sum(ExpressionId, ExpressionId),
    /// `object.name`.
    Attribute {
        /// Whose attribute it is.
        object: ExpressionId,
        /// The attribute.
        name: Symbol,
    },
    /// `object[index]`.
    Index {
        /// What is indexed.
        object: ExpressionId,
        /// By what.
        index: ExpressionId,
    },
    /// `object[from:to]`: a part of the same kind.
    Slice(ExpressionId),
    /// `callee(arguments)`.
    Call {
        /// What is called.
        callee: ExpressionId,
        /// With what, in source order.
        arguments: Box<[Argument]>,
    },
    /// A tuple, list or set display.
    Collection {
        /// Which.
        kind: CollectionKind,
        /// Its items; a `*items` is a [`ExpressionKind::Spread`].
        items: Box<[ExpressionId]>,
    },
    /// `*value` inside of a collection.
    Spread(ExpressionId),
    /// A dictionary or object display.
    Record(Box<[RecordEntry]>),
    /// `then if test else otherwise`.
    Choice {
        /// Decides.
        test: ExpressionId,
        /// The value when the test holds.
        then: ExpressionId,
        /// The value when it does not.
        otherwise: ExpressionId,
    },
    /// `a and b and c`, `a or b`.
    Logic {
        /// Which.
        operator: LogicOperator,
        /// Two or more, in source order.
        operands: Box<[ExpressionId]>,
    },
    /// `not value`.
    Not(ExpressionId),
    /// `left == right` and its like; a chain is a [`ExpressionKind::Logic`] of them.
    Compare {
        /// Which comparison.
        comparison: Comparison,
        /// The left side.
        left: ExpressionId,
        /// The right side.
        right: ExpressionId,
    },
    /// `(name := value)`.
    Bind {
        /// The name that is bound.
        target: Symbol,
        /// The value, which is also the value of the expression.
        value: ExpressionId,
    },
    /// An anonymous function.
    Lambda(FunctionId),
    /// `await value`.
    Await(ExpressionId),
    /// `yield value`.
    Yield(Option<ExpressionId>),
    /// `yield from value`.
    YieldFrom(ExpressionId),
    /// A list, set, dictionary or generator comprehension. It runs in the scope around it.
    Comprehension {
        /// The key, in a dictionary comprehension.
        key: Option<ExpressionId>,
        /// The element, or the value of a dictionary comprehension.
        element: ExpressionId,
        /// `for target in iterable if conditions`, outermost first.
        clauses: Box<[Clause]>,
    },
    /// Anything else. Error detail in an operand is in the result.
    Opaque(Box<[ExpressionId]>),
}

/// An argument of a call.
#[derive(Clone, Copy, Debug)]
pub struct Argument {
    /// The keyword, if it is passed by one.
    pub keyword: Option<Symbol>,
    /// The value.
    pub value: ExpressionId,
    /// `*value` (without keyword) or `**value`.
    pub spread: Spread,
}

/// How an argument is passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Spread {
    /// As itself.
    No,
    /// `*value`: each item is an argument.
    Items,
    /// `**value`: each entry is a keyword argument.
    Entries,
}

/// An entry of a record; without key it is `**value`.
#[derive(Clone, Copy, Debug)]
pub struct RecordEntry {
    /// The key.
    pub key: Option<ExpressionId>,
    /// The value.
    pub value: ExpressionId,
}

/// One `for` of a comprehension.
#[derive(Clone, Debug)]
pub struct Clause {
    /// What is bound.
    pub target: ExpressionId,
    /// What is iterated over.
    pub iterable: ExpressionId,
    /// The `if`s.
    pub conditions: Box<[ExpressionId]>,
}

/// A constant.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Literal {
    /// A text or byte string of at most [`Literal::LONGEST_TEXT`] bytes.
    Text(Symbol),
    /// A longer one.
    LongText,
    /// A whole number that fits.
    Integer(i64),
    /// Any other number.
    Number,
    /// `True` or `False`.
    Boolean(bool),
    /// `None`.
    None,
    /// `...`.
    Ellipsis,
}

impl Literal {
    /// Longer texts are no keys, names or switches, and would only fill the interner.
    pub const LONGEST_TEXT: usize = 160;
}

/// Which collection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CollectionKind {
    /// Fixed places.
    Tuple,
    /// A list.
    List,
    /// A set.
    Set,
}

/// `and` or `or`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LogicOperator {
    /// All hold.
    And,
    /// One holds.
    Or,
}

/// A comparison.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Comparison {
    /// `==`.
    Equal,
    /// `!=`.
    NotEqual,
    /// `is`.
    Is,
    /// `is not`.
    IsNot,
    /// `in`.
    In,
    /// `not in`.
    NotIn,
    /// `<`, `<=`, `>`, `>=`.
    Order,
}
