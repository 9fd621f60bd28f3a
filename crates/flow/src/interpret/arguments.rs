//! The arguments of a call, and which parameter gets which.

use tightlip_catalogue::Arguments as Selected;
use tightlip_ir::{Argument, ExpressionId, ExpressionKind, Function, ParameterKind, Span, Spread, Symbol};

use super::Interpreter;
use crate::value::{Shape, Value};

/// An argument whose value is known.
#[derive(Clone, Debug)]
pub(super) struct Passed {
    pub(super) keyword: Option<Symbol>,
    pub(super) value: Value,
    pub(super) spread: Spread,
    /// The expression, unless the value was filled in earlier.
    pub(super) expression: Option<ExpressionId>,
}

/// What is passed to a call.
#[derive(Clone, Default, Debug)]
pub(super) struct PassedArguments {
    pub(super) all: Vec<Passed>,
    pub(super) span: Span,
}

impl Passed {
    /// What of it a model selects: of `**record` only the entries of that name.
    pub(super) fn part(&self, selected: &Selected) -> Value {
        if selected.all || self.spread != Spread::Entries {
            return self.value.clone();
        }
        let mut part = Value::default();
        for keyword in &selected.keywords {
            part.gather(&self.value.entry(*keyword));
        }
        part
    }
}

impl PassedArguments {
    /// The same without detail.
    pub(super) fn without_detail(&self) -> Self {
        let cleared = |passed: &Passed| Passed { value: passed.value.without_detail(), ..passed.clone() };
        Self { all: self.all.iter().map(cleared).collect(), span: self.span }
    }

    /// Those that a model selects.
    pub(super) fn selected<'s>(&'s self, selected: &'s Selected) -> impl Iterator<Item = &'s Passed> {
        let spread_at =
            self.all.iter().position(|passed| passed.spread == Spread::Items).unwrap_or(usize::MAX);
        let mut position = 0;
        self.all.iter().filter(move |passed| {
            let place = position;
            if passed.keyword.is_none() && passed.spread == Spread::No {
                position += 1;
            }
            selected.all
                || match (passed.spread, passed.keyword) {
                    (Spread::No, Some(keyword)) => selected.keywords.contains(&keyword),
                    (Spread::No, None) => selected.positions.contains(&place),
                    (Spread::Items, _) => selected.positions.iter().any(|wanted| *wanted >= spread_at),
                    (Spread::Entries, _) => !selected.keywords.is_empty(),
                }
        })
    }

    /// The value that a model selects, the entry of it where it is passed with others.
    pub(super) fn value_of(&self, selected: &Selected) -> Option<Value> {
        let passed = self.selected(selected).next()?;
        Some(match passed.spread {
            Spread::No => passed.value.clone(),
            Spread::Items => passed.value.element(),
            Spread::Entries => {
                let keyword = selected.keywords.first()?;
                let entry = passed.value.entry(*keyword);
                if entry.is_empty() {
                    return None;
                }
                entry
            }
        })
    }

    pub(super) fn position(&self, place: usize) -> Option<&Passed> {
        self.all.iter().filter(|passed| passed.keyword.is_none() && passed.spread == Spread::No).nth(place)
    }

    /// With `values` before all others.
    pub(super) fn after(&self, values: &[Value]) -> Self {
        let filled = values.iter().map(|value| Passed {
            keyword: None,
            value: value.clone(),
            spread: Spread::No,
            expression: None,
        });
        Self { all: filled.chain(self.all.iter().cloned()).collect(), span: self.span }
    }

    /// With these keywords too.
    pub(super) fn with_keywords(mut self, keywords: &[(Symbol, Value)]) -> Self {
        self.all.extend(keywords.iter().map(|(keyword, value)| Passed {
            keyword: Some(*keyword),
            value: value.clone(),
            spread: Spread::No,
            expression: None,
        }));
        self
    }

