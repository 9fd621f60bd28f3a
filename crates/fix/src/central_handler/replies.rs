//! What kind of replies an application sends: records for programs, pages for people, or both.

use tightlip_flow::Program;
use tightlip_ir::{ExpressionKind, Literal, StatementKind};

/// What kind of replies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Replies {
    /// JSON.
    Records,
    /// HTML.
    Pages,
    /// What the client asks for.
    Both,
}

/// Names that make JSON, and names that make pages.
const RECORDS: &[&str] = &["jsonify", "Api", "Resource", "MethodView", "json_response"];
const PAGES: &[&str] = &["render_template", "render_template_string", "flash", "stream_template"];

impl Replies {
    pub(super) fn of(program: &Program) -> Self {
        let (mut records, mut pages) = (false, !program.pages.is_empty());
        for file in &program.files {
            for function in &file.module.functions {
                let mentions =
                    |names: &[&str]| function.mentions.iter().any(|name| names.contains(&name.text()));
                records |= mentions(RECORDS);
                pages |= mentions(PAGES);
                for statement in tightlip_rules::walk::statements(&function.body) {
                    let StatementKind::Return(Some(value)) = &statement.kind else { continue };
                    match &file.module.expression(*value).kind {
                        ExpressionKind::Record(_) => records = true,
                        ExpressionKind::Literal(Literal::Text(text)) => {
                            pages |= text.text().trim_start().starts_with('<');
                        }
                        _ => {}
                    }
                }
            }
        }
        match (records, pages) {
            (true, false) => Self::Records,
            (false, true) => Self::Pages,
            _ => Self::Both,
        }
    }
}
