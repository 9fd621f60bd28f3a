//! Requests that break many programs: a fixed set for each route, the commonest first.

use serde_json::{Value, json};

use crate::message::Route;
use crate::seed::{Body, Harvest, Learned, Shape};

/// What is put where a text is wanted.
const TEXTS: &[&str] =
    &["abc", "'\"", "99999999999999999999", "-1", "", "0", "true", "a\u{0}b", "{{", "2024-13-45", "/"];
/// What is put in place of a parameter of the path.
const PATHS: &[&str] = &["'", "\u{0}", "0", "none", "..", "2", "3"];
/// Numbers that fit the routing and little else.
const NUMBERS: &[&str] = &["0", "2", "3", "99999999999999999999"];

/// The variants of `base`, each different in one thing.
pub(crate) fn variants(route: &Route, base: &Shape, learned: &Learned, harvest: &Harvest) -> Vec<Shape> {
    let mut shapes = Vec::new();
    paths(route, base, harvest, &mut shapes);
    bodies(route, base, &mut shapes);
    queries(base, &mut shapes);
    fields(base, learned, &mut shapes);
    heads(base, &mut shapes);
    shapes
}

fn paths(route: &Route, base: &Shape, harvest: &Harvest, shapes: &mut Vec<Shape>) {
    for (name, converter) in &route.converters {
        let known =
            harvest.of(name).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        let fixed: &[&str] = match converter.as_str() {
            "IntegerConverter" => NUMBERS,
            "FloatConverter" => &["0.0", "99999999999999999999.0"],
            "UUIDConverter" | "AnyConverter" => &[],
            _ => PATHS,
        };
        let fixed = fixed.iter().map(|value| (*value).to_owned());
        let choices = route.choices.get(name).into_iter().flatten().cloned();
        for value in known.chain(fixed).chain(choices.skip(1).take(6)) {
            let mut shape = base.clone();
            shape.path.insert(name.clone(), value);
            shapes.push(shape);
        }
    }
}

fn bodies(route: &Route, base: &Shape, shapes: &mut Vec<Shape>) {
    if base.body == Body::None || route.method == "DELETE" {
        return;
    }
    let texts: [(&'static str, &[u8]); 11] = [
        ("application/json", b"[]"),
        ("application/json", b"\"x\""),
        ("application/json", b"null"),
        ("application/json", b"1"),
        ("application/json", b"[{}]"),
        ("application/json", b"{bad"),
        ("application/json", b"[1]"),
        ("text/plain", b"abc"),
        ("text/plain", b"\xff\xfe\xfd"),
        ("text/csv", b"a,b,c,d\nx,y,z,1 EUR\n"),
        ("application/xml", b"<a><b>"),
    ];
    for (kind, bytes) in texts {
        shapes.push(Shape { body: Body::Raw(kind, bytes.to_vec()), ..base.clone() });
    }
    shapes.push(Shape { body: Body::None, ..base.clone() });
}

fn queries(base: &Shape, shapes: &mut Vec<Shape>) {
    for name in base.args.keys() {
        for text in TEXTS {
            let mut shape = base.clone();
            shape.args.insert(name.clone(), (*text).to_owned());
            shapes.push(shape);
        }
        let mut shape = base.clone();
        shape.args.remove(name);
        shapes.push(shape);
    }
}

fn fields(base: &Shape, learned: &Learned, shapes: &mut Vec<Shape>) {
    match &base.body {
        Body::Form(fields) | Body::Multipart(fields, _) => {
            for name in fields.keys() {
                for text in TEXTS.iter().map(|text| Some(*text)).chain([None]) {
                    let mut shape = base.clone();
                    if let Body::Form(fields) | Body::Multipart(fields, _) = &mut shape.body {
                        fields.remove(name);
                        fields.extend(text.map(|text| (name.clone(), text.to_owned())));
                    }
                    shapes.push(shape);
                }
            }
        }
        Body::Json(value) => {
            for part in learned.objects() {
                for name in learned.names(part) {
                    for wrong in wrong_values() {
                        let mut value = value.clone();
                        replace(&mut value, part.trim_start_matches("json"), name, wrong);
                        shapes.push(Shape { body: Body::Json(value), ..base.clone() });
                    }
                }
            }
        }
        Body::None | Body::Raw(..) => {}
    }
}

/// What is put in place of a value of JSON; `None` takes it away.
fn wrong_values() -> Vec<Option<Value>> {
    let values = [
        json!("abc"),
        json!(-5),
        json!(0),
        json!(null),
        json!([]),
        json!({}),
        json!([{}]),
        json!("'\""),
        json!(99_999),
        // Written as text: it fits no integer here.
        serde_json::from_str("1e40").unwrap_or(Value::Null),
        json!(""),
        json!("http://127.0.0.1:9/"),
    ];
    values.into_iter().map(Some).chain([None]).collect()
}

/// Replaces the field `name` in the objects at `part`: `.items[]`, from the outside in.
fn replace(value: &mut Value, part: &str, name: &str, new: Option<Value>) {
    if part.is_empty() {
        if let Value::Object(fields) = value {
            match new {
                Some(new) => fields.insert(name.to_owned(), new),
                None => fields.remove(name),
            };
        }
    } else if let Some(rest) = part.strip_prefix("[]") {
        if let Some(item) = value.get_mut(0) {
            replace(item, rest, name, new);
        }
    } else if let Some(rest) = part.strip_prefix('.') {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        if let Some(field) = value.get_mut(&rest[..end]) {
            replace(field, &rest[end..], name, new);
        }
    }
}

fn heads(base: &Shape, shapes: &mut Vec<Shape>) {
    for (part, names) in [(0, &base.headers), (1, &base.cookies)] {
        for name in names.keys() {
            for text in ["abc", "true", "yes", "-1"] {
                let mut shape = base.clone();
                let fields = if part == 0 { &mut shape.headers } else { &mut shape.cookies };
                fields.insert(name.clone(), text.to_owned());
                shapes.push(shape);
            }
        }
    }
    for accepted in ["text/html", "application/json"] {
        let mut shape = base.clone();
        shape.headers.insert("Accept".to_owned(), accepted.to_owned());
        shapes.push(shape);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_fields_are_replaced() {
        let mut value = json!({"items": [{"sku": 1}]});
        replace(&mut value, ".items[]", "sku", Some(json!("x")));
        assert_eq!(value, json!({"items": [{"sku": "x"}]}));
        replace(&mut value, ".items[]", "sku", None);
        assert_eq!(value, json!({"items": [{}]}));
        replace(&mut value, ".nothing[].here", "sku", None);
    }
}
