//! What a reply points to: links, forms, and paths in scripts and JSON.

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, percent_encode};
use scraper::{ElementRef, Html, Selector};
use serde_json::Value;
use url::form_urlencoded;

use super::known::Known;
use super::target::Target;
use crate::exchange::Reply;

/// Of one reply more are not taken.
const MOST_LINKS: usize = 200;
const MOST_FORMS: usize = 20;
const MOST_FIELDS: usize = 60;
/// More of a page is not read.
const LONGEST_PAGE: usize = 512 << 10;
/// Fields by which an object is asked for.
const KEYS: &[&str] = &["id", "uuid", "key", "code", "slug", "sku", "name"];
const MOST_KEYS: usize = 3;
/// A longer text in a script is no path.
const LONGEST_PATH: usize = 200;

/// What a reply points to on this server.
#[derive(Default, Debug)]
pub(crate) struct Pointers {
    /// Paths with queries.
    pub(crate) links: Vec<String>,
    pub(crate) forms: Vec<Known>,
}

/// What `reply` to a request for `path` points to.
pub(crate) fn pointers(reply: &Reply, path: &str, target: &Target) -> Pointers {
    let body = &reply.body[..reply.body.len().min(LONGEST_PAGE)];
    let text = String::from_utf8_lossy(body);
    let kind = reply.header("content-type").unwrap_or_default().to_ascii_lowercase();
    let mut pointers = Pointers::default();
    if kind.contains("html") {
        read_page(&text, path, target, &mut pointers);
    } else if kind.contains("xml") {
        let places = text.split("<loc>").skip(1).filter_map(|rest| rest.split('<').next());
        pointers.links.extend(places.filter_map(|link| target.follow(path, link)));
    } else if kind.contains("script") || kind.contains("json") {
        read_texts(&text, path, target, &mut pointers);
    }
    if path.ends_with("/robots.txt") && !kind.contains("html") {
        let values = text.lines().filter_map(|line| line.split_once(':').map(|(_, value)| value.trim()));
        let paths = values.filter(|value| !value.contains('*') && value.len() > 1);
        pointers.links.extend(paths.filter_map(|link| target.follow(path, link)));
    }
    if kind.contains("json")
        && let Ok(value) = serde_json::from_slice::<Value>(body)
    {
        read_items(&value, path, target, &mut pointers);
    }
    pointers.links.truncate(MOST_LINKS);
    pointers
}

fn read_page(text: &str, path: &str, target: &Target, pointers: &mut Pointers) {
    let page = Html::parse_document(text);
    for element in select(&page, "[href], [src]").take(2 * MOST_LINKS) {
        let is_style =
            element.value().attr("rel").is_some_and(|it| it.contains("stylesheet") || it.contains("icon"));
        let is_picture = matches!(element.value().name(), "img" | "video" | "audio" | "source");
        let link = element.value().attr("href").or_else(|| element.value().attr("src"));
        if let Some(link) = link.filter(|_| !is_style && !is_picture) {
            pointers.links.extend(target.follow(path, link));
        }
    }
    for script in select(&page, "script:not([src])") {
        read_texts(&script.text().collect::<String>(), path, target, pointers);
    }
    for form in select(&page, "form").take(MOST_FORMS) {
        pointers.forms.extend(read_form(form, path, target));
    }
}

fn select<'a>(page: &'a Html, words: &str) -> impl Iterator<Item = ElementRef<'a>> {
    let found: Vec<_> = Selector::parse(words).map(|it| page.select(&it).collect()).unwrap_or_default();
    found.into_iter()
}

fn read_form(form: ElementRef<'_>, path: &str, target: &Target) -> Option<Known> {
    let action = target.follow(path, form.value().attr("action").unwrap_or(""))?;
    let is_post = form.value().attr("method").is_some_and(|it| it.eq_ignore_ascii_case("post"));
    let mut known = route_of(&action, if is_post { "POST" } else { "GET" });
    let fields = Selector::parse("input[name], select[name], textarea[name]").ok()?;
    for field in form.select(&fields).take(MOST_FIELDS) {
        let Some(name) = field.value().attr("name") else { continue };
        let value = field.value().attr("value").filter(|value| !value.is_empty()).map(str::to_owned);
        match (is_post, field.value().attr("type")) {
            (true, Some("file")) => known.reads("files", name),
            (true, _) => {
                known.reads("form", name);
                known.form.extend(value.map(|value| (name.to_owned(), value)));
            }
            (false, _) => {
                known.reads("args", name);
                known.args.extend(value.map(|value| (name.to_owned(), value)));
            }
        }
    }
    Some(known)
}

/// A list of objects has its objects below it, mostly: `/products` and `/products/TEA-01`.
fn read_items(value: &Value, path: &str, target: &Target, pointers: &mut Pointers) {
    let list = match value {
        Value::Array(items) => Some(items),
        Value::Object(fields) => fields.values().find_map(Value::as_array),
        _ => None,
    };
    let Some(Value::Object(first)) = list.and_then(|items| items.first()) else { return };
    let is_key = |name: &str| {
        let name = name.to_ascii_lowercase();
        KEYS.contains(&name.as_str()) || name.ends_with("_id") || name.ends_with("_key")
    };
    for (_, value) in first.iter().filter(|(name, _)| is_key(name)).take(MOST_KEYS) {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let link =
            format!("{}/{}", path.trim_end_matches('/'), percent_encode(value.as_bytes(), NON_ALPHANUMERIC));
        pointers.links.extend(target.follow(path, &link));
    }
}

