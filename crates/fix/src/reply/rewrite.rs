//! Takes raw text out of its spots.

use std::collections::BTreeMap;
use std::ops::Range;

use tightlip_ir::{Argument, ExpressionId, ExpressionKind, Literal, Span, Spread};

use super::body::Body;
use super::literal::{Holes, Piece, Token, tokens};
use super::spot::{Shape, Spot};
use super::words;
use crate::edit::Edit;
use crate::site::Site;

/// What becomes of the spots.
#[derive(Default, Debug)]
pub(super) struct Rewritten {
    pub(super) edits: Vec<Edit>,
    /// What the author said there, without holes.
    pub(super) said: Vec<String>,
}

/// Makes the edits.
pub(super) struct Rewriter<'a> {
    pub(super) site: &'a Site<'a>,
    pub(super) body: &'a Body<'a>,
    /// What is said where the author said nothing.
    pub(super) instead: &'a str,
}

impl Rewriter<'_> {
    pub(super) fn rewrite(&self, spots: &[Spot]) -> Rewritten {
        let mut rewritten = Rewritten::default();
        let mut filled: BTreeMap<ExpressionId, Vec<ExpressionId>> = BTreeMap::new();
        let mut added: BTreeMap<ExpressionId, Vec<ExpressionId>> = BTreeMap::new();
        for spot in spots {
            match *spot {
                Spot::Filled(text, part) => filled.entry(text).or_default().push(part),
                Spot::Added(sum, operand) => added.entry(sum).or_default().push(operand),
                Spot::Formatted(call, argument) => self.formatted(call, argument, &mut rewritten),
                Spot::Chosen(all, other) => {
                    let other = self.slice(other).to_owned();
                    rewritten.edits.push(self.site.replace(self.body.span(all), other));
                }
                Spot::Whole(id, shape) => rewritten.edits.push(self.whole(id, shape)),
            }
        }
        for (text, parts) in filled {
            self.filled(text, &parts, &mut rewritten);
        }
        for (sum, operands) in added {
            self.added(sum, &operands, &mut rewritten);
        }
        drop_inner(&mut rewritten.edits);
        rewritten
    }

    fn slice(&self, id: ExpressionId) -> &str {
        self.site.slice(self.body.span(id))
    }

    fn literal(&self, words: &str) -> String {
        self.site.style.literal(words)
    }

    fn whole(&self, id: ExpressionId, shape: Shape) -> Edit {
        let span = self.body.span(id);
        if let Some(edit) = self.without_argument(id) {
            return edit;
        }
        let shape = match self.body.parent(id).map(|parent| self.body.kind(parent)) {
            Some(ExpressionKind::Spread(_)) => Shape::List,
            Some(ExpressionKind::Call { arguments, .. }) => {
                match arguments.iter().find(|argument| argument.value == id).map(|argument| argument.spread) {
                    Some(Spread::Entries) => Shape::Record,
                    Some(Spread::Items) => Shape::List,
                    _ => shape,
                }
            }
            _ => shape,
        };
        let text = self.literal(self.instead);
        let text = match shape {
            Shape::Text => text,
            Shape::Bytes => format!("b{text}"),
            Shape::List => format!("[{text}]"),
            Shape::Record => "{}".to_owned(),
        };
        self.site.replace(span, text)
    }

    /// `abort(500, str(error))` needs no text: its status has one.
    fn without_argument(&self, id: ExpressionId) -> Option<Edit> {
        let ExpressionKind::Call { callee, arguments } = self.body.kind(self.body.parent(id)?) else {
            return None;
        };
        let function = self.site.function_at(self.body.span(id)).ok()?;
        let path = self.site.scope(function).path(*callee)?;
        if !self.site.project.checked.catalogue.handling.raisers.contains(&path) {
            return None;
        }
        let [Argument { value: status, keyword: None, .. }, last] = &arguments[..] else { return None };
        if last.value != id || last.keyword.is_some_and(|name| name != "description") {
            return None;
        }
        let is_status = matches!(self.body.kind(*status), ExpressionKind::Literal(Literal::Integer(_)));
        is_status
            .then(|| self.site.replace(Span::new(self.body.span(*status).end, self.body.span(id).end), ""))
    }

    /// Text with replacement fields, or with placeholders for what is behind `%`.
    fn filled(&self, text: ExpressionId, parts: &[ExpressionId], rewritten: &mut Rewritten) {
        let base = self.body.span(text).start as usize;
        if let Some(mut found) = tokens(self.slice(text), Holes::Fields) {
            let spans: Vec<Range<usize>> = parts.iter().map(|part| self.range(*part, base)).collect();
            let is_raw = |hole: &Range<usize>| {
                spans.iter().any(|span| hole.start <= span.start && span.end <= hole.end)
            };
            words::take_out(&mut found, Holes::Fields, is_raw, self.instead);
            self.write(base, &found, self.slice(text), rewritten);
            return;
        }
        if !self.percent(text, parts, rewritten) {
            let all = parts.iter().map(|part| self.whole(*part, Shape::Text));
            rewritten.edits.extend(all);
        }
    }

    fn range(&self, id: ExpressionId, base: usize) -> Range<usize> {
        let span = self.body.span(id);
        span.start as usize - base..span.end as usize - base
    }

    /// `"..." % error`, `"..." % (name, error)`.
    fn percent(&self, text: ExpressionId, raw: &[ExpressionId], rewritten: &mut Rewritten) -> bool {
        let ExpressionKind::Format(parts) = self.body.kind(text) else { return false };
        let Some((literal, operands)) = parts.split_first() else { return false };
        let span = self.body.span(*literal);
        let Some(mut found) = tokens(self.site.slice(span), Holes::Percent) else { return false };
        let holes = hole_ranges(&found);
        let behind = self.site.slice(Span::new(span.end, self.body.span(text).end));
        if holes.len() != operands.len() || behind.contains('#') || !behind.trim_start().starts_with('%') {
            return false;
        }
        let raw_holes: Vec<Range<usize>> = holes
            .iter()
            .zip(operands)
            .filter(|(_, operand)| raw.contains(operand))
            .map(|(hole, _)| hole.clone())
            .collect();
        words::take_out(&mut found, Holes::Percent, |hole| raw_holes.contains(hole), self.instead);
        self.write(span.start as usize, &found, self.site.slice(span), rewritten);
        let left = operands.iter().filter(|operand| !raw.contains(operand)).count();
        if left == 0 {
            let behind = Span::new(span.end, self.body.span(text).end);
            rewritten.edits.push(self.site.replace(behind, ""));
        } else {
            self.drop_operands(operands, raw, left, rewritten);
        }
        true
    }

    /// Takes operands out of a tuple; one that is left alone is still one.
    fn drop_operands(
        &self,
        operands: &[ExpressionId],
        raw: &[ExpressionId],
        left: usize,
        rewritten: &mut Rewritten,
    ) {
        let span = |place: usize| self.body.span(operands[place]);
        let mut kept: Option<usize> = None;
        for (place, operand) in operands.iter().enumerate() {
            if !raw.contains(operand) {
                kept = Some(place);
            } else if kept.is_some() {
                let gone = Span::new(span(place - 1).end, span(place).end);
                rewritten.edits.push(self.site.replace(gone, ""));
            } else {
                let gone = Span::new(span(place).start, span(place + 1).start);
                rewritten.edits.push(self.site.replace(gone, ""));
            }
        }
        let Some(kept) = kept.filter(|_| left == 1) else { return };
        let is_last = kept + 1 == operands.len();
        // The comma goes to where the first of those behind it is taken out.
        let end = span(kept).end;
        match rewritten.edits.iter_mut().find(|edit| !is_last && edit.span.start == end) {
            Some(edit) => edit.replacement = ",".to_owned(),
            None => rewritten.edits.push(self.site.insert(end, ",")),
        }
    }

    /// `"...".format(error)`, `_("... %(error)s", error=error)`, `_("... %s") % error`.
    fn formatted(&self, call: ExpressionId, argument: ExpressionId, rewritten: &mut Rewritten) {
        let done = match self.body.kind(call) {
            ExpressionKind::Call { callee, arguments } => match self.body.kind(*callee) {
                ExpressionKind::Attribute { object, name } if *name == "format" => {
                    self.braces(call, *object, arguments, argument, rewritten)
                }
                _ => self.translated(arguments, argument, rewritten),
            },
            ExpressionKind::Opaque(operands) => self.translated_before(call, operands[0], rewritten),
            _ => false,
        };
        if !done {
            rewritten.edits.push(self.whole(argument, Shape::Text));
        }
    }

    fn braces(
        &self,
        call: ExpressionId,
        literal: ExpressionId,
        arguments: &[Argument],
        raw: ExpressionId,
        rewritten: &mut Rewritten,
    ) -> bool {
        let span = self.body.span(literal);
        let Some(mut found) = tokens(self.site.slice(span), Holes::Braces) else { return false };
        let holes = hole_texts(&found);
        let Some(place) = arguments.iter().position(|argument| argument.value == raw) else { return false };
        let key = |hole: &str| {
            let inner = &hole[1..hole.len() - 1];
            inner.split(['.', '[', ':', '!']).next().unwrap_or_default().to_owned()
        };
        let is_automatic = holes.iter().all(|(hole, _)| key(hole).is_empty());
        let wanted = match arguments[place].keyword {
            Some(keyword) => holes.iter().filter(|(hole, _)| key(hole) == keyword.text()).collect::<Vec<_>>(),
            None if is_automatic => holes.iter().skip(place).take(1).collect(),
            None if place + 1 == arguments.len() => {
                holes.iter().filter(|(hole, _)| key(hole) == place.to_string()).collect()
            }
            None => Vec::new(),
        };
        if wanted.is_empty() {
            return false;
        }
        let ranges: Vec<Range<usize>> = wanted.into_iter().map(|(_, range)| range.clone()).collect();
        if arguments.len() > 1 && !self.drop_argument(arguments, place, rewritten) {
            return false;
        }
        words::take_out(&mut found, Holes::Braces, |hole| ranges.contains(hole), self.instead);
        self.write(span.start as usize, &found, self.site.slice(span), rewritten);
        if arguments.len() == 1 {
            let call = self.body.span(call);
            // A bracket around the literal stays.
            let between = self.site.slice(Span::new(span.end, call.end));
            let from = span.end + between.find('.').unwrap_or(0) as u32;
            rewritten.edits.push(self.site.replace(Span::new(from, call.end), ""));
        }
        true
    }

    fn translated(&self, arguments: &[Argument], raw: ExpressionId, rewritten: &mut Rewritten) -> bool {
        let Some(place) = arguments.iter().position(|argument| argument.value == raw) else { return false };
        let (Some(keyword), Some(first)) = (arguments[place].keyword, arguments.first()) else {
            return false;
        };
        let span = self.body.span(first.value);
        let Some(mut found) = tokens(self.site.slice(span), Holes::Percent) else { return false };
        let mark = format!("%({keyword})");
        let holes = hole_texts(&found);
        let ranges: Vec<_> =
            holes.into_iter().filter(|(hole, _)| hole.starts_with(&mark)).map(|(_, range)| range).collect();
        if ranges.is_empty() || !self.drop_argument(arguments, place, rewritten) {
            return false;
        }
        words::take_out(&mut found, Holes::Percent, |hole| ranges.contains(hole), self.instead);
        self.write(span.start as usize, &found, self.site.slice(span), rewritten);
        true
    }

    fn translated_before(&self, all: ExpressionId, call: ExpressionId, rewritten: &mut Rewritten) -> bool {
        let ExpressionKind::Call { arguments, .. } = self.body.kind(call) else { return false };
        let Some(first) = arguments.first() else { return false };
        let span = self.body.span(first.value);
        let Some(mut found) = tokens(self.site.slice(span), Holes::Percent) else { return false };
        let holes = hole_ranges(&found);
        let behind = Span::new(self.body.span(call).end, self.body.span(all).end);
        if holes.len() != 1 || !self.site.slice(behind).trim_start().starts_with('%') {
            return false;
        }
        words::take_out(&mut found, Holes::Percent, |_| true, self.instead);
        self.write(span.start as usize, &found, self.site.slice(span), rewritten);
        rewritten.edits.push(self.site.replace(behind, ""));
        true
    }

    /// Takes an argument that is not the first out of its list.
    fn drop_argument(&self, arguments: &[Argument], place: usize, rewritten: &mut Rewritten) -> bool {
        let end = self.body.span(arguments[place].value).end;
        let (from, to) = match place.checked_sub(1) {
            Some(before) => (self.body.span(arguments[before].value).end, end),
            None => match arguments.get(1) {
                Some(next) if next.keyword.is_none() => {
                    (self.body.span(arguments[0].value).start, self.body.span(next.value).start)
                }
                _ => return false,
            },
        };
        let gone = self.site.slice(Span::new(from, to));
        let is_plain = gone.matches(['(', '[', '{']).count() == gone.matches([')', ']', '}']).count();
        if !is_plain || gone.contains('#') {
            return false;
        }
        rewritten.edits.push(self.site.replace(Span::new(from, to), ""));
        true
    }

    /// `"..." + str(error) + "..."`.
    fn added(&self, sum: ExpressionId, raw: &[ExpressionId], rewritten: &mut Rewritten) {
        let operands = self.operands(sum);
        let mut left: Vec<(ExpressionId, Option<Vec<Token>>)> =
            operands.iter().map(|id| (*id, tokens(self.slice(*id), Holes::Fields))).collect();
        let is_plain = operands.windows(2).all(|pair| {
            let between = Span::new(self.body.span(pair[0]).end, self.body.span(pair[1]).start);
            self.site.slice(between).trim_matches([' ', '\\', '\n', '\r', '\t']) == "+"
        });
        // A single text with holes in place of what is not written out says what is left of it.
        let mut flat =
            Token { range: 0..0, prefix: "f".to_owned(), quote: "\"".to_owned(), pieces: Vec::new() };
        for (at, (id, tokens)) in left.iter().enumerate() {
            match tokens {
                Some(tokens) if !raw.contains(id) => {
                    flat.pieces.extend(tokens.iter().flat_map(|token| token.pieces.clone()).map(|piece| {
                        match piece {
                            Piece::Words(words) => Piece::Words(words),
                            Piece::Hole(text, _) => Piece::Hole(text, usize::MAX - 1..usize::MAX),
                        }
                    }));
                }
                _ => flat.pieces.push(Piece::Hole("{}".to_owned(), at..at)),
            }
        }
        merge_words(&mut flat.pieces);
        let places: Vec<usize> =
            operands.iter().enumerate().filter(|(_, id)| raw.contains(id)).map(|(at, _)| at).collect();
        let mut probe = [flat];
        let says = words::take_out(
            &mut probe,
            Holes::Fields,
            |hole| hole.start == hole.end && places.contains(&hole.start),
            self.instead,
        );
        if !says || !is_plain {
            rewritten.edits.extend(raw.iter().map(|id| self.whole(*id, Shape::Text)));
            return;
        }
        rewritten.said.push(said(&probe));
        // Operand by operand: the raw one goes with its sign, and the words beside it are trimmed.
        for place in places {
            let span = self.body.span(operands[place]);
            let gone = match place.checked_sub(1) {
                Some(before) => Span::new(self.body.span(operands[before]).end, span.end),
                None => Span::new(span.start, self.body.span(operands[1]).start),
            };
            rewritten.edits.push(self.site.replace(gone, ""));
            let (before, after) = left.split_at_mut(place);
            let before = before.last_mut().and_then(|(id, tokens)| Some((*id, tokens.as_mut()?)));
            let after = after.get_mut(1).and_then(|(id, tokens)| Some((*id, tokens.as_mut()?)));
            let mut pieces = vec![Piece::Hole("{}".to_owned(), 0..0)];
            let before_words = before.as_ref().and_then(|(_, tokens)| last_words(tokens));
            let after_words = after.as_ref().and_then(|(_, tokens)| first_words(tokens));
            pieces.splice(0..0, before_words.clone().map(Piece::Words));
            pieces.extend(after_words.clone().map(Piece::Words));
            let mut small = [Token { range: 0..0, prefix: "f".into(), quote: "\"".into(), pieces }];
            words::trim_around(&mut small[0]);
            let mut trimmed = small[0].pieces.iter().filter_map(|piece| match piece {
                Piece::Words(words) => Some(words.clone()),
                Piece::Hole(..) => None,
            });
            let (mut new_before, mut new_after) = (None, None);
            if before_words.is_some() {
                new_before = trimmed.next();
            }
            if after_words.is_some() {
                new_after = trimmed.next();
            }
            if let (Some((id, tokens)), Some(words)) = (before, new_before) {
                set_last_words(tokens, words);
                self.write(self.body.span(id).start as usize, tokens, self.slice(id), rewritten);
            }
            if let (Some((id, tokens)), Some(words)) = (after, new_after) {
                set_first_words(tokens, words);
                self.write(self.body.span(id).start as usize, tokens, self.slice(id), rewritten);
            }
        }
    }

    fn operands(&self, sum: ExpressionId) -> Vec<ExpressionId> {
        match self.body.kind(sum) {
            ExpressionKind::Sum(left, right) => {
                let mut operands = self.operands(*left);
                operands.extend(self.operands(*right));
                operands
            }
            _ => vec![sum],
        }
    }

    /// Writes those literals anew that changed.
    fn write(&self, base: usize, tokens: &[Token], before: &str, rewritten: &mut Rewritten) {
        rewritten.said.push(said(tokens));
        let is_alone = tokens.len() == 1;
        let mut end = 0;
        for token in tokens {
            let written = token.written();
            let range = token.range.clone();
            if before[range.clone()] != written {
                let is_empty = token.pieces.is_empty() && !is_alone && end > 0;
                let from = if is_empty { end } else { range.start };
                let replacement = if is_empty { String::new() } else { written };
                let span = Span::new((base + from) as u32, (base + range.end) as u32);
                rewritten.edits.push(self.site.replace(span, replacement));
            }
            end = range.end;
        }
    }
}

