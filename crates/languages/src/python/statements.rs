//! Statements.

use ruff_python_ast::{
    Alias, ElifElseClause, Expr, Stmt, StmtAnnAssign, StmtAugAssign, StmtFor, StmtIf, StmtImport,
    StmtImportFrom, StmtMatch, StmtTypeAlias, StmtWhile, StmtWith,
};
use ruff_text_size::Ranged;
use tightlip_ir::{Block, Import, ImportKind, Statement, StatementKind, WithItem};

use super::lowering::{Lowering, span_of};

/// So many `elif`s of one `if` are nested into each other. Those behind are put beside each other: none
/// is lost, only that they exclude each other.
const MOST_NESTED_ARMS: usize = 100;

impl Lowering<'_> {
    /// Lowers statements that run one after the other.
    pub(super) fn block(&mut self, statements: &[Stmt]) -> Block {
        let Some(first) = statements.first() else {
            return Block::default();
        };
        let lowered = self.deeper(first, |lowering| {
            let mut block = Vec::with_capacity(statements.len());
            for statement in statements {
                if let Some(kind) = lowering.statement(statement) {
                    block.push(Statement { span: span_of(statement.range()), kind });
                }
            }
            block.into_boxed_slice()
        });
        lowered.unwrap_or_default()
    }

    /// Lowers one statement; nothing is left of those that do nothing, or only say something about names.
    fn statement(&mut self, statement: &Stmt) -> Option<StatementKind> {
        Some(match statement {
            Stmt::FunctionDef(definition) => StatementKind::Define(self.function(definition)),
            Stmt::ClassDef(definition) => StatementKind::Class(self.class(definition)),
            Stmt::Return(statement) => StatementKind::Return(self.optional(statement.value.as_deref())),
            Stmt::Delete(statement) => StatementKind::Delete(self.expressions(&statement.targets)),
            Stmt::TypeAlias(statement) => self.type_alias(statement),
            Stmt::Assign(statement) => {
                let targets = self.expressions(&statement.targets);
                StatementKind::Assign { targets, value: self.expression(&statement.value) }
            }
            Stmt::AugAssign(statement) => self.update(statement),
            Stmt::AnnAssign(statement) => self.declaration(statement),
            Stmt::For(statement) => self.for_loop(statement),
            Stmt::While(statement) => self.while_loop(statement),
            Stmt::If(statement) => self.branches(statement),
            Stmt::With(statement) => self.with(statement),
            Stmt::Match(statement) => self.match_statement(statement),
            Stmt::Raise(statement) => StatementKind::Raise {
                exception: self.optional(statement.exc.as_deref()),
                cause: self.optional(statement.cause.as_deref()),
            },
            Stmt::Try(statement) => self.try_statement(statement),
            Stmt::Assert(statement) => {
                let test = self.expression(&statement.test);
                // The message is lowered for what it mentions; it belongs to nothing.
                self.optional(statement.msg.as_deref());
                StatementKind::Assert(test)
            }
            Stmt::Import(statement) => self.import(statement),
            Stmt::ImportFrom(statement) => self.import_from(statement),
            Stmt::Global(statement) => {
                return self.declare(&statement.names, |scopes, name| scopes.declare_global(name));
            }
            Stmt::Nonlocal(statement) => {
                return self.declare(&statement.names, |scopes, name| scopes.declare_nonlocal(name));
            }
            Stmt::Expr(statement) if is_text(&statement.value) => return None,
            Stmt::Expr(statement) => StatementKind::Expression(self.expression(&statement.value)),
            Stmt::Pass(_) | Stmt::IpyEscapeCommand(_) => return None,
            Stmt::Break(_) => StatementKind::Break,
            Stmt::Continue(_) => StatementKind::Continue,
        })
    }

    fn type_alias(&mut self, statement: &StmtTypeAlias) -> StatementKind {
        let targets = Box::new([self.expression(&statement.name)]);
        self.type_parameter_bounds(statement.type_params.as_deref());
        StatementKind::Assign { targets, value: self.annotation(&statement.value) }
    }

    fn update(&mut self, statement: &StmtAugAssign) -> StatementKind {
        let target = self.expression(&statement.target);
        // The target is also read, though the parser says that it is stored to.
        let read = match &*statement.target {
            Expr::Name(name) => Some(&name.id),
            Expr::Attribute(attribute) => Some(&attribute.attr.id),
            _ => None,
        };
        if let Some(name) = read {
            let name = self.symbol(name);
            self.scopes.mention(name);
        }
        StatementKind::Update { target, value: self.expression(&statement.value) }
    }

    fn declaration(&mut self, statement: &StmtAnnAssign) -> StatementKind {
        let target = self.expression(&statement.target);
        let annotation = self.annotation(&statement.annotation);
        StatementKind::Declare { target, annotation, value: self.optional(statement.value.as_deref()) }
    }

    fn for_loop(&mut self, statement: &StmtFor) -> StatementKind {
        let target = Some(self.expression(&statement.target));
        let source = self.expression(&statement.iter);
        let body = self.block(&statement.body);
        StatementKind::Loop { target, source, body, otherwise: self.block(&statement.orelse) }
    }

    fn while_loop(&mut self, statement: &StmtWhile) -> StatementKind {
        let source = self.expression(&statement.test);
        let body = self.block(&statement.body);
        StatementKind::Loop { target: None, source, body, otherwise: self.block(&statement.orelse) }
    }

    fn branches(&mut self, statement: &StmtIf) -> StatementKind {
        let test = self.expression(&statement.test);
        let then = self.block(&statement.body);
        let otherwise = self.arms(&statement.elif_else_clauses, 0);
        StatementKind::If { test, then, otherwise }
    }

    /// Lowers what stands behind the first arm of an `if`.
    fn arms(&mut self, clauses: &[ElifElseClause], nested: usize) -> Block {
        let Some((first, rest)) = clauses.split_first() else {
            return Block::default();
        };
        if nested == MOST_NESTED_ARMS {
            return self.arms_side_by_side(clauses);
        }
        let Some(test) = &first.test else {
            return self.block(&first.body);
        };
        let test = self.expression(test);
        let then = self.block(&first.body);
        let otherwise = self.arms(rest, nested + 1);
        let span = span_of(first.range.cover(rest.last().unwrap_or(first).range));
        Box::new([Statement { span, kind: StatementKind::If { test, then, otherwise } }])
    }

    fn arms_side_by_side(&mut self, clauses: &[ElifElseClause]) -> Block {
        let mut block = Vec::with_capacity(clauses.len());
        for clause in clauses {
            match &clause.test {
                Some(test) => {
                    let test = self.expression(test);
                    let then = self.block(&clause.body);
                    let kind = StatementKind::If { test, then, otherwise: Block::default() };
                    block.push(Statement { span: span_of(clause.range), kind });
                }
                None => block.extend(self.block(&clause.body)),
            }
        }
        block.into_boxed_slice()
    }

    fn with(&mut self, statement: &StmtWith) -> StatementKind {
        let lower = |item: &ruff_python_ast::WithItem| WithItem {
            context: self.expression(&item.context_expr),
            target: self.optional(item.optional_vars.as_deref()),
        };
        let items = statement.items.iter().map(lower).collect();
        StatementKind::With { items, body: self.block(&statement.body) }
    }

    fn match_statement(&mut self, statement: &StmtMatch) -> StatementKind {
        let subject = self.expression(&statement.subject);
        StatementKind::Match { subject, cases: statement.cases.iter().map(|case| self.case(case)).collect() }
    }

    fn import(&mut self, statement: &StmtImport) -> StatementKind {
        let lower = |alias: &Alias| {
            let module = self.symbol(&alias.name.id);
            let renamed = alias.asname.as_ref().map(|name| self.symbol(&name.id));
            let path = alias.name.as_str();
            let (first, last) = (path.split('.').next(), path.rsplit('.').next());
            let bound = renamed.unwrap_or_else(|| self.symbols.symbol(first.unwrap_or(path)));
            let mentioned = self.symbols.symbol(last.unwrap_or(path));
            self.scopes.bind(bound);
            self.type_names.insert(bound);
            self.scopes.mention(mentioned);
            Import {
                span: span_of(alias.range),
                module,
                level: 0,
                kind: ImportKind::Module { alias: renamed },
            }
        };
        StatementKind::Import(statement.names.iter().map(lower).collect())
    }

    fn import_from(&mut self, statement: &StmtImportFrom) -> StatementKind {
        let module = self.symbols.symbol(statement.module.as_ref().map_or("", |module| module.as_str()));
        let lower = |alias: &Alias| {
            let kind = if alias.name.as_str() == "*" {
                ImportKind::Star
            } else {
                let name = self.symbol(&alias.name.id);
                let bound = alias.asname.as_ref().map_or(name, |renamed| self.symbol(&renamed.id));
                self.scopes.bind(bound);
                self.type_names.insert(bound);
                self.scopes.mention(name);
                ImportKind::Name { name, bound }
            };
            Import { span: span_of(alias.range), module, level: statement.level, kind }
        };
        StatementKind::Import(statement.names.iter().map(lower).collect())
    }

    fn declare(
        &mut self,
        names: &[ruff_python_ast::Identifier],
        declare: impl Fn(&mut super::scopes::Scopes, tightlip_ir::Symbol),
    ) -> Option<StatementKind> {
        for name in names {
            let name = self.symbol(&name.id);
            declare(&mut self.scopes, name);
        }
        None
    }
}

/// A text that stands alone is documentation, or a block commented out.
fn is_text(expression: &Expr) -> bool {
    matches!(expression, Expr::StringLiteral(_))
}
