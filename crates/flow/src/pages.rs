//! Page templates by the names under which the program renders them.

use std::sync::{Arc, RwLock};

use rustc_hash::FxHashMap;
use tightlip_ir::{Directive, Page, PagePath, PageTest, Shown, ShownValue, Span, Symbol};

/// A page template, by its place in [`Pages`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PageIndex(pub u32);

/// The page templates of a program.
#[derive(Default, Debug)]
pub struct Pages {
    pages: Vec<(String, Page)>,
    /// Files in several folders may have one name; each of them may be rendered.
    names: FxHashMap<Symbol, Vec<PageIndex>>,
    /// What was asked for before.
    known: RwLock<FxHashMap<Symbol, Option<ShownByName>>>,
}

/// All that is shown under a name.
type ShownByName = Arc<[PageShown]>;

/// Something that is shown, and by which template.
#[derive(Clone, PartialEq, Debug)]
pub struct PageShown {
    /// The template.
    pub page: PageIndex,
    /// What it shows there, in terms of what the rendered template is given.
    pub shown: Shown,
}

/// Parts of parts of parts are followed so far; cycles must end.
const DEEPEST: usize = 8;
/// Templates that are made of more parts, and parts that show more, show anything.
const MOST_PARTS: usize = 400;
const MOST_SHOWN: usize = 8_000;
/// Longer paths say no more.
const LONGEST_PATH: usize = 12;
/// So many tests around a place are remembered, the outer ones first.
const MOST_TESTS: usize = 12;

impl Pages {
    /// The templates, each with its path and the names under which it may be rendered.
    pub fn new(pages: Vec<(String, Vec<Symbol>, Page)>) -> Self {
        let mut all = Self::default();
        for (index, (path, names, page)) in pages.into_iter().enumerate() {
            for name in names {
                all.names.entry(name).or_default().push(PageIndex(index as u32));
            }
            all.pages.push((path, page));
        }
        all
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.pages.len()
    }

    /// The path of a template's file.
    pub fn path(&self, page: PageIndex) -> &str {
        &self.pages[page.0 as usize].0
    }

    /// All of them.
    pub fn indexes(&self) -> impl Iterator<Item = PageIndex> + use<> {
        (0..self.pages.len() as u32).map(PageIndex)
    }

    /// What comments in a template say to tightlip.
    pub fn directives(&self, page: PageIndex) -> &[Directive] {
        &self.pages[page.0 as usize].1.directives
    }

    /// What rendering `name` shows, the templates that it extends and includes as well; `None` if there is no such
    /// template.
    pub fn shown(&self, name: Symbol) -> Option<Arc<[PageShown]>> {
        if let Some(known) = self.known.read().ok().and_then(|known| known.get(&name).cloned()) {
            return known;
        }
        let shown = self.names.contains_key(&name).then(|| {
            let mut gathering = Gathering { pages: self, shown: Vec::new(), parts: 0 };
            gathering.template(name, &|path| vec![path.clone()], &[], 0);
            gathering.shown.into()
        });
        if let Ok(mut known) = self.known.write() {
            known.insert(name, shown.clone());
        }
        shown
    }
}

/// What the values of a template are in terms of the rendered one.
type Meaning<'m> = dyn Fn(&PagePath) -> Vec<PagePath> + 'm;

struct Gathering<'p> {
    pages: &'p Pages,
    shown: Vec<PageShown>,
    parts: usize,
}

