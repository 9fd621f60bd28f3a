//! Whatever the source, lowering does not panic, and what it gives is well formed.

mod form;

use form::lower_well_formed;
use proptest::collection::vec;
use proptest::prelude::*;

const SHOP: &str = include_str!("shop.py");

/// Pieces of Python that mean something to each other when they meet.
#[rustfmt::skip]
const FRAGMENTS: &[&str] = &[
    "a", "b.c", "ä", "1", "1.5", "''", "'a'", "b'x'", "f'{a}'", "f'", "f'''{a", "'''", "\"", "{", "}", "[", "]", "(", ")",
    "def f(a, *b, c=1, **d):", "def", "class A(B):", "class", "lambda x: x", "lambda", "return", "yield", "yield from",
    "await", "async", "try:", "except A as e:", "except A, e:", "except*", "finally:", "else:", "elif a:", "if a:",
    "for a in b:", "while a:", "with a as b:", "match a:", "case A(b, c=1) | [d, *e]:", "case {1: x, **y}:", "import a.b as c",
    "from . import a", "from a import *", "raise a from b", "global a", "nonlocal a", "del a", "assert a, b", "pass", "break",
    "type A[T] = T", "not", "and", "or", "in", "is", "if", "for", "=", ":=", "+=", "+", "-", "*", "**", "%", "@", "==", "<", ".",
    ",", ":", ";", "->", "...", "\\\n", "\n", "\n    ", "\n        ", "\r\n", "\t", "\x0c", "# tightlip: ignore[TL101]", "# tightlip:",
    "!r", "\u{feff}", "\0", "$", "?",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_lowered(source in any::<String>()) {
        lower_well_formed(&source);
    }

    #[test]
    fn any_fragments_are_lowered(
        fragments in vec((proptest::sample::select(FRAGMENTS), proptest::sample::select(&["", " "][..])), 0..60),
    ) {
        let source: String = fragments.into_iter().flat_map(|(fragment, gap)| [fragment, gap]).collect();
        lower_well_formed(&source);
    }

    #[test]
    fn a_spoiled_file_is_lowered(
        place in any::<prop::sample::Index>(),
        length in 0..40_usize,
        fragment in proptest::sample::select(FRAGMENTS),
    ) {
        let start = boundary(place.index(SHOP.len()));
        let end = boundary((start + length).min(SHOP.len()));
        lower_well_formed(&format!("{}{fragment}{}", &SHOP[..start], &SHOP[end..]));
    }
}

#[test]
fn a_file_cut_off_anywhere_is_lowered() {
    for end in (0..=SHOP.len()).filter(|end| SHOP.is_char_boundary(*end)) {
        lower_well_formed(&SHOP[..end]);
    }
}

#[test]
fn a_good_file_has_no_problems() {
    let module = lower_well_formed(SHOP);
    assert_eq!(module.problems, []);
    assert_eq!(module.directives.len(), 2);
}

/// The next character boundary of the shop.
fn boundary(place: usize) -> usize {
    (place..=SHOP.len()).find(|place| SHOP.is_char_boundary(*place)).unwrap_or(SHOP.len())
}
