//! Settings that are arguments of a call.

use tightlip_catalogue::model::When;
use tightlip_catalogue::{Arguments, Puts, SwitchModel};
use tightlip_flow::OpenedHow;
use tightlip_ir::{Argument, ExpressionId, ExpressionKind, Literal, Spread, StatementKind, Symbol};
use tightlip_rules::Rule;

use super::{Closing, Setting, unclear};
use crate::call::{CallText, arguments_of};
use crate::edit::{Refusal, Safety};
use crate::{statement, unused};

impl Setting<'_> {
    pub(super) fn close_call(&self, call: ExpressionId) -> Result<Closing, Refusal> {
        let (callee, arguments) = arguments_of(self.site, call).ok_or_else(unclear)?;
        let catalogue = self.site.project.checked.catalogue;
        let scope = self.site.scope(self.opened.function);
        let model = scope.path(callee).and_then(|path| catalogue.calls.get(&path));
        if let Some(model) = model {
            for switch in model.switches.iter().filter(|switch| self.is_of(switch)) {
                if let Some(around) = switch.around {
                    return self.unwrap(call, around);
                }
                if let Some(argument) = selected(arguments, &switch.arguments) {
                    return self.close_argument(call, argument);
                }
                if let Some(value) = self.entry_of_spread(arguments, &switch.arguments.keywords) {
                    return self.switched_off(None, value);
                }
            }
            if let Some((puts, object)) = model.puts {
                return self.close_put(puts, object, arguments);
            }
        }
        // `setattr(app, "debug", True)`
        match arguments.last() {
            Some(last) if self.is_literal(last.value) => self.switched_off(None, last.value),
            _ => Err(unclear()),
        }
    }

    fn is_of(&self, switch: &SwitchModel) -> bool {
        switch.opening.rule == self.opened.opening.rule && switch.opening.phrase == self.opened.opening.phrase
    }

    /// An argument that switches something on is not needed at all.
    fn close_argument(&self, call: ExpressionId, argument: &Argument) -> Result<Closing, Refusal> {
        if self.opened.how != OpenedHow::Always
            && let Some(edits) = self.closed_environment(argument.value)?
        {
            return Ok(self.by_environment(edits));
        }
        let text = CallText::of_call(self.site, call)?;
        let span = self.site.module()?.expression(argument.value).span;
        let item = text.item_of(span).ok_or_else(unclear)?;
        let (_, arguments) = arguments_of(self.site, call).ok_or_else(unclear)?;
        let is_last = arguments.last().is_some_and(|last| last.value == argument.value);
        let safety = if self.opened.how == OpenedHow::Always { Safety::Safe } else { Safety::Unsafe };
        let Some(keyword) = argument.keyword else {
            let (title, edit) = if is_last {
                ("drop the argument", text.without(item))
            } else {
                ("switch the argument off", self.site.replace(span, "False"))
            };
            return Ok(Closing { title: title.to_owned(), safety, edits: vec![edit] });
        };
        let mut edits = vec![text.without(item)];
        edits.extend(unused::imports(self.site, &[text.span(item)]));
        Ok(Closing { title: format!("drop the argument `{keyword}`"), safety, edits })
    }

    /// What a call is put around is used without it.
    fn unwrap(&self, call: ExpressionId, around: usize) -> Result<Closing, Refusal> {
        let (_, arguments) = arguments_of(self.site, call).ok_or_else(unclear)?;
        let module = self.site.module()?;
        let inner = arguments.get(around).ok_or_else(unclear)?.value;
        let (whole, inner) = (module.expression(call).span, module.expression(inner).span);
        let standing = self.statement()?;
        let is_own = match &standing.statement().kind {
            StatementKind::Assign { targets, value } if *value == call => targets
                .iter()
                .all(|target| self.site.slice(module.expression(*target).span) == self.site.slice(inner)),
            _ => false,
        };
        // A remark behind it speaks of the debugger, so it goes as well.
        let lines = || {
            let is_free = standing.block.len() > 1 && self.site.starts_line(standing.span().start);
            is_free.then(|| self.site.replace(statement::lines(self.site, standing.span()), ""))
        };
        let whole_statement =
            if is_own { statement::without(self.site, standing).or_else(lines) } else { None };
        let removed = if whole_statement.is_some() { standing.span() } else { whole };
        let edit = whole_statement.unwrap_or_else(|| self.site.replace(whole, self.site.slice(inner)));
        let mut edits = vec![edit];
        edits.extend(unused::imports(self.site, &[removed]));
        Ok(Closing {
            title: "take the debugger out of the application".to_owned(),
            safety: Safety::Safe,
            edits,
        })
    }

    /// A setting that a call puts among the others.
    fn close_put(&self, puts: Puts, object: Symbol, arguments: &[Argument]) -> Result<Closing, Refusal> {
        let catalogue = self.site.project.checked.catalogue;
        let mut keys: Vec<(Symbol, &SwitchModel)> = Vec::new();
        for (path, switch) in &catalogue.assigned_switches {
            let key = path.text().strip_prefix(object.text()).and_then(|rest| rest.strip_prefix('['));
            if let Some(key) = key.and_then(|key| key.strip_suffix(']')).filter(|_| self.is_of(switch)) {
                keys.push((Symbol::new(key), switch));
            }
        }
        keys.sort_by_key(|(key, _)| *key);
        match puts {
            Puts::Entry => {
                let value = arguments.get(1).ok_or_else(unclear)?.value;
                let switch = keys.first().map(|(_, switch)| *switch);
                if switch.is_some_and(|switch| switch.when == When::Off) {
                    let standing = self.statement()?;
                    let edit = statement::without(self.site, standing).ok_or_else(unclear)?;
                    return Ok(self.dropped(vec![edit]));
                }
                self.switched_off(switch, value)
            }
            Puts::Records => {
                let module = self.site.module()?;
                for (key, switch) in keys {
                    let by_keyword = arguments.iter().find(|argument| argument.keyword == Some(key));
                    let by_keyword = by_keyword.map(|argument| argument.value);
                    let records = arguments.iter().filter(|argument| argument.keyword.is_none());
                    let by_entry = || {
                        records
                            .clone()
                            .find_map(|argument| entry(module, self.value_of_name(argument.value)?, key))
                    };
                    if let Some(value) = by_keyword.or_else(by_entry)
                        && !self.is_closed(value)
                    {
                        return self.switched_off(Some(switch), value);
                    }
                }
                Err(unclear())
            }
            Puts::Attributes | Puts::File => match self.opened.how {
                OpenedHow::Always => Err(Refusal("where the setting is written is not known".to_owned())),
                _ => self.close_profile(),
            },
        }
    }

    /// `False` in the place of `value`, or what the environment says with a default that is off.
    pub(super) fn switched_off(
        &self,
        switch: Option<&SwitchModel>,
        value: ExpressionId,
    ) -> Result<Closing, Refusal> {
        if self.opened.how != OpenedHow::Always
            && let Some(edits) = self.closed_environment(value)?
        {
            return Ok(self.by_environment(edits));
        }
        let closed = self.closed_literal(switch, value)?;
        let span = self.site.module()?.expression(value).span;
        let safety = if self.opened.how == OpenedHow::Always { self.safety() } else { Safety::Unsafe };
        Ok(Closing {
            title: "switch the setting off".to_owned(),
            safety,
            edits: vec![self.site.replace(span, closed)],
        })
    }

    pub(super) fn dropped(&self, edits: Vec<crate::edit::Edit>) -> Closing {
        Closing { title: "drop the setting".to_owned(), safety: self.safety(), edits }
    }

    /// Extensions want some settings that hand errors on, so their authors are asked.
    pub(super) fn safety(&self) -> Safety {
        if self.opened.opening.rule == Rule::PropagatedExceptions { Safety::Unsafe } else { Safety::Safe }
    }

    fn entry_of_spread(&self, arguments: &[Argument], keys: &[Symbol]) -> Option<ExpressionId> {
        let module = self.site.module().ok()?;
        let spread = arguments.iter().filter(|argument| argument.spread == Spread::Entries);
        spread
            .filter_map(|argument| self.value_of_name(argument.value))
            .find_map(|record| keys.iter().find_map(|key| entry(module, record, *key)))
    }

    fn is_literal(&self, id: ExpressionId) -> bool {
        self.site
            .module()
            .is_ok_and(|module| matches!(module.expression(id).kind, ExpressionKind::Literal(_)))
    }

    fn is_closed(&self, id: ExpressionId) -> bool {
        self.site.module().is_ok_and(|module| {
            matches!(
                module.expression(id).kind,
                ExpressionKind::Literal(Literal::Boolean(false) | Literal::None | Literal::Integer(0))
            )
        })
    }
}

/// The value under `key` of a record.
pub(super) fn entry(module: &tightlip_ir::Module, record: ExpressionId, key: Symbol) -> Option<ExpressionId> {
    match &module.expression(record).kind {
        ExpressionKind::Record(entries) => entries.iter().find_map(|entry| {
            let known = &module.expression(entry.key?).kind;
            matches!(known, ExpressionKind::Literal(Literal::Text(text)) if *text == key)
                .then_some(entry.value)
        }),
        ExpressionKind::Call { arguments, .. } => {
            arguments.iter().find(|argument| argument.keyword == Some(key)).map(|argument| argument.value)
        }
        _ => None,
    }
}

/// The argument that a model selects.
pub(super) fn selected<'a>(arguments: &'a [Argument], wanted: &Arguments) -> Option<&'a Argument> {
    let mut place = 0;
    arguments.iter().find(|argument| match argument.keyword {
        Some(keyword) => wanted.keywords.contains(&keyword),
        None => {
            place += 1;
            wanted.positions.contains(&(place - 1))
        }
    })
}