fn merge_words(pieces: &mut Vec<Piece>) {
    let mut merged: Vec<Piece> = Vec::with_capacity(pieces.len());
    for piece in pieces.drain(..) {
        match (merged.last_mut(), piece) {
            (Some(Piece::Words(before)), Piece::Words(words)) => before.push_str(&words),
            (_, piece) => merged.push(piece),
        }
    }
    *pieces = merged;
}

fn last_words(tokens: &[Token]) -> Option<String> {
    match tokens.last()?.pieces.last()? {
        Piece::Words(words) => Some(words.clone()),
        Piece::Hole(..) => None,
    }
}

fn first_words(tokens: &[Token]) -> Option<String> {
    match tokens.first()?.pieces.first()? {
        Piece::Words(words) => Some(words.clone()),
        Piece::Hole(..) => None,
    }
}

fn set_last_words(tokens: &mut [Token], words: String) {
    if let Some(Piece::Words(known)) = tokens.last_mut().and_then(|token| token.pieces.last_mut()) {
        *known = words;
    }
}

fn set_first_words(tokens: &mut [Token], words: String) {
    if let Some(Piece::Words(known)) = tokens.first_mut().and_then(|token| token.pieces.first_mut()) {
        *known = words;
    }
}

fn hole_texts(tokens: &[Token]) -> Vec<(String, Range<usize>)> {
    let pieces = tokens.iter().flat_map(|token| &token.pieces);
    let holes = pieces.filter_map(|piece| match piece {
        Piece::Hole(text, range) => Some((text.clone(), range.clone())),
        Piece::Words(_) => None,
    });
    holes.collect()
}

fn hole_ranges(tokens: &[Token]) -> Vec<Range<usize>> {
    hole_texts(tokens).into_iter().map(|(_, range)| range).collect()
}

/// The words up to the first hole that is left.
fn said(tokens: &[Token]) -> String {
    let pieces = tokens.iter().flat_map(|token| &token.pieces);
    let words = pieces.map_while(|piece| match piece {
        Piece::Words(words) => Some(words.as_str()),
        Piece::Hole(..) => None,
    });
    words.collect()
}

/// Of edits that change the same bytes, the outer one stays; an edit that is there twice, once.
fn drop_inner(edits: &mut Vec<Edit>) {
    edits.sort();
    edits.dedup();
    let all = edits.clone();
    edits.retain(|edit| {
        !all.iter().any(|other| other != edit && other.span.contains(edit.span) && other.span != edit.span)
    });
}
