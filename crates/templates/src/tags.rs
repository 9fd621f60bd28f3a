//! What tags do: they test, bind names, and bring in other templates.

use tightlip_ir::{Page, PagePart, PagePath, PageStep, PageTest, Shown, ShownValue, Span, Symbol};

use crate::expression::{self, Value};
use crate::names::names;
use crate::pieces::{Piece, pieces};
use crate::scope::Scope;

/// A page that shows more than this shows anything.
const MOST_SHOWN: usize = 4_000;
/// Tags nested deeper are not told apart.
const DEEPEST: usize = 100;
/// So many tests around a place are remembered, the outer ones first.
const MOST_TESTS: usize = 12;

/// A tag that is open.
struct Open<'s> {
    tag: &'s str,
    /// What holds in it.
    under: Vec<PageTest>,
    /// What will hold behind `else`.
    otherwise: Vec<PageTest>,
    has_frame: bool,
}

struct Reader<'s> {
    page: Page,
    scope: Scope,
    open: Vec<Open<'s>>,
    /// Templates that this one extends: they see what it binds at its top.
    extends: Vec<Symbol>,
}

/// What the template `source` shows.
pub(crate) fn read(source: &str) -> Page {
    let mut reader =
        Reader { page: Page::default(), scope: Scope::new(), open: Vec::new(), extends: Vec::new() };
    for piece in pieces(source) {
        match piece {
            Piece::Expression(text, span) => reader.show(text, span),
            Piece::Tag(text, span) => reader.tag(text, span),
        }
        if reader.page.shows.len() >= MOST_SHOWN {
            let value = ShownValue::Anything;
            reader.page.shows.push(Shown { value, span: Span::default(), under: Vec::new() });
            break;
        }
    }
    reader.finish()
}

impl<'s> Reader<'s> {
    fn finish(mut self) -> Page {
        while self.close() {}
        let given = self.scope.known();
        let bases = self.extends.into_iter();
        self.page.parts.extend(bases.map(|name| PagePart { name, given: given.clone(), under: Vec::new() }));
        self.page
    }

    fn under(&self) -> Vec<PageTest> {
        self.open.iter().flat_map(|open| open.under.iter().cloned()).take(MOST_TESTS).collect()
    }

    fn show(&mut self, text: &str, span: Span) {
        let values = expression::values(text, &self.scope);
        self.show_values(values, span);
    }

    fn show_values(&mut self, values: Vec<Value>, span: Span) {
        for value in values {
            let mut under = self.under();
            under.extend(value.under);
            let shown = Shown { value: ShownValue::Path(value.path), span, under };
            if !self.page.shows.contains(&shown) {
                self.page.shows.push(shown);
            }
        }
    }

    fn show_all(&mut self, value: ShownValue, span: Span) {
        let under = self.under();
        self.page.shows.push(Shown { value, span, under });
    }

    fn push(&mut self, tag: &'s str, under: Vec<PageTest>, otherwise: Vec<PageTest>, has_frame: bool) {
        if self.open.len() < DEEPEST {
            if has_frame {
                self.scope.enter();
            }
            self.open.push(Open { tag, under, otherwise, has_frame });
        }
    }

    /// Closes the innermost tag; whether there was one.
    fn close(&mut self) -> bool {
        let Some(open) = self.open.pop() else { return false };
        if open.has_frame {
            self.scope.leave();
        }
        true
    }

    fn tag(&mut self, text: &'s str, span: Span) {
        let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
        let (tag, rest) = (&text[..end], text[end..].trim());
        match tag {
            "if" => {
                let (under, otherwise) = expression::tests(rest, &self.scope);
                self.push(tag, under, otherwise, false);
            }
            "elif" => self.other_branch(rest),
            "else" => self.other_branch(""),
            "for" => self.loop_over(tag, rest),
            "set" => self.set(tag, rest, span),
            "with" => {
                let values = assignments(rest);
                let known: Vec<_> = values
                    .iter()
                    .map(|(name, value)| (*name, expression::paths(value, &self.scope)))
                    .collect();
                self.push(tag, Vec::new(), Vec::new(), true);
                known.into_iter().for_each(|(name, values)| self.scope.bind(name, values));
            }
            "macro" => {
                self.push(tag, Vec::new(), Vec::new(), true);
                self.bind_parameters(rest);
            }
            "call" => self.call(tag, rest, span),
            "include" => self.include(rest, span),
            "extends" => match expression::constants(rest) {
                Some(names) => self.extends.extend(names.iter().map(|name| Symbol::new(name))),
                None => self.show_all(ShownValue::Anything, span),
            },
            "import" | "from" => self.import(rest),
            "block" => self.push(tag, Vec::new(), Vec::new(), true),
            "filter" | "autoescape" => self.push(tag, Vec::new(), Vec::new(), false),
            "debug" => self.show_all(ShownValue::Dump, span),
            "continue" | "break" | "pluralize" => {}
            _ => match tag.strip_prefix("end") {
                Some(closed) => self.close_tag(closed),
                None => self.unknown(rest, span),
            },
        }
    }

    fn close_tag(&mut self, tag: &str) {
        if let Some(place) = self.open.iter().rposition(|open| open.tag == tag) {
            while self.open.len() > place {
                self.close();
            }
        }
    }

