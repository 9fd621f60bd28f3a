//! What is true of every module.

use tightlip_ir::{
    Block, ClassId, ExpressionId, ExpressionKind, Function, FunctionId, Module, Span, Statement,
    StatementKind, Symbol,
};
use tightlip_languages::{Language, lower};

/// No reader needs to recurse deeper.
const DEEPEST: usize = 500;

/// Lowers `source` and checks that what comes of it is well formed.
pub(crate) fn lower_well_formed(source: &str) -> Module {
    let module = lower(Language::Python, source);
    Form { source, module: &module }.check();
    module
}

struct Form<'a> {
    source: &'a str,
    module: &'a Module,
}

impl Form<'_> {
    fn check(&self) {
        assert_eq!(self.module.functions[0].name, "<module>");
        assert!(
            self.module.functions[1..].is_sorted_by_key(|function| function.span.start),
            "functions in order"
        );
        assert!(self.module.classes.is_sorted_by_key(|class| class.span.start), "classes in order");
        self.module.functions.iter().for_each(|function| self.function(function));
        for class in &self.module.classes {
            self.span(class.span);
            self.span(class.name_span);
            class.bases.iter().chain(&class.decorators).for_each(|id| self.known(*id));
            self.block(&class.body, 0);
        }
        self.expressions();
        for directive in &self.module.directives {
            self.span(directive.span);
            self.span(directive.applies_to);
        }
        self.module.problems.iter().for_each(|problem| self.span(problem.span));
    }

    fn function(&self, function: &Function) {
        self.span(function.span);
        self.span(function.name_span);
        for parameter in &function.parameters {
            self.span(parameter.span);
            parameter.default.iter().chain(&parameter.annotation).for_each(|id| self.known(*id));
        }
        function.decorators.iter().chain(&function.returns).for_each(|id| self.known(*id));
        for names in [&function.locals, &function.globals, &function.mentions] {
            assert!(strictly_sorted(names), "{names:?}");
        }
        self.block(&function.body, 0);
    }

    /// Operands come before what is made of them, so no expression is nested in itself, and its depth is
    /// known when it is met.
    fn expressions(&self) {
        let mut depths: Vec<usize> = Vec::new();
        for (index, expression) in self.module.expressions.iter().enumerate() {
            self.span(expression.span);
            let mut deepest = 0;
            for operand in operands(&expression.kind) {
                assert!((operand.0 as usize) < index, "an operand behind its expression");
                deepest = deepest.max(depths[operand.0 as usize]);
            }
            if let ExpressionKind::Lambda(id) = &expression.kind {
                self.known_function(*id);
            }
            assert!(deepest < DEEPEST, "an expression nested too deeply");
            depths.push(deepest + 1);
        }
    }

    fn block(&self, block: &Block, depth: usize) {
        assert!(depth < DEEPEST, "a statement nested too deeply");
        block.iter().for_each(|statement| self.statement(statement, depth + 1));
    }

    fn statement(&self, statement: &Statement, depth: usize) {
        self.span(statement.span);
        expressions_of(&statement.kind).into_iter().for_each(|id| self.known(id));
        match &statement.kind {
            StatementKind::If { then, otherwise, .. } => {
                self.block(then, depth);
                self.block(otherwise, depth);
            }
            StatementKind::Loop { body, otherwise, .. } => {
                self.block(body, depth);
                self.block(otherwise, depth);
            }
            StatementKind::Try { body, handlers, otherwise, finally } => {
                for handler in handlers {
                    self.span(handler.span);
                    self.span(handler.name_span);
                    self.block(&handler.body, depth);
                }
                [body, otherwise, finally].into_iter().for_each(|block| self.block(block, depth));
            }
            StatementKind::With { body, .. } => self.block(body, depth),
            StatementKind::Match { cases, .. } => cases.iter().for_each(|case| self.block(&case.body, depth)),
            StatementKind::Define(id) => self.known_function(*id),
            StatementKind::Class(ClassId(id)) => assert!((*id as usize) < self.module.classes.len()),
            StatementKind::Import(imports) => imports.iter().for_each(|import| self.span(import.span)),
            _ => {}
        }
    }

    fn known(&self, id: ExpressionId) {
        assert!((id.0 as usize) < self.module.expressions.len());
    }

    fn known_function(&self, id: FunctionId) {
        assert!(id != FunctionId::MODULE_BODY && (id.0 as usize) < self.module.functions.len());
    }

    fn span(&self, span: Span) {
        assert!(self.source.get(span.start as usize..span.end as usize).is_some(), "{span:?}");
    }
}

