use tightlip_flow::{FileIndex, Location, PageIndex};
use tightlip_ir::Span;

/// A file that findings may be in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum FileId {
    /// A file of the program.
    Program(FileIndex),
    /// A file that says how it is started: its place in the list that was given.
    Deployment(usize),
    /// A page template.
    Page(PageIndex),
}

/// A place in such a file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Site {
    pub(crate) file: FileId,
    pub(crate) span: Span,
}

impl From<Location> for Site {
    fn from(location: Location) -> Self {
        Self { file: FileId::Program(location.file), span: location.span }
    }
}
