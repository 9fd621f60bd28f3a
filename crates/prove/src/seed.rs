//! What a route wants to be asked, as far as it is known: parameters of the path, keys that were looked up, values that
//! other replies held.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use serde_json::{Map, Value, json};

use crate::exchange::{Reply, Request};
use crate::message::{Route, Served};

/// What stays as it is in paths and queries.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// More values of one name are not kept.
const MOST_VALUES: usize = 6;
/// Objects in bodies are not built deeper.
const DEEPEST: usize = 4;

/// Values that replies held, by their names.
#[derive(Default, Debug)]
pub(crate) struct Harvest {
    values: BTreeMap<String, Vec<Value>>,
}

impl Harvest {
    /// Takes what a reply in JSON holds.
    pub(crate) fn take(&mut self, reply: &Reply) {
        if reply.status < 400
            && let Ok(value) = serde_json::from_slice::<Value>(&reply.body)
        {
            self.take_value("", &value, 0);
        }
    }

    /// Takes values by their names.
    pub(crate) fn take_named(&mut self, values: &[(String, Value)]) {
        values.iter().for_each(|(name, value)| self.take_value(name, value, 0));
    }

    /// The values of `reply`, and behind them these.
    pub(crate) fn after(&self, reply: &Reply, shown: &[(String, Value)]) -> Self {
        let mut fresh = Self::default();
        fresh.take(reply);
        fresh.take_named(shown);
        for (name, values) in &self.values {
            fresh.values.entry(name.clone()).or_default().extend(values.iter().cloned());
        }
        fresh
    }

    fn take_value(&mut self, name: &str, value: &Value, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        match value {
            Value::Object(fields) => {
                fields.iter().for_each(|(name, field)| self.take_value(name, field, depth + 1));
            }
            Value::Array(items) => {
                items.iter().take(MOST_VALUES).for_each(|item| self.take_value(name, item, depth + 1));
            }
            Value::String(text) if text.is_empty() || text.len() > 100 => {}
            Value::String(_) | Value::Number(_) => {
                let known = self.values.entry(name.to_owned()).or_default();
                if !known.contains(value) && known.len() < MOST_VALUES {
                    known.push(value.clone());
                }
            }
            _ => {}
        }
    }

    /// Values that `name` may have; `order_id` may be the `id` of something.
    pub(crate) fn of(&self, name: &str) -> impl Iterator<Item = &Value> {
        let end = name.rsplit_once('_').map_or(name, |(_, end)| end);
        let own = self.values.get(name).into_iter();
        let similar = self.values.get(end).filter(|_| end != name).into_iter();
        own.chain(similar).flatten()
    }
}

/// What was learned of a route.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Learned {
    /// Keys by the part of the request: `args`, `form`, `headers`, `json`, `json.items[]`, ...
    pub(crate) asked: BTreeMap<String, BTreeSet<String>>,
    /// What a form of the application sends there, by the names of fields.
    pub(crate) offered: BTreeMap<String, String>,
}

impl Learned {
    /// What is known of a route before it was asked.
    pub(crate) fn of(route: &Route) -> Self {
        let sets = route.asked.iter().map(|(part, names)| (part.clone(), names.iter().cloned().collect()));
        Self { asked: sets.collect(), ..Self::default() }
    }

    /// Notes what the application looked up. Whether anything is new.
    pub(crate) fn take(&mut self, told: &Served) -> bool {
        let mut is_new = false;
        for (part, names) in &told.asked {
            let known = self.asked.entry(part.clone()).or_default();
            for name in names {
                // What a framework keeps in its session is no seed, but for who is logged in.
                let is_own = part == "session" && name.starts_with('_') && name != "_user_id";
                is_new |= !is_own && known.insert(name.clone());
            }
        }
        is_new
    }

    /// What a form sends for this field, or a value that it may have.
    fn text_for(&self, name: &str, harvest: &Harvest) -> String {
        self.offered.get(name).cloned().unwrap_or_else(|| text_for(name, harvest))
    }

    pub(crate) fn names(&self, part: &str) -> impl Iterator<Item = &String> {
        self.asked.get(part).into_iter().flatten()
    }

    pub(crate) fn has(&self, part: &str) -> bool {
        self.names(part).next().is_some()
    }

    pub(crate) fn reads(&self, part: &str) -> bool {
        self.names("part").any(|name| name == part)
    }

    /// The parts that are objects of a JSON body.
    pub(crate) fn objects(&self) -> impl Iterator<Item = &String> {
        self.asked.keys().filter(|part| part.starts_with("json"))
    }
}

