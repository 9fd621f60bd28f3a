//! What a person would read of a part of a body: without tags, entities and escapes, each letter with its place.

use std::ops::Range;

use memchr::{memchr, memchr2};

use crate::kind::Kind;

/// A tag that is longer is none.
const LONGEST_TAG: usize = 2048;

/// An entity that is longer is none.
const LONGEST_ENTITY: usize = 10;

/// Texts within texts are unpacked so often.
const DEEPEST: usize = 3;

/// One way to read a part of a body.
#[derive(Clone, Debug)]
pub(crate) struct View {
    /// What is read.
    pub(crate) text: Vec<u8>,
    /// Where it comes from, in order and without gaps; nothing where all is as it was.
    runs: Option<Vec<Run>>,
    /// Whether tags are still in it.
    pub(crate) is_markup: bool,
    /// Whether it is what a person would read.
    pub(crate) is_text: bool,
}

/// Where a stretch of a view comes from.
#[derive(Clone, Debug)]
struct Run {
    /// Where it begins in the view.
    at: usize,
    /// Where it comes from in the part of the body.
    origin: Range<usize>,
    /// Whether it is the same, byte for byte; otherwise all of it stands for all of the origin.
    is_kept: bool,
}

impl Run {
    /// Where the byte at `index` of the view comes from; it is in this run.
    fn origin_of(&self, index: usize) -> Range<usize> {
        if self.is_kept {
            let start = self.origin.start + (index - self.at);
            start..start + 1
        } else {
            self.origin.clone()
        }
    }
}

impl View {
    /// The part of the body as it is.
    fn whole(text: &[u8], is_text: bool) -> Self {
        Self { text: text.to_vec(), runs: None, is_markup: true, is_text }
    }

    /// Where in the part of the body this range of the view comes from.
    pub(crate) fn origin(&self, range: Range<usize>) -> Range<usize> {
        let Some(runs) = &self.runs else { return range };
        let place = |index: usize| {
            let after = runs.partition_point(|run| run.at <= index);
            let run = runs[..after].last().filter(|_| index < self.text.len());
            run.map_or(0..0, |run| run.origin_of(index))
        };
        let end = place(range.end.saturating_sub(1)).end;
        place(range.start).start.min(end)..end
    }

    /// What of the view comes from this range of the part of the body.
    pub(crate) fn window(&self, range: Range<usize>) -> Range<usize> {
        let Some(runs) = &self.runs else { return range };
        let start = match runs.get(runs.partition_point(|run| run.origin.end <= range.start)) {
            None => self.text.len(),
            Some(run) if run.is_kept => run.at + range.start.saturating_sub(run.origin.start),
            Some(run) => run.at,
        };
        let after = runs.partition_point(|run| run.origin.start < range.end);
        let next = runs.get(after).map_or(self.text.len(), |run| run.at);
        let end = match runs[..after].last() {
            Some(run) if run.is_kept => next.min(run.at + (range.end - run.origin.start)),
            Some(_) => next,
            None => 0,
        };
        start..end.max(start)
    }
}

/// All ways to read a part of a body of this kind.
pub(crate) fn views(kind: Kind, part: &[u8]) -> Vec<View> {
    let has_tags = kind == Kind::Markup;
    let mut views = vec![View::whole(part, !has_tags || !is_marked(part))];
    let mut strip_next = has_tags;
    // A page holds data with escapes, data holds pages: each is unpacked in turn while there is something to unpack.
    for _ in 0..=DEEPEST {
        let last = &views[views.len() - 1];
        let to_do = [is_escaped(&last.text), is_marked(&last.text)];
        if !to_do[usize::from(strip_next)] {
            if !to_do[usize::from(!strip_next)] {
                break;
            }
            strip_next = !strip_next;
        }
        let next = if strip_next { stripped(last) } else { unescaped(last) };
        if next.text == last.text {
            break;
        }
        views.push(next);
        strip_next = !strip_next;
    }
    views
}

fn is_marked(text: &[u8]) -> bool {
    memchr2(b'<', b'&', text).is_some()
}

fn is_escaped(text: &[u8]) -> bool {
    memchr(b'\\', text).is_some()
}

/// A text in the making.
struct Writer<'a> {
    from: &'a View,
    /// Which run of `from` is read; nothing before it is asked for again.
    next: usize,
    text: Vec<u8>,
    runs: Vec<Run>,
}

