use std::sync::Arc;

use tightlip_fix::{Edit, Proposal, Safety};
use tightlip_report::{Applicability, Change, Repair};
use tightlip_rules::{Judgement, Place, SourceFile};

/// What the report tells of the fix of each finding, in their order. `file` gives a file by its path.
pub(crate) fn repairs(
    judgement: &Judgement,
    proposals: &[Proposal],
    file: impl Fn(&str) -> Option<Arc<SourceFile>>,
) -> Vec<Repair> {
    let none = || Repair { title: String::new(), applicability: Applicability::None, changes: Vec::new() };
    let mut repairs: Vec<Repair> = judgement.findings.iter().map(|_| none()).collect();
    for proposal in proposals {
        for index in &proposal.findings {
            let Some(repair) = repairs.get_mut(*index) else { continue };
            let known = &judgement.findings[*index].place.file;
            let change = |edit: &Edit| {
                let file = if edit.path == known.path { Some(known.clone()) } else { file(&edit.path) };
                let place = Place { file: file?, span: edit.span };
                Some(Change { place, replacement: edit.replacement.clone() })
            };
            *repair = match &proposal.outcome {
                Ok(fix) => Repair {
                    title: fix.title.clone(),
                    applicability: match fix.safety {
                        Safety::Safe => Applicability::Safe,
                        Safety::Unsafe => Applicability::Unsafe,
                        Safety::DisplayOnly => Applicability::DisplayOnly,
                    },
                    // What adds files cannot be told as changes of files that are there.
                    changes: if fix.creates.is_empty() {
                        fix.edits.iter().filter_map(change).collect()
                    } else {
                        Vec::new()
                    },
                },
                Err(refusal) => Repair { title: refusal.0.clone(), ..none() },
            };
        }
    }
    repairs
}
