use std::io::{self, Write};

use similar::TextDiff;
use tightlip_report::escape_controls;

use crate::write::FixedFile;

/// Lines around a change.
const CONTEXT: usize = 3;

/// Writes what fixes change as a unified diff, as `patch -p1` reads it.
pub(crate) fn write_diff(files: &[FixedFile], out: &mut impl Write) -> io::Result<()> {
    for file in files {
        let before = file.before.as_deref().unwrap_or_default();
        let path = escape_controls(&file.path);
        let old = if file.before.is_some() { format!("a/{path}") } else { "/dev/null".to_owned() };
        let diff = TextDiff::from_lines(before, &file.after);
        let text = diff.unified_diff().context_radius(CONTEXT).header(&old, &format!("b/{path}")).to_string();
        out.write_all(text.as_bytes())?;
    }
    Ok(())
}