fn strictly_sorted(names: &[Symbol]) -> bool {
    names.is_sorted_by(|left, right| left < right)
}

fn operands(kind: &ExpressionKind) -> Vec<ExpressionId> {
    match kind {
        ExpressionKind::Name(_) | ExpressionKind::Literal(_) | ExpressionKind::Lambda(_) => Vec::new(),
        ExpressionKind::Format(operands) | ExpressionKind::Opaque(operands) => operands.to_vec(),
        ExpressionKind::Logic { operands, .. } => operands.to_vec(),
        ExpressionKind::Collection { items, .. } => items.to_vec(),
        ExpressionKind::Sum(left, right) | ExpressionKind::Compare { left, right, .. } => vec![*left, *right],
        ExpressionKind::Index { object, index } => vec![*object, *index],
        ExpressionKind::Attribute { object: operand, .. }
        | ExpressionKind::Slice(operand)
        | ExpressionKind::Spread(operand)
        | ExpressionKind::Not(operand)
        | ExpressionKind::Bind { value: operand, .. }
        | ExpressionKind::Await(operand)
        | ExpressionKind::YieldFrom(operand) => vec![*operand],
        ExpressionKind::Yield(operand) => operand.iter().copied().collect(),
        ExpressionKind::Call { callee, arguments } => {
            std::iter::once(*callee).chain(arguments.iter().map(|argument| argument.value)).collect()
        }
        ExpressionKind::Record(entries) => {
            entries.iter().flat_map(|entry| entry.key.into_iter().chain([entry.value])).collect()
        }
        ExpressionKind::Choice { test, then, otherwise } => vec![*test, *then, *otherwise],
        ExpressionKind::Comprehension { key, element, clauses } => {
            let clauses = clauses.iter().flat_map(|clause| {
                [clause.target, clause.iterable].into_iter().chain(clause.conditions.iter().copied())
            });
            key.iter().copied().chain([*element]).chain(clauses).collect()
        }
    }
}

fn expressions_of(kind: &StatementKind) -> Vec<ExpressionId> {
    match kind {
        StatementKind::Expression(value) | StatementKind::Assert(value) => vec![*value],
        StatementKind::Assign { targets, value } => targets.iter().copied().chain([*value]).collect(),
        StatementKind::Update { target, value } => vec![*target, *value],
        StatementKind::Declare { target, annotation, value } => {
            [*target, *annotation].into_iter().chain(*value).collect()
        }
        StatementKind::Return(value) => value.iter().copied().collect(),
        StatementKind::Raise { exception, cause } => exception.iter().chain(cause).copied().collect(),
        StatementKind::If { test, .. } => vec![*test],
        StatementKind::Loop { target, source, .. } => target.iter().copied().chain([*source]).collect(),
        StatementKind::Try { handlers, .. } => {
            handlers.iter().flat_map(|handler| handler.types.iter().copied()).collect()
        }
        StatementKind::With { items, .. } => {
            items.iter().flat_map(|item| std::iter::once(item.context).chain(item.target)).collect()
        }
        StatementKind::Match { subject, cases } => {
            let cases =
                cases.iter().flat_map(|case| case.patterns.iter().chain(&case.classes).chain(&case.guard));
            std::iter::once(*subject).chain(cases.copied()).collect()
        }
        StatementKind::Delete(targets) => targets.to_vec(),
        StatementKind::Define(_)
        | StatementKind::Class(_)
        | StatementKind::Import(_)
        | StatementKind::Break
        | StatementKind::Continue => Vec::new(),
    }
}
