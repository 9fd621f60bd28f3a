use crate::{Directive, Span, Symbol};

/// A page template: what it shows of what it is given.
#[derive(Clone, Default, Debug)]
pub struct Page {
    /// What it shows itself, in source order.
    pub shows: Vec<Shown>,
    /// The templates that it extends or includes.
    pub parts: Vec<PagePart>,
    /// What its comments say to tightlip.
    pub directives: Vec<Directive>,
}

/// A place at which a page shows something.
#[derive(Clone, PartialEq, Debug)]
pub struct Shown {
    /// What.
    pub value: ShownValue,
    /// Where.
    pub span: Span,
    /// What must hold there.
    pub under: Vec<PageTest>,
}

/// What is shown.
#[derive(Clone, PartialEq, Debug)]
pub enum ShownValue {
    /// One value.
    Path(PagePath),
    /// Possibly all that the page is given: which template stands there is only known when it is rendered.
    Anything,
    /// A dump of all that the page is given and of what pages have by themselves.
    Dump,
}

/// A value as a page speaks of it: `error.args[0]`.
#[derive(Clone, PartialEq, Debug)]
pub struct PagePath {
    /// The name that the page is given.
    pub root: Symbol,
    /// What is read of it, first one first.
    pub steps: Vec<PageStep>,
}

/// What is read of a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PageStep {
    /// An attribute, or the entry of that name.
    Named(Symbol),
    /// The item at a place.
    Item(u16),
    /// Some item.
    Element,
    /// What a loop over it binds: of a record its keys.
    Iterated,
    /// The list of what it holds: of a record its values.
    Values,
    /// What calling it gives.
    Call,
}

/// A test around a place of a page.
#[derive(Clone, PartialEq, Debug)]
pub struct PageTest {
    /// What is tested.
    pub value: PagePath,
    /// Whether it counts as true there.
    pub holds: bool,
}

/// Another template, shown as a part of a page.
#[derive(Clone, PartialEq, Debug)]
pub struct PagePart {
    /// Its name.
    pub name: Symbol,
    /// The names that the page has given a meaning of its own, and what they may be.
    pub given: Vec<(Symbol, Vec<PagePath>)>,
    /// What must hold there.
    pub under: Vec<PageTest>,
}
