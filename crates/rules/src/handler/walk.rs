//! The expressions of statements and the parts of expressions. Functions inside are not entered.

use tightlip_ir::{Block, ExpressionId, ExpressionKind, Module, Statement, StatementKind};

/// The direct parts of an expression.
pub fn parts(module: &Module, id: ExpressionId) -> Vec<ExpressionId> {
    match &module.expression(id).kind {
        ExpressionKind::Name(_) | ExpressionKind::Literal(_) | ExpressionKind::Lambda(_) => Vec::new(),
        ExpressionKind::Format(parts) | ExpressionKind::Opaque(parts) => parts.to_vec(),
        ExpressionKind::Sum(left, right) => vec![*left, *right],
        ExpressionKind::Attribute { object, .. } => vec![*object],
        ExpressionKind::Index { object, index } => vec![*object, *index],
        ExpressionKind::Call { callee, arguments } => {
            std::iter::once(*callee).chain(arguments.iter().map(|argument| argument.value)).collect()
        }
        ExpressionKind::Collection { items, .. } => items.to_vec(),
        ExpressionKind::Record(entries) => {
            entries.iter().flat_map(|entry| entry.key.into_iter().chain([entry.value])).collect()
        }
        ExpressionKind::Choice { test, then, otherwise } => vec![*test, *then, *otherwise],
        ExpressionKind::Logic { operands, .. } => operands.to_vec(),
        ExpressionKind::Compare { left, right, .. } => vec![*left, *right],
        ExpressionKind::Slice(value)
        | ExpressionKind::Spread(value)
        | ExpressionKind::Not(value)
        | ExpressionKind::Bind { value, .. }
        | ExpressionKind::Await(value)
        | ExpressionKind::YieldFrom(value) => vec![*value],
        ExpressionKind::Yield(value) => value.iter().copied().collect(),
        ExpressionKind::Comprehension { key, element, clauses } => {
            let of_clauses = clauses.iter().flat_map(|clause| {
                [clause.target, clause.iterable].into_iter().chain(clause.conditions.iter().copied())
            });
            key.iter().copied().chain([*element]).chain(of_clauses).collect()
        }
    }
}

/// `id` and all of its parts, outer ones first.
pub fn all_parts(module: &Module, id: ExpressionId) -> Vec<ExpressionId> {
    let mut found = vec![id];
    let mut next = 0;
    while let Some(id) = found.get(next) {
        found.extend(parts(module, *id));
        next += 1;
    }
    found
}

/// The expressions that stand directly in a statement.
pub fn expressions(statement: &Statement) -> Vec<ExpressionId> {
    match &statement.kind {
        StatementKind::Expression(value) | StatementKind::Assert(value) => vec![*value],
        StatementKind::Assign { targets, value } => {
            std::iter::once(*value).chain(targets.iter().copied()).collect()
        }
        StatementKind::Update { target, value } => vec![*value, *target],
        StatementKind::Declare { target, value, .. } => value.iter().copied().chain([*target]).collect(),
        StatementKind::Return(value) => value.iter().copied().collect(),
        StatementKind::Raise { exception, cause } => exception.iter().chain(cause).copied().collect(),
        StatementKind::If { test, .. } => vec![*test],
        StatementKind::Loop { target, source, .. } => {
            std::iter::once(*source).chain(target.iter().copied()).collect()
        }
        StatementKind::Try { handlers, .. } => {
            handlers.iter().flat_map(|handler| handler.types.iter().copied()).collect()
        }
        StatementKind::With { items, .. } => {
            items.iter().flat_map(|item| std::iter::once(item.context).chain(item.target)).collect()
        }
        StatementKind::Match { subject, cases } => {
            let of_cases = cases
                .iter()
                .flat_map(|case| case.patterns.iter().chain(&case.classes).copied().chain(case.guard));
            std::iter::once(*subject).chain(of_cases).collect()
        }
        StatementKind::Delete(targets) => targets.to_vec(),
        StatementKind::Define(_)
        | StatementKind::Class(_)
        | StatementKind::Import(_)
        | StatementKind::Break
        | StatementKind::Continue => Vec::new(),
    }
}

/// The blocks of a statement, in source order.
pub fn blocks(statement: &Statement) -> Vec<&Block> {
    match &statement.kind {
        StatementKind::If { then, otherwise, .. } => vec![then, otherwise],
        StatementKind::Loop { body, otherwise, .. } => vec![body, otherwise],
        StatementKind::Try { body, handlers, otherwise, finally } => std::iter::once(body)
            .chain(handlers.iter().map(|handler| &handler.body))
            .chain([otherwise, finally])
            .collect(),
        StatementKind::With { body, .. } => vec![body],
        StatementKind::Match { cases, .. } => cases.iter().map(|case| &case.body).collect(),
        _ => Vec::new(),
    }
}

/// All statements of a block and of the blocks inside, in source order.
pub fn statements(block: &Block) -> Vec<&Statement> {
    let mut found = Vec::new();
    let mut open: Vec<&Statement> = block.iter().rev().collect();
    while let Some(statement) = open.pop() {
        found.push(statement);
        open.extend(blocks(statement).into_iter().flatten().collect::<Vec<_>>().into_iter().rev());
    }
    found
}

/// Whether nothing behind the statement runs.
pub fn leaves(statement: &Statement) -> bool {
    let all_leave = |block: &Block| block.iter().any(leaves);
    match &statement.kind {
        StatementKind::Return(_) | StatementKind::Raise { .. } => true,
        StatementKind::If { then, otherwise, .. } => all_leave(then) && all_leave(otherwise),
        StatementKind::With { body, .. } => all_leave(body),
        _ => false,
    }
}
