//! What makes a finding the same one after lines have moved.

use std::collections::HashMap;

use crate::Finding;

/// Counts findings that are alike, so that each has a fingerprint of its own.
#[derive(Default)]
pub(crate) struct Fingerprints {
    seen: HashMap<u64, u32>,
}

impl Fingerprints {
    /// Goes on behind `findings`, which have theirs.
    pub(crate) fn after(findings: &[Finding]) -> Self {
        let mut seen = HashMap::new();
        for finding in findings {
            let hash = finding.fingerprint.split(':').next().and_then(|it| u64::from_str_radix(it, 16).ok());
            if let Some(hash) = hash {
                *seen.entry(hash).or_default() += 1;
            }
        }
        Self { seen }
    }

    /// The fingerprint of `finding`: its rule, its path, the text of its line without indentation, and how
    /// many like it came before.
    pub(crate) fn next(&mut self, finding: &Finding) -> String {
        let mut hash = Hash::default();
        hash.add(finding.rule.code());
        hash.add(&finding.place.file.path);
        hash.add(line(&finding.place.file.text, finding.place.span.start));
        if let Some(source) = finding.steps.first() {
            hash.add(&source.place.file.path);
            hash.add(line(&source.place.file.text, source.place.span.start));
        }
        let count = self.seen.entry(hash.0).or_default();
        *count += 1;
        format!("{:016x}:{count}", hash.0)
    }
}

fn line(text: &str, offset: u32) -> &str {
    let offset = (offset as usize).min(text.len());
    let bytes = text.as_bytes();
    let start = bytes[..offset].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let end = bytes[offset..].iter().position(|byte| *byte == b'\n').map_or(text.len(), |at| offset + at);
    text.get(start..end).unwrap_or("").trim()
}

/// FNV-1a, 64 bits: stable for ever, which the standard library's hash is not.
struct Hash(u64);

impl Default for Hash {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hash {
    fn add(&mut self, text: &str) {
        for byte in text.bytes().chain([0]) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_fnv_1a() {
        let mut hash = Hash::default();
        hash.add("");
        assert_eq!(hash.0, 0xcbf2_9ce4_8422_2325_u64.wrapping_mul(0x0100_0000_01b3));
    }

    #[test]
    fn a_line_is_found_by_any_offset_in_it() {
        assert_eq!(line("a\n  return x\nb", 5), "return x");
        assert_eq!(line("a", 99), "a");
    }
}