/// A request to a route, before it is written down.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Shape {
    pub(crate) path: BTreeMap<String, String>,
    pub(crate) args: BTreeMap<String, String>,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) session: Map<String, Value>,
    pub(crate) body: Body,
}

/// The body of a request.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Body {
    None,
    Form(BTreeMap<String, String>),
    /// Fields, and names of files.
    Multipart(BTreeMap<String, String>, BTreeSet<String>),
    Json(Value),
    /// Content type and bytes.
    Raw(&'static str, Vec<u8>),
}

/// The request that fits best.
pub(crate) fn fitting(route: &Route, learned: &Learned, harvest: &Harvest) -> Shape {
    let texts = |part: &str| {
        let names = learned.names(part);
        names.map(|name| (name.clone(), learned.text_for(name, harvest))).collect::<BTreeMap<_, _>>()
    };
    let path = route.converters.keys().map(|name| (name.clone(), path_value(route, name, harvest)));
    let mut headers = texts("headers");
    headers.retain(|name, _| !is_of_protocol(name));
    let session = learned.names("session").filter(|name| !name.starts_with('_') || *name == "_user_id");
    let session = session.map(|name| (name.clone(), session_value(name))).collect();
    Shape {
        path: path.collect(),
        args: texts("args"),
        headers,
        cookies: texts("cookies"),
        session,
        body: fitting_body(route, learned, harvest),
    }
}

fn fitting_body(route: &Route, learned: &Learned, harvest: &Harvest) -> Body {
    if matches!(route.method.as_str(), "GET" | "HEAD" | "OPTIONS") && !learned.reads("json") {
        return Body::None;
    }
    let texts = |part: &str| {
        learned.names(part).map(|name| (name.clone(), learned.text_for(name, harvest))).collect()
    };
    if learned.reads("json") || learned.objects().next().is_some() {
        let is_list = learned.asked.contains_key("json[]") && !learned.asked.contains_key("json");
        let value = if is_list {
            json!([object(learned, "json[]", harvest, 0)])
        } else {
            object(learned, "json", harvest, 0)
        };
        return Body::Json(value);
    }
    if learned.has("files") {
        return Body::Multipart(texts("form"), learned.names("files").cloned().collect());
    }
    if learned.has("form") {
        return Body::Form(texts("form"));
    }
    if learned.reads("data") {
        return Body::Raw("text/plain", b"not what is expected".to_vec());
    }
    Body::Json(json!({}))
}

fn object(learned: &Learned, part: &str, harvest: &Harvest, depth: usize) -> Value {
    let mut fields = Map::new();
    for name in learned.names(part) {
        let (inner, items) = (format!("{part}.{name}"), format!("{part}.{name}[]"));
        let value = if depth < DEEPEST && learned.asked.contains_key(&items) {
            json!([object(learned, &items, harvest, depth + 1)])
        } else if depth < DEEPEST && learned.asked.contains_key(&inner) {
            object(learned, &inner, harvest, depth + 1)
        } else {
            value_for(name, harvest)
        };
        fields.insert(name.clone(), value);
    }
    Value::Object(fields)
}

/// Headers that say how the message is read; other values would be another request.
fn is_of_protocol(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    matches!(name.as_str(), "host" | "content-type" | "content-length" | "accept" | "cookie" | "connection")
}

fn session_value(name: &str) -> Value {
    // Flask-Login keeps the key as text.
    if name == "_user_id" { json!("1") } else { json!(1) }
}

pub(crate) fn text_for(name: &str, harvest: &Harvest) -> String {
    match value_for(name, harvest) {
        Value::String(text) => text,
        value => value.to_string(),
    }
}

/// A value that a field of this name may have.
fn value_for(name: &str, harvest: &Harvest) -> Value {
    if let Some(value) = harvest.of(name).next() {
        return value.clone();
    }
    let name = name.to_ascii_lowercase();
    let has = |part: &str| name.contains(part);
    if has("mail") {
        json!("ann@example.org")
    } else if has("password") || has("secret") {
        json!("correct horse battery")
    } else if has("date") || has("since") || has("day") {
        json!("2024-05-01")
    } else if has("month") {
        json!("2024-05")
    } else if has("url") || has("link") || has("callback") {
        json!("http://127.0.0.1:9/")
    } else if has("name") || has("title") || has("text") {
        json!("Ann")
    } else {
        json!(1)
    }
}

