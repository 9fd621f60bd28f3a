//! What an expression shows, and what a test tells.

use minijinja::machinery::ast::{BinOpKind, CallArg, Expr, UnaryOpKind};
use minijinja::machinery::parse_expr;
use tightlip_ir::{PagePath, PageStep, PageTest, Symbol};

use crate::names::names;
use crate::scope::{LONGEST_PATH, Scope};

/// Deeper expressions are read as their names.
const DEEPEST: u32 = 100;
/// Longer expressions too: the tree of one is as deep as it has operators.
const LONGEST: usize = 4 << 10;
/// An expression shows so many values at most.
const MOST_VALUES: usize = 64;

/// Filters that tell nothing of what they are given.
const SILENT_FILTERS: &[&str] = &["length", "count"];
/// Filters that give an item.
const ITEM_FILTERS: &[&str] = &["first", "last", "random", "min", "max"];

/// A value that is shown, and what must hold for that.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    pub(crate) path: PagePath,
    pub(crate) under: Vec<PageTest>,
}

fn parse(text: &str) -> Option<Expr<'_>> {
    (text.len() <= LONGEST && is_balanced(text)).then(|| parse_expr(text).ok())?
}

/// Whether brackets outside of quotes fit. A closing sign of the template language inside of an expression would make
/// the parser panic.
fn is_balanced(text: &str) -> bool {
    let mut open = Vec::new();
    let mut characters = text.chars();
    let mut before = ' ';
    while let Some(character) = characters.next() {
        match character {
            '"' | '\'' => loop {
                match characters.next() {
                    Some('\\') => drop(characters.next()),
                    Some(other) if other != character => {}
                    Some(_) => break,
                    None => return false,
                }
            },
            '(' => open.push(')'),
            '[' => open.push(']'),
            '{' => open.push('}'),
            // `%}` closes a tag, whatever is open.
            '}' if matches!(before, '%' | '#') => return false,
            ')' | ']' | '}' if open.pop() != Some(character) => return false,
            _ => {}
        }
        before = character;
    }
    open.is_empty()
}

/// What the expression `text` shows.
pub(crate) fn values(text: &str, scope: &Scope) -> Vec<Value> {
    let mut reader = Reader { scope, depth: 0, is_too_deep: false };
    let values = parse(text).map(|expression| reader.values(&expression));
    match values {
        Some(values) if !reader.is_too_deep => values,
        _ => names(text).into_iter().flat_map(|name| scope.values(name)).map(Value::plain).collect(),
    }
}

/// The same without what must hold.
pub(crate) fn paths(text: &str, scope: &Scope) -> Vec<PagePath> {
    values(text, scope).into_iter().map(|value| value.path).collect()
}

/// What is known where the test `text` holds, and where it does not.
pub(crate) fn tests(text: &str, scope: &Scope) -> (Vec<PageTest>, Vec<PageTest>) {
    let Some(test) = parse(text) else { return Default::default() };
    let mut reader = Reader { scope, depth: 0, is_too_deep: false };
    (reader.tests(&test, true), reader.tests(&test, false))
}

/// The text that the expression `text` is.
pub(crate) fn constant(text: &str) -> Option<String> {
    match parse(text)? {
        Expr::Const(constant) => Some(constant.value.as_str()?.to_owned()),
        _ => None,
    }
}

/// The texts that `text` may be, one or a list; `None` if that is computed.
pub(crate) fn constants(text: &str) -> Option<Vec<String>> {
    let mut all = Vec::new();
    gather_constants(&parse(text)?, &mut all, 0).then_some(all)
}

