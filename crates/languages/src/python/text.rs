//! Texts: literals, f-strings, t-strings, and annotations written as text.

use ruff_python_ast::{
    ExprBytesLiteral, ExprFString, ExprStringLiteral, ExprTString, FStringPart, InterpolatedElement,
    InterpolatedStringElement,
};
use ruff_text_size::{Ranged, TextRange};
use tightlip_ir::{ExpressionId, ExpressionKind, Literal, Span};

use super::lowering::{Lowering, span_of};

impl Lowering<'_> {
    /// Lowers a text, of one part or more.
    pub(super) fn string(&mut self, literal: &ExprStringLiteral) -> ExpressionKind {
        if literal.value.len() > Literal::LONGEST_TEXT {
            return ExpressionKind::Literal(Literal::LongText);
        }
        if self.in_annotation
            && let Some(kind) = self.type_name(literal)
        {
            return kind;
        }
        ExpressionKind::Literal(Literal::Text(self.symbols.symbol(literal.value.to_str())))
    }

    /// Lowers a byte string, of one part or more.
    pub(super) fn bytes(&mut self, literal: &ExprBytesLiteral) -> ExpressionKind {
        let mut joined = Vec::new();
        for part in &literal.value {
            joined.extend_from_slice(part);
            if joined.len() > Literal::LONGEST_TEXT {
                return ExpressionKind::Literal(Literal::LongText);
            }
        }
        ExpressionKind::Literal(Literal::Text(self.symbols.symbol(&String::from_utf8_lossy(&joined))))
    }

    /// Lowers an f-string, of one part or more.
    pub(super) fn format(&mut self, text: &ExprFString) -> ExpressionKind {
        let mut parts = Vec::new();
        for part in &text.value {
            match part {
                FStringPart::Literal(literal) => self.format_text(&literal.value, literal.range, &mut parts),
                FStringPart::FString(text) => self.format_elements(&text.elements, &mut parts),
            }
        }
        ExpressionKind::Format(parts.into_boxed_slice())
    }

    fn format_elements(&mut self, elements: &[InterpolatedStringElement], parts: &mut Vec<ExpressionId>) {
        for element in elements {
            match element {
                InterpolatedStringElement::Literal(literal) => {
                    self.format_text(&literal.value, literal.range, parts);
                }
                InterpolatedStringElement::Interpolation(element) => self.format_element(element, parts),
            }
        }
    }

    fn format_text(&mut self, text: &str, range: TextRange, parts: &mut Vec<ExpressionId>) {
        if text.is_empty() {
            return;
        }
        let literal = if text.len() > Literal::LONGEST_TEXT {
            Literal::LongText
        } else {
            Literal::Text(self.symbols.symbol(text))
        };
        parts.push(self.add(span_of(range), ExpressionKind::Literal(literal)));
    }

    /// A replacement field. What its format specification computes is a part as well: `{value:{width}}`.
    fn format_element(&mut self, element: &InterpolatedElement, parts: &mut Vec<ExpressionId>) {
        parts.push(self.expression(&element.expression));
        if let Some(specification) = &element.format_spec {
            self.deeper(&element.range(), |lowering| {
                for nested in specification.elements.interpolations() {
                    lowering.format_element(nested, parts);
                }
            });
        }
    }

    /// Lowers a t-string, which is no text yet, but an object that holds the values.
    pub(super) fn template(&mut self, text: &ExprTString) -> ExpressionKind {
        let mut parts = Vec::new();
        for element in text.value.elements().filter_map(InterpolatedStringElement::as_interpolation) {
            self.format_element(element, &mut parts);
        }
        ExpressionKind::Opaque(parts.into_boxed_slice())
    }

    /// The type that an annotation names as text, if that is a dotted name.
    fn type_name(&mut self, literal: &ExprStringLiteral) -> Option<ExpressionKind> {
        let text = literal.value.to_str();
        if !text.split('.').all(is_identifier) {
            return None;
        }
        // The offsets in the text are those in the source if nothing in it is escaped.
        let inside = literal.as_single_part_string().map(|part| part.content_range());
        let content = inside.filter(|content| self.source.get(content.to_std_range()) == Some(text));
        let start = content.map(|content| content.start().to_u32());
        let whole = span_of(literal.range);
        let mut end = 0;
        let mut object = None;
        for part in text.split('.') {
            end += part.len() as u32;
            let name = self.symbols.symbol(part);
            self.scopes.mention(name);
            let kind = match object.take() {
                None => ExpressionKind::Name(name),
                Some(object) => ExpressionKind::Attribute { object, name },
            };
            if end as usize == text.len() {
                return Some(kind);
            }
            object = Some(self.add(start.map_or(whole, |start| Span::new(start, start + end)), kind));
            end += 1;
        }
        None
    }
}

fn is_identifier(word: &str) -> bool {
    !word.is_empty()
        && !word.starts_with(|first: char| first.is_ascii_digit())
        && word.chars().all(|letter| letter == '_' || letter.is_alphanumeric())
        && !matches!(word, "None" | "True" | "False")
}
