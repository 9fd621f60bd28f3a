//! Settings in files that start the application.

mod option;
mod value;

use tightlip_catalogue::{Catalogue, EnvironmentModel, Values};
use tightlip_deployment::{Facts, Variable};
use tightlip_flow::Solution;
use tightlip_ir::Span;
use tightlip_rules::Finding;

use crate::debug::opposite;
use crate::edit::{Edit, Fix, Refusal, Safety};
use crate::site::Site;

/// What deployment runs with is asked for: somebody may count on it.
const SAFETY: Safety = Safety::Unsafe;

pub(crate) fn fix(finding: &Finding, site: &Site<'_>) -> Result<Fix, Refusal> {
    let checked = site.project.checked;
    let index = checked.deployment.iter().position(|file| file.path == site.path());
    let index = index.ok_or_else(|| Refusal(format!("nothing in {} switches it off", site.path())))?;
    let place = Place {
        site,
        facts: &checked.deployment[index].facts,
        span: finding.place.span,
        finding,
        catalogue: checked.catalogue,
        solution: checked.solution,
    };
    let (title, edit) = place
        .variable()
        .or_else(|| place.setting())
        .or_else(|| place.option())
        .ok_or_else(|| Refusal("how it is written is not understood".to_owned()))?;
    Ok(Fix { title, safety: SAFETY, edits: vec![edit], creates: Vec::new() })
}

/// Where the finding is, and what the file says there.
struct Place<'a> {
    site: &'a Site<'a>,
    facts: &'a Facts,
    span: Span,
    finding: &'a Finding,
    catalogue: &'a Catalogue,
    solution: &'a Solution,
}

impl Place<'_> {
    /// A variable of the environment gets a value that does not open.
    fn variable(&self) -> Option<(String, Edit)> {
        let known = self.facts.variables.iter().filter(|variable| variable.span == self.span);
        for variable in known {
            let Some(given) = variable.value.as_deref() else { continue };
            let opens = |model: &&EnvironmentModel| {
                model.opening.rule == self.finding.rule && model.values.open(given)
            };
            let Some(model) = self.models(variable).find(opens) else { continue };
            let closed = match &model.closed {
                Some(closed) => closed.clone(),
                None => closed(given, &model.values)?,
            };
            let span = value::of_variable(self.site.text(), self.span, &variable.name, given)?;
            let title = format!("set `{}` to `{closed}`", variable.name);
            return Some((title, self.site.replace(span, closed)));
        }
        None
    }

    /// What is known of a variable, by its name or by what code says that names start with.
    fn models(&self, variable: &Variable) -> impl Iterator<Item = &EnvironmentModel> {
        let model = &self.catalogue.deployment;
        let is_prefixed = |suffix: &str| {
            self.solution
                .prefixes
                .iter()
                .filter_map(|prefix| prefix.text)
                .any(|text| variable.name.strip_prefix(text.text()) == Some(suffix))
        };
        let suffixes: Vec<&EnvironmentModel> =
            model.suffixes.iter().filter(|(suffix, _)| is_prefixed(suffix)).map(|(_, model)| model).collect();
        model.environment.get(&variable.name).into_iter().chain(suffixes)
    }

    /// A setting of a server is switched off.
    fn setting(&self) -> Option<(String, Edit)> {
        let setting = self.facts.settings.iter().find(|setting| setting.span == self.span)?;
        let given = setting.value.as_deref()?;
        let mut models = self.catalogue.deployment.settings.iter();
        let model = models.find(|model| {
            model.server == setting.server
                && model.names.contains(&setting.name)
                && model.opening.rule == self.finding.rule
                && model.values.open(given)
        })?;
        let closed = closed(given, &model.values)?;
        let span = value::of_variable(self.site.text(), self.span, &setting.name, given)?;
        let title = format!("set `{}` to `{closed}`", setting.name);
        Some((title, self.site.replace(span, closed)))
    }

    /// An option of a command is dropped.
    fn option(&self) -> Option<(String, Edit)> {
        let options = self.catalogue.deployment.options.iter();
        let options = options.filter(|option| option.opening.rule == self.finding.rule);
        let names = options.flat_map(|option| &option.names);
        names.into_iter().find_map(|name| {
            let removed = option::removed(self.site, self.span, name)?;
            Some((format!("drop `{name}`"), self.site.replace(removed, "")))
        })
    }
}

/// A value that does not open: the word that means the opposite, else one that every reader takes for off.
fn closed(given: &str, values: &Values) -> Option<String> {
    let candidates = [opposite(given), opposite(&given.to_ascii_lowercase()), "0", "false", "False"];
    let fitting = candidates.into_iter().filter(|word| !word.is_empty());
    fitting.into_iter().find(|word| !values.open(word)).map(str::to_owned)
}