fn gather_constants(expression: &Expr<'_>, all: &mut Vec<String>, depth: u32) -> bool {
    if depth > DEEPEST {
        return false;
    }
    match expression {
        Expr::Const(constant) => match constant.value.as_str() {
            Some(text) => {
                all.push(text.to_owned());
                true
            }
            None => false,
        },
        Expr::List(list) => list.items.iter().all(|item| gather_constants(item, all, depth + 1)),
        Expr::IfExpr(choice) => {
            gather_constants(&choice.true_expr, all, depth + 1)
                && choice.false_expr.as_ref().is_none_or(|other| gather_constants(other, all, depth + 1))
        }
        _ => false,
    }
}

impl Value {
    pub(crate) fn plain(path: PagePath) -> Self {
        Self { path, under: Vec::new() }
    }

    fn then(mut self, step: PageStep) -> Self {
        if self.path.steps.len() < LONGEST_PATH {
            self.path.steps.push(step);
        }
        self
    }
}

struct Reader<'s> {
    scope: &'s Scope,
    depth: u32,
    is_too_deep: bool,
}

impl Reader<'_> {
    fn values(&mut self, expression: &Expr<'_>) -> Vec<Value> {
        if self.depth >= DEEPEST {
            self.is_too_deep = true;
            return Vec::new();
        }
        self.depth += 1;
        let mut values = self.values_within(expression);
        values.truncate(MOST_VALUES);
        self.depth -= 1;
        values
    }

    fn values_within(&mut self, expression: &Expr<'_>) -> Vec<Value> {
        match expression {
            Expr::Var(name) => self.scope.values(name.id).into_iter().map(Value::plain).collect(),
            Expr::Const(_) | Expr::Test(_) | Expr::Compare(_) => Vec::new(),
            Expr::Slice(slice) => self.values(&slice.expr),
            Expr::UnaryOp(operation) => match operation.op {
                UnaryOpKind::Not => Vec::new(),
                UnaryOpKind::Neg => self.values(&operation.expr),
            },
            Expr::BinOp(operation) => match operation.op {
                // What counts as false shows nothing of interest.
                BinOpKind::ScAnd => self.values(&operation.right),
                BinOpKind::Eq
                | BinOpKind::Ne
                | BinOpKind::Lt
                | BinOpKind::Lte
                | BinOpKind::Gt
                | BinOpKind::Gte
                | BinOpKind::In => Vec::new(),
                _ => self.all([&operation.left, &operation.right]),
            },
            Expr::IfExpr(choice) => {
                let mut values = self.values_under(&choice.true_expr, &choice.test_expr, true);
                if let Some(other) = &choice.false_expr {
                    values.extend(self.values_under(other, &choice.test_expr, false));
                }
                values
            }
            Expr::Filter(filter) => self.filtered(filter.name, filter.expr.as_ref(), &filter.args),
            Expr::GetAttr(read) => self.stepped(&read.expr, PageStep::Named(Symbol::new(read.name))),
            Expr::GetItem(read) => match step_of(&read.subscript_expr) {
                Some(step) => self.stepped(&read.expr, step),
                None => self.stepped(&read.expr, PageStep::Element),
            },
            Expr::Call(call) => self.called(&call.expr, &call.args),
            Expr::List(list) => self.all(&list.items),
            Expr::Map(map) => self.all(&map.values),
        }
    }

    fn values_under(&mut self, shown: &Expr<'_>, test: &Expr<'_>, holds: bool) -> Vec<Value> {
        let under = self.tests(test, holds);
        let mut values = self.values(shown);
        values.iter_mut().for_each(|value| value.under.extend(under.iter().cloned()));
        values
    }

    fn all<'e, 'a: 'e>(&mut self, expressions: impl IntoIterator<Item = &'e Expr<'a>>) -> Vec<Value> {
        expressions.into_iter().flat_map(|expression| self.values(expression)).collect()
    }

    fn arguments(&mut self, arguments: &[CallArg<'_>]) -> Vec<Value> {
        self.all(arguments.iter().map(|argument| match argument {
            CallArg::Pos(value)
            | CallArg::Kwarg(_, value)
            | CallArg::PosSplat(value)
            | CallArg::KwargSplat(value) => value,
        }))
    }

    fn stepped(&mut self, of: &Expr<'_>, step: PageStep) -> Vec<Value> {
        self.values(of).into_iter().map(|value| value.then(step)).collect()
    }

    fn filtered(&mut self, name: &str, of: Option<&Expr<'_>>, arguments: &[CallArg<'_>]) -> Vec<Value> {
        if SILENT_FILTERS.contains(&name) {
            return Vec::new();
        }
        let mut values = of.map(|of| self.values(of)).unwrap_or_default();
        match (name, arguments) {
            ("attr", [CallArg::Pos(attribute)]) => {
                if let Some(step) = step_of(attribute) {
                    values = values.into_iter().map(|value| value.then(step)).collect();
                }
            }
            ("map", [CallArg::Kwarg("attribute", attribute), ..]) => {
                if let Some(step) = step_of(attribute) {
                    let item = |value: Value| value.then(PageStep::Element).then(step);
                    values = values.into_iter().map(item).collect();
                }
            }
            _ if ITEM_FILTERS.contains(&name) => {
                values = values.into_iter().map(|value| value.then(PageStep::Element)).collect();
            }
            _ => values.extend(self.arguments(arguments)),
        }
        values
    }

    /// A macro or function shows what it is given; a method gives something of its object too.
    fn called(&mut self, callee: &Expr<'_>, arguments: &[CallArg<'_>]) -> Vec<Value> {
        let mut values = match callee {
            Expr::Var(_) => self.values(callee).into_iter().map(|value| value.then(PageStep::Call)).collect(),
            Expr::GetAttr(method) => match (method.name, arguments) {
                ("get", [CallArg::Pos(key), rest @ ..]) => {
                    let step = step_of(key).unwrap_or(PageStep::Element);
                    let mut values = self.stepped(&method.expr, step);
                    values.extend(self.arguments(rest));
                    return values;
                }
                ("values" | "items", []) => return self.stepped(&method.expr, PageStep::Values),
                ("keys", []) => return Vec::new(),
                (name, _) => {
                    let step = PageStep::Named(Symbol::new(name));
                    let values = self.stepped(&method.expr, step);
                    values.into_iter().map(|value| value.then(PageStep::Call)).collect()
                }
            },
            _ => self.values(callee),
        };
        values.extend(self.arguments(arguments));
        values
    }

    /// What is known where `test` counts as true, or where it does not.
    fn tests(&mut self, test: &Expr<'_>, holds: bool) -> Vec<PageTest> {
        if self.depth >= DEEPEST {
            return Vec::new();
        }
        self.depth += 1;
        let known = match test {
            Expr::UnaryOp(operation) if matches!(operation.op, UnaryOpKind::Not) => {
                self.tests(&operation.expr, !holds)
            }
            Expr::BinOp(operation) => match (operation.op, holds) {
                (BinOpKind::ScAnd, true) | (BinOpKind::ScOr, false) => {
                    let mut known = self.tests(&operation.left, holds);
                    known.extend(self.tests(&operation.right, holds));
                    known
                }
                _ => Vec::new(),
            },
            Expr::Var(_) | Expr::GetAttr(_) | Expr::GetItem(_) | Expr::Call(_) => {
                let values = self.values(test);
                match &values[..] {
                    [value] => vec![PageTest { value: value.path.clone(), holds }],
                    _ => Vec::new(),
                }
            }
            _ => Vec::new(),
        };
        self.depth -= 1;
        known
    }
}

fn step_of(key: &Expr<'_>) -> Option<PageStep> {
    let Expr::Const(constant) = key else { return None };
    if let Some(text) = constant.value.as_str() {
        return Some(PageStep::Named(Symbol::new(text)));
    }
    let place = constant.value.as_usize()?;
    Some(u16::try_from(place).map_or(PageStep::Element, PageStep::Item))
}
