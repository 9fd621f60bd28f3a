//! Whether a program speaks of a name at all: as a variable, an attribute, a keyword, a method or a text.

use tightlip_flow::Program;
use tightlip_ir::{ExpressionKind, Literal, Module, Symbol};

/// Whether the program speaks of one of `names`.
pub(crate) fn speaks_of(program: &Program, names: &[Symbol]) -> bool {
    !names.is_empty() && program.files.iter().any(|file| is_in(&file.module, names))
}

fn is_in(module: &Module, names: &[Symbol]) -> bool {
    let defined = module.functions.iter().map(|function| function.name);
    let classes = module.classes.iter().map(|class| class.name);
    defined.chain(classes).any(|name| names.contains(&name))
        || module.expressions.iter().any(|expression| match &expression.kind {
            ExpressionKind::Name(name)
            | ExpressionKind::Attribute { name, .. }
            | ExpressionKind::Literal(Literal::Text(name)) => names.contains(name),
            ExpressionKind::Call { arguments, .. } => arguments
                .iter()
                .any(|argument| argument.keyword.is_some_and(|keyword| names.contains(&keyword))),
            _ => false,
        })
}
