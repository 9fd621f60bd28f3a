use tightlip_ir::{ExpressionKind, Literal, Module};

/// How a file is written, so that what is put in looks as if its author had.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Style {
    /// What ends a line.
    pub(crate) newline: &'static str,
    /// What one level is indented by.
    pub(crate) indent: Indent,
    /// What texts stand between.
    pub(crate) quote: char,
}

/// What one level is indented by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Indent {
    /// A tabulator.
    Tab,
    /// So many blanks.
    Blanks(usize),
}

impl Style {
    /// The style of `text`; what it does not tell is as most write it.
    pub(crate) fn of(text: &str, module: Option<&Module>) -> Self {
        Self {
            newline: newline(text),
            indent: indent(text),
            quote: module.map_or('"', |module| quote(text, module)),
        }
    }

    /// The indentation of one level.
    pub(crate) fn level(self) -> String {
        match self.indent {
            Indent::Tab => "\t".to_owned(),
            Indent::Blanks(count) => " ".repeat(count),
        }
    }

    /// `words` as a literal.
    pub(crate) fn literal(self, words: &str) -> String {
        let mut literal = String::with_capacity(words.len() + 2);
        // A quote of the other kind is easier to read than an escaped one.
        let other = if self.quote == '"' { '\'' } else { '"' };
        let quote = if words.contains(self.quote) && !words.contains(other) { other } else { self.quote };
        literal.push(quote);
        for letter in words.chars() {
            match letter {
                '\\' => literal.push_str("\\\\"),
                '\n' => literal.push_str("\\n"),
                '\r' => literal.push_str("\\r"),
                '\t' => literal.push_str("\\t"),
                letter => {
                    if letter == quote {
                        literal.push('\\');
                    }
                    literal.push(letter);
                }
            }
        }
        literal.push(quote);
        literal
    }
}

/// The first newline speaks for all.
fn newline(text: &str) -> &'static str {
    match text.find(['\n', '\r']) {
        Some(at) if text[at..].starts_with("\r\n") => "\r\n",
        Some(at) if text[at..].starts_with('\r') => "\r",
        _ => "\n",
    }
}

/// What the first line behind an opened block is indented more than that.
fn indent(text: &str) -> Indent {
    let mut opened: Option<&str> = None;
    for line in text.lines() {
        let rest = line.trim_start_matches([' ', '\t']);
        let blanks = &line[..line.len() - rest.len()];
        if rest.is_empty() || rest.starts_with('#') {
            continue;
        }
        if let Some(more) = opened.and_then(|before| blanks.strip_prefix(before)) {
            if more.starts_with('\t') {
                return Indent::Tab;
            }
            if !more.is_empty() {
                return Indent::Blanks(more.len());
            }
        }
        opened = rest.trim_end().ends_with(':').then_some(blanks);
    }
    Indent::Blanks(4)
}

/// What most texts of the file stand between.
fn quote(text: &str, module: &Module) -> char {
    let (mut single, mut double) = (0, 0);
    for expression in &module.expressions {
        if !matches!(expression.kind, ExpressionKind::Literal(Literal::Text(_)) | ExpressionKind::Format(_)) {
            continue;
        }
        let literal = text.get(expression.span.start as usize..).unwrap_or_default();
        let literal = literal.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
        match literal.chars().next() {
            Some('\'') => single += 1,
            Some('"') => double += 1,
            _ => {}
        }
    }
    if single > double { '\'' } else { '"' }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tightlip_languages::{Language, lower};

    fn style(text: &str) -> Style {
        Style::of(text, Some(&lower(Language::Python, text)))
    }

    #[test]
    fn a_file_says_how_it_is_written() {
        let known = style("def f():\r\n\treturn 'a', 'b', \"c\"\r\n");
        assert_eq!(known, Style { newline: "\r\n", indent: Indent::Tab, quote: '\'' });
        let known = style("if a:\n  # remark\n  f(\"a\")\n");
        assert_eq!(known, Style { newline: "\n", indent: Indent::Blanks(2), quote: '"' });
        assert_eq!(style(""), Style { newline: "\n", indent: Indent::Blanks(4), quote: '"' });
    }

    #[test]
    fn literals_say_what_they_should() {
        let double = style("");
        assert_eq!(double.literal("it's \"so\"\n"), r#""it's \"so\"\n""#);
        assert_eq!(double.literal("\"so\" \\"), r#"'"so" \\'"#);
    }
}
