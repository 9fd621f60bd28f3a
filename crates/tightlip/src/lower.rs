use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::path::PathBuf;
use std::sync::Once;

use rayon::prelude::*;
use tightlip_ir::Module;
use tightlip_report::{Gravity, Lines, Problem};

use crate::discover::Found;
use crate::progress::Progress;
use crate::texts::Texts;
use tightlip_languages::lower;

/// A file as the analysis sees it. Its text is gone: a tree can be larger than the memory.
#[derive(Debug)]
pub(crate) struct LoweredFile {
    /// As reports show it.
    pub(crate) path: String,
    /// Where it can be read again.
    pub(crate) location: PathBuf,
    /// What it says.
    pub(crate) module: Module,
}

/// Reads and lowers all files, in their order. What goes wrong in one file harms no other.
pub(crate) fn lower_all(
    found: &[Found],
    texts: &Texts,
    progress: &Progress,
) -> (Vec<LoweredFile>, Vec<Problem>) {
    quieten_panics();
    let results: Vec<_> = found
        .par_iter()
        .map(|found| {
            let result = lower_one(found, texts);
            progress.step();
            result
        })
        .collect();
    let mut files = Vec::with_capacity(results.len());
    let mut problems = Vec::new();
    for (file, more) in results {
        files.extend(file);
        problems.extend(more);
    }
    (files, problems)
}

/// Reads and lowers one file. [`quieten_panics`] was called before.
pub(crate) fn lower_one(found: &Found, texts: &Texts) -> (Option<LoweredFile>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut warn = |place, message| {
        problems.push(Problem { path: found.path.clone(), place, gravity: Gravity::Warning, message });
    };
    let source = match texts.read(&found.location) {
        Ok(source) => source,
        Err(reason) => {
            warn(None, format!("{reason}; the file is left out"));
            return (None, problems);
        }
    };
    let text = source.text.as_str();
    if let Some((offset, message)) = source.oddity {
        warn(Some(place(text, offset)), message);
    }
    let module = match catch(|| lower(found.language, text)) {
        Ok(module) => module,
        Err(words) => {
            warn(None, format!("internal error: {words}; the file is left out, please report this"));
            return (None, problems);
        }
    };
    if let Some(problem) = module.problems.first() {
        let more = match module.problems.len() - 1 {
            0 => String::new(),
            1 => " and 1 more syntax error".to_owned(),
            count => format!(" and {count} more syntax errors"),
        };
        let message = format!("{}{more}; what can be read is checked", problem.message);
        warn(Some(place(text, problem.span.start as usize)), message);
    }
    (Some(LoweredFile { path: found.path.clone(), location: found.location.clone(), module }), problems)
}

fn place(text: &str, offset: usize) -> (usize, usize) {
    let position = Lines::new(text).position(text, offset);
    (position.line, position.column)
}

thread_local! {
    /// What a panic said that is caught for one file; `None` outside of such work.
    static CAUGHT: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs `work`. If it panics, says what the panic said.
pub(crate) fn catch<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    CAUGHT.set(Some(String::new()));
    let result = catch_unwind(AssertUnwindSafe(work));
    let words = CAUGHT.take().unwrap_or_default();
    result.map_err(|_| words)
}

/// From now on panics inside of [`catch`] are written down instead of printed. Done once, however often it is asked.
pub(crate) fn quieten_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let loud = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let is_caught = CAUGHT
                .with_borrow_mut(|caught| caught.as_mut().map(|words| *words = words_of(info)).is_some());
            if !is_caught {
                loud(info);
            }
        }));
    });
}

fn words_of(info: &PanicHookInfo<'_>) -> String {
    let payload = info.payload();
    let words = payload.downcast_ref::<&str>().copied();
    let words = words.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no words");
    match info.location() {
        Some(location) => format!("{words} (line {} of {})", location.line(), file_name(location.file())),
        None => words.to_owned(),
    }
}

/// Where tightlip was built is of no use to anybody.
fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_caught_with_its_words() {
        quieten_panics();
        let result = catch(|| -> u8 { panic!("a {} thing", "bad") });
        let words = result.unwrap_err();
        assert!(words.starts_with("a bad thing (line ") && words.ends_with(" of lower.rs)"), "{words}");
        assert_eq!(catch(|| 7), Ok(7));
    }
}
