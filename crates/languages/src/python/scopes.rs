//! What each function binds and reads.

use tightlip_ir::Symbol;

/// What the body of a function was found to bind and read.
pub(super) struct Scope {
    /// Everything that it binds, without what it declares `global` or `nonlocal`.
    pub(super) locals: Box<[Symbol]>,
    /// What it declares `global`.
    pub(super) globals: Box<[Symbol]>,
    /// The names and attributes that it reads.
    pub(super) mentions: Box<[Symbol]>,
    /// Whether it has a `yield` of its own.
    pub(super) generator: bool,
    /// Whether an `except` of its own binds a name.
    pub(super) catches: bool,
}

/// Where the scope around stands, to go back to.
pub(super) struct Outer(Marks);

/// Where the innermost scope starts in each list, and what it is.
#[derive(Clone, Copy, Default)]
struct Marks {
    bound: usize,
    globals: usize,
    nonlocals: usize,
    mentions: usize,
    generator: bool,
    catches: bool,
    in_class: bool,
}

/// The functions being lowered, innermost last.
///
/// Each list is a stack: a function is lowered completely while the one around it waits, so its
/// names are the tail behind its mark, and are cut off when it ends.
#[derive(Default)]
pub(super) struct Scopes {
    bound: Vec<Symbol>,
    globals: Vec<Symbol>,
    nonlocals: Vec<Symbol>,
    mentions: Vec<Symbol>,
    innermost: Marks,
    /// How many functions are open, the body of the module included.
    depth: usize,
}

impl Scopes {
    /// A name is bound. Names that a class body binds are attributes of the class, not locals.
    pub(super) fn bind(&mut self, name: Symbol) {
        if !self.innermost.in_class {
            self.bound.push(name);
        }
    }

    /// A name or attribute is read.
    pub(super) fn mention(&mut self, name: Symbol) {
        self.mentions.push(name);
    }

    /// `global name`. In the body of the module it says nothing: these names are its own.
    pub(super) fn declare_global(&mut self, name: Symbol) {
        if self.depth > 1 {
            self.globals.push(name);
        }
    }

    /// `nonlocal name`.
    pub(super) fn declare_nonlocal(&mut self, name: Symbol) {
        self.nonlocals.push(name);
    }

    /// A `yield`.
    pub(super) fn yields(&mut self) {
        self.innermost.generator = true;
    }

    /// An `except ... as name`.
    pub(super) fn catches(&mut self) {
        self.innermost.catches = true;
    }

    /// A function starts.
    pub(super) fn enter(&mut self) -> Outer {
        self.depth += 1;
        let inner = Marks {
            bound: self.bound.len(),
            globals: self.globals.len(),
            nonlocals: self.nonlocals.len(),
            mentions: self.mentions.len(),
            ..Marks::default()
        };
        Outer(std::mem::replace(&mut self.innermost, inner))
    }

    /// A function ends.
    pub(super) fn leave(&mut self, outer: Outer) -> Scope {
        self.depth -= 1;
        let inner = std::mem::replace(&mut self.innermost, outer.0);
        let globals = sorted_tail(&mut self.globals, inner.globals);
        let nonlocals = sorted_tail(&mut self.nonlocals, inner.nonlocals);
        let mut locals = sorted_tail(&mut self.bound, inner.bound);
        if !(globals.is_empty() && nonlocals.is_empty()) {
            let elsewhere =
                |name| globals.binary_search(name).is_ok() || nonlocals.binary_search(name).is_ok();
            locals = locals.iter().filter(|name| !elsewhere(name)).copied().collect();
        }
        let mentions = sorted_tail(&mut self.mentions, inner.mentions);
        Scope { locals, globals, mentions, generator: inner.generator, catches: inner.catches }
    }

    /// A class body starts; gives what [`Scopes::leave_class`] wants. Its reads count for the function around it.
    pub(super) fn enter_class(&mut self) -> bool {
        std::mem::replace(&mut self.innermost.in_class, true)
    }

    /// A class body ends.
    pub(super) fn leave_class(&mut self, in_class: bool) {
        self.innermost.in_class = in_class;
    }
}

/// Cuts off what stands behind `mark`, sorted and without doubles.
fn sorted_tail(names: &mut Vec<Symbol>, mark: usize) -> Box<[Symbol]> {
    let tail = &mut names[mark..];
    if tail.is_empty() {
        return Box::default();
    }
    tail.sort_unstable();
    let mut kept = 1;
    for index in 1..tail.len() {
        if tail[index] != tail[kept - 1] {
            tail[kept] = tail[index];
            kept += 1;
        }
    }
    let sorted = tail[..kept].into();
    names.truncate(mark);
    sorted
}
