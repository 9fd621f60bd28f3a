//! `try`, with all of its arms.

use ruff_python_ast::{ExceptHandler, ExceptHandlerExceptHandler, Expr, ExprName, StmtTry};
use ruff_text_size::{Ranged, TextSize};
use tightlip_ir::{ExpressionId, Handler, Span, StatementKind};

use super::lowering::{Lowering, span_of};

const EXCEPT: &str = "except";

impl Lowering<'_> {
    /// Lowers a `try`.
    pub(super) fn try_statement(&mut self, statement: &StmtTry) -> StatementKind {
        let body = self.block(&statement.body);
        let lower = |handler: &ExceptHandler| {
            let ExceptHandler::ExceptHandler(handler) = handler;
            self.handler(handler, statement.is_star)
        };
        let handlers = statement.handlers.iter().map(lower).collect();
        let otherwise = self.block(&statement.orelse);
        StatementKind::Try { body, handlers, otherwise, finally: self.block(&statement.finalbody) }
    }

    fn handler(&mut self, handler: &ExceptHandlerExceptHandler, group: bool) -> Handler {
        let caught = handler.type_.as_deref();
        let python2 = caught.and_then(|caught| self.python2_binding(handler, caught));
        let (types, name) = match (python2, caught) {
            (Some((class, name)), _) => {
                (Box::from([self.expression(class)]), Some((&name.id, span_of(name.range))))
            }
            (None, caught) => {
                let types = caught.map(|caught| self.caught_types(caught)).unwrap_or_default();
                (types, handler.name.as_ref().map(|name| (&name.id, span_of(name.range))))
            }
        };
        let name_span = name.map_or_else(|| head_of(handler), |(_, span)| span);
        let name = name.map(|(name, _)| self.symbol(name));
        if let Some(name) = name {
            self.scopes.bind(name);
            self.scopes.catches();
        }
        Handler {
            span: span_of(handler.range),
            types,
            name,
            name_span,
            group,
            body: self.block(&handler.body),
        }
    }

    fn caught_types(&mut self, caught: &Expr) -> Box<[ExpressionId]> {
        match caught {
            Expr::Tuple(tuple) => self.expressions(&tuple.elts),
            single => Box::new([self.expression(single)]),
        }
    }

    /// Python 2 writes `except Class, name:`, which PEP 758 made the same as `except (Class, name):`. It
    /// is the former when the second looks like a variable, and no import or class made it a type.
    fn python2_binding<'a>(
        &mut self,
        handler: &ExceptHandlerExceptHandler,
        caught: &'a Expr,
    ) -> Option<(&'a Expr, &'a ExprName)> {
        let Expr::Tuple(tuple) = caught else { return None };
        let [class, Expr::Name(name)] = tuple.elts.as_slice() else { return None };
        let is_variable = name.id.starts_with(|first: char| first == '_' || first.is_lowercase());
        if tuple.parenthesized || handler.name.is_some() || !is_variable {
            return None;
        }
        let symbol = self.symbol(&name.id);
        let is_type = self.type_names.contains(&symbol);
        (!is_type).then_some((class, name))
    }
}

/// From `except` to the colon, or as far as that is known.
fn head_of(handler: &ExceptHandlerExceptHandler) -> Span {
    let keyword = handler.start() + TextSize::of(EXCEPT);
    let end = handler.type_.as_deref().map_or(keyword, Ranged::end);
    Span::new(handler.start().to_u32(), end.min(handler.end()).to_u32())
}
