//! Reading and writing the file of a baseline.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use tightlip_configuration::Mistake;

use super::{Baseline, SHAPE};
use crate::read::cannot_read;

/// Reads it; the error says what is wrong where.
pub(crate) fn read(path: &Path) -> Result<Baseline, String> {
    let name = path.display().to_string();
    let help = "`tightlip check --write-baseline FILE` makes a new one";
    let text = fs::read_to_string(path)
        .map_err(|error| format!("{name}: the baseline {}; {help}", cannot_read(&error)))?;
    let baseline: Baseline = serde_json::from_str(&text).map_err(|error| {
        let start =
            text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
        let at = start + error.column().saturating_sub(1);
        let words = error.to_string();
        let words = words.split(" at line ").next().unwrap_or_default();
        Mistake::at(&name, &text, at..at + 1, format!("not a baseline: {words}; {help}")).to_string()
    })?;
    if baseline.version != SHAPE {
        return Err(format!(
            "{name}: a baseline of version {}, this is for {SHAPE}; {help}",
            baseline.version
        ));
    }
    Ok(baseline)
}

/// Writes it, all or nothing.
pub(crate) fn write(path: &Path, baseline: &Baseline) -> Result<(), String> {
    let mut text = serde_json::to_string_pretty(baseline).expect("a baseline is JSON");
    text.push('\n');
    replace(path, text.as_bytes())
        .map_err(|error| format!("{}: the baseline cannot be written: {error}", path.display()))
}

/// Whoever reads `path` meanwhile sees what was there before or what is there then.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.{}", std::process::id()));
    let written = fs::File::create(&beside)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}
