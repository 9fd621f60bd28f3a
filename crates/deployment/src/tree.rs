use tightlip_ir::Span;

/// Documents of nested values. What is referred to twice is there once, so a text cannot become larger by being
/// read.
#[derive(Default, Debug)]
pub(crate) struct Tree {
    pub(crate) nodes: Vec<Node>,
    pub(crate) roots: Vec<NodeId>,
}

/// A value in a [`Tree`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct NodeId(pub(crate) u32);

/// A value and where it stands.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) kind: NodeKind,
}

/// The forms of values.
#[derive(Debug)]
pub(crate) enum NodeKind {
    Scalar(String),
    Sequence(Vec<NodeId>),
    Mapping(Vec<(NodeId, NodeId)>),
}

impl Tree {
    pub(crate) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    pub(crate) fn scalar(&self, id: NodeId) -> Option<&str> {
        match &self.node(id).kind {
            NodeKind::Scalar(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn items(&self, id: NodeId) -> &[NodeId] {
        match &self.node(id).kind {
            NodeKind::Sequence(items) => items,
            _ => &[],
        }
    }

    pub(crate) fn entries(&self, id: NodeId) -> &[(NodeId, NodeId)] {
        match &self.node(id).kind {
            NodeKind::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The value under `key`.
    pub(crate) fn get(&self, id: NodeId, key: &str) -> Option<NodeId> {
        let mut entries = self.entries(id).iter();
        entries.find(|(known, _)| self.scalar(*known) == Some(key)).map(|(_, value)| *value)
    }

    /// From the start of one to the end of the other.
    pub(crate) fn span(&self, first: NodeId, last: NodeId) -> Span {
        let (first, last) = (self.node(first).span, self.node(last).span);
        if first.start <= last.end { Span::new(first.start, last.end) } else { first }
    }
}
