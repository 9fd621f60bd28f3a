//! Descriptions of servers: OpenAPI 3 and Swagger 2, in JSON or YAML.

use std::collections::BTreeMap;

use serde_json::Value;

use super::known::Known;

/// Where frameworks put them, below the root of the application.
pub(crate) const USUAL: &[&str] = &[
    "/openapi.json",
    "/swagger.json",
    "/api/openapi.json",
    "/api/swagger.json",
    "/apispec.json",
    "/apispec_1.json",
    "/v3/api-docs",
    "/v2/api-docs",
    "/swagger/v1/swagger.json",
    "/api-docs.json",
    "/docs/openapi.json",
    "/docs.json",
    "/api/docs/openapi.json",
    "/api/v1/openapi.json",
    "/openapi/openapi.json",
    "/static/openapi.json",
    "/openapi.yaml",
    "/swagger.yaml",
    "/static/swagger.yaml",
];
const METHODS: &[&str] = &["get", "head", "post", "put", "patch", "delete"];
/// More routes are not read.
const MOST_ROUTES: usize = 1000;
/// References are not followed further, and objects not read deeper.
const DEEPEST: usize = 4;

/// The routes of a description, as paths of the server; `None` where `bytes` are none. `root` is the path below which
/// the application is.
pub(crate) fn routes(bytes: &[u8], root: &str) -> Option<Vec<Known>> {
    let document = document(bytes)?;
    let is_description = document.get("openapi").or(document.get("swagger")).is_some_and(Value::is_string);
    let paths = document.get("paths").and_then(Value::as_object).filter(|_| is_description)?;
    let description = Description { document: &document };
    let prefix = description.prefix(root);
    let mut routes = Vec::new();
    for (path, item) in paths.iter().filter(|(path, _)| path.starts_with('/')) {
        let item = description.resolved(item);
        for method in METHODS {
            let Some(operation) = item.get(*method) else { continue };
            if routes.len() < MOST_ROUTES {
                routes.push(description.route(&format!("{prefix}{path}"), method, item, operation));
            }
        }
    }
    Some(routes)
}

/// JSON, or YAML that looks like a description: any text is YAML.
fn document(bytes: &[u8]) -> Option<Value> {
    if let Ok(document) = serde_json::from_slice(bytes) {
        return Some(document);
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let names = |line: &str| line.starts_with("openapi") || line.starts_with("swagger");
    text.lines().any(names).then(|| serde_saphyr::from_str(text).ok())?
}

struct Description<'a> {
    document: &'a Value,
}

impl<'a> Description<'a> {
    /// What stands before each path: that of the first server, or `basePath`.
    fn prefix(&self, root: &str) -> String {
        let of_servers = self.document.pointer("/servers/0/url").and_then(Value::as_str);
        let own = of_servers.or_else(|| self.document.get("basePath").and_then(Value::as_str)).unwrap_or("");
        let path = match own.split_once("://") {
            Some((_, rest)) => rest.find('/').map_or("", |at| &rest[at..]),
            None => own,
        };
        let path = path.trim_end_matches('/');
        // A variable of a server's address stands for anything.
        if path.is_empty() || !path.starts_with('/') || path.contains('{') {
            root.to_owned()
        } else {
            path.to_owned()
        }
    }

