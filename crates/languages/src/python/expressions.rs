//! Expressions, except for operators and texts.

use ruff_python_ast::{
    ArgOrKeyword, Arguments, Comprehension, Expr, ExprAttribute, ExprCall, ExprContext, ExprDict,
    ExprDictComp, ExprIf, ExprName, ExprNamed, ExprSlice, ExprSubscript, Keyword, Number,
};
use ruff_text_size::Ranged;
use tightlip_ir::{
    Argument, Clause, CollectionKind, ExpressionId, ExpressionKind, Literal, RecordEntry, Spread,
};

use super::lowering::{Lowering, span_of};

impl Lowering<'_> {
    /// Lowers an expression, after its operands.
    pub(super) fn expression(&mut self, expression: &Expr) -> ExpressionId {
        let kind = self.deeper(expression, |lowering| lowering.kind(expression));
        self.add(span_of(expression.range()), kind.unwrap_or(ExpressionKind::Opaque(Box::default())))
    }

    fn kind(&mut self, expression: &Expr) -> ExpressionKind {
        match expression {
            Expr::Name(name) => self.name(name),
            Expr::Attribute(attribute) => self.attribute(attribute),
            Expr::Call(call) => self.call(call),
            Expr::StringLiteral(literal) => self.string(literal),
            Expr::BytesLiteral(literal) => self.bytes(literal),
            Expr::FString(text) => self.format(text),
            Expr::TString(text) => self.template(text),
            Expr::NumberLiteral(literal) => ExpressionKind::Literal(number(&literal.value)),
            Expr::BooleanLiteral(literal) => ExpressionKind::Literal(Literal::Boolean(literal.value)),
            Expr::NoneLiteral(_) => ExpressionKind::Literal(Literal::None),
            Expr::EllipsisLiteral(_) => ExpressionKind::Literal(Literal::Ellipsis),
            Expr::BoolOp(operation) => self.logic(operation),
            Expr::BinOp(operation) => self.binary(operation),
            Expr::UnaryOp(operation) => self.unary(operation),
            Expr::Compare(comparison) => self.compare(comparison),
            Expr::Named(binding) => self.bind(binding),
            Expr::Lambda(lambda) => ExpressionKind::Lambda(self.lambda(lambda)),
            Expr::If(choice) => self.choice(choice),
            Expr::Tuple(tuple) => self.collection(CollectionKind::Tuple, &tuple.elts),
            Expr::List(list) => self.collection(CollectionKind::List, &list.elts),
            Expr::Set(set) => self.collection(CollectionKind::Set, &set.elts),
            Expr::Dict(dict) => self.record(dict),
            Expr::ListComp(list) => self.comprehension(&list.generators, &list.elt),
            Expr::SetComp(set) => self.comprehension(&set.generators, &set.elt),
            Expr::Generator(generator) => self.comprehension(&generator.generators, &generator.elt),
            Expr::DictComp(dict) => self.dict_comprehension(dict),
            Expr::Await(awaited) => ExpressionKind::Await(self.expression(&awaited.value)),
            Expr::Yield(yielded) => {
                self.scopes.yields();
                ExpressionKind::Yield(self.optional(yielded.value.as_deref()))
            }
            Expr::YieldFrom(yielded) => {
                self.scopes.yields();
                ExpressionKind::YieldFrom(self.expression(&yielded.value))
            }
            Expr::Subscript(subscript) => self.subscript(subscript),
            Expr::Starred(starred) => ExpressionKind::Spread(self.expression(&starred.value)),
            Expr::Slice(slice) => ExpressionKind::Opaque(self.bounds(slice)),
            Expr::IpyEscapeCommand(_) => ExpressionKind::Opaque(Box::default()),
        }
    }

    fn name(&mut self, name: &ExprName) -> ExpressionKind {
        if name.id.is_empty() {
            // The parser made it up where an expression is missing.
            return ExpressionKind::Opaque(Box::default());
        }
        let symbol = self.symbol(&name.id);
        match name.ctx {
            ExprContext::Load | ExprContext::Invalid => self.scopes.mention(symbol),
            ExprContext::Store | ExprContext::Del => self.scopes.bind(symbol),
        }
        ExpressionKind::Name(symbol)
    }

    fn attribute(&mut self, attribute: &ExprAttribute) -> ExpressionKind {
        let object = self.expression(&attribute.value);
        if !attribute.attr.is_valid() {
            return ExpressionKind::Opaque(Box::new([object]));
        }
        let name = self.symbol(&attribute.attr.id);
        if attribute.ctx == ExprContext::Load {
            self.scopes.mention(name);
        }
        ExpressionKind::Attribute { object, name }
    }

    fn call(&mut self, call: &ExprCall) -> ExpressionKind {
        let in_annotation = std::mem::replace(&mut self.in_annotation, false);
        let callee = self.expression(&call.func);
        let arguments = self.arguments(&call.arguments);
        self.in_annotation = in_annotation;
        ExpressionKind::Call { callee, arguments }
    }

    fn arguments(&mut self, arguments: &Arguments) -> Box<[Argument]> {
        if arguments.keywords.is_empty() {
            return arguments.args.iter().map(|argument| self.positional(argument)).collect();
        }
        let mut lowered = Vec::with_capacity(arguments.len());
        for argument in arguments.iter_source_order() {
            lowered.push(match argument {
                ArgOrKeyword::Arg(argument) => self.positional(argument),
                ArgOrKeyword::Keyword(keyword) => self.keyword(keyword),
            });
        }
        lowered.into_boxed_slice()
    }

    fn positional(&mut self, argument: &Expr) -> Argument {
        match argument {
            Expr::Starred(starred) => {
                Argument { keyword: None, value: self.expression(&starred.value), spread: Spread::Items }
            }
            value => Argument { keyword: None, value: self.expression(value), spread: Spread::No },
        }
    }

    fn keyword(&mut self, keyword: &Keyword) -> Argument {
        let value = self.expression(&keyword.value);
        match &keyword.arg {
            None => Argument { keyword: None, value, spread: Spread::Entries },
            // The parser made the name up where it is missing.
            Some(name) if !name.is_valid() => Argument { keyword: None, value, spread: Spread::No },
            Some(name) => {
                let name = self.symbol(&name.id);
                self.scopes.mention(name);
                Argument { keyword: Some(name), value, spread: Spread::No }
            }
        }
    }

    fn bind(&mut self, binding: &ExprNamed) -> ExpressionKind {
        let value = self.expression(&binding.value);
        match &*binding.target {
            Expr::Name(name) if !name.id.is_empty() => {
                let target = self.symbol(&name.id);
                self.scopes.bind(target);
                ExpressionKind::Bind { target, value }
            }
            target => ExpressionKind::Opaque(Box::new([self.expression(target), value])),
        }
    }

    fn choice(&mut self, choice: &ExprIf) -> ExpressionKind {
        let then = self.expression(&choice.body);
        let test = self.expression(&choice.test);
        ExpressionKind::Choice { test, then, otherwise: self.expression(&choice.orelse) }
    }

    fn collection(&mut self, kind: CollectionKind, items: &[Expr]) -> ExpressionKind {
        ExpressionKind::Collection { kind, items: self.expressions(items) }
    }

    fn record(&mut self, dict: &ExprDict) -> ExpressionKind {
        let lower = |item: &ruff_python_ast::DictItem| RecordEntry {
            key: self.optional(item.key.as_ref()),
            value: self.expression(&item.value),
        };
        ExpressionKind::Record(dict.items.iter().map(lower).collect())
    }

    fn comprehension(&mut self, clauses: &[Comprehension], element: &Expr) -> ExpressionKind {
        let element = self.expression(element);
        ExpressionKind::Comprehension { key: None, element, clauses: self.clauses(clauses) }
    }

    fn dict_comprehension(&mut self, dict: &ExprDictComp) -> ExpressionKind {
        let key = self.optional(dict.key.as_deref());
        let element = self.expression(&dict.value);
        ExpressionKind::Comprehension { key, element, clauses: self.clauses(&dict.generators) }
    }

    fn clauses(&mut self, clauses: &[Comprehension]) -> Box<[Clause]> {
        let lower = |clause: &Comprehension| Clause {
            target: self.expression(&clause.target),
            iterable: self.expression(&clause.iter),
            conditions: self.expressions(&clause.ifs),
        };
        clauses.iter().map(lower).collect()
    }

    fn subscript(&mut self, subscript: &ExprSubscript) -> ExpressionKind {
        let object = self.expression(&subscript.value);
        if let Expr::Slice(slice) = &*subscript.slice {
            // The bounds are lowered for what they mention; they belong to nothing.
            self.bounds(slice);
            return ExpressionKind::Slice(object);
        }
        let in_annotation = self.in_annotation;
        self.in_annotation &= !holds_plain_texts(&subscript.value);
        let index = self.expression(&subscript.slice);
        self.in_annotation = in_annotation;
        ExpressionKind::Index { object, index }
    }

    fn bounds(&mut self, slice: &ExprSlice) -> Box<[ExpressionId]> {
        let bounds = [&slice.lower, &slice.upper, &slice.step];
        bounds.into_iter().flatten().map(|bound| self.expression(bound)).collect()
    }

    /// Lowers an annotation, in which a text is the name of a type.
    pub(super) fn annotation(&mut self, annotation: &Expr) -> ExpressionId {
        let in_annotation = std::mem::replace(&mut self.in_annotation, true);
        let lowered = self.expression(annotation);
        self.in_annotation = in_annotation;
        lowered
    }
}

/// Whether texts in the brackets behind `generic` are no names of types: `Literal["a"]`.
fn holds_plain_texts(generic: &Expr) -> bool {
    let name = match generic {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => return false,
    };
    matches!(name, "Literal" | "Annotated")
}

fn number(value: &Number) -> Literal {
    match value {
        Number::Int(whole) => whole.as_i64().map_or(Literal::Number, Literal::Integer),
        Number::Float(_) | Number::Complex { .. } => Literal::Number,
    }
}
