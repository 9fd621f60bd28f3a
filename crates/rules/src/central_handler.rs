//! The first control of one application: is there one place that decides what clients see of an error, and does
//! every error come there?

use tightlip_catalogue::model::{Returned, Scope};
use tightlip_catalogue::{Catalogue, Control, Rule, Severity};
use tightlip_flow::{ClassName, Location, Program, Registration};

use crate::handler::{is_every_error, is_every_reply, speaks_of};
use crate::judge::Files;
use crate::site::{FileId, Site};
use crate::{ControlReport, ControlState, Finding};

/// What is registered for the errors of one application.
#[derive(Default)]
pub(crate) struct Handlers<'a> {
    /// Handlers of every error of the application.
    central: Vec<&'a Registration>,
    /// Handlers of every error of a part of it.
    partial: Vec<&'a Registration>,
    /// Functions whose errors no handler of the application is asked for.
    apart: Vec<&'a Registration>,
    /// Handlers of every error of those.
    of_apart: Vec<&'a Registration>,
}

impl<'a> Handlers<'a> {
    pub(crate) fn add(&mut self, registration: &'a Registration, catalogue: &Catalogue) {
        let role = &registration.role;
        if role.exception.is_none() {
            if role.apart {
                self.apart.push(registration);
            }
        } else if is_for_every_error(registration, catalogue) {
            match role.scope {
                Scope::Application => self.central.push(registration),
                Scope::Part if !role.apart => self.partial.push(registration),
                Scope::Part => {}
            }
            if role.apart {
                self.of_apart.push(registration);
            }
        }
    }

    /// Whether nothing is registered for every error of the application.
    pub(crate) fn is_empty(&self) -> bool {
        self.central.is_empty()
    }

    /// How the control stands, given all `findings` of the application, which is made at `site`.
    pub(crate) fn report(
        &self,
        program: &Program,
        catalogue: &Catalogue,
        site: Location,
        findings: &[&(Site, Finding)],
        files: &mut Files<'_>,
    ) -> ControlReport {
        let mut state = |state: ControlState, reason: String, site: Site| ControlReport {
            control: Control::CentralHandler,
            state,
            reason,
            place: Some(files.place(site)),
        };
        let name = |handler: &Registration| program.function(handler.function).name;
        let Some(first) = self.central.first() else {
            return match self.partial.first() {
                Some(part) => {
                    let reason = format!("`{}` covers a part of the application only", name(part));
                    state(ControlState::Weak, reason, part.role.location.into())
                }
                None => {
                    let reason = "no handler for HTTPException, 500 or Exception".to_owned();
                    state(ControlState::Absent, reason, site.into())
                }
            };
        };
        for handler in &self.central {
            let weakening = findings.iter().filter(|found| weakens(program, handler, found));
            // The gravest; of equal ones the first.
            if let Some((at, finding)) = weakening.rev().max_by_key(|(_, finding)| finding.severity) {
                let reason = match finding.rule {
                    Rule::HandlerNeverRuns => format!("`{}`: {}", name(handler), finding.message),
                    _ => format!("in `{}` {}", name(handler), finding.message),
                };
                return state(ControlState::Weak, reason, *at);
            }
        }
        if let Some(resource) = self.apart.first()
            && self.of_apart.is_empty()
            && !speaks_of(program, &catalogue.handling.together)
        {
            let reason =
                format!("errors of `{}` do not reach `{}`", program.describe(resource.function), name(first));
            return state(ControlState::Weak, reason, resource.role.location.into());
        }
        let here = Location { file: first.function.file, span: program.function(first.function).name_span };
        state(ControlState::Present, format!("`{}`", name(first)), here.into())
    }
}

/// Whether a finding says that the handler leaks, fails, loses, silences, or is not asked.
fn weakens(program: &Program, handler: &Registration, found: &(Site, Finding)) -> bool {
    let (site, finding) = found;
    let span = program.function(handler.function).span;
    let is_inside = site.file == FileId::Program(handler.function.file) && span.contains(site.span);
    let counts = match finding.rule {
        // A header that is missing is a nuisance; the client still learns no more than it should.
        Rule::HandlerLosesHeaders => false,
        Rule::HandlerNeverRuns => *site == handler.role.location.into(),
        rule if rule.judges_handler() || rule == Rule::FrameworkDefault => is_inside,
        rule => is_inside && rule.control() == Some(Control::SanitizedReplies),
    };
    counts && finding.severity > Severity::Info
}

/// Whether it handles every error, or those of them that nothing has handled before.
fn is_for_every_error(registration: &Registration, catalogue: &Catalogue) -> bool {
    let role = &registration.role;
    let takes_unhandled = |class: &ClassName| match class {
        ClassName::Library(path) => catalogue.exception(*path).is_some_and(|model| model.central),
        ClassName::Program(_) => false,
    };
    let everything = |class: &ClassName| {
        is_every_error(catalogue, *class) || is_every_reply(catalogue, *class) || takes_unhandled(class)
    };
    role.returns == Returned::Body && (role.handles.is_empty() || role.handles.iter().any(everything))
}