/// Texts in quotes that are paths of the server: `"/api/orders"`.
fn read_texts(text: &str, path: &str, target: &Target, pointers: &mut Pointers) {
    for quote in ['"', '\'', '`'] {
        let starts = [format!("{quote}/"), format!("{quote}{}/", target.origin())];
        for start in &starts {
            for (at, _) in text.match_indices(start.as_str()).take(MOST_LINKS) {
                let rest = &text[at + 1..];
                let end = rest.bytes().take(LONGEST_PATH).position(|byte| byte == quote as u8);
                let link = end.map_or("", |end| &rest[..end]);
                let is_path = |it: char| it.is_ascii_alphanumeric() || "/-_.~%?=&:".contains(it);
                if link.len() > 1 && link.chars().all(is_path) {
                    pointers.links.extend(target.follow(path, link));
                }
            }
        }
    }
}

/// The route that a path with a query may belong to: what looks like a value in it becomes a parameter.
pub(crate) fn route_of(link: &str, method: &str) -> Known {
    let (path, query) = link.split_once('?').unwrap_or((link, ""));
    let segments: Vec<&str> = path.split('/').collect();
    let count = segments.iter().filter(|segment| !segment.is_empty()).count();
    let mut values: Vec<(String, String)> = Vec::new();
    let mut template: Vec<String> = Vec::new();
    for (index, segment) in segments.iter().enumerate() {
        // What is asked with a query is a page of its own, and so is what stands below a value: `/orders/7/invoice`.
        let is_below_value = index > 0 && is_value(segments[index - 1]);
        let is_last = index + 1 == segments.len() && count > 1 && query.is_empty() && !is_below_value;
        let has_kind = segment.contains('.');
        if segment.is_empty() || !(is_value(segment) || is_last && !has_kind) {
            template.push((*segment).to_owned());
            continue;
        }
        let name = if values.is_empty() { "id".to_owned() } else { format!("id{}", values.len() + 1) };
        template.push(format!("{{{name}}}"));
        values.push((name, percent_decode_str(segment).decode_utf8_lossy().into_owned()));
    }
    let mut known = Known::new(method, &template.join("/"));
    known.path.extend(values);
    for (name, value) in form_urlencoded::parse(query.as_bytes()).take(MOST_FIELDS) {
        known.reads("args", &name);
        known.args.insert(name.into_owned(), value.into_owned());
    }
    known
}

/// Whether a part of a path is a number or an id rather than a word.
fn is_value(segment: &str) -> bool {
    let is_number = !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit());
    let is_id = segment.len() >= 16
        && segment.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
        && segment.bytes().any(|byte| byte.is_ascii_digit());
    is_number || is_id
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Harvest;

    fn read(kind: &str, path: &str, body: &str) -> Pointers {
        let headers = vec![("Content-Type".to_owned(), kind.to_owned())];
        let reply = Reply { status: 200, reason: String::new(), headers, body: body.into() };
        pointers(&reply, path, &Target::new("http://127.0.0.1:5000", &[]).unwrap())
    }

    fn written(known: &Known) -> String {
        let request = known.fitting(&Harvest::default()).request(&known.route);
        format!("{} {} {}", request.method, request.target, String::from_utf8_lossy(&request.body))
    }

    #[test]
    fn links_scripts_and_forms_of_a_page_are_read() {
        let found = read(
            "text/html; charset=utf-8",
            "/shop/",
            "<link rel=stylesheet href=/x.css><a href='orders?of=ann&amp;page=2#x'>o</a><img src=/y.png>\
             <a href=http://shop.example/z>z</a><script>fetch('/api/orders')</script>\
             <form action=/login method=post><input name=token type=hidden value=abc><input name=name></form>",
        );
        assert_eq!(found.links, ["/shop/orders?of=ann&page=2", "/api/orders"]);
        let forms: Vec<String> = found.forms.iter().map(written).collect();
        assert_eq!(forms, ["POST /login name=Ann&token=abc"]);
    }

    #[test]
    fn maps_of_the_site_and_what_robots_leave_are_read() {
        let found = read("application/xml", "/sitemap.xml", "<loc>http://127.0.0.1:5000/a/b</loc><loc>x");
        assert_eq!(found.links, ["/a/b", "/x"]);
        let found =
            read("text/plain", "/robots.txt", "User-agent: *\nDisallow: /admin\nDisallow:\nAllow: /*.x");
        assert_eq!(found.links, ["/admin"]);
        let found = read("application/json", "/orders", "{\"orders\": [{\"id\": 7, \"owner\": 3}]}");
        assert_eq!(found.links, ["/orders/7"]);
        assert_eq!(
            read("application/json", "/", "{\"a\": \"/orders/7\", \"b\": \"no path\"}").links,
            ["/orders/7"]
        );
    }

    #[test]
    fn values_in_paths_become_parameters() {
        let name = |link: &str| route_of(link, "GET").name().1;
        assert_eq!(name("/orders/7/items"), "/orders/{id}/items");
        assert_eq!(name("/orders/7/items/8"), "/orders/{id}/items/{id2}");
        assert_eq!(name("/orders"), "/orders");
        assert_eq!(name("/orders/search?q=x"), "/orders/search");
        assert_eq!(name("/static/shop.js"), "/static/shop.js");
        assert_eq!(written(&route_of("/a/b%20c?x=1%26", "GET")), "GET /a/b%20c?x=1%26 ");
    }
}
