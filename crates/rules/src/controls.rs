//! The applications in a program, and how their three controls stand.

use tightlip_catalogue::{Catalogue, Control, Severity};
use tightlip_flow::{ApplicationSite, FileIndex, Location, Program, Solution};

use crate::central_handler::Handlers;
use crate::judge::Files;
use crate::site::Site;
use crate::{Application, ControlReport, ControlState, DeploymentFile, Finding};

/// The applications, and which file belongs to which.
pub(crate) struct Applications<'a> {
    program: &'a Program,
    sites: Vec<&'a ApplicationSite>,
    catalogue: &'a Catalogue,
    /// Handlers of errors, by application.
    handlers: Vec<Handlers<'a>>,
}

impl<'a> Applications<'a> {
    pub(crate) fn new(program: &'a Program, solution: &'a Solution, catalogue: &'a Catalogue) -> Self {
        let sites: Vec<&ApplicationSite> = solution.applications.iter().collect();
        let handlers = sites.iter().map(|_| Handlers::default()).collect();
        let mut applications = Self { program, catalogue, handlers, sites };
        for registration in &solution.registrations {
            if registration.role.exception.is_some() || registration.role.apart {
                let file = registration.role.location.file;
                for application in applications.near(&program.file(file).path, Some(file)) {
                    applications.handlers[application].add(registration, catalogue);
                }
            }
        }
        applications
    }

    /// Where applications are made that have no central handler.
    pub(crate) fn without_central_handler(&self) -> impl Iterator<Item = Location> + '_ {
        let absent = |(_, handlers): &(&&ApplicationSite, &Handlers<'_>)| handlers.is_empty();
        self.sites.iter().zip(&self.handlers).filter(absent).map(|(site, _)| site.location)
    }

    /// The applications made in `file`, else those whose file shares the longest path with it.
    pub(crate) fn near(&self, path: &str, file: Option<FileIndex>) -> Vec<usize> {
        let nearness = |site: &ApplicationSite| {
            if Some(site.location.file) == file {
                usize::MAX
            } else {
                shared_folders(path, &self.program.file(site.location.file).path)
            }
        };
        let nearest = self.sites.iter().map(|site| nearness(site)).max();
        (0..self.sites.len()).filter(|index| Some(nearness(self.sites[*index])) == nearest).collect()
    }

    /// How the controls of each application stand.
    pub(crate) fn report(
        &self,
        findings: &[(Site, Finding)],
        deployment: &[DeploymentFile],
        files: &mut Files<'_>,
    ) -> Vec<Application> {
        let mut reports = Vec::new();
        let names = self.names();
        for (index, site) in self.sites.iter().enumerate() {
            let own: Vec<&(Site, Finding)> =
                findings.iter().filter(|(_, finding)| finding.application == Some(index)).collect();
            reports.push(Application {
                name: names[index].clone(),
                framework: site.framework.to_owned(),
                place: files.place(site.location),
                controls: vec![
                    self.handlers[index].report(self.program, self.catalogue, site.location, &own, files),
                    sanitized_replies(&own),
                    debug_suppression(&own, !deployment.is_empty()),
                ],
            });
        }
        reports
    }

    /// A name for each application: so much of its path as tells it from the others.
    fn names(&self) -> Vec<String> {
        let path = |site: &&ApplicationSite| self.program.file(site.location.file).path.as_str();
        let short: Vec<String> = self.sites.iter().map(|site| application_name(path(site))).collect();
        let is_alone = |name: &String| short.iter().filter(|other| *other == name).count() == 1;
        let named = |(site, name): (&&ApplicationSite, &String)| {
            if is_alone(name) { name.clone() } else { module_path(path(site)).to_owned() }
        };
        self.sites.iter().zip(&short).map(named).collect()
    }
}

fn sanitized_replies(findings: &[&(Site, Finding)]) -> ControlReport {
    let control = Control::SanitizedReplies;
    let leaks: Vec<&&(Site, Finding)> = findings
        .iter()
        .filter(|(_, finding)| finding.rule.control() == Some(control) && finding.severity > Severity::Low)
        .collect();
    let (state, reason) = match leaks.len() {
        0 => (ControlState::Present, "no leak found".to_owned()),
        1 => (ControlState::Weak, "1 leak".to_owned()),
        count => (ControlState::Absent, format!("{count} leaks")),
    };
    ControlReport { control, state, reason, place: leaks.first().map(|(_, finding)| finding.place.clone()) }
}

fn debug_suppression(findings: &[&(Site, Finding)], knows_deployment: bool) -> ControlReport {
    let control = Control::DebugSuppression;
    let of_control = findings.iter().map(|(_, finding)| finding);
    let open = of_control
        .filter(|finding| finding.rule.control() == Some(control) && finding.severity > Severity::Info);
    // The first of those that are equally grave.
    let Some(gravest) = open.rev().max_by_key(|finding| finding.severity) else {
        let everywhere = if knows_deployment { "code or deployment" } else { "code" };
        let reason = format!("nothing in {everywhere} switches it on");
        return ControlReport { control, state: ControlState::Present, reason, place: None };
    };
    let state = if gravest.severity > Severity::Low { ControlState::Absent } else { ControlState::Weak };
    // Where it is started is where it is decided.
    let (reason, place) = match gravest.steps.first() {
        Some(start) => (format!("{}: {}", start.note, gravest.message), &start.place),
        None => (gravest.message.clone(), &gravest.place),
    };
    ControlReport { control, state, reason, place: Some(place.clone()) }
}

/// The folder that the application's file is the package of, else the file's own name.
fn application_name(path: &str) -> String {
    let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let folder = folders.rsplit('/').next().unwrap_or("");
    if stem == "__init__" && !folder.is_empty() { folder.to_owned() } else { stem.to_owned() }
}

/// The path of a module without ending; a package's is its folder's.
fn module_path(path: &str) -> &str {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    stem.strip_suffix("/__init__").unwrap_or(stem)
}

/// How many folders two paths have in common, from the top.
pub(crate) fn shared_folders(one: &str, other: &str) -> usize {
    let folders = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
    let (one, other) = (folders(one), folders(other));
    one[..one.len() - 1].iter().zip(&other[..other.len() - 1]).take_while(|(one, other)| one == other).count()
}