impl Gathering<'_> {
    fn template(&mut self, name: Symbol, meaning: &Meaning<'_>, under: &[PageTest], depth: usize) {
        // A template that is not there belongs to a library, which does not know the names of this program.
        for index in self.pages.names.get(&name).into_iter().flatten() {
            self.parts += 1;
            if depth > DEEPEST || self.parts > MOST_PARTS || self.shown.len() > MOST_SHOWN {
                return self.add(*index, ShownValue::Anything, Span::default(), under);
            }
            self.page(*index, meaning, under, depth);
        }
    }

    fn page(&mut self, index: PageIndex, meaning: &Meaning<'_>, under: &[PageTest], depth: usize) {
        let page = &self.pages.pages[index.0 as usize].1;
        for shown in &page.shows {
            let under = tests(under, &shown.under, meaning);
            match &shown.value {
                ShownValue::Path(path) => {
                    for path in meaning(path) {
                        self.add(index, ShownValue::Path(path), shown.span, &under);
                    }
                }
                other => self.add(index, other.clone(), shown.span, &under),
            }
        }
        for part in &page.parts {
            let under = tests(under, &part.under, meaning);
            let meaning_in_part = |path: &PagePath| {
                let given = part.given.iter().find(|(name, _)| *name == path.root);
                let Some((_, values)) = given else { return meaning(path) };
                let values = values.iter().flat_map(meaning);
                values.map(|value| followed_by(value, path)).collect()
            };
            self.template(part.name, &meaning_in_part, &under, depth + 1);
        }
    }

    fn add(&mut self, page: PageIndex, value: ShownValue, span: Span, under: &[PageTest]) {
        let shown = Shown { value, span, under: under.to_vec() };
        self.shown.push(PageShown { page, shown });
    }
}

fn followed_by(mut value: PagePath, rest: &PagePath) -> PagePath {
    let room = LONGEST_PATH.saturating_sub(value.steps.len());
    value.steps.extend(rest.steps.iter().take(room));
    value
}

/// Those around and those inside; one of a value that may be several tells nothing.
fn tests(around: &[PageTest], inside: &[PageTest], meaning: &Meaning<'_>) -> Vec<PageTest> {
    let mut all = around.to_vec();
    for test in inside {
        if let [value] = &meaning(&test.value)[..] {
            all.push(PageTest { value: value.clone(), holds: test.holds });
        }
    }
    all.truncate(MOST_TESTS);
    all
}

#[cfg(test)]
mod tests {
    use tightlip_ir::{PagePart, PageStep};

    use super::*;

    fn path(root: &str, steps: &[PageStep]) -> PagePath {
        PagePath { root: Symbol::new(root), steps: steps.to_vec() }
    }

    fn shows(path: PagePath) -> Shown {
        Shown { value: ShownValue::Path(path), span: Span::default(), under: Vec::new() }
    }

    #[test]
    fn a_part_shows_what_the_page_has_named_for_it() {
        let loop_variable = vec![path("errors", &[PageStep::Iterated])];
        let part = PagePart {
            name: Symbol::new("row.html"),
            given: vec![(Symbol::new("error"), loop_variable)],
            under: Vec::new(),
        };
        let page = Page { shows: Vec::new(), parts: vec![part], ..Page::default() };
        let text = PageStep::Named(Symbol::new("text"));
        let row = Page {
            shows: vec![shows(path("error", &[text])), shows(path("user", &[]))],
            parts: Vec::new(),
            ..Page::default()
        };
        let pages = Pages::new(vec![
            ("templates/page.html".to_owned(), vec![Symbol::new("page.html")], page),
            ("templates/row.html".to_owned(), vec![Symbol::new("row.html")], row),
        ]);
        let shown = pages.shown(Symbol::new("page.html")).expect("it is there");
        let values: Vec<_> = shown.iter().map(|shown| shown.shown.value.clone()).collect();
        let wanted = [path("errors", &[PageStep::Iterated, text]), path("user", &[])];
        assert_eq!(values, wanted.map(ShownValue::Path));
        assert_eq!(shown[0].page, PageIndex(1));
        assert_eq!(pages.shown(Symbol::new("other.html")), None);
    }

    #[test]
    fn templates_that_include_themselves_end() {
        let name = Symbol::new("tree.html");
        let part = PagePart { name, given: Vec::new(), under: Vec::new() };
        let page = Page {
            shows: vec![shows(path("error", &[]))],
            parts: vec![part.clone(), part],
            ..Page::default()
        };
        let pages = Pages::new(vec![("templates/tree.html".to_owned(), vec![name], page)]);
        assert!(pages.shown(name).is_some());
    }
}