impl<'a> Writer<'a> {
    fn new(from: &'a View) -> Self {
        Self { from, next: 0, text: Vec::with_capacity(from.text.len()), runs: Vec::new() }
    }

    /// The same as before.
    fn keep(&mut self, range: Range<usize>) {
        if range.is_empty() {
            return;
        }
        let at = self.text.len();
        self.text.extend_from_slice(&self.from.text[range.clone()]);
        let Some(runs) = &self.from.runs else {
            self.push(Run { at, origin: range, is_kept: true });
            return;
        };
        while runs.get(self.next + 1).is_some_and(|run| run.at <= range.start) {
            self.next += 1;
        }
        let mut from = range.start;
        while from < range.end {
            let run = &runs[self.next];
            let end = runs.get(self.next + 1).map_or(range.end, |run| run.at.min(range.end));
            let origin = match run.is_kept {
                true => run.origin_of(from).start..run.origin_of(end - 1).end,
                false => run.origin.clone(),
            };
            self.push(Run { at: at + (from - range.start), origin, is_kept: run.is_kept });
            from = end;
            if from < range.end {
                self.next += 1;
            }
        }
    }

    /// `text` stands for what was in `range`.
    fn put(&mut self, text: &[u8], range: Range<usize>) {
        if !text.is_empty() {
            let origin = self.from.origin(range);
            self.push(Run { at: self.text.len(), origin, is_kept: false });
            self.text.extend_from_slice(text);
        }
    }

    fn push(&mut self, run: Run) {
        match self.runs.last_mut() {
            Some(last) if last.is_kept && run.is_kept && last.origin.end == run.origin.start => {
                last.origin.end = run.origin.end;
            }
            _ => self.runs.push(run),
        }
    }

    fn finish(self, is_markup: bool) -> View {
        View { text: self.text, runs: Some(self.runs), is_markup, is_text: true }
    }
}

/// Without tags and entities.
fn stripped(from: &View) -> View {
    let text = &from.text;
    let mut writer = Writer::new(from);
    let mut index = first_text(text);
    while index < text.len() {
        let run = memchr2(b'<', b'&', &text[index..]).map_or(text.len(), |length| index + length);
        writer.keep(index..run);
        index = run;
        let Some(letter) = text.get(index) else { break };
        let after = match letter {
            b'<' => tag(&text[index..]).map(|(length, gap)| (length, gap.as_bytes().to_vec())),
            _ => entity(&text[index..]),
        };
        index = match after {
            Some((length, written)) => {
                writer.put(&written, index..index + length);
                index + length
            }
            None => {
                writer.keep(index..index + 1);
                index + 1
            }
        };
    }
    writer.finish(false)
}

/// Where the text begins, if the part was cut within a tag.
fn first_text(text: &[u8]) -> usize {
    match memchr2(b'<', b'>', text) {
        Some(end) if text[end] == b'>' && memchr(b'=', &text[..end]).is_some() => end + 1,
        _ => 0,
    }
}

/// The length of the tag that `text` begins with, and what a person sees in its place. What is in comments stays.
fn tag(text: &[u8]) -> Option<(usize, &'static str)> {
    if text.starts_with(b"<!--") {
        return Some((4, "\n"));
    }
    let inner = text.get(1..)?;
    let name = inner.strip_prefix(b"/").unwrap_or(inner);
    if !name.first().is_some_and(|letter| letter.is_ascii_alphabetic() || matches!(letter, b'!' | b'?')) {
        return None;
    }
    let length = memchr(b'>', &text[..text.len().min(LONGEST_TAG)])? + 1;
    let end = name.iter().position(|letter| !letter.is_ascii_alphanumeric()).unwrap_or(name.len());
    let gap = match name[..end.min(12)].to_ascii_lowercase().as_slice() {
        b"a" | b"abbr" | b"b" | b"bdi" | b"big" | b"cite" | b"code" | b"del" | b"em" | b"font" | b"i"
        | b"ins" | b"kbd" | b"mark" | b"q" | b"s" | b"samp" | b"small" | b"span" | b"strong" | b"sub"
        | b"sup" | b"tt" | b"u" | b"var" | b"wbr" => "",
        b"td" | b"th" | b"label" => " ",
        _ => "\n",
    };
    Some((length, gap))
}