    /// What each parameter of `function` gets, and the variable that was passed for it.
    pub(super) fn bind(&self, function: &Function, bound: usize) -> Vec<(Value, Option<ExpressionId>)> {
        let mut slots: Vec<(Value, Option<ExpressionId>)> =
            vec![(Value::default(), None); function.parameters.len()];
        let mut place = bound;
        for passed in &self.all {
            match (passed.spread, passed.keyword) {
                (Spread::No, None) => {
                    bind_position(function, &mut slots, place, passed);
                    place += 1;
                }
                (Spread::No, Some(keyword)) => bind_keyword(function, &mut slots, keyword, passed),
                (Spread::Items, _) => {
                    for (index, slot) in slots.iter_mut().enumerate().skip(place) {
                        match function.parameters[index].kind {
                            ParameterKind::Positional => slot.0.gather(&passed.value.element()),
                            ParameterKind::Items => slot.0.gather(&passed.value),
                            _ => {}
                        }
                    }
                }
                (Spread::Entries, _) => bind_entries(function, &mut slots, place, passed),
            }
        }
        slots
    }
}

fn bind_position(
    function: &Function,
    slots: &mut [(Value, Option<ExpressionId>)],
    place: usize,
    passed: &Passed,
) {
    match function.parameters.get(place).map(|parameter| parameter.kind) {
        Some(ParameterKind::Positional) => slots[place] = (passed.value.clone(), passed.expression),
        _ => {
            let rest =
                function.parameters.iter().position(|parameter| parameter.kind == ParameterKind::Items);
            if let Some(rest) = rest {
                slots[rest].0.add_item(&passed.value);
            }
        }
    }
}

fn bind_keyword(
    function: &Function,
    slots: &mut [(Value, Option<ExpressionId>)],
    keyword: Symbol,
    passed: &Passed,
) {
    let named = function.parameters.iter().position(|parameter| {
        parameter.name == keyword
            && matches!(parameter.kind, ParameterKind::Positional | ParameterKind::Keyword)
    });
    if let Some(place) = named {
        slots[place] = (passed.value.clone(), passed.expression);
        return;
    }
    let rest = function.parameters.iter().position(|parameter| parameter.kind == ParameterKind::Entries);
    if let Some(rest) = rest {
        slots[rest].0.set_entry(Some(keyword), passed.value.clone());
    }
}

fn bind_entries(
    function: &Function,
    slots: &mut [(Value, Option<ExpressionId>)],
    place: usize,
    passed: &Passed,
) {
    for (index, parameter) in function.parameters.iter().enumerate() {
        match parameter.kind {
            ParameterKind::Entries => slots[index].0.gather(&passed.value),
            ParameterKind::Positional | ParameterKind::Keyword
                if (index >= place || parameter.kind == ParameterKind::Keyword)
                    && slots[index].1.is_none()
                    && slots[index].0.is_empty() =>
            {
                slots[index].0 = passed.value.entry(parameter.name);
            }
            _ => {}
        }
    }
}

impl Interpreter<'_> {
    /// `**locals()` passes each variable, not a dump of all.
    fn argument_value(&mut self, argument: &Argument) -> Value {
        let value = self.value(argument.value);
        if argument.spread != Spread::Entries {
            return value;
        }
        value.map_taints(&mut |taint| (!super::expression::is_whole_collection(&taint)).then_some(taint))
    }

    /// The values of `arguments`.
    pub(super) fn passed(&mut self, call: ExpressionId, arguments: &[Argument]) -> PassedArguments {
        let all = arguments
            .iter()
            .map(|argument| Passed {
                keyword: argument.keyword,
                value: self.argument_value(argument),
                spread: argument.spread,
                expression: matches!(self.module.expression(argument.value).kind, ExpressionKind::Name(_))
                    .then_some(argument.value),
            })
            .collect();
        PassedArguments { all, span: self.span(call) }
    }
}

/// The keywords of a call as a record.
pub(super) fn keywords_as_record(passed: &PassedArguments) -> Value {
    let mut record = Value::from(Shape::Record(Vec::new(), Box::default()));
    for passed in &passed.all {
        match (passed.keyword, passed.spread) {
            (Some(keyword), Spread::No) => record.set_entry(Some(keyword), passed.value.clone()),
            (None, Spread::Entries) => record.join(&passed.value),
            _ => {}
        }
    }
    record
}
