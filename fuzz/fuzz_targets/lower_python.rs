//! Whatever the source, lowering does not panic, and what it gives is well formed.

#![no_main]

#[path = "../../crates/languages/tests/form/mod.rs"]
mod form;

libfuzzer_sys::fuzz_target!(|source: &str| {
    form::lower_well_formed(source);
});
