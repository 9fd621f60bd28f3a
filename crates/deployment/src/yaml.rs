//! YAML, and JSON, which is a part of it.

use std::borrow::Cow;
use std::collections::HashMap;

use saphyr_parser::{Event, Parser};

use crate::lines::span;
use crate::tree::{Node, NodeId, NodeKind, Tree};

/// Deeper nesting is not read.
const DEEPEST: usize = 64;
/// More values are not read: files of that size are data.
const MOST_NODES: usize = 200_000;

/// Reads all documents of a text. Of a broken one it gives what stands before the mistake.
pub(crate) fn parse(text: &str) -> Tree {
    let text = without_templates(text);
    let offsets = Offsets::new(&text);
    let mut builder = Builder { tree: Tree::default(), open: Vec::new(), anchors: HashMap::new() };
    for event in Parser::new_from_str(&text) {
        let Ok((event, place)) = event else { break };
        let place = span(0, offsets.byte(place.start.index()), offsets.byte(place.end.index()));
        let too_much = builder.open.len() > DEEPEST || builder.tree.nodes.len() > MOST_NODES;
        if too_much {
            break;
        }
        builder.event(event, place);
    }
    while !builder.open.is_empty() {
        builder.close(None);
    }
    builder.tree
}

/// Placeholders of a template engine are no YAML: lines of them become blank, others a word of the same length, so
/// that places stay.
fn without_templates(text: &str) -> Cow<'_, str> {
    if !text.contains("{{") {
        return Cow::Borrowed(text);
    }
    let mut cleared = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        if trimmed.starts_with("{{") && trimmed.ends_with("}}") {
            cleared.extend(line.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
            continue;
        }
        let mut rest = line;
        while let Some(start) = rest.find("{{") {
            let end = rest[start..].find("}}").map_or(rest.trim_end().len(), |end| start + end + 2);
            cleared.push_str(&rest[..start]);
            // `$` says that the value is not known.
            cleared.extend(std::iter::repeat_n('$', end.max(start) - start));
            rest = &rest[end.max(start)..];
        }
        cleared.push_str(rest);
    }
    Cow::Owned(cleared)
}

/// Where characters are in bytes.
struct Offsets {
    length: usize,
    /// Empty where each character is a byte.
    starts: Vec<u32>,
}

impl Offsets {
    fn new(text: &str) -> Self {
        let starts =
            if text.is_ascii() { Vec::new() } else { text.char_indices().map(|(at, _)| at as u32).collect() };
        Self { length: text.len(), starts }
    }

    fn byte(&self, character: usize) -> usize {
        if self.starts.is_empty() {
            return character.min(self.length);
        }
        self.starts.get(character).map_or(self.length, |at| *at as usize)
    }
}

/// A collection that is not yet closed.
struct Open {
    id: NodeId,
    /// Keys and values in turn, or items.
    children: Vec<NodeId>,
    is_mapping: bool,
}

struct Builder {
    tree: Tree,
    open: Vec<Open>,
    anchors: HashMap<usize, NodeId>,
}

impl Builder {
    fn event(&mut self, event: Event<'_>, place: tightlip_ir::Span) {
        match event {
            Event::Scalar(text, _, anchor, _) => {
                let id = self.add(NodeKind::Scalar(text.into_owned()), place, anchor);
                self.hand_up(id);
            }
            Event::Alias(anchor) => {
                if let Some(known) = self.anchors.get(&anchor) {
                    self.hand_up(*known);
                } else {
                    let id = self.add(NodeKind::Scalar(String::new()), place, 0);
                    self.hand_up(id);
                }
            }
            Event::SequenceStart(anchor, _) => {
                let id = self.add(NodeKind::Sequence(Vec::new()), place, anchor);
                self.open.push(Open { id, children: Vec::new(), is_mapping: false });
            }
            Event::MappingStart(anchor, _) => {
                let id = self.add(NodeKind::Mapping(Vec::new()), place, anchor);
                self.open.push(Open { id, children: Vec::new(), is_mapping: true });
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(Some(place)),
            _ => {}
        }
    }

    fn add(&mut self, kind: NodeKind, span: tightlip_ir::Span, anchor: usize) -> NodeId {
        let id = NodeId(self.tree.nodes.len() as u32);
        self.tree.nodes.push(Node { span, kind });
        if anchor > 0 {
            self.anchors.insert(anchor, id);
        }
        id
    }

    fn hand_up(&mut self, id: NodeId) {
        match self.open.last_mut() {
            Some(open) => open.children.push(id),
            None => self.tree.roots.push(id),
        }
    }

    fn close(&mut self, end: Option<tightlip_ir::Span>) {
        let Some(open) = self.open.pop() else { return };
        let last = open.children.last().map(|last| self.tree.node(*last).span.end);
        let node = &mut self.tree.nodes[open.id.0 as usize];
        // Where a block ends is where what follows starts; its last child ends where it really does.
        let end = last.or(end.map(|end| end.end)).unwrap_or(node.span.end);
        node.span.end = end.max(node.span.start);
        node.kind = if open.is_mapping {
            NodeKind::Mapping(open.children.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect())
        } else {
            NodeKind::Sequence(open.children)
        };
        self.hand_up(open.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_bytes() {
        let text = "# größe\na: [b, 'ü']\n";
        let tree = parse(text);
        let list = tree.get(tree.roots[0], "a").expect("there is a");
        let shown: Vec<&str> = tree
            .items(list)
            .iter()
            .map(|item| tree.node(*item).span)
            .map(|span| &text[span.start as usize..span.end as usize])
            .collect();
        assert_eq!(shown, ["b", "'ü'"]);
    }

    #[test]
    fn bombs_stay_small_and_broken_text_gives_its_start() {
        let bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n";
        assert!(parse(bomb).nodes.len() < 20);
        let tree = parse("a: 1\nb: [c\nd: : }\n");
        assert_eq!(tree.get(tree.roots[0], "a").and_then(|value| tree.scalar(value)), Some("1"));
        assert!(parse(&"[".repeat(100_000)).nodes.len() < 100);
        parse("a: &a [*a]\n");
    }

    #[test]
    fn placeholders_are_passed_over() {
        let tree = parse("{{- if .Values.on }}\na: {{ .Values.a }}\n{{- end }}\nb: 1\n");
        assert_eq!(tree.get(tree.roots[0], "b").and_then(|value| tree.scalar(value)), Some("1"));
    }
}
