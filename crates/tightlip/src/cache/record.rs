//! A judgement as it is kept: places are numbers of files and offsets, texts are read again.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tightlip_ir::Span;
use tightlip_report::{Applicability, Change, Gravity, Problem, Repair};
use tightlip_rules::{
    Application, Confidence, Control, ControlReport, ControlState, Finding, Judgement, Place, Rule, Severity,
    SourceFile, Step,
};

use crate::analyse::Analysis;
use crate::read::read;

#[derive(Serialize, Deserialize)]
pub(super) struct Record {
    /// As reports show them, and where they can be read.
    files: Vec<(String, PathBuf)>,
    findings: Vec<FindingRecord>,
    repairs: Vec<RepairRecord>,
    applications: Vec<ApplicationRecord>,
    suppressed: usize,
    problems: Vec<ProblemRecord>,
    checked: usize,
}

/// The number of a file, and from where to where.
type PlaceRecord = (usize, u32, u32);

#[derive(Serialize, Deserialize)]
struct FindingRecord {
    rule: String,
    severity: String,
    confidence: String,
    message: String,
    place: PlaceRecord,
    steps: Vec<(PlaceRecord, String)>,
    example: Option<String>,
    remedy: String,
    fingerprint: String,
    application: Option<usize>,
}

#[derive(Serialize, Deserialize)]
struct RepairRecord {
    title: String,
    applicability: Option<String>,
    changes: Vec<(PlaceRecord, String)>,
}

#[derive(Serialize, Deserialize)]
struct ApplicationRecord {
    name: String,
    framework: String,
    place: PlaceRecord,
    controls: Vec<ControlRecord>,
}

#[derive(Serialize, Deserialize)]
struct ControlRecord {
    control: String,
    state: String,
    reason: String,
    place: Option<PlaceRecord>,
}

#[derive(Serialize, Deserialize)]
struct ProblemRecord {
    path: String,
    place: Option<(usize, usize)>,
    is_error: bool,
    message: String,
}

/// Gives files numbers.
#[derive(Default)]
struct Files {
    numbers: HashMap<PathBuf, usize>,
    files: Vec<(String, PathBuf)>,
}

impl Files {
    fn place(&mut self, place: &Place) -> PlaceRecord {
        let file = &place.file;
        let number = *self.numbers.entry(file.location.clone()).or_insert_with(|| {
            self.files.push((file.path.clone(), file.location.clone()));
            self.files.len() - 1
        });
        (number, place.span.start, place.span.end)
    }
}

impl Record {
    /// `None` where a path cannot be written down.
    pub(super) fn of(analysis: &Analysis) -> Option<Self> {
        let Analysis { judgement, proposals: _, repairs, problems, files: count } = analysis;
        let Judgement { findings, applications, suppressed } = judgement;
        let mut files = Files::default();
        let findings = findings.iter().map(|finding| FindingRecord::of(finding, &mut files)).collect();
        let applications = applications.iter().map(|one| ApplicationRecord::of(one, &mut files)).collect();
        let repairs = repairs.iter().map(|repair| RepairRecord::of(repair, &mut files)).collect();
        let problem = |problem: &Problem| ProblemRecord {
            path: problem.path.clone(),
            place: problem.place,
            is_error: problem.gravity == Gravity::Error,
            message: problem.message.clone(),
        };
        files.files.iter().all(|(_, location)| location.to_str().is_some()).then_some(Self {
            files: files.files,
            findings,
            repairs,
            applications,
            suppressed: *suppressed,
            problems: problems.iter().map(problem).collect(),
            checked: *count,
        })
    }

    /// What was kept; `None` if that makes no sense to this program.
    pub(super) fn analysis(&self) -> Option<Analysis> {
        let file = |(path, location): &(String, PathBuf)| {
            let text = read(location).map(|source| source.text).unwrap_or_default();
            Arc::new(SourceFile { path: path.clone(), location: location.clone(), text })
        };
        let files: Vec<Arc<SourceFile>> = self.files.iter().map(file).collect();
        let findings = self.findings.iter().map(|finding| finding.finding(&files)).collect::<Option<_>>()?;
        let applications = self.applications.iter().map(|application| application.application(&files));
        let problem = |problem: &ProblemRecord| Problem {
            path: problem.path.clone(),
            place: problem.place,
            gravity: if problem.is_error { Gravity::Error } else { Gravity::Warning },
            message: problem.message.clone(),
        };
        let repairs = self.repairs.iter().map(|repair| repair.repair(&files)).collect::<Option<_>>()?;
        Some(Analysis {
            judgement: Judgement {
                findings,
                applications: applications.collect::<Option<_>>()?,
                suppressed: self.suppressed,
            },
            proposals: Vec::new(),
            repairs,
            problems: self.problems.iter().map(problem).collect(),
            files: self.checked,
        })
    }
}

