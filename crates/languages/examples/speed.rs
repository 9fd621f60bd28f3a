//! How fast Python is lowered: `cargo run --release -p tightlip-languages --example speed -- FOLDER...`
//!
//! Prints the best of several rounds on one thread, everything read beforehand: parsing alone,
//! parsing and lowering, and what the modules hold.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use tightlip_ir::Module;
use tightlip_languages::{Language, STACK_SIZE, lower};

const ROUNDS: usize = 7;

fn main() {
    let folders: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let measured = std::thread::Builder::new().stack_size(STACK_SIZE).spawn(move || measure(&folders));
    measured.expect("a thread can be started").join().expect("nothing panics");
}

fn measure(folders: &[PathBuf]) {
    let mut sources = Vec::new();
    folders.iter().for_each(|folder| read(folder, &mut sources));
    let bytes = sources.iter().map(String::len).sum::<usize>() as f64;
    println!("{} files, {:.1} MB", sources.len(), bytes / 1e6);
    let parse = |source: &String| {
        std::hint::black_box(parse_unchecked(source, ParseOptions::from(Mode::Module)));
    };
    let lower_one = |source: &String| {
        std::hint::black_box(lower(Language::Python, source));
    };
    let (mut parsing, mut lowering) = (Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        parsing = parsing.min(timed(|| sources.iter().for_each(parse)));
        lowering = lowering.min(timed(|| sources.iter().for_each(lower_one)));
    }
    for (name, time) in [("parse", parsing), ("parse and lower", lowering)] {
        println!("{name:16} {:6.1} MB/s  {:.3} s", bytes / 1e6 / time.as_secs_f64(), time.as_secs_f64());
    }
    println!("lowering is {:.2} of parsing", lowering.as_secs_f64() / parsing.as_secs_f64() - 1.0);
    count(&sources);
}

fn count(sources: &[String]) {
    let modules: Vec<Module> = sources.iter().map(|source| lower(Language::Python, source)).collect();
    let sum = |size: fn(&Module) -> usize| modules.iter().map(size).sum::<usize>();
    println!(
        "{} functions, {} classes, {} expressions ({} bytes each, {} reserved), {} files with problems",
        sum(|module| module.functions.len()),
        sum(|module| module.classes.len()),
        sum(|module| module.expressions.len()),
        size_of::<tightlip_ir::Expression>(),
        sum(|module| module.expressions.capacity()),
        sum(|module| usize::from(!module.problems.is_empty())),
    );
}

fn timed(work: impl FnOnce()) -> Duration {
    let (start, started) = (Instant::now(), on_processor());
    work();
    match (started, on_processor()) {
        (Some(before), Some(after)) => after - before,
        _ => start.elapsed(),
    }
}

/// How long this thread has run, where the system says so: other processes do not disturb it.
fn on_processor() -> Option<Duration> {
    let numbers = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    numbers.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

fn read(path: &Path, sources: &mut Vec<String>) {
    if path.is_dir() {
        let entries = std::fs::read_dir(path).expect("the folder can be read");
        entries.flatten().for_each(|entry| read(&entry.path(), sources));
    } else if Language::of_path(path).is_some() {
        sources.extend(std::fs::read_to_string(path));
    }
}
