//! What names mean in a template.

use tightlip_ir::{PagePath, Symbol};

/// The names to which the template itself gives a meaning; all others it is given.
#[derive(Default, Debug)]
pub(crate) struct Scope {
    /// The innermost frame is the last one; the first one is that of the whole template.
    frames: Vec<Vec<(Symbol, Vec<PagePath>)>>,
}

/// A name stands for so many values at most; for more of them it stands for itself.
const MOST_VALUES: usize = 32;
/// Longer paths say no more.
pub(crate) const LONGEST_PATH: usize = 8;

impl Scope {
    pub(crate) fn new() -> Self {
        Self { frames: vec![Vec::new()] }
    }

    pub(crate) fn enter(&mut self) {
        self.frames.push(Vec::new());
    }

    pub(crate) fn leave(&mut self) {
        if self.frames.len() > 1 {
            self.frames.pop();
        }
    }

    /// What `name` may be.
    pub(crate) fn values(&self, name: &str) -> Vec<PagePath> {
        self.find(name).map_or_else(
            || vec![PagePath { root: Symbol::new(name), steps: Vec::new() }],
            <[PagePath]>::to_vec,
        )
    }

    fn find(&self, name: &str) -> Option<&[PagePath]> {
        let mut known = self.frames.iter().rev().flatten();
        known.find(|(known, _)| *known == *name).map(|(_, values)| values.as_slice())
    }

    /// In this frame `name` is one of `values`.
    pub(crate) fn bind(&mut self, name: &str, values: Vec<PagePath>) {
        let Some(frame) = self.frames.last_mut() else { return };
        match frame.iter_mut().find(|(known, _)| *known == *name) {
            Some((_, known)) => *known = values,
            None => frame.push((Symbol::new(name), values)),
        }
    }

    /// `name` is one of `values` from here on, or still what it was.
    pub(crate) fn add(&mut self, name: &str, values: Vec<PagePath>) {
        let mut all = self.values(name);
        for value in values {
            if all.len() < MOST_VALUES && !all.contains(&value) {
                all.push(value);
            }
        }
        self.bind(name, all);
    }

    /// All names that have a meaning here.
    pub(crate) fn known(&self) -> Vec<(Symbol, Vec<PagePath>)> {
        let mut known: Vec<(Symbol, Vec<PagePath>)> = Vec::new();
        for (name, values) in self.frames.iter().rev().flatten() {
            if !known.iter().any(|(inner, _)| inner == name) {
                known.push((*name, values.clone()));
            }
        }
        known
    }
}
