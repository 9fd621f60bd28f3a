//! What is known of a server's routes, wherever from: a description, or links and forms of its pages.

use std::collections::{BTreeMap, BTreeSet};

use crate::message::Route;
use crate::seed::{Body, Harvest, Learned, Shape, fitting};

/// A route, what it reads, and values that it is known to take.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) route: Route,
    pub(crate) learned: Learned,
    pub(crate) path: BTreeMap<String, String>,
    pub(crate) args: BTreeMap<String, String>,
    /// Values of forms, which may have to come back as they are.
    pub(crate) form: BTreeMap<String, String>,
}

impl Known {
    /// A route with `{name}` for its parameters.
    pub(crate) fn new(method: &str, template: &str) -> Self {
        let mut converters = BTreeMap::new();
        let mut rule = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else { break };
            // What marks parameters in the rules of the templates is taken out of names.
            let name: String = name.chars().filter(|it| !"<>:".contains(*it)).collect();
            rule.push_str(before);
            rule.push_str(&format!("<{name}>"));
            converters.insert(name, String::new());
            rest = after;
        }
        rule.push_str(rest);
        let route = Route {
            rule,
            method: method.to_owned(),
            endpoint: String::new(),
            converters,
            choices: BTreeMap::new(),
            places: Vec::new(),
            keys: Vec::new(),
            asked: BTreeMap::new(),
        };
        let (path, args, form) = Default::default();
        Self { route, learned: Learned::default(), path, args, form }
    }

    /// It reads `name` in a part of the request.
    pub(crate) fn reads(&mut self, part: &str, name: &str) {
        let names: &mut BTreeSet<String> = self.learned.asked.entry(part.to_owned()).or_default();
        names.insert(name.to_owned());
    }

    /// The request that fits best.
    pub(crate) fn fitting(&self, harvest: &Harvest) -> Shape {
        let mut shape = fitting(&self.route, &self.learned, harvest);
        shape.path.extend(self.path.clone());
        shape.args.extend(self.args.clone());
        if let Body::Form(fields) | Body::Multipart(fields, _) = &mut shape.body {
            fields.extend(self.form.clone());
        }
        shape
    }

    /// Adds what else is known of the same route. Values that are known stay.
    pub(crate) fn join(&mut self, other: Known) {
        for (part, names) in other.learned.asked {
            self.learned.asked.entry(part).or_default().extend(names);
        }
        let pairs =
            [(&mut self.path, other.path), (&mut self.args, other.args), (&mut self.form, other.form)];
        for (known, more) in pairs {
            more.into_iter().for_each(|(name, value)| {
                known.entry(name).or_insert(value);
            });
        }
    }

    /// How it is told from others: method, and path with the names of its parameters.
    pub(crate) fn name(&self) -> (String, String) {
        (self.route.method.clone(), self.route.rule.replace('<', "{").replace('>', "}"))
    }
}