fn path_value(route: &Route, name: &str, harvest: &Harvest) -> String {
    if let Some(choice) = route.choices.get(name).and_then(|choices| choices.first()) {
        return choice.clone();
    }
    let known = harvest.of(name).next();
    match route.converters.get(name).map(String::as_str) {
        Some("IntegerConverter") => known.and_then(Value::as_u64).unwrap_or(1).to_string(),
        Some("FloatConverter") => "1.0".to_owned(),
        Some("UUIDConverter") => "6f1c0a52-6a43-4b52-9f0e-0b8a4a1c7e11".to_owned(),
        _ => match known {
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => "1".to_owned(),
        },
    }
}

impl Shape {
    /// The request, written down.
    pub(crate) fn request(&self, route: &Route) -> Request {
        let mut target = filled(&route.rule, &self.path);
        for (index, (name, value)) in self.args.iter().enumerate() {
            target.push(if index == 0 { '?' } else { '&' });
            target.push_str(&format!("{}={}", encoded(name), encoded(value)));
        }
        let mut headers: Vec<(String, String)> = self.headers.clone().into_iter().collect();
        if !self.cookies.is_empty() {
            let pairs: Vec<String> =
                self.cookies.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
            headers.push(("Cookie".to_owned(), pairs.join("; ")));
        }
        let (kind, body) = self.body.written();
        if let Some(kind) = kind {
            headers.push(("Content-Type".to_owned(), kind));
        }
        Request { method: route.method.clone(), target, headers, body }
    }
}

impl Body {
    /// Content type and bytes.
    fn written(&self) -> (Option<String>, Vec<u8>) {
        match self {
            Body::None => (None, Vec::new()),
            Body::Json(value) => (Some("application/json".to_owned()), value.to_string().into_bytes()),
            Body::Raw(kind, bytes) => (Some((*kind).to_owned()), bytes.clone()),
            Body::Form(fields) => {
                let pairs: Vec<String> = fields
                    .iter()
                    .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
                    .collect();
                (Some("application/x-www-form-urlencoded".to_owned()), pairs.join("&").into_bytes())
            }
            Body::Multipart(fields, files) => {
                let mut text = String::new();
                for (name, value) in fields {
                    text.push_str(&format!(
                        "--part\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                    ));
                }
                for name in files {
                    text.push_str(&format!(
                        "--part\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"a.csv\"\r\n\
                         Content-Type: text/csv\r\n\r\na,b\r\nx,\u{e9}\r\n\r\n"
                    ));
                }
                text.push_str("--part--\r\n");
                (Some("multipart/form-data; boundary=part".to_owned()), text.into_bytes())
            }
        }
    }
}

/// The path of a rule with its parameters filled in.
fn filled(rule: &str, values: &BTreeMap<String, String>) -> String {
    let mut path = String::new();
    let mut rest = rule;
    while let Some((before, after)) = rest.split_once('<') {
        // A converter may have arguments with anything in them; the name is last.
        let Some((inside, after)) = after.split_once('>') else { break };
        path.push_str(before);
        let name = inside.rsplit(':').next().unwrap_or(inside);
        path.push_str(&encoded(values.get(name).map_or("1", String::as_str)));
        rest = after;
    }
    path.push_str(rest);
    path
}

fn encoded(text: &str) -> String {
    percent_encode(text.as_bytes(), ENCODED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_filled() {
        let values =
            BTreeMap::from([("id".to_owned(), "7".to_owned()), ("name".to_owned(), "a b/'".to_owned())]);
        assert_eq!(filled("/o/<int(min=1):id>/<name>.txt", &values), "/o/7/a%20b%2F%27.txt");
        assert_eq!(filled("/o/<broken", &values), "/o/<broken");
    }

    #[test]
    fn bodies_are_built_of_what_was_looked_up() {
        let mut learned = Learned::default();
        let asked = [("json", "items"), ("json.items[]", "sku"), ("json", "email")];
        for (part, name) in asked {
            learned.asked.entry(part.to_owned()).or_default().insert(name.to_owned());
        }
        let built = object(&learned, "json", &Harvest::default(), 0);
        assert_eq!(built, json!({"items": [{"sku": 1}], "email": "ann@example.org"}));
    }

    #[test]
    fn ids_of_replies_are_used() {
        let mut harvest = Harvest::default();
        let reply = Reply {
            status: 200,
            reason: String::new(),
            headers: Vec::new(),
            body: br#"[{"sku": "TEA-01", "id": 3}]"#.to_vec(),
        };
        harvest.take(&reply);
        assert_eq!(text_for("sku", &harvest), "TEA-01");
        assert_eq!(text_for("order_id", &harvest), "3");
    }
}
