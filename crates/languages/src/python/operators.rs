//! Operators. A chain of them leans to the left in the parser's tree, as deep as it is long, so it is
//! walked along and not into.

use ruff_python_ast::{
    BoolOp, CmpOp, Expr, ExprBinOp, ExprBoolOp, ExprCompare, ExprUnaryOp, Operator, UnaryOp,
};
use tightlip_ir::{Comparison, ExpressionId, ExpressionKind, Literal, LogicOperator, Span};

use super::lowering::{Lowering, span_of};

/// A chain with more operators loses its shape.
const LONGEST_CHAIN: usize = 64;

impl Lowering<'_> {
    /// Lowers `left OPERATOR right`.
    pub(super) fn binary(&mut self, operation: &ExprBinOp) -> ExpressionKind {
        if !matches!(*operation.left, Expr::BinOp(_)) {
            let left = self.expression(&operation.left);
            return self.operation(operation, left, is_text(&operation.left));
        }
        let chain = chain(operation);
        if chain.len() > LONGEST_CHAIN {
            return self.long_chain(&chain);
        }
        let innermost = &chain[chain.len() - 1].left;
        let mut left = self.expression(innermost);
        let mut left_is_text = is_text(innermost);
        for inner in chain[1..].iter().rev() {
            let kind = self.operation(inner, left, left_is_text);
            left_is_text = match inner.op {
                Operator::Add => left_is_text || is_text(&inner.right),
                Operator::Mod => left_is_text,
                _ => false,
            };
            left = self.add(span_of(inner.range), kind);
        }
        self.operation(operation, left, left_is_text)
    }

    fn operation(&mut self, operation: &ExprBinOp, left: ExpressionId, left_is_text: bool) -> ExpressionKind {
        match operation.op {
            Operator::Add => ExpressionKind::Sum(left, self.expression(&operation.right)),
            Operator::Mod if left_is_text => self.percent_format(left, &operation.right),
            _ => ExpressionKind::Opaque(Box::new([left, self.expression(&operation.right)])),
        }
    }

    fn percent_format(&mut self, left: ExpressionId, right: &Expr) -> ExpressionKind {
        let Expr::Tuple(tuple) = right else {
            return ExpressionKind::Format(Box::new([left, self.expression(right)]));
        };
        let mut parts = Vec::with_capacity(tuple.elts.len() + 1);
        parts.push(left);
        parts.extend(tuple.elts.iter().map(|item| self.expression(item)));
        ExpressionKind::Format(parts.into_boxed_slice())
    }

    /// Sums may be added up in any order, so they become a tree that is as shallow as can be. Any
    /// other chain becomes one value.
    fn long_chain(&mut self, chain: &[&ExprBinOp]) -> ExpressionKind {
        let mut operands = Vec::with_capacity(chain.len() + 1);
        operands.push(self.expression(&chain[chain.len() - 1].left));
        operands.extend(chain.iter().rev().map(|operation| self.expression(&operation.right)));
        if chain.iter().all(|operation| operation.op == Operator::Add) {
            let (left, right) = operands.split_at(operands.len() / 2);
            ExpressionKind::Sum(self.balanced_sum(left), self.balanced_sum(right))
        } else {
            ExpressionKind::Opaque(operands.into_boxed_slice())
        }
    }

    fn balanced_sum(&mut self, operands: &[ExpressionId]) -> ExpressionId {
        if let [operand] = operands {
            return *operand;
        }
        let (left, right) = operands.split_at(operands.len() / 2);
        let (left, right) = (self.balanced_sum(left), self.balanced_sum(right));
        let (start, end) = (self.module.expression(left).span.start, self.module.expression(right).span.end);
        self.add(Span::new(start, end), ExpressionKind::Sum(left, right))
    }

    /// Lowers `and` or `or`.
    pub(super) fn logic(&mut self, operation: &ExprBoolOp) -> ExpressionKind {
        let operator = match operation.op {
            BoolOp::And => LogicOperator::And,
            BoolOp::Or => LogicOperator::Or,
        };
        ExpressionKind::Logic { operator, operands: self.expressions(&operation.values) }
    }

    /// Lowers an operator with one operand.
    pub(super) fn unary(&mut self, operation: &ExprUnaryOp) -> ExpressionKind {
        let operand = self.expression(&operation.operand);
        match (operation.op, &self.module.expression(operand).kind) {
            (UnaryOp::Not, _) => ExpressionKind::Not(operand),
            (UnaryOp::USub, ExpressionKind::Literal(Literal::Integer(value))) => {
                ExpressionKind::Literal(value.checked_neg().map_or(Literal::Number, Literal::Integer))
            }
            (UnaryOp::USub, ExpressionKind::Literal(Literal::Number)) => {
                ExpressionKind::Literal(Literal::Number)
            }
            _ => ExpressionKind::Opaque(Box::new([operand])),
        }
    }

    /// Lowers a comparison. The links of a chain share the operands between them.
    pub(super) fn compare(&mut self, comparison: &ExprCompare) -> ExpressionKind {
        let mut left = self.expression(&comparison.left);
        let mut links = Vec::new();
        for (operator, right) in comparison.ops.iter().zip(&comparison.comparators) {
            let right = self.expression(right);
            let link = ExpressionKind::Compare { comparison: comparison_of(*operator), left, right };
            if comparison.ops.len() == 1 {
                return link;
            }
            let (start, end) =
                (self.module.expression(left).span.start, self.module.expression(right).span.end);
            links.push(self.add(Span::new(start, end), link));
            left = right;
        }
        ExpressionKind::Logic { operator: LogicOperator::And, operands: links.into_boxed_slice() }
    }
}

/// The operations of a chain, the outermost first.
fn chain(outermost: &ExprBinOp) -> Vec<&ExprBinOp> {
    let mut chain = vec![outermost];
    let mut left = &outermost.left;
    while let Expr::BinOp(inner) = &**left {
        chain.push(inner);
        left = &inner.left;
    }
    chain
}

/// Whether `%` behind it formats.
fn is_text(expression: &Expr) -> bool {
    matches!(expression, Expr::StringLiteral(_) | Expr::BytesLiteral(_) | Expr::FString(_))
}

fn comparison_of(operator: CmpOp) -> Comparison {
    match operator {
        CmpOp::Eq => Comparison::Equal,
        CmpOp::NotEq => Comparison::NotEqual,
        CmpOp::Is => Comparison::Is,
        CmpOp::IsNot => Comparison::IsNot,
        CmpOp::In => Comparison::In,
        CmpOp::NotIn => Comparison::NotIn,
        CmpOp::Lt | CmpOp::LtE | CmpOp::Gt | CmpOp::GtE => Comparison::Order,
    }
}
