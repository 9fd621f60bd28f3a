//! What a template shows by itself.

use tightlip_rules::{FileId, Finding};

use crate::edit::{Fix, Refusal, Safety};
use crate::site::Project;

/// Takes the expression out of the template.
pub(super) fn fix(project: &Project<'_>, finding: &Finding) -> Result<Fix, Refusal> {
    let site = project.site_of(finding).ok_or_else(|| Refusal("the file is not known".to_owned()))?;
    if !matches!(site.id, FileId::Page(_)) {
        return Err(Refusal("it is not known where the detail gets in".to_owned()));
    }
    let span = finding.place.span;
    let text = site.text();
    let before = text[..span.start as usize].rfind("{{");
    let after = text[span.end as usize..].find("}}");
    let (Some(from), Some(to)) = (before, after) else {
        return Err(Refusal("the template's author has to say what stands here instead".to_owned()));
    };
    let whole = tightlip_ir::Span::new(from as u32, span.end + to as u32 + 2);
    if site.slice(whole)[2..].contains("{{") {
        return Err(Refusal("the template's author has to say what stands here instead".to_owned()));
    }
    Ok(Fix {
        title: "show nothing of it in the template".to_owned(),
        safety: Safety::Unsafe,
        edits: vec![site.replace(whole, "")],
        creates: Vec::new(),
    })
}
