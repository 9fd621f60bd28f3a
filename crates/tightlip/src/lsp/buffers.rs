//! The files that are open in the editor, as they stand there.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lsp_types::{TextDocumentContentChangeEvent, TextDocumentItem, Url};

use super::positions::span;
use crate::texts::Texts;

/// An open file.
#[derive(Clone, Debug)]
pub(super) struct Buffer {
    /// As the editor names it.
    pub(super) url: Url,
    /// The number that the editor gave to this state of it.
    pub(super) version: i32,
    /// What stands in it.
    pub(super) text: Arc<str>,
}

/// All open files, by path. A clone shares the texts.
#[derive(Clone, Debug, Default)]
pub(super) struct Buffers {
    open: HashMap<PathBuf, Buffer>,
}

impl Buffers {
    /// Takes over a file that was opened; gives its path. What is no file of this machine has none.
    pub(super) fn open(&mut self, document: TextDocumentItem) -> Option<PathBuf> {
        let path = path_of(&document.uri)?;
        let TextDocumentItem { uri: url, version, text, .. } = document;
        self.open.insert(path.clone(), Buffer { url, version, text: text.into() });
        Some(path)
    }

    /// Applies changes, in their order.
    pub(super) fn change(&mut self, path: &Path, version: i32, changes: Vec<TextDocumentContentChangeEvent>) {
        let Some(buffer) = self.open.get_mut(path) else { return };
        let mut text = buffer.text.to_string();
        for change in changes {
            match change.range {
                Some(range) => {
                    let span = span(&text, range);
                    text.replace_range(span.start as usize..span.end as usize, &change.text);
                }
                None => text = change.text,
            }
        }
        buffer.text = text.into();
        buffer.version = version;
    }

    /// Forgets a file that was closed. What is on disk counts again.
    pub(super) fn close(&mut self, path: &Path) {
        self.open.remove(path);
    }

    pub(super) fn get(&self, path: &Path) -> Option<&Buffer> {
        self.open.get(path)
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        self.open.keys()
    }

    /// The name of the file at `path`: the editor's own where it is open.
    pub(super) fn url(&self, path: &Path) -> Option<Url> {
        self.get(path).map(|buffer| buffer.url.clone()).or_else(|| Url::from_file_path(path).ok())
    }

    /// The texts that stand for files on disk.
    pub(super) fn texts(&self) -> Texts {
        let mut texts = Texts::default();
        for (path, buffer) in &self.open {
            texts.change(path.clone(), buffer.text.clone());
        }
        texts
    }
}

/// The path of a file of this machine.
pub(super) fn path_of(url: &Url) -> Option<PathBuf> {
    if url.scheme() != "file" {
        return None;
    }
    url.to_file_path().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lsp_types::{Position, Range};

    #[test]
    fn changes_are_applied_in_their_order_and_never_fall_over() {
        let url = Url::parse("file:///srv/app.py").expect("a URL");
        let mut buffers = Buffers::default();
        let item = TextDocumentItem::new(url, "python".into(), 1, "é = '😀'\nx\n".into());
        let Some(path) = buffers.open(item) else { panic!("it is a file") };
        let change = |from: (u32, u32), to: (u32, u32), text: &str| TextDocumentContentChangeEvent {
            range: Some(Range::new(Position::new(from.0, from.1), Position::new(to.0, to.1))),
            range_length: None,
            text: text.into(),
        };
        buffers.change(&path, 2, vec![change((0, 5), (0, 7), "y"), change((1, 0), (1, 1), "zz")]);
        assert_eq!(&*buffers.get(&path).expect("open").text, "é = 'y'\nzz\n");
        buffers.change(&path, 3, vec![change((7, 7), (0, 0), "end"), change((0, 99), (9, 9), "")]);
        assert_eq!(&*buffers.get(&path).expect("open").text, "é = 'y'");
        assert_eq!(buffers.get(&path).expect("open").version, 3);
    }
}