    /// What a reference leads to.
    fn resolved(&self, value: &'a Value) -> &'a Value {
        let mut value = value;
        for _ in 0..DEEPEST {
            let Some(reference) = value.get("$ref").and_then(Value::as_str) else { break };
            let found = reference.strip_prefix('#').and_then(|pointer| self.document.pointer(pointer));
            let Some(found) = found else { break };
            value = found;
        }
        value
    }

    fn route(&self, path: &str, method: &str, item: &'a Value, operation: &'a Value) -> Known {
        let mut known = Known::new(&method.to_ascii_uppercase(), path);
        let lists = [item.get("parameters"), operation.get("parameters")];
        for parameter in lists.into_iter().flatten().filter_map(Value::as_array).flatten() {
            self.parameter(&mut known, self.resolved(parameter));
        }
        let content =
            operation.get("requestBody").map(|body| self.resolved(body)).and_then(|it| it.get("content"));
        for (kind, media) in content.and_then(Value::as_object).into_iter().flatten() {
            let Some(schema) = media.get("schema") else { continue };
            if kind.contains("json") {
                self.fields(&mut known, "json", schema, 0);
            } else if kind.contains("form") {
                self.form(&mut known, schema);
            }
        }
        known
    }

    fn parameter(&self, known: &mut Known, parameter: &'a Value) {
        let text = |key: &str| parameter.get(key).and_then(Value::as_str);
        let (Some(name), Some(place)) = (text("name"), text("in")) else { return };
        let schema = parameter.get("schema").map_or(parameter, |schema| self.resolved(schema));
        let value = self.example(parameter, schema);
        match place {
            "path" => {
                // A place of the path that is not there is not filled.
                if let (Some(value), true) = (value, known.route.converters.contains_key(name)) {
                    known.path.insert(name.to_owned(), value);
                }
            }
            "query" => {
                known.reads("args", name);
                known.args.extend(value.map(|value| (name.to_owned(), value)));
            }
            "header" => known.reads("headers", name),
            "cookie" => known.reads("cookies", name),
            "formData" if text("type") == Some("file") => known.reads("files", name),
            "formData" => known.reads("form", name),
            "body" => self.fields(known, "json", schema, 0),
            _ => {}
        }
    }

    /// A value that the description gives.
    fn example(&self, parameter: &Value, schema: &Value) -> Option<String> {
        let first = |value: &Value, key: &str| match value.get(key)? {
            Value::Array(values) if key == "enum" => values.first().cloned(),
            value => Some(value.clone()),
        };
        let keys = ["example", "default", "enum"];
        let found = [parameter, schema].into_iter().flat_map(|it| keys.map(|key| first(it, key)));
        match found.flatten().next()? {
            Value::String(text) => Some(text),
            value @ (Value::Number(_) | Value::Bool(_)) => Some(value.to_string()),
            _ => None,
        }
    }

    fn form(&self, known: &mut Known, schema: &'a Value) {
        for (name, field) in self.properties(schema) {
            let is_file = self.resolved(field).get("format").and_then(Value::as_str) == Some("binary");
            known.reads(if is_file { "files" } else { "form" }, name);
        }
    }

    /// What a body of JSON has, as what was looked up in it: `json`, `json.items[]`.
    fn fields(&self, known: &mut Known, part: &str, schema: &'a Value, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        let schema = self.resolved(schema);
        // An object that has no fields that are known is an object still.
        known.learned.asked.entry(part.to_owned()).or_default();
        if let Some(items) = schema.get("items") {
            if depth == 0 {
                known.learned.asked.remove(part);
            }
            self.fields(known, &format!("{part}[]"), items, depth + 1);
        }
        for (name, field) in self.properties(schema) {
            known.reads(part, name);
            let field = self.resolved(field);
            if field.get("properties").is_some() || field.get("items").is_some() {
                let inner = format!("{part}.{name}");
                match field.get("items") {
                    Some(items) if self.resolved(items).get("properties").is_some() => {
                        self.fields(known, &format!("{inner}[]"), items, depth + 1);
                    }
                    Some(_) => {}
                    None => self.fields(known, &inner, field, depth + 1),
                }
            }
        }
    }

    /// The fields of an object, also where it is put together.
    fn properties(&self, schema: &'a Value) -> BTreeMap<&'a str, &'a Value> {
        let schema = self.resolved(schema);
        let parts = ["allOf", "oneOf", "anyOf"].into_iter().filter_map(|key| schema.get(key)?.as_array());
        let all = parts.flatten().map(|part| self.resolved(part)).chain([schema]);
        let fields = all.filter_map(|part| part.get("properties")?.as_object());
        fields.flatten().map(|(name, field)| (name.as_str(), field)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Harvest;

    fn written(text: &str, root: &str) -> Vec<String> {
        let routes = routes(text.as_bytes(), root).expect("it is a description");
        let written = routes.iter().map(|known| {
            let request = known.fitting(&Harvest::default()).request(&known.route);
            format!("{} {} {}", request.method, request.target, String::from_utf8_lossy(&request.body))
        });
        written.collect()
    }

    #[test]
    fn routes_of_openapi_are_read() {
        let text = r##"{"openapi": "3.0.0", "servers": [{"url": "http://shop.example/api"}], "paths": {
            "/orders/{id}": {"parameters": [{"name": "id", "in": "path", "example": 7}],
                "get": {"parameters": [{"name": "sort", "in": "query", "schema": {"enum": ["up", "down"]}}]}},
            "/orders": {"post": {"requestBody": {"content": {"application/json":
                {"schema": {"$ref": "#/components/schemas/Order"}}}}}}},
            "components": {"schemas": {"Order": {"properties": {"email": {"type": "string"},
                "items": {"type": "array", "items": {"properties": {"sku": {}}}}}}}}}"##;
        assert_eq!(
            written(text, ""),
            [
                "POST /api/orders {\"email\":\"ann@example.org\",\"items\":[{\"sku\":1}]}",
                "GET /api/orders/7?sort=up ",
            ]
        );
    }

    #[test]
    fn routes_of_swagger_are_read() {
        let text = r#"{"swagger": "2.0", "basePath": "/", "paths": {"/login": {"post": {"parameters":
            [{"name": "name", "in": "formData", "type": "string"}]}}, "x-no-path": {"get": {}}}}"#;
        assert_eq!(written(text, "/shop"), ["POST /shop/login name=Ann"]);
    }

    #[test]
    fn routes_written_in_yaml_are_read() {
        let text = "# The shop.\nopenapi: 3.0.3\nservers:\n- url: /api\npaths:\n  /orders/{id}:\n    get:\n      \
                    parameters:\n      - {name: id, in: path, example: 7}\n";
        assert_eq!(written(text, ""), ["GET /api/orders/7 "]);
    }

    #[test]
    fn yaml_that_is_broken_or_grows_without_end_is_none() {
        assert!(routes(b"openapi: 3.0.0\npaths: [", "").is_none());
        assert!(routes(b"paths: {}", "").is_none());
        let mut text = "openapi: 3.0.0\na0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let names = vec![format!("*a{}", level - 1); 9].join(", ");
            text.push_str(&format!("a{level}: &a{level} [{names}]\n"));
        }
        text.push_str("paths: {}\n");
        assert!(routes(text.as_bytes(), "").is_none());
    }

    #[test]
    fn what_is_none_or_turns_in_a_circle_harms_nothing() {
        assert!(routes(b"<html>", "").is_none());
        assert!(routes(b"{\"openapi\": 3}", "").is_none());
        assert!(routes(b"{\"openapi\": \"3\", \"paths\": []}", "").is_none());
        let circle = r##"{"openapi": "3.1.0", "paths": {"/a": {"post": {"requestBody": {"content": {"application/json":
            {"schema": {"$ref": "#/components/a"}}}}}}}, "components": {"a": {"$ref": "#/components/a",
            "properties": {"a": {"$ref": "#/components/b"}}}, "b": {"properties": {"b": {"$ref": "#/components/b"}}}}}"##;
        assert_eq!(routes(circle.as_bytes(), "").map(|it| it.len()), Some(1));
    }
}
