//! The module's body, functions, lambdas and classes.

use ruff_python_ast::{
    AnyParameterRef, ArgOrKeyword, Decorator, ExprLambda, ModModule, Parameters, StmtClassDef,
    StmtFunctionDef, TypeParam, TypeParams,
};
use ruff_text_size::{Ranged, TextRange, TextSize};
use tightlip_ir::{
    Block, Class, ClassId, ExpressionId, Function, FunctionId, Owner, Parameter, ParameterKind, Span,
    Statement, StatementKind, Symbol,
};

use super::lowering::{Lowering, span_of};

const LAMBDA: &str = "lambda";

/// What is known of a function before its body is lowered.
struct Head {
    id: FunctionId,
    name: Symbol,
    span: Span,
    name_span: Span,
    parameters: Box<[Parameter]>,
    decorators: Box<[ExpressionId]>,
    returns: Option<ExpressionId>,
}

impl Lowering<'_> {
    /// Puts an empty module body into its place, which is the first.
    pub(super) fn reserve_module_body(&mut self) {
        let name = self.symbols.symbol("<module>");
        self.reserve_function(name);
    }

    /// Lowers the whole module.
    pub(super) fn module_body(&mut self, module: &ModModule) {
        let outer = self.scopes.enter();
        let body = self.block(&module.body);
        let scope = self.scopes.leave(outer);
        let function = &mut self.module.functions[FunctionId::MODULE_BODY.0 as usize];
        function.span = span_of(module.range);
        function.body = body;
        function.locals = scope.locals;
        function.globals = scope.globals;
        function.mentions = scope.mentions;
        function.generator = scope.generator;
        function.catches = scope.catches;
    }

    /// Lowers a `def`.
    pub(super) fn function(&mut self, definition: &StmtFunctionDef) -> FunctionId {
        let name = self.symbol(&definition.name.id);
        let id = self.reserve_function(name);
        let decorators = self.decorators(&definition.decorator_list);
        self.type_parameter_bounds(definition.type_params.as_deref());
        let parameters = self.parameters(&definition.parameters);
        let returns = definition.returns.as_deref().map(|returns| self.annotation(returns));
        self.scopes.bind(name);
        let (span, name_span) = (span_of(definition.range), span_of(definition.name.range));
        let head = Head { id, name, span, name_span, parameters, decorators, returns };
        self.finish_function(head, |lowering| {
            lowering.bind_type_parameters(definition.type_params.as_deref());
            lowering.block(&definition.body)
        });
        id
    }

    /// Lowers a `lambda`: a function that returns.
    pub(super) fn lambda(&mut self, lambda: &ExprLambda) -> FunctionId {
        let name = self.symbols.symbol("<lambda>");
        let id = self.reserve_function(name);
        let parameters =
            lambda.parameters.as_deref().map(|parameters| self.parameters(parameters)).unwrap_or_default();
        let span = span_of(lambda.range);
        let keyword = TextRange::at(lambda.start(), TextSize::of(LAMBDA)).intersect(lambda.range);
        let name_span = span_of(keyword.unwrap_or(lambda.range));
        let head = Head { id, name, span, name_span, parameters, decorators: Box::default(), returns: None };
        self.finish_function(head, |lowering| {
            let value = lowering.expression(&lambda.body);
            Box::new([Statement {
                span: span_of(lambda.body.range()),
                kind: StatementKind::Return(Some(value)),
            }])
        });
        id
    }

    /// Lowers the body in a scope of its own, and puts the function into its place.
    fn finish_function(&mut self, head: Head, body: impl FnOnce(&mut Self) -> Block) {
        let owner = std::mem::replace(&mut self.owner, Owner::Function(head.id));
        let in_annotation = std::mem::replace(&mut self.in_annotation, false);
        let outer = self.scopes.enter();
        for parameter in &head.parameters {
            self.scopes.bind(parameter.name);
        }
        let body = body(self);
        let scope = self.scopes.leave(outer);
        self.in_annotation = in_annotation;
        self.owner = owner;
        self.module.functions[head.id.0 as usize] = Function {
            name: head.name,
            span: head.span,
            name_span: head.name_span,
            owner,
            parameters: head.parameters,
            decorators: head.decorators,
            returns: head.returns,
            body,
            generator: scope.generator,
            locals: scope.locals,
            globals: scope.globals,
            mentions: scope.mentions,
            catches: scope.catches,
        };
    }

    /// Gives a function its number before anything inside of it gets one.
    fn reserve_function(&mut self, name: Symbol) -> FunctionId {
        let id = FunctionId(self.module.functions.len() as u32);
        self.module.functions.push(Function {
            name,
            span: Span::default(),
            name_span: Span::default(),
            owner: self.owner,
            parameters: Box::default(),
            decorators: Box::default(),
            returns: None,
            body: Box::default(),
            generator: false,
            locals: Box::default(),
            globals: Box::default(),
            mentions: Box::default(),
            catches: false,
        });
        id
    }

    /// Lowers a `class`.
    pub(super) fn class(&mut self, definition: &StmtClassDef) -> ClassId {
        let name = self.symbol(&definition.name.id);
        let id = ClassId(self.module.classes.len() as u32);
        self.module.classes.push(Class {
            name,
            span: span_of(definition.range),
            name_span: span_of(definition.name.range),
            owner: self.owner,
            bases: Box::default(),
            decorators: Box::default(),
            body: Box::default(),
        });
        let decorators = self.decorators(&definition.decorator_list);
        self.type_parameter_bounds(definition.type_params.as_deref());
        let bases = self.bases(definition);
        self.scopes.bind(name);
        self.type_names.insert(name);
        let owner = std::mem::replace(&mut self.owner, Owner::Class(id));
        let in_class = self.scopes.enter_class();
        let body = self.block(&definition.body);
        self.scopes.leave_class(in_class);
        self.owner = owner;
        let class = &mut self.module.classes[id.0 as usize];
        class.decorators = decorators;
        class.bases = bases;
        class.body = body;
        id
    }

    /// The base classes. Keywords (`metaclass=...`) are lowered for what they mention, and belong to nothing.
    fn bases(&mut self, definition: &StmtClassDef) -> Box<[ExpressionId]> {
        let Some(arguments) = &definition.arguments else {
            return Box::default();
        };
        let mut bases = Vec::with_capacity(arguments.args.len());
        for argument in arguments.iter_source_order() {
            let value = self.expression(argument.value());
            if let ArgOrKeyword::Arg(_) = argument {
                bases.push(value);
            }
        }
        bases.into_boxed_slice()
    }

    fn decorators(&mut self, decorators: &[Decorator]) -> Box<[ExpressionId]> {
        decorators.iter().map(|decorator| self.expression(&decorator.expression)).collect()
    }

    fn parameters(&mut self, parameters: &Parameters) -> Box<[Parameter]> {
        let mut lowered = Vec::with_capacity(parameters.len());
        let keyword_only = parameters.kwonlyargs.first().map(Ranged::start);
        let entries = parameters.kwarg.as_deref();
        for parameter in parameters.iter_source_order() {
            let declared = parameter.as_parameter();
            let kind = match parameter {
                AnyParameterRef::NonVariadic(_)
                    if keyword_only.is_some_and(|first| declared.start() >= first) =>
                {
                    ParameterKind::Keyword
                }
                AnyParameterRef::NonVariadic(_) => ParameterKind::Positional,
                AnyParameterRef::Variadic(_)
                    if entries.is_some_and(|entries| std::ptr::eq(entries, declared)) =>
                {
                    ParameterKind::Entries
                }
                AnyParameterRef::Variadic(_) => ParameterKind::Items,
            };
            let annotation = declared.annotation().map(|annotation| self.annotation(annotation));
            let default = self.optional(parameter.default());
            // Without a name it was made up by the parser.
            if declared.name.is_valid() {
                let (name, span) = (self.symbol(&declared.name.id), span_of(declared.name.range));
                lowered.push(Parameter { name, span, kind, default, annotation });
            }
        }
        lowered.into_boxed_slice()
    }

    /// Lowers what type parameters are bounded by, for what it mentions; no value comes of it.
    pub(super) fn type_parameter_bounds(&mut self, parameters: Option<&TypeParams>) {
        for parameter in parameters.into_iter().flatten() {
            if let TypeParam::TypeVar(variable) = parameter
                && let Some(bound) = &variable.bound
            {
                self.annotation(bound);
            }
            if let Some(default) = parameter.default() {
                self.annotation(default);
            }
        }
    }

    fn bind_type_parameters(&mut self, parameters: Option<&TypeParams>) {
        for parameter in parameters.into_iter().flatten() {
            let name = self.symbol(&parameter.name().id);
            self.scopes.bind(name);
        }
    }
}
