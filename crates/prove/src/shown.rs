//! What pages show of an application: values of parameters in their links, values of fields in their forms.

use percent_encoding::percent_decode_str;
use scraper::{ElementRef, Html, Selector};
use serde_json::Value;
use url::form_urlencoded;

use crate::exchange::Reply;
use crate::message::Route;

/// Of one page more are not taken.
const MOST_LINKS: usize = 300;
const MOST_FIELDS: usize = 200;
const MOST_FORMS: usize = 20;
const FIELDS: &str = "input[name], select[name], textarea[name]";
/// More of a page is not read.
const LONGEST_PAGE: usize = 512 << 10;

/// What a page shows.
#[derive(Default, Debug)]
pub(crate) struct Shown {
    /// Names of parameters and fields with values that they may have.
    pub(crate) values: Vec<(String, Value)>,
    /// For a route, by its place among the routes: what a form sends to it.
    pub(crate) forms: Vec<(usize, Vec<(String, String)>)>,
}

/// What the page in `reply` to a request for `target` shows; nothing if it is no page.
pub(crate) fn shown(reply: &Reply, target: &str, routes: &[Route]) -> Shown {
    let kind = reply.header("content-type").unwrap_or_default();
    if !kind.contains("html") {
        return Shown::default();
    }
    let text = String::from_utf8_lossy(&reply.body[..reply.body.len().min(LONGEST_PAGE)]);
    let page = Html::parse_document(&text);
    let mut values = Vec::new();
    for element in select(&page, "a[href], form[action]").take(MOST_LINKS) {
        let link = element.value().attr("href").or_else(|| element.value().attr("action"));
        values.extend(of_link(link.unwrap_or_default(), routes));
    }
    for field in select(&page, FIELDS).take(MOST_FIELDS) {
        values.extend(of_field(field));
    }
    let values = values.into_iter().map(|(name, value)| (name, Value::String(value))).collect();
    let own = target.split('?').next().unwrap_or_default();
    let forms =
        select(&page, "form").take(MOST_FORMS).filter_map(|form| of_form(form, own, routes)).collect();
    Shown { values, forms }
}

/// Where a form is sent, and what with.
fn of_form(form: ElementRef<'_>, own: &str, routes: &[Route]) -> Option<(usize, Vec<(String, String)>)> {
    let method = form.value().attr("method").unwrap_or("get").to_ascii_uppercase();
    let action = form.value().attr("action").unwrap_or_default().split(['?', '#']).next().unwrap_or_default();
    let path = if action.is_empty() || action == "." { own } else { action };
    let fits = |route: &Route| Some(matched(&route.rule, path).filter(|_| route.method == method)?.len());
    let fitting = routes.iter().enumerate().filter_map(|(index, route)| Some((fits(route)?, index)));
    let (_, index) = fitting.min()?;
    let fields = Selector::parse(FIELDS).ok()?;
    Some((index, form.select(&fields).take(MOST_FIELDS).filter_map(of_field).collect()))
}

fn select<'a>(page: &'a Html, words: &str) -> impl Iterator<Item = ElementRef<'a>> {
    let found: Vec<_> = Selector::parse(words).map(|it| page.select(&it).collect()).unwrap_or_default();
    found.into_iter()
}

/// What a link of the application gives its route. Links to other servers match no route.
fn of_link(link: &str, routes: &[Route]) -> Vec<(String, String)> {
    let link = link.split('#').next().unwrap_or_default();
    let (path, query) = link.split_once('?').unwrap_or((link, ""));
    // Of several routes that match, the one with fewer parameters answers.
    let matches = routes.iter().filter_map(|route| matched(&route.rule, path));
    let mut values = matches.min_by_key(Vec::len).unwrap_or_default();
    values.extend(form_urlencoded::parse(query.as_bytes()).map(|(name, value)| (name.into(), value.into())));
    values.retain(|(_, value)| !value.is_empty());
    values
}

/// The parameters of `rule`, where `path` fits it.
fn matched(rule: &str, path: &str) -> Option<Vec<(String, String)>> {
    let (wanted, given): (Vec<&str>, Vec<&str>) = (rule.split('/').collect(), path.split('/').collect());
    if wanted.len() != given.len() || !path.starts_with('/') {
        return None;
    }
    let mut values = Vec::new();
    for (wanted, given) in wanted.into_iter().zip(given) {
        match wanted.strip_prefix('<').and_then(|inside| inside.strip_suffix('>')) {
            Some(inside) if !given.is_empty() => {
                let name = inside.rsplit(':').next().unwrap_or(inside);
                let value = percent_decode_str(given).decode_utf8_lossy().into_owned();
                values.push((name.to_owned(), value));
            }
            _ if wanted == given => {}
            _ => return None,
        }
    }
    Some(values)
}

/// What a form sends for a field that nobody touches, or the first that can be chosen.
fn of_field(field: ElementRef<'_>) -> Option<(String, String)> {
    let name = field.value().attr("name")?.to_owned();
    let value = match field.value().name() {
        "select" => {
            let options = Selector::parse("option").ok()?;
            let value = |option: ElementRef<'_>| match option.value().attr("value") {
                Some(value) => value.to_owned(),
                None => option.text().collect::<String>().trim().to_owned(),
            };
            field.select(&options).map(value).find(|value| !value.is_empty())?
        }
        "textarea" => field.text().collect(),
        _ => field.value().attr("value")?.to_owned(),
    };
    (!value.is_empty()).then_some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(rule: &str) -> Route {
        Route { rule: rule.to_owned(), method: "GET".to_owned(), ..Route::default() }
    }

    #[test]
    fn values_of_links_and_forms_are_read() {
        let body = "<a href='/orders/'>x</a><a href=/search?sort=up>y</a><a href=/orders/row/MQ%3D%3D#x>z</a>\
                    <a href=http://shop.example/a/b/>e</a><form><input name=token value=abc><input name=empty>\
                    <select name=type><option value=''>choose<option>TEXT<option>INT</select></form>";
        let headers = vec![("Content-Type".to_owned(), "text/html".to_owned())];
        let reply = Reply { status: 200, reason: String::new(), headers, body: body.into() };
        let routes = ["/<table>/", "/search", "/<table>/row/<b64:pk>"].map(route);
        let Shown { values, forms } = shown(&reply, "/search?sort=up", &routes);
        let fields =
            [("token", "abc"), ("type", "TEXT")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(forms, [(1, fields.to_vec())]);
        let found: Vec<(&str, &str)> =
            values.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap_or_default())).collect();
        let expected = [
            ("table", "orders"),
            ("sort", "up"),
            ("table", "orders"),
            ("pk", "MQ=="),
            ("token", "abc"),
            ("type", "TEXT"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_page_without_parameters_is_none() {
        assert_eq!(of_link("/search", &["/<table>", "/search"].map(route)), []);
    }
}