fn place_of(record: PlaceRecord, files: &[Arc<SourceFile>]) -> Option<Place> {
    let (file, start, end) = record;
    Some(Place { file: Arc::clone(files.get(file)?), span: Span::new(start, end) })
}

impl FindingRecord {
    fn of(finding: &Finding, files: &mut Files) -> Self {
        // Named one by one, so that none is forgotten when there are more.
        let Finding {
            rule,
            severity,
            confidence,
            message,
            place,
            steps,
            example,
            remedy,
            fingerprint,
            application,
            // What is kept was not proven.
            evidence: _,
        } = finding;
        Self {
            rule: rule.code().to_owned(),
            severity: severity.name().to_owned(),
            confidence: confidence.name().to_owned(),
            message: message.clone(),
            place: files.place(place),
            steps: steps.iter().map(|step| (files.place(&step.place), step.note.clone())).collect(),
            example: example.clone(),
            remedy: remedy.clone(),
            fingerprint: fingerprint.clone(),
            application: *application,
        }
    }

    fn finding(&self, files: &[Arc<SourceFile>]) -> Option<Finding> {
        let confidences = [Confidence::Possible, Confidence::Likely, Confidence::Proven];
        let step = |(place, note): &(PlaceRecord, String)| {
            Some(Step { place: place_of(*place, files)?, note: note.clone() })
        };
        Some(Finding {
            rule: Rule::find(&self.rule)?,
            severity: Severity::find(&self.severity)?,
            confidence: confidences.into_iter().find(|known| known.name() == self.confidence)?,
            message: self.message.clone(),
            place: place_of(self.place, files)?,
            steps: self.steps.iter().map(step).collect::<Option<_>>()?,
            example: self.example.clone(),
            remedy: self.remedy.clone(),
            fingerprint: self.fingerprint.clone(),
            application: self.application,
            evidence: None,
        })
    }
}

impl RepairRecord {
    fn of(repair: &Repair, files: &mut Files) -> Self {
        let Repair { title, applicability, changes } = repair;
        let change = |change: &Change| (files.place(&change.place), change.replacement.clone());
        Self {
            title: title.clone(),
            applicability: applicability.name().map(str::to_owned),
            changes: changes.iter().map(change).collect(),
        }
    }

    fn repair(&self, files: &[Arc<SourceFile>]) -> Option<Repair> {
        let all =
            [Applicability::Safe, Applicability::Unsafe, Applicability::DisplayOnly, Applicability::None];
        let change = |(place, replacement): &(PlaceRecord, String)| {
            Some(Change { place: place_of(*place, files)?, replacement: replacement.clone() })
        };
        Some(Repair {
            title: self.title.clone(),
            applicability: all.into_iter().find(|known| known.name() == self.applicability.as_deref())?,
            changes: self.changes.iter().map(change).collect::<Option<_>>()?,
        })
    }
}

impl ApplicationRecord {
    fn of(application: &Application, files: &mut Files) -> Self {
        let Application { name, framework, place, controls } = application;
        let place = files.place(place);
        let mut control = |report: &ControlReport| ControlRecord {
            control: report.control.title().to_owned(),
            state: report.state.name().to_owned(),
            reason: report.reason.clone(),
            place: report.place.as_ref().map(|place| files.place(place)),
        };
        let controls = controls.iter().map(&mut control).collect();
        Self { name: name.clone(), framework: framework.clone(), place, controls }
    }

    fn application(&self, files: &[Arc<SourceFile>]) -> Option<Application> {
        Some(Application {
            name: self.name.clone(),
            framework: self.framework.clone(),
            place: place_of(self.place, files)?,
            controls: self.controls.iter().map(|control| control.report(files)).collect::<Option<_>>()?,
        })
    }
}

impl ControlRecord {
    fn report(&self, files: &[Arc<SourceFile>]) -> Option<ControlReport> {
        let controls = [Control::CentralHandler, Control::SanitizedReplies, Control::DebugSuppression];
        let states = [ControlState::Present, ControlState::Weak, ControlState::Absent];
        Some(ControlReport {
            control: controls.into_iter().find(|known| known.title() == self.control)?,
            state: states.into_iter().find(|known| known.name() == self.state)?,
            reason: self.reason.clone(),
            place: match self.place {
                Some(place) => Some(place_of(place, files)?),
                None => None,
            },
        })
    }
}
