use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use tightlip_flow::{File, FileIndex, FunctionRef, PageIndex};
use tightlip_ir::{FunctionId, Module, Span};
use tightlip_rules::{Checked, FileId, Finding, Judgement, Scope, SourceFile, Sources};

use crate::edit::{Edit, Refusal};
use crate::options::Options;
use crate::style::Style;

/// All that fixes are made from: what was checked, what was found, and the texts.
pub(crate) struct Project<'a> {
    /// The program, what was found in it, what is known of frameworks, the files that start it.
    pub(crate) checked: Checked<'a>,
    /// Findings and applications.
    pub(crate) judgement: &'a Judgement,
    /// What the user chose.
    pub(crate) options: Options,
    sources: &'a Sources<'a>,
    /// Texts and styles of the files that were asked for.
    known: RefCell<HashMap<FileId, (Arc<SourceFile>, Style)>>,
}

impl<'a> Project<'a> {
    pub(crate) fn new(
        checked: Checked<'a>,
        judgement: &'a Judgement,
        sources: &'a Sources<'a>,
        options: Options,
    ) -> Self {
        Self { checked, judgement, options, sources, known: RefCell::default() }
    }

    /// The file `id` as a fix sees it.
    pub(crate) fn site(&self, id: FileId) -> Site<'_> {
        let mut known = self.known.borrow_mut();
        let (source, style) = known.entry(id).or_insert_with(|| {
            let module = match id {
                FileId::Program(file) => Some(&self.checked.program.file(file).module),
                FileId::Deployment(_) | FileId::Page(_) => None,
            };
            let source = (self.sources)(id);
            let style = Style::of(&source.text, module);
            (source, style)
        });
        Site { project: self, id, source: source.clone(), style: *style }
    }

    /// The file that `finding` is in.
    pub(crate) fn site_of(&self, finding: &Finding) -> Option<Site<'_>> {
        self.file(&finding.place.file.path).map(|id| self.site(id))
    }

    /// The file at `path`, written as the paths of findings are.
    pub(crate) fn file(&self, path: &str) -> Option<FileId> {
        let Checked { program, deployment, .. } = self.checked;
        let of_program = program.files.iter().position(|file| file.path == path);
        let of_program = of_program.map(|at| FileId::Program(FileIndex(at as u32)));
        let of_deployment = || deployment.iter().position(|file| file.path == path).map(FileId::Deployment);
        let of_pages = || {
            let mut pages = (0..program.pages.len() as u32).map(PageIndex);
            pages.find(|page| program.pages.path(*page) == path).map(FileId::Page)
        };
        of_program.or_else(of_deployment).or_else(of_pages)
    }
}

/// One file, and what a fix needs to know of it.
pub(crate) struct Site<'a> {
    /// What it is part of.
    pub(crate) project: &'a Project<'a>,
    /// Which file it is.
    pub(crate) id: FileId,
    /// Its path and text.
    pub(crate) source: Arc<SourceFile>,
    /// How it is written.
    pub(crate) style: Style,
}

impl<'a> Site<'a> {
    /// The path, written as the paths of findings are.
    pub(crate) fn path(&self) -> &str {
        &self.source.path
    }

    /// The whole text.
    pub(crate) fn text(&self) -> &str {
        &self.source.text
    }

    /// The text at `span`.
    pub(crate) fn slice(&self, span: Span) -> &str {
        self.source.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// The linked file, or why there is none.
    pub(crate) fn file(&self) -> Result<(FileIndex, &'a File), Refusal> {
        match self.id {
            FileId::Program(file) => Ok((file, self.project.checked.program.file(file))),
            FileId::Deployment(_) => Err(Refusal("this file is no source code".to_owned())),
            FileId::Page(_) => Err(Refusal("this file is a template".to_owned())),
        }
    }

    /// The ir of the file, or why there is none.
    pub(crate) fn module(&self) -> Result<&'a Module, Refusal> {
        Ok(&self.file()?.1.module)
    }

    /// The innermost function around `span`; the body of the module if there is none.
    pub(crate) fn function_at(&self, span: Span) -> Result<FunctionRef, Refusal> {
        let (file, content) = self.file()?;
        let around = content.module.functions.iter().enumerate().skip(1);
        let around = around.filter(|(_, function)| function.span.contains(span));
        let innermost = around.min_by_key(|(_, function)| function.span.end - function.span.start);
        let id = innermost.map_or(FunctionId::MODULE_BODY, |(at, _)| FunctionId(at as u32));
        Ok(FunctionRef { file, id })
    }

    /// What names mean in the body of `function`.
    pub(crate) fn scope(&self, function: FunctionRef) -> Scope<'a> {
        let Checked { program, catalogue, .. } = self.project.checked;
        Scope { program, catalogue, function }
    }

    /// An edit of this file.
    pub(crate) fn replace(&self, span: Span, replacement: impl Into<String>) -> Edit {
        Edit { path: self.path().to_owned(), span, replacement: replacement.into() }
    }

    /// Puts `text` in at `offset`.
    pub(crate) fn insert(&self, offset: u32, text: impl Into<String>) -> Edit {
        self.replace(Span::new(offset, offset), text)
    }

    /// Where the line of `offset` starts.
    pub(crate) fn line_start(&self, offset: u32) -> u32 {
        let before = &self.text().as_bytes()[..offset as usize];
        before.iter().rposition(|byte| matches!(byte, b'\n' | b'\r')).map_or(0, |at| at as u32 + 1)
    }

    /// Where the line of `offset` ends, before its newline.
    pub(crate) fn line_end(&self, offset: u32) -> u32 {
        let rest = &self.text().as_bytes()[offset as usize..];
        let length = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
        offset + length as u32
    }

    /// Where the line behind that of `offset` starts.
    pub(crate) fn next_line(&self, offset: u32) -> u32 {
        let end = self.line_end(offset);
        let rest = &self.text()[end as usize..];
        let newline = if rest.starts_with("\r\n") { 2 } else { u32::from(!rest.is_empty()) };
        end + newline
    }

    /// The blanks before the first word of the line of `offset`.
    pub(crate) fn indent(&self, offset: u32) -> &str {
        let start = self.line_start(offset) as usize;
        let line = &self.text()[start..];
        let end = line.find(|letter| !matches!(letter, ' ' | '\t' | '\x0c')).unwrap_or(line.len());
        &line[..end]
    }

    /// Whether nothing but blanks stands before `offset` on its line.
    pub(crate) fn starts_line(&self, offset: u32) -> bool {
        self.line_start(offset) as usize + self.indent(offset).len() == offset as usize
    }
}
