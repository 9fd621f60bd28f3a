//! The intermediate representation as text that looks like Python.

use std::fmt::Write;

use tightlip_ir::{
    Argument, Block, Clause, CollectionKind, Comparison, ExpressionId, ExpressionKind, FunctionId, Handler,
    Import, ImportKind, Literal, LogicOperator, Module, ParameterKind, RecordEntry, Spread, Statement,
    StatementKind,
};

pub(super) struct Printer<'a> {
    module: &'a Module,
    text: String,
    indentation: usize,
}

impl<'a> Printer<'a> {
    pub(super) fn new(module: &'a Module) -> Self {
        Self { module, text: String::new(), indentation: 0 }
    }

    pub(super) fn module(mut self) -> String {
        for statement in &self.module.function(FunctionId::MODULE_BODY).body {
            self.statement(statement);
        }
        self.text
    }

    fn line(&mut self, line: &str) {
        writeln!(self.text, "{:1$}{line}", "", self.indentation * 2).expect("text can be written to");
    }

    fn block(&mut self, head: &str, block: &Block) {
        self.line(head);
        self.indentation += 1;
        for statement in block {
            self.statement(statement);
        }
        self.indentation -= 1;
    }

    fn rest(&mut self, head: &str, block: &Block) {
        if !block.is_empty() {
            self.block(head, block);
        }
    }

    fn statement(&mut self, statement: &Statement) {
        match &statement.kind {
            StatementKind::If { test, then, otherwise } => {
                self.block(&format!("if {}:", self.show(*test)), then);
                self.rest("else:", otherwise);
            }
            StatementKind::Loop { target, source, body, otherwise } => {
                let source = self.show(*source);
                let head = match target {
                    Some(target) => format!("for {} in {source}:", self.show(*target)),
                    None => format!("while {source}:"),
                };
                self.block(&head, body);
                self.rest("else:", otherwise);
            }
            StatementKind::Try { body, handlers, otherwise, finally } => {
                self.block("try:", body);
                handlers.iter().for_each(|handler| self.handler(handler));
                self.rest("else:", otherwise);
                self.rest("finally:", finally);
            }
            StatementKind::With { items, body } => {
                let item = |item: &tightlip_ir::WithItem| {
                    let target = item.target.map(|target| format!(" as {}", self.show(target)));
                    self.show(item.context) + &target.unwrap_or_default()
                };
                let items: Vec<String> = items.iter().map(item).collect();
                self.block(&format!("with {}:", items.join(", ")), body);
            }
            StatementKind::Match { subject, cases } => {
                self.line(&format!("match {}:", self.show(*subject)));
                for case in cases {
                    let captures: Vec<String> = case.captures.iter().map(|name| name.to_string()).collect();
                    let (patterns, classes) = (self.list(&case.patterns), self.list(&case.classes));
                    let guard =
                        case.guard.map(|guard| format!(" if {}", self.show(guard))).unwrap_or_default();
                    let head =
                        format!("  case [{patterns}] as [{}] is [{classes}]{guard}:", captures.join(", "));
                    self.block(&head, &case.body);
                }
            }
            StatementKind::Define(id) => self.function(*id),
            StatementKind::Class(id) => {
                let class = self.module.class(*id);
                self.decorators(&class.decorators);
                self.block(&format!("class {}({}):", class.name, self.list(&class.bases)), &class.body);
            }
            simple => self.line(&self.simple(simple)),
        }
    }

