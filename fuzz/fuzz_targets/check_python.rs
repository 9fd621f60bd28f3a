//! Whatever the source, linking and solving end without a panic, and twice with the same flows. A form feed starts
//! another file.

#![no_main]

use std::sync::LazyLock;

use tightlip_catalogue::Catalogue;
use tightlip_flow::{Program, Solution, solve};
use tightlip_languages::{Language, lower};

static CATALOGUE: LazyLock<Catalogue> =
    LazyLock::new(|| Catalogue::embedded("python").unwrap_or_else(|error| panic!("{error}")));

libfuzzer_sys::fuzz_target!(|source: &str| {
    let solved = || -> Solution {
        let files = source.split('\u{c}').take(3).zip(["app.py", "shop/__init__.py", "shop/orders.py"]);
        let modules = files.map(|(text, path)| (path.to_owned(), lower(Language::Python, text))).collect();
        solve(&Program::link(modules, &CATALOGUE), &CATALOGUE)
    };
    assert_eq!(format!("{:?}", solved().flows), format!("{:?}", solved().flows));
});
