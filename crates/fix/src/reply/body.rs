//! Statements and expressions of a function, with what they are parts of. Functions inside belong to it: they see
//! its variables.

use std::collections::HashMap;

use tightlip_ir::{
    Block, ExpressionId, ExpressionKind, FunctionId, Handler, Module, Span, Statement, StatementKind, Symbol,
};
use tightlip_rules::walk;

/// A function or a part of one.
pub(super) struct Body<'a> {
    pub(super) module: &'a Module,
    /// In source order, those of functions inside as well.
    pub(super) statements: Vec<&'a Statement>,
    parents: HashMap<ExpressionId, ExpressionId>,
    owners: HashMap<ExpressionId, &'a Statement>,
}

impl<'a> Body<'a> {
    pub(super) fn new(module: &'a Module, block: &'a Block) -> Self {
        let mut body =
            Self { module, statements: Vec::new(), parents: HashMap::new(), owners: HashMap::new() };
        body.add(block, &mut Vec::new());
        body
    }

    fn add(&mut self, block: &'a Block, seen: &mut Vec<FunctionId>) {
        for statement in walk::statements(block) {
            self.statements.push(statement);
            match &statement.kind {
                StatementKind::Define(id) => self.add_function(*id, seen),
                StatementKind::Class(id) => self.add(&self.module.class(*id).body, seen),
                _ => {}
            }
            for root in walk::expressions(statement) {
                self.add_expression(root, statement, seen);
            }
        }
    }

    fn add_function(&mut self, id: FunctionId, seen: &mut Vec<FunctionId>) {
        if !seen.contains(&id) {
            seen.push(id);
            self.add(&self.module.function(id).body, seen);
        }
    }

    fn add_expression(&mut self, root: ExpressionId, statement: &'a Statement, seen: &mut Vec<FunctionId>) {
        for part in walk::all_parts(self.module, root) {
            self.owners.insert(part, statement);
            for inner in walk::parts(self.module, part) {
                self.parents.insert(inner, part);
            }
            if let ExpressionKind::Lambda(id) = self.kind(part) {
                self.add_function(*id, seen);
            }
        }
    }

    pub(super) fn kind(&self, id: ExpressionId) -> &'a ExpressionKind {
        &self.module.expression(id).kind
    }

    pub(super) fn span(&self, id: ExpressionId) -> Span {
        self.module.expression(id).span
    }

    pub(super) fn parent(&self, id: ExpressionId) -> Option<ExpressionId> {
        self.parents.get(&id).copied()
    }

    /// The statement that `id` stands in.
    pub(super) fn statement(&self, id: ExpressionId) -> Option<&'a Statement> {
        self.owners.get(&id).copied()
    }

    /// `id` and what it is a part of, innermost first.
    pub(super) fn around(&self, id: ExpressionId) -> impl Iterator<Item = ExpressionId> + '_ {
        std::iter::successors(Some(id), |id| self.parent(*id))
    }

    /// Where `name` is read, in source order.
    pub(super) fn reads(&self, name: Symbol) -> Vec<ExpressionId> {
        let mut found: Vec<ExpressionId> = self.owners.keys().copied().collect();
        found.retain(|id| matches!(self.kind(*id), ExpressionKind::Name(known) if *known == name));
        found.retain(|id| !self.is_target(*id));
        found.sort_by_key(|id| self.span(*id));
        found
    }

    /// The expressions that start and end with `span`, innermost first.
    pub(super) fn at(&self, span: Span) -> Option<ExpressionId> {
        let mut found: Vec<ExpressionId> =
            self.owners.keys().copied().filter(|id| self.span(*id) == span).collect();
        found.sort();
        found.first().copied()
    }

    /// Whether `id` is bound by its statement.
    fn is_target(&self, id: ExpressionId) -> bool {
        let Some(statement) = self.statement(id) else { return false };
        match &statement.kind {
            StatementKind::Assign { targets, .. } | StatementKind::Delete(targets) => targets.contains(&id),
            StatementKind::Declare { target, .. } => *target == id,
            StatementKind::Loop { target, .. } => *target == Some(id),
            _ => false,
        }
    }
}

/// The arm whose exception is bound at `span`.
pub(super) fn arm_binding(module: &Module, span: Span) -> Option<Arm<'_>> {
    arms(module).find(|arm| arm.handler.name.is_some() && arm.handler.name_span == span)
}

/// The innermost arm around `span` that is in the same function.
pub(super) fn arm_around(module: &Module, function: FunctionId, span: Span) -> Option<Arm<'_>> {
    let around = arms(module).filter(|arm| arm.function == function && arm.handler.span.contains(span));
    let in_body =
        around.filter(|arm| arm.handler.body.first().is_some_and(|first| first.span.start <= span.start));
    in_body.min_by_key(|arm| arm.handler.span.end - arm.handler.span.start)
}

/// An `except`, and what it belongs to.
#[derive(Clone, Copy)]
pub(super) struct Arm<'a> {
    pub(super) handler: &'a Handler,
    pub(super) function: FunctionId,
}

fn arms(module: &Module) -> impl Iterator<Item = Arm<'_>> {
    let bodies = module.functions.iter().enumerate().map(|(at, function)| (at, &function.body));
    let of_classes = module.classes.iter().map(|class| (0, &class.body));
    bodies.chain(of_classes).flat_map(|(at, body)| {
        let tries = walk::statements(body).into_iter().filter_map(|statement| match &statement.kind {
            StatementKind::Try { handlers, .. } => Some(handlers),
            _ => None,
        });
        tries
            .flat_map(|handlers| handlers.iter())
            .map(move |handler| Arm { handler, function: FunctionId(at as u32) })
    })
}