    fn simple(&self, kind: &StatementKind) -> String {
        let after = |word: &str, value: Option<ExpressionId>| {
            value.map(|value| format!(" {word}{}", self.show(value))).unwrap_or_default()
        };
        match kind {
            StatementKind::Expression(value) => self.show(*value),
            StatementKind::Assign { targets, value } => {
                let targets: String = targets.iter().map(|target| self.show(*target) + " = ").collect();
                targets + &self.show(*value)
            }
            StatementKind::Update { target, value } => {
                format!("{} += {}", self.show(*target), self.show(*value))
            }
            StatementKind::Declare { target, annotation, value } => {
                format!("{}: {}{}", self.show(*target), self.show(*annotation), after("= ", *value))
            }
            StatementKind::Return(value) => format!("return{}", after("", *value)),
            StatementKind::Raise { exception, cause } => {
                format!("raise{}{}", after("", *exception), after("from ", *cause))
            }
            StatementKind::Import(imports) => imports.iter().map(import).collect::<Vec<_>>().join("; "),
            StatementKind::Delete(targets) => format!("del {}", self.list(targets)),
            StatementKind::Assert(test) => format!("assert {}", self.show(*test)),
            StatementKind::Break => "break".to_owned(),
            StatementKind::Continue => "continue".to_owned(),
            compound => unreachable!("{compound:?}"),
        }
    }

    fn handler(&mut self, handler: &Handler) {
        let star = if handler.group { "*" } else { "" };
        let name = handler.name.map(|name| format!(" as {name}")).unwrap_or_default();
        self.block(&format!("except{star} [{}]{name}:", self.list(&handler.types)), &handler.body);
    }

    fn function(&mut self, id: FunctionId) {
        let function = self.module.function(id);
        self.decorators(&function.decorators);
        let returns =
            function.returns.map(|returns| format!(" -> {}", self.show(returns))).unwrap_or_default();
        self.block(&format!("def {}({}){returns}:", function.name, self.parameters(id)), &function.body);
    }

    fn parameters(&self, id: FunctionId) -> String {
        let show = |parameter: &tightlip_ir::Parameter| {
            let kind = match parameter.kind {
                ParameterKind::Positional => "",
                ParameterKind::Keyword => "keyword ",
                ParameterKind::Items => "*",
                ParameterKind::Entries => "**",
            };
            let annotation = parameter.annotation.map(|annotation| format!(": {}", self.show(annotation)));
            let default = parameter.default.map(|default| format!("={}", self.show(default)));
            format!(
                "{kind}{}{}{}",
                parameter.name,
                annotation.unwrap_or_default(),
                default.unwrap_or_default()
            )
        };
        self.module.function(id).parameters.iter().map(show).collect::<Vec<_>>().join(", ")
    }

    fn decorators(&mut self, decorators: &[ExpressionId]) {
        for decorator in decorators {
            self.line(&format!("@{}", self.show(*decorator)));
        }
    }

    fn list(&self, ids: &[ExpressionId]) -> String {
        self.joined(ids, ", ")
    }

    fn joined(&self, ids: &[ExpressionId], separator: &str) -> String {
        ids.iter().map(|id| self.show(*id)).collect::<Vec<_>>().join(separator)
    }

