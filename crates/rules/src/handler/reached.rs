//! Handlers whose registration is not reached, or only where debug mode is off.

use tightlip_catalogue::{Catalogue, Rule, Severity};
use tightlip_flow::{Location, Program};
use tightlip_ir::{Block, ExpressionId, ExpressionKind, LogicOperator, Statement, StatementKind};

use super::body::is_guard;
use super::scope::Scope;
use super::{Defect, scopes, walk};

pub(super) fn find(program: &Program, catalogue: &Catalogue, found: &mut Vec<Defect>) {
    let names = &catalogue.handling.registering_names;
    for scope in scopes(program, catalogue) {
        let definition = scope.definition();
        let decorates = |statement: &&Statement| matches!(statement.kind, StatementKind::Define(_));
        if definition.mentions.iter().any(|name| names.contains(name))
            || walk::statements(&definition.body).iter().any(decorates)
        {
            Finder { scope, found }.block(&definition.body, false);
        }
    }
}

struct Finder<'a, 'f> {
    scope: Scope<'a>,
    found: &'f mut Vec<Defect>,
}

impl<'a> Finder<'a, '_> {
    fn block(&mut self, block: &'a Block, without_debug: bool) {
        let mut left = false;
        for statement in block {
            if left {
                for call in self.all_registrations(statement) {
                    self.add(call, "nothing gets here: the function has returned before");
                }
                continue;
            }
            if without_debug {
                for call in self.registrations(statement) {
                    self.add(call, "it is registered only where debug mode is off when the program starts");
                }
            }
            match &statement.kind {
                StatementKind::If { test, then, otherwise } => {
                    let then_off = self.is_without_debug(*test);
                    let otherwise_off = !then_off && self.is_debug(*test);
                    self.block(then, without_debug || then_off);
                    self.block(otherwise, without_debug || otherwise_off);
                }
                _ => walk::blocks(statement).into_iter().for_each(|inner| self.block(inner, without_debug)),
            }
            left = walk::leaves(statement);
        }
    }

    fn is_debug(&self, test: ExpressionId) -> bool {
        !matches!(self.scope.kind(test), ExpressionKind::Logic { .. } | ExpressionKind::Not(_))
            && is_guard(self.scope, test)
    }

    /// Whether a test holds only where no debug mode is on.
    fn is_without_debug(&self, test: ExpressionId) -> bool {
        match self.scope.kind(test) {
            ExpressionKind::Not(inner) => self.is_debug(*inner),
            ExpressionKind::Logic { operator: LogicOperator::And, operands } => {
                operands.iter().any(|operand| self.is_without_debug(*operand))
            }
            _ => false,
        }
    }

    fn add(&mut self, call: ExpressionId, message: &str) {
        let span = self.scope.module().expression(call).span;
        self.found.push(Defect {
            location: Location { file: self.scope.function.file, span },
            rule: Rule::HandlerNeverRuns,
            severity: Severity::Low,
            message: message.to_owned(),
        });
    }

    fn all_registrations(&self, statement: &'a Statement) -> Vec<ExpressionId> {
        let inner = walk::blocks(statement).into_iter().flatten();
        let inner = inner.flat_map(|statement| self.all_registrations(statement));
        self.registrations(statement).into_iter().chain(inner).collect()
    }

    /// The calls in a statement itself that register an error handler.
    fn registrations(&self, statement: &Statement) -> Vec<ExpressionId> {
        let module = self.scope.module();
        let roots: Vec<ExpressionId> = match &statement.kind {
            StatementKind::Define(id) => module.function(*id).decorators.to_vec(),
            _ => walk::expressions(statement),
        };
        let parts = roots.into_iter().flat_map(|id| walk::all_parts(module, id));
        parts.filter(|part| self.registers(*part)).collect()
    }

    fn registers(&self, id: ExpressionId) -> bool {
        let catalogue = self.scope.catalogue;
        let ExpressionKind::Call { callee, arguments } = self.scope.kind(id) else { return false };
        let ExpressionKind::Attribute { name, .. } = self.scope.kind(*callee) else { return false };
        let is_known = || {
            self.scope.path(*callee).is_some_and(|path| {
                catalogue
                    .decorators
                    .get(&path)
                    .is_some_and(|models| models.iter().any(|model| model.exception.is_some()))
                    || catalogue.calls.get(&path).is_some_and(|model| !model.handlers.is_empty())
            })
        };
        catalogue.handling.registering_names.contains(name) && !arguments.is_empty() && is_known()
    }
}
