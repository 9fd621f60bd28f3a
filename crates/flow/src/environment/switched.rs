//! Settings that the program itself switches on, wherever it keeps them.

use tightlip_ir::{Block, ExpressionId, ExpressionKind, Literal, Module, Statement, StatementKind, Symbol};

use super::{Environment, Scope};
use crate::program::FileIndex;

impl Environment<'_> {
    /// Whether the program gives a setting of this name a value that counts as true, and no class of settings one
    /// that does not.
    pub(crate) fn is_switched_on(&self, name: Symbol) -> bool {
        let mut on = false;
        for (at, file) in self.program.files.iter().enumerate() {
            let scope = Scope::top(FileIndex(at as u32));
            let module = &file.module;
            let mut values = entries(module, name);
            for function in &module.functions {
                assigned(module, &function.body, name, &mut values);
            }
            on |= values.iter().any(|value| self.is_true(&scope, *value) == Some(true));
            let mut of_classes = Vec::new();
            for class in &module.classes {
                assigned(module, &class.body, name, &mut of_classes);
            }
            for value in of_classes {
                match self.is_true(&scope, value) {
                    Some(true) => on = true,
                    _ => return false,
                }
            }
        }
        on
    }

    fn is_true(&self, scope: &Scope, value: ExpressionId) -> Option<bool> {
        self.read(scope, value, 0)?.unset_truth()
    }
}

/// What calls give the keyword and records the key.
fn entries(module: &Module, name: Symbol) -> Vec<ExpressionId> {
    let mut values = Vec::new();
    for expression in &module.expressions {
        match &expression.kind {
            ExpressionKind::Call { arguments, .. } => {
                let named = arguments.iter().filter(|argument| argument.keyword == Some(name));
                values.extend(named.map(|argument| argument.value));
            }
            ExpressionKind::Record(entries) => {
                let named =
                    entries.iter().filter(|entry| entry.key.is_some_and(|key| is_text(module, key, name)));
                values.extend(named.map(|entry| entry.value));
            }
            _ => {}
        }
    }
    values
}

/// What statements give the variable, attribute or entry, inside of conditions too.
fn assigned(module: &Module, block: &Block, name: Symbol, values: &mut Vec<ExpressionId>) {
    for statement in block.iter() {
        assigned_by(module, statement, name, values);
    }
}

fn assigned_by(module: &Module, statement: &Statement, name: Symbol, values: &mut Vec<ExpressionId>) {
    match &statement.kind {
        StatementKind::Assign { targets, value } => {
            let is_target = |target: &ExpressionId| match &module.expression(*target).kind {
                ExpressionKind::Name(known) | ExpressionKind::Attribute { name: known, .. } => *known == name,
                ExpressionKind::Index { index, .. } => is_text(module, *index, name),
                _ => false,
            };
            values.extend(targets.iter().any(is_target).then_some(*value));
        }
        StatementKind::Declare { target, value: Some(value), .. } => {
            let is_name =
                matches!(module.expression(*target).kind, ExpressionKind::Name(known) if known == name);
            values.extend(is_name.then_some(*value));
        }
        StatementKind::If { then, otherwise, .. } => {
            assigned(module, then, name, values);
            assigned(module, otherwise, name, values);
        }
        StatementKind::Try { body, .. } | StatementKind::With { body, .. } => {
            assigned(module, body, name, values);
        }
        _ => {}
    }
}

fn is_text(module: &Module, id: ExpressionId, text: Symbol) -> bool {
    matches!(module.expression(id).kind, ExpressionKind::Literal(Literal::Text(known)) if known == text)
}
