//! The patterns of `match`.

use ruff_python_ast::{
    Identifier, MatchCase, Pattern, PatternArguments, PatternMatchClass, PatternMatchMapping, Singleton,
};
use ruff_text_size::Ranged;
use tightlip_ir::{Case, ExpressionId, ExpressionKind, Literal, Symbol};

use super::lowering::{Lowering, span_of};

/// What a pattern binds and compares with.
#[derive(Default)]
struct Parts {
    captures: Vec<Symbol>,
    patterns: Vec<ExpressionId>,
}

impl Lowering<'_> {
    /// Lowers one `case`.
    pub(super) fn case(&mut self, case: &MatchCase) -> Case {
        let mut parts = Parts::default();
        let classes = self.pattern(&case.pattern, &mut parts);
        let guard = self.optional(case.guard.as_deref());
        Case {
            captures: parts.captures.into_boxed_slice(),
            patterns: parts.patterns.into_boxed_slice(),
            classes: classes.unwrap_or_default().into_boxed_slice(),
            guard,
            body: self.block(&case.body),
        }
    }

    /// Lowers a pattern, and gives the classes if every subject that it matches is an instance of one of them.
    fn pattern(&mut self, pattern: &Pattern, parts: &mut Parts) -> Option<Vec<ExpressionId>> {
        self.deeper(pattern, |lowering| lowering.pattern_here(pattern, parts)).flatten()
    }

    fn pattern_here(&mut self, pattern: &Pattern, parts: &mut Parts) -> Option<Vec<ExpressionId>> {
        match pattern {
            Pattern::MatchClass(class) => return Some(vec![self.class_pattern(class, parts)]),
            Pattern::MatchOr(alternatives) => return self.alternatives(&alternatives.patterns, parts),
            Pattern::MatchAs(capture) => {
                let classes = capture.pattern.as_deref().and_then(|pattern| self.pattern(pattern, parts));
                self.capture(capture.name.as_ref(), parts);
                return classes;
            }
            Pattern::MatchValue(value) => parts.patterns.push(self.expression(&value.value)),
            Pattern::MatchSingleton(singleton) => {
                let literal = match singleton.value {
                    Singleton::None => Literal::None,
                    Singleton::True => Literal::Boolean(true),
                    Singleton::False => Literal::Boolean(false),
                };
                parts.patterns.push(self.add(span_of(singleton.range()), ExpressionKind::Literal(literal)));
            }
            Pattern::MatchSequence(sequence) => self.patterns(&sequence.patterns, parts),
            Pattern::MatchMapping(mapping) => self.mapping_pattern(mapping, parts),
            Pattern::MatchStar(star) => self.capture(star.name.as_ref(), parts),
        }
        None
    }

    /// Lowers `A(x) | B(x)`, in which each alternative binds the same names.
    fn alternatives(&mut self, alternatives: &[Pattern], parts: &mut Parts) -> Option<Vec<ExpressionId>> {
        let (first, others) = alternatives.split_first()?;
        let mut classes = self.pattern(first, parts);
        let captures = parts.captures.len();
        for other in others {
            let found = self.pattern(other, parts);
            classes = classes.zip(found).map(|(mut classes, found)| {
                classes.extend(found);
                classes
            });
        }
        parts.captures.truncate(captures);
        classes
    }

    fn class_pattern(&mut self, pattern: &PatternMatchClass, parts: &mut Parts) -> ExpressionId {
        let class = self.expression(&pattern.cls);
        parts.patterns.push(class);
        let PatternArguments { patterns, keywords, .. } = &pattern.arguments;
        self.patterns(patterns, parts);
        for keyword in keywords {
            let attribute = self.symbol(&keyword.attr.id);
            self.scopes.mention(attribute);
            self.pattern(&keyword.pattern, parts);
        }
        class
    }

    fn mapping_pattern(&mut self, pattern: &PatternMatchMapping, parts: &mut Parts) {
        for key in &pattern.keys {
            parts.patterns.push(self.expression(key));
        }
        self.patterns(&pattern.patterns, parts);
        self.capture(pattern.rest.as_ref(), parts);
    }

    fn patterns(&mut self, patterns: &[Pattern], parts: &mut Parts) {
        for pattern in patterns {
            self.pattern(pattern, parts);
        }
    }

    fn capture(&mut self, name: Option<&Identifier>, parts: &mut Parts) {
        if let Some(name) = name.filter(|name| name.is_valid()) {
            let name = self.symbol(&name.id);
            self.scopes.bind(name);
            parts.captures.push(name);
        }
    }
}
