//! What is being built while a file is lowered.

use ruff_python_ast::Expr;
use ruff_python_ast::name::Name;
use ruff_text_size::{Ranged, TextRange};
use rustc_hash::FxHashSet;
use tightlip_ir::{Expression, ExpressionId, ExpressionKind, Module, Owner, Span, Symbol, SyntaxProblem};

use super::scopes::Scopes;
use super::symbols::Symbols;

/// What is nested deeper is lowered to nothing. CPython itself refuses more than 200 brackets and
/// 100 blocks.
pub(super) const DEEPEST_LOWERED: u32 = 256;

/// Most source has fewer expressions, so that their arena need not grow.
const BYTES_PER_EXPRESSION: usize = 16;

/// A module in the making.
pub(super) struct Lowering<'source> {
    pub(super) source: &'source str,
    pub(super) module: Module,
    pub(super) symbols: Symbols,
    pub(super) scopes: Scopes,
    /// In what the statements that are being lowered stand.
    pub(super) owner: Owner,
    /// Whether texts are names of types.
    pub(super) in_annotation: bool,
    /// The names that imports and classes so far bind: they may be types.
    pub(super) type_names: FxHashSet<Symbol>,
    /// How many statements and expressions are around.
    depth: u32,
}

impl<'source> Lowering<'source> {
    /// Nothing yet of `source`, except for the function that is the module's body.
    pub(super) fn new(source: &'source str) -> Self {
        let mut module = Module::default();
        module.expressions.reserve(source.len() / BYTES_PER_EXPRESSION);
        let mut lowering = Self {
            source,
            module,
            symbols: Symbols::of_thread(),
            scopes: Scopes::default(),
            owner: Owner::Module,
            in_annotation: false,
            type_names: FxHashSet::default(),
            depth: 0,
        };
        lowering.reserve_module_body();
        lowering
    }

    /// What was built.
    pub(super) fn finish(mut self) -> Module {
        self.symbols.keep();
        self.module.expressions.shrink_to_fit();
        self.module.functions.shrink_to_fit();
        self.module
    }

    /// The symbol of a name.
    pub(super) fn symbol(&mut self, name: &Name) -> Symbol {
        self.symbols.symbol(name.as_str())
    }

    /// Puts an expression into the arena.
    pub(super) fn add(&mut self, span: Span, kind: ExpressionKind) -> ExpressionId {
        let id = ExpressionId(self.module.expressions.len() as u32);
        self.module.expressions.push(Expression { span, kind });
        id
    }

    /// Lowers each of `items`.
    pub(super) fn expressions(&mut self, items: &[Expr]) -> Box<[ExpressionId]> {
        items.iter().map(|item| self.expression(item)).collect()
    }

    /// Lowers `item` if there is one.
    pub(super) fn optional(&mut self, item: Option<&Expr>) -> Option<ExpressionId> {
        item.map(|item| self.expression(item))
    }

    /// Does `work` one level deeper; gives nothing when that is too deep.
    pub(super) fn deeper<T>(&mut self, node: &impl Ranged, work: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth == DEEPEST_LOWERED {
            self.report_depth(span_of(node.range()));
            return None;
        }
        self.depth += 1;
        let result = work(self);
        self.depth -= 1;
        Some(result)
    }

    /// Says once in a file that something in it is nested too deeply.
    #[cold]
    fn report_depth(&mut self, span: Span) {
        if self.module.problems.is_empty() {
            let message = format!("nested too deeply (more than {DEEPEST_LOWERED} levels) to be understood");
            self.module.problems.push(SyntaxProblem { span, message });
        }
    }
}

/// The span of a range of ruff's.
pub(super) fn span_of(range: TextRange) -> Span {
    Span::new(range.start().to_u32(), range.end().to_u32())
}
