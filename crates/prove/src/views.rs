//! The texts that a reply holds: as it was sent, and as whoever reads it decodes it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::percent_decode_str;

use crate::exchange::Reply;
use tightlip_rules::Part;

/// A deeper JSON text is not taken apart.
const DEEPEST: usize = 40;
/// More leaves are not looked at one by one; the body as a whole is.
const MOST_LEAVES: usize = 5000;

/// A text of a reply.
#[derive(Clone, Debug)]
pub(crate) struct View {
    pub(crate) part: Part,
    pub(crate) text: String,
    /// Whether it is a value of its own, as a leaf of JSON is.
    pub(crate) is_whole: bool,
}

/// All texts of `reply`.
pub(crate) fn views(reply: &Reply) -> Vec<View> {
    let mut views = vec![View { part: Part::StatusLine, text: reply.reason.clone(), is_whole: true }];
    for (name, value) in &reply.headers {
        let mut add =
            |text: String| views.push(View { part: Part::Header(name.clone()), text, is_whole: true });
        let decoded = percent_decode_str(&value.replace('+', " ")).decode_utf8_lossy().into_owned();
        if decoded != *value {
            add(decoded);
        }
        if name.eq_ignore_ascii_case("set-cookie") {
            cookie_texts(value).into_iter().for_each(&mut add);
        }
        add(value.clone());
    }
    let body = String::from_utf8_lossy(&reply.body).into_owned();
    let mut leaves = Vec::new();
    for line in
        std::iter::once(body.as_str()).chain(body.lines().map(|line| line.trim_start_matches("data: ")))
    {
        if line.starts_with(['{', '[', '"'])
            && let Ok(value) = serde_json::from_str(line)
        {
            collect_leaves(&value, 0, &mut leaves);
        }
    }
    views.extend(leaves.into_iter().map(|text| View { part: Part::Body, text, is_whole: true }));
    let html = unescape_html(&body);
    if html != body {
        views.push(View { part: Part::Body, text: html, is_whole: false });
    }
    let script = unescape_script(&body);
    if script != body {
        views.push(View { part: Part::Body, text: unescape_html(&script), is_whole: false });
    }
    views.push(View { part: Part::Body, text: body, is_whole: false });
    views
}

/// The value of a cookie, without quotes, and the JSON that a signed one begins with.
fn cookie_texts(header: &str) -> Vec<String> {
    let value = header.split_once('=').map_or(header, |(_, value)| value);
    let value = value.split(';').next().unwrap_or_default().trim_matches('"');
    let mut texts = vec![unescape_octal(value)];
    let payload = value.split('.').next().unwrap_or_default();
    if let Ok(bytes) = URL_SAFE_NO_PAD.decode(payload)
        && let Ok(value) = serde_json::from_slice(&bytes)
    {
        collect_leaves(&value, 0, &mut texts);
    }
    texts
}

/// Cookies write what may not stand in them as `\054`.
fn unescape_octal(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        match after.get(..3).and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            Some(byte) => {
                plain.push(char::from(byte));
                rest = &after[3..];
            }
            None => rest = after,
        }
    }
    plain.push_str(rest);
    plain
}

fn collect_leaves(value: &serde_json::Value, depth: usize, leaves: &mut Vec<String>) {
    if depth > DEEPEST || leaves.len() > MOST_LEAVES {
        return;
    }
    match value {
        serde_json::Value::String(text) => {
            leaves.push(text.clone());
            // JSON inside of JSON is common where messages are passed on.
            if text.starts_with(['{', '['])
                && let Ok(inner) = serde_json::from_str(text)
            {
                collect_leaves(&inner, depth + 1, leaves);
            }
        }
        serde_json::Value::Array(items) => {
            items.iter().for_each(|item| collect_leaves(item, depth + 1, leaves));
        }
        serde_json::Value::Object(fields) => {
            for (name, field) in fields {
                leaves.push(name.clone());
                collect_leaves(field, depth + 1, leaves);
            }
        }
        _ => {}
    }
}

/// Entities as the characters that they stand for.
pub(crate) fn unescape_html(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        // The longest entity that is known here, `&#x10ffff;`, has ten characters.
        let end = rest.bytes().take(10).position(|byte| byte == b';');
        match end.and_then(|end| Some((entity(&rest[1..end])?, end))) {
            Some((character, end)) => {
                plain.push(character);
                rest = &rest[end + 1..];
            }
            None => {
                plain.push('&');
                rest = &rest[1..];
            }
        }
    }
    plain.push_str(rest);
    plain
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        _ => {
            let number = name.strip_prefix('#')?;
            let hexadecimal = number.strip_prefix(['x', 'X']);
            let code = match hexadecimal {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

/// `\u0027`, `\"` and `\n`, as texts in scripts are written.
fn unescape_script(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        let code = after.strip_prefix('u').and_then(|digits| digits.get(..4));
        let character = code.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32);
        rest = match (character, after.chars().next()) {
            (Some(character), _) => {
                plain.push(character);
                &after[5..]
            }
            (None, Some('n')) => {
                plain.push('\n');
                &after[1..]
            }
            _ => after,
        };
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(headers: &[(&str, &str)], body: &str) -> Reply {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Reply { status: 500, reason: "Oops".to_owned(), headers: headers.collect(), body: body.into() }
    }

    fn holds(reply: &Reply, text: &str) -> bool {
        views(reply).iter().any(|view| view.text.contains(text))
    }

    #[test]
    fn values_of_json_are_read() {
        let reply = reply(&[], r#"{"error": {"text": "it\u0027s \"wrong\"", "inner": "[\"deep\\nside\"]"}}"#);
        assert!(holds(&reply, "it's \"wrong\""));
        assert!(holds(&reply, "deep\nside"));
    }

    #[test]
    fn entities_are_read() {
        assert_eq!(unescape_html("&lt;a&gt; &#39;&#x27; &nope; & &#39"), "<a> '' &nope; & &#39");
    }

    #[test]
    fn scripts_are_read() {
        assert_eq!(unescape_script(r"a\u0027b\nc\\"), "a'b\nc");
    }

    #[test]
    fn headers_and_cookies_are_read() {
        let payload = URL_SAFE_NO_PAD.encode(r#"{"_flashes":[{" t":["message","no such table: x"]}]}"#);
        let cookie = format!("session={payload}.aaa.bbb; HttpOnly; Path=/");
        let reply = reply(
            &[
                ("location", "/x?error=no+such%20thing"),
                ("set-cookie", &cookie),
                ("set-cookie", "e=\"a\\054 b\""),
            ],
            "",
        );
        assert!(holds(&reply, "no such thing"));
        assert!(holds(&reply, "no such table: x"));
        assert!(holds(&reply, "a, b"));
    }
}