    /// `elif` and `else`: what was tested before does not hold.
    fn other_branch(&mut self, test: &str) {
        let (under, otherwise) = match test {
            "" => Default::default(),
            test => expression::tests(test, &self.scope),
        };
        let Some(open) = self.open.iter_mut().rev().find(|open| matches!(open.tag, "if" | "for")) else {
            return;
        };
        if open.tag == "if" {
            open.under = open.otherwise.clone();
            open.under.extend(under);
            open.otherwise.extend(otherwise);
        }
    }

    fn loop_over(&mut self, tag: &'s str, rest: &'s str) {
        let Some((targets, items)) = rest.split_once(" in ") else {
            return self.push(tag, Vec::new(), Vec::new(), true);
        };
        let items = items.trim().trim_end_matches(" recursive");
        let values = expression::values(items, &self.scope);
        let mut element = Vec::new();
        let mut under = Vec::new();
        for mut value in values {
            value.path.steps.push(PageStep::Iterated);
            element.push(value.path);
            under = value.under;
        }
        self.push(tag, under, Vec::new(), true);
        self.scope.bind("loop", Vec::new());
        for target in names(targets) {
            self.scope.bind(target, element.clone());
        }
    }

    fn set(&mut self, tag: &'s str, rest: &'s str, span: Span) {
        let Some((target, value)) = split_assignment(rest) else {
            // What stands up to `endset` is taken as shown where it stands.
            names(rest).first().into_iter().for_each(|name| self.scope.bind(name, Vec::new()));
            return self.push(tag, Vec::new(), Vec::new(), false);
        };
        if target.contains('.') {
            return self.show(value, span);
        }
        let paths = expression::paths(value, &self.scope);
        let is_certain = !self.open.iter().any(|open| open.tag == "if");
        for name in names(target) {
            if is_certain {
                self.scope.bind(name, paths.clone());
            } else {
                self.scope.add(name, paths.clone());
            }
        }
    }

    /// `name(one, other=1)`: nothing is known of what a macro is given, but its callers show it.
    fn bind_parameters(&mut self, signature: &str) {
        let Some((_, parameters)) = signature.split_once('(') else { return };
        let parameters = parameters.rsplit_once(')').map_or(parameters, |(inside, _)| inside);
        for parameter in split_outside(parameters) {
            let name = parameter.split('=').next().unwrap_or_default().trim();
            self.scope.bind(name, Vec::new());
        }
        for name in ["caller", "varargs", "kwargs"] {
            self.scope.bind(name, Vec::new());
        }
    }

    fn call(&mut self, tag: &'s str, rest: &'s str, span: Span) {
        let (parameters, call) = match rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
            Some((parameters, call)) => (parameters, call.trim()),
            None => ("", rest),
        };
        self.show(call, span);
        self.push(tag, Vec::new(), Vec::new(), true);
        for name in names(parameters) {
            self.scope.bind(name, Vec::new());
        }
    }

    fn include(&mut self, rest: &str, span: Span) {
        let sees_nothing = rest.ends_with("without context");
        let name = rest.trim_end_matches("without context").trim_end().trim_end_matches("with context");
        let name = name.trim_end().trim_end_matches("ignore missing").trim_end();
        match expression::constants(name) {
            _ if sees_nothing => {}
            Some(names) => {
                let (given, under) = (self.scope.known(), self.under());
                let part = |name: &String| PagePart {
                    name: Symbol::new(name),
                    given: given.clone(),
                    under: under.clone(),
                };
                self.page.parts.extend(names.iter().map(part));
            }
            None => self.show_all(ShownValue::Anything, span),
        }
    }

    /// Macros of another template see what this one is given only `with context`.
    fn import(&mut self, rest: &str) {
        let from =
            rest.split_once(" import ").or_else(|| rest.split_once(" as ")).map_or(rest, |(from, _)| from);
        if let (true, Some(name)) = (rest.ends_with("with context"), expression::constant(from.trim())) {
            let (given, under) = (self.scope.known(), self.under());
            self.page.parts.push(PagePart { name: Symbol::new(&name), given, under });
        }
        let bound =
            rest.split_once(" import ").or_else(|| rest.split_once(" as ")).map_or("", |(_, names)| names);
        for one in bound.trim_end_matches("with context").trim_end_matches("without").split(',') {
            let name = one.rsplit_once(" as ").map_or(one, |(_, name)| name).trim();
            self.scope.bind(name, Vec::new());
        }
    }

    fn unknown(&mut self, rest: &str, span: Span) {
        let roots = names(rest).into_iter().flat_map(|name| self.scope.values(name));
        let values: Vec<PagePath> = roots.collect();
        self.show_values(values.into_iter().map(Value::plain).collect(), span);
    }
}

/// `a = 1, b = f(x, y)`
fn assignments(text: &str) -> Vec<(&str, &str)> {
    split_outside(text).into_iter().filter_map(split_assignment).collect()
}

fn split_assignment(text: &str) -> Option<(&str, &str)> {
    let (target, value) = text.split_once('=')?;
    let is_target = !value.starts_with('=') && !target.contains(['(', '|', '"', '\'', '!', '<', '>']);
    is_target.then(|| (target.trim(), value.trim()))
}

/// `text` cut at commas that stand in no quotes and no brackets.
fn split_outside(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut quote, mut start) = (0usize, None, 0);
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (Some(open), _) if character == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(character),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            (None, ',') if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}
