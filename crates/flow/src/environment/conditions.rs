//! Tests around a place, as the environment decides them.

use tightlip_ir::{Block, Span, StatementKind};

use super::{Environment, Scope, Set};

/// When a place is run, as far as variables of the environment decide it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reached {
    /// They do not decide it.
    Anyway,
    /// Only when somebody sets a variable.
    WhenSet,
    /// Unless somebody sets one.
    UnlessSet,
}

impl Environment<'_> {
    /// When `place` in the body of the scope's function is run.
    pub(crate) fn reached(&self, scope: &Scope, place: Span) -> Reached {
        let body = &self.module(scope).function(scope.function).body;
        self.reached_within(body, scope, place)
    }

    fn reached_within(&self, block: &Block, scope: &Scope, place: Span) -> Reached {
        let Some(statement) = block.iter().find(|statement| statement.span.contains(place)) else {
            return Reached::Anyway;
        };
        match &statement.kind {
            StatementKind::If { test, then, otherwise } => {
                let is_in = |block: &Block| block.iter().any(|inner| inner.span.contains(place));
                let (branch, holds) = if is_in(then) { (then, true) } else { (otherwise, false) };
                if !is_in(branch) {
                    return Reached::Anyway;
                }
                let inner = self.reached_within(branch, scope, place);
                let test = self.read(scope, *test, 0).filter(|test| test.set != Set::Never);
                match test.and_then(|test| test.unset_truth()) {
                    Some(truth) if truth != holds => Reached::WhenSet,
                    Some(_) if inner == Reached::Anyway => Reached::UnlessSet,
                    _ => inner,
                }
            }
            StatementKind::Try { body, .. }
            | StatementKind::With { body, .. }
            | StatementKind::Loop { body, .. } => self.reached_within(body, scope, place),
            _ => Reached::Anyway,
        }
    }
}