/// The length of the entity that `text` begins with, and the letter that it stands for.
fn entity(text: &[u8]) -> Option<(usize, Vec<u8>)> {
    let end = memchr(b';', &text[..text.len().min(LONGEST_ENTITY)])?;
    let name = std::str::from_utf8(&text[1..end]).ok()?;
    let letter = match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "sol" => '/',
        "grave" => '`',
        "lbrack" | "lsqb" => '[',
        "rbrack" | "rsqb" => ']',
        "lpar" => '(',
        "rpar" => ')',
        "colon" => ':',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(number) => u32::from_str_radix(number, 16).ok()?,
                None => number.parse().ok()?,
            };
            match char::from_u32(code)? {
                '\u{a0}' => ' ',
                letter => letter,
            }
        }
    };
    Some((end + 1, letter.encode_utf8(&mut [0; 4]).as_bytes().to_vec()))
}

/// Without the escapes that JSON and languages like it write into texts.
fn unescaped(from: &View) -> View {
    let text = &from.text;
    let mut writer = Writer::new(from);
    let mut index = 0;
    while index < text.len() {
        let run = memchr(b'\\', &text[index..]).map_or(text.len(), |length| index + length);
        writer.keep(index..run);
        index = run;
        if index >= text.len() {
            break;
        }
        index = match escape(&text[index..]) {
            Some((length, letter)) => {
                writer.put(letter.encode_utf8(&mut [0; 4]).as_bytes(), index..index + length);
                index + length
            }
            None => {
                writer.keep(index..index + 1);
                index + 1
            }
        };
    }
    writer.finish(from.is_markup)
}

/// The length of the escape that `text` begins with, and the letter that it stands for.
fn escape(text: &[u8]) -> Option<(usize, char)> {
    let letter = match text.get(1)? {
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'b' | b'f' => ' ',
        quote @ (b'"' | b'\'' | b'/' | b'\\' | b'`') => char::from(*quote),
        b'x' => return Some((4, char::from(u8::try_from(hexadecimal(text.get(2..4)?)?).ok()?))),
        b'u' => {
            let letter = char::from_u32(hexadecimal(text.get(2..6)?)?).unwrap_or('?');
            return Some((6, if letter == '\u{a0}' { ' ' } else { letter }));
        }
        _ => return None,
    };
    Some((2, letter))
}

fn hexadecimal(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, digit| Some(value * 16 + char::from(*digit).to_digit(16)?))
}

/// The text without its escapes.
pub(crate) fn unescape(text: &[u8]) -> Vec<u8> {
    unescaped(&View::whole(text, true)).text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: Kind, body: &str) -> String {
        let views = views(kind, body.as_bytes());
        String::from_utf8_lossy(&views[views.len() - 1].text).into_owned()
    }

    #[test]
    fn tags_become_lines_and_entities_letters() {
        let page =
            "<pre>TypeError: &#39;x&#x27;<br> &nbsp; &nbsp;at <b>f</b> (/srv/a.js:3:5)</pre><!--\nx -->";
        assert_eq!(read(Kind::Markup, page), "\nTypeError: 'x'\n    at f (/srv/a.js:3:5)\n\n\nx -->");
    }

    #[test]
    fn escapes_become_letters_and_texts_within_texts_are_unpacked() {
        assert_eq!(read(Kind::Json, r#"{"a": "x\n\u003cb\u003e\u00a0\/y"}"#), "{\"a\": \"x\n /y\"}");
        assert_eq!(read(Kind::Json, r#"{"a": "{\"b\": \"x\\ny\"}"}"#), "{\"a\": \"{\"b\": \"x\ny\"}\"}");
        assert_eq!(read(Kind::Markup, r#"<script>var e = "a\nb";</script>"#), "\nvar e = \"a\nb\";\n");
    }

    #[test]
    fn places_lead_back_through_all_layers() {
        let body = br#"{"a": "x\n&lt;y"}"#;
        let views = views(Kind::Json, body);
        let last = &views[views.len() - 1];
        let at = memchr::memmem::find(&last.text, b"<y").expect("it is unpacked");
        let origin = last.origin(at..at + 2);
        assert_eq!(&body[origin.clone()], b"&lt;y");
        assert_eq!(last.window(origin), at..at + 2);
    }

    #[test]
    fn what_is_no_tag_stays() {
        assert_eq!(read(Kind::Text, "File x, in <module>, 1 < 2 &c;"), "File x, in \n, 1 < 2 &c;");
        assert_eq!(read(Kind::Markup, "1 < 2 && <"), "1 < 2 && <");
    }
}