    fn show(&self, id: ExpressionId) -> String {
        let show = |id: &ExpressionId| self.show(*id);
        match &self.module.expression(id).kind {
            ExpressionKind::Name(name) => name.to_string(),
            ExpressionKind::Literal(literal) => literal_text(literal),
            ExpressionKind::Format(parts) => format!("format({})", self.list(parts)),
            ExpressionKind::Sum(left, right) => format!("({} + {})", show(left), show(right)),
            ExpressionKind::Attribute { object, name } => format!("{}.{name}", show(object)),
            ExpressionKind::Index { object, index } => format!("{}[{}]", show(object), show(index)),
            ExpressionKind::Slice(object) => format!("{}[:]", show(object)),
            ExpressionKind::Call { callee, arguments } => {
                let arguments: Vec<String> =
                    arguments.iter().map(|argument| self.argument(argument)).collect();
                format!("{}({})", show(callee), arguments.join(", "))
            }
            ExpressionKind::Collection { kind, items } => {
                let name = match kind {
                    CollectionKind::Tuple => "tuple",
                    CollectionKind::List => "list",
                    CollectionKind::Set => "set",
                };
                format!("{name}({})", self.list(items))
            }
            ExpressionKind::Spread(value) => format!("*{}", show(value)),
            ExpressionKind::Record(entries) => {
                let entry = |entry: &RecordEntry| match entry.key {
                    Some(key) => format!("{}: {}", self.show(key), self.show(entry.value)),
                    None => format!("**{}", self.show(entry.value)),
                };
                format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
            }
            ExpressionKind::Choice { test, then, otherwise } => {
                format!("({} if {} else {})", show(then), show(test), show(otherwise))
            }
            ExpressionKind::Logic { operator: LogicOperator::And, operands } => {
                format!("({})", self.joined(operands, " and "))
            }
            ExpressionKind::Logic { operator: LogicOperator::Or, operands } => {
                format!("({})", self.joined(operands, " or "))
            }
            ExpressionKind::Not(value) => format!("(not {})", show(value)),
            ExpressionKind::Compare { comparison, left, right } => {
                format!("({} {} {})", show(left), comparison_text(*comparison), show(right))
            }
            ExpressionKind::Bind { target, value } => format!("({target} := {})", show(value)),
            ExpressionKind::Lambda(id) => {
                let [Statement { kind: StatementKind::Return(Some(value)), .. }] =
                    &*self.module.function(*id).body
                else {
                    panic!("a lambda's body is one return");
                };
                format!("(lambda {}: {})", self.parameters(*id), show(value))
            }
            ExpressionKind::Await(value) => format!("(await {})", show(value)),
            ExpressionKind::Yield(value) => {
                format!("(yield {})", value.as_ref().map(show).unwrap_or_default())
            }
            ExpressionKind::YieldFrom(value) => format!("(yield from {})", show(value)),
            ExpressionKind::Comprehension { key, element, clauses } => {
                let key = key.map(|key| self.show(key) + ": ").unwrap_or_default();
                let clauses: String = clauses.iter().map(|clause| self.clause(clause)).collect();
                format!("<{key}{}{clauses}>", show(element))
            }
            ExpressionKind::Opaque(operands) => format!("opaque({})", self.list(operands)),
        }
    }

    fn argument(&self, argument: &Argument) -> String {
        let keyword = argument.keyword.map(|keyword| format!("{keyword}=")).unwrap_or_default();
        let spread = match argument.spread {
            Spread::No => "",
            Spread::Items => "*",
            Spread::Entries => "**",
        };
        format!("{keyword}{spread}{}", self.show(argument.value))
    }

    fn clause(&self, clause: &Clause) -> String {
        let conditions: String =
            clause.conditions.iter().map(|condition| format!(" if {}", self.show(*condition))).collect();
        format!(" for {} in {}{conditions}", self.show(clause.target), self.show(clause.iterable))
    }
}

fn literal_text(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) => format!("'{text}'"),
        Literal::LongText => "LONG".to_owned(),
        Literal::Integer(value) => value.to_string(),
        Literal::Number => "NUMBER".to_owned(),
        Literal::Boolean(true) => "True".to_owned(),
        Literal::Boolean(false) => "False".to_owned(),
        Literal::None => "None".to_owned(),
        Literal::Ellipsis => "...".to_owned(),
    }
}

fn comparison_text(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "==",
        Comparison::NotEqual => "!=",
        Comparison::Is => "is",
        Comparison::IsNot => "is not",
        Comparison::In => "in",
        Comparison::NotIn => "not in",
        Comparison::Order => "<",
    }
}

fn import(import: &Import) -> String {
    let module = ".".repeat(import.level as usize) + import.module.text();
    match import.kind {
        ImportKind::Module { alias: None } => format!("import {module}"),
        ImportKind::Module { alias: Some(alias) } => format!("import {module} as {alias}"),
        ImportKind::Name { name, bound } => format!("from {module} import {name} as {bound}"),
        ImportKind::Star => format!("from {module} import *"),
    }
}
