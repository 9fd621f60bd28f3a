//! The talk with the editor.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;

use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::notification::{
    DidChangeTextDocument, DidChangeWatchedFiles, DidChangeWorkspaceFolders, DidCloseTextDocument,
    DidOpenTextDocument, DidSaveTextDocument, Exit, Initialized, Notification as _, PublishDiagnostics,
};
use lsp_types::request::{
    CodeActionRequest, HoverRequest, Initialize, RegisterCapability, Request as _, Shutdown,
};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionParams, CodeActionProviderCapability,
    DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern, HoverParams,
    HoverProviderCapability, InitializeParams, InitializeResult, OneOf, PositionEncodingKind,
    PublishDiagnosticsParams, Registration, RegistrationParams, SaveOptions, ServerCapabilities, ServerInfo,
    TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions, TextDocumentSyncSaveOptions,
    WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::actions::actions;
use super::analyst::{Analyst, Job, News};
use super::buffers::{Buffers, path_of};
use super::diagnostics::Notice;
use super::hover::hover;
use crate::lower::catch;
use crate::output::{Outcome, complain};

/// A notification that editors may ask for: whether the analysis still works on something.
const STATUS: &str = "experimental/serverStatus";
/// Files outside of the editor that matter when they change.
const WATCHED: &[&str] = &[
    "**/*.{py,pyw,html,htm,jinja,jinja2,j2,yml,yaml,toml,cfg,ini,conf,sh,service,env}",
    "**/{Dockerfile,Containerfile,Procfile,Makefile,.env,.gitignore,package.json,requirements.txt}*",
];

/// How far the talk has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The client has not said yet what it can.
    New,
    /// Everything goes.
    Open,
    /// The client has asked to shut down, and only `exit` may follow.
    ShutDown,
}

/// What is known of the editor and told to it.
pub(super) struct Session {
    out: Sender<Message>,
    analyst: Analyst,
    stage: Stage,
    folders: Vec<PathBuf>,
    buffers: Buffers,
    /// What the editor shows, by file.
    shown: HashMap<PathBuf, Vec<Notice>>,
    /// The number of the last job.
    job: u64,
    wants_status: bool,
    watches: bool,
    requests: i32,
}

impl Session {
    pub(super) fn new(out: Sender<Message>, analyst: Analyst) -> Self {
        Self {
            out,
            analyst,
            stage: Stage::New,
            folders: Vec::new(),
            buffers: Buffers::default(),
            shown: HashMap::new(),
            job: 0,
            wants_status: false,
            watches: false,
            requests: 0,
        }
    }

    /// Reacts to a message. Says how the command ends when it does.
    pub(super) fn handle(&mut self, message: Message) -> Option<Outcome> {
        match message {
            Message::Notification(notification) if notification.method == Exit::METHOD => {
                let is_expected = self.stage == Stage::ShutDown;
                return Some(if is_expected { Outcome::Clean } else { Outcome::CouldNotRun });
            }
            Message::Request(request) => {
                let id = request.id.clone();
                let response = catch(|| self.answer(request)).unwrap_or_else(|words| {
                    Response::new_err(id, ErrorCode::InternalError as i32, format!("internal error: {words}"))
                });
                self.send(response.into());
            }
            Message::Notification(notification) => {
                let method = notification.method.clone();
                let noted = catch(|| self.note(notification)).unwrap_or_else(Err);
                if let Err(reason) = noted {
                    complain(&format!("warning: `{method}` of the client is left out: {reason}"));
                }
            }
            Message::Response(_) => {}
        }
        None
    }

    fn answer(&mut self, request: Request) -> Response {
        let Request { id, method, params } = request;
        let refuse = |code: ErrorCode, words: String| Response::new_err(id.clone(), code as i32, words);
        let answered = match (self.stage, method.as_str()) {
            (Stage::New, Initialize::METHOD) => {
                read(params).map(|params: InitializeParams| done(&self.initialize(params)))
            }
            (Stage::New, _) => {
                return refuse(ErrorCode::ServerNotInitialized, format!("`{method}` before `initialize`"));
            }
            (Stage::ShutDown, _) => {
                return refuse(ErrorCode::InvalidRequest, format!("`{method}` after `shutdown`"));
            }
            (Stage::Open, Initialize::METHOD) => {
                return refuse(ErrorCode::InvalidRequest, "`initialize` a second time".to_owned());
            }
            (Stage::Open, Shutdown::METHOD) => {
                self.stage = Stage::ShutDown;
                Ok(Value::Null)
            }
            (Stage::Open, HoverRequest::METHOD) => read(params).map(|params: HoverParams| {
                let place = params.text_document_position_params;
                let shown = path_of(&place.text_document.uri).and_then(|path| self.shown.get(&path));
                let diagnostics = shown.into_iter().flatten().map(|notice| &notice.diagnostic);
                done(&hover(diagnostics, place.position))
            }),
            (Stage::Open, CodeActionRequest::METHOD) => read(params).map(|params: CodeActionParams| {
                let path = path_of(&params.text_document.uri);
                let open = path.filter(|path| self.buffers.get(path).is_some());
                done(&open.map(|path| {
                    let shown = self.shown.get(&path).map_or(&[][..], Vec::as_slice);
                    actions(&path, &self.buffers, shown, &params.context)
                }))
            }),
            (Stage::Open, _) => {
                return refuse(ErrorCode::MethodNotFound, format!("`{method}` is not known here"));
            }
        };
        match answered {
            Ok(result) => Response::new_ok(id, result),
            Err(reason) => refuse(ErrorCode::InvalidParams, reason),
        }
    }

    fn initialize(&mut self, params: InitializeParams) -> InitializeResult {
        let folders = params.workspace_folders.unwrap_or_default();
        let folders = folders.into_iter().map(|folder| folder.uri);
        self.folders = folders.filter_map(|url| path_of(&url)).collect();
        #[expect(deprecated, reason = "older clients name one root, here")]
        if self.folders.is_empty() {
            self.folders = params.root_uri.iter().filter_map(path_of).collect();
        }
        let workspace = params.capabilities.workspace.unwrap_or_default();
        self.watches =
            workspace.did_change_watched_files.and_then(|it| it.dynamic_registration).unwrap_or(false);
        let experimental = params.capabilities.experimental.unwrap_or_default();
        self.wants_status = experimental["serverStatusNotification"] == true;
        self.stage = Stage::Open;
        InitializeResult {
            capabilities: capabilities(),
            server_info: Some(ServerInfo {
                name: "tightlip".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
        }
    }

    fn note(&mut self, notification: Notification) -> Result<(), String> {
        if self.stage != Stage::Open {
            return Ok(());
        }
        let Notification { method, params } = notification;
        match method.as_str() {
            Initialized::METHOD => {
                self.watch();
                self.ask(Vec::new());
            }
            DidOpenTextDocument::METHOD => {
                let params: lsp_types::DidOpenTextDocumentParams = read(params)?;
                let path = self.buffers.open(params.text_document);
                self.ask(path.into_iter().collect());
            }
            DidChangeTextDocument::METHOD => {
                let params: lsp_types::DidChangeTextDocumentParams = read(params)?;
                if let Some(path) = path_of(&params.text_document.uri) {
                    self.buffers.change(&path, params.text_document.version, params.content_changes);
                    self.ask(vec![path]);
                }
            }
            DidCloseTextDocument::METHOD => {
                let params: lsp_types::DidCloseTextDocumentParams = read(params)?;
                if let Some(path) = path_of(&params.text_document.uri) {
                    self.buffers.close(&path);
                    self.ask(vec![path]);
                }
            }
            DidSaveTextDocument::METHOD => {
                let params: lsp_types::DidSaveTextDocumentParams = read(params)?;
                self.ask(path_of(&params.text_document.uri).into_iter().collect());
            }
            DidChangeWatchedFiles::METHOD => {
                let params: lsp_types::DidChangeWatchedFilesParams = read(params)?;
                self.ask(params.changes.iter().filter_map(|change| path_of(&change.uri)).collect());
            }
            DidChangeWorkspaceFolders::METHOD => {
                let params: lsp_types::DidChangeWorkspaceFoldersParams = read(params)?;
                let paths = |folders: Vec<lsp_types::WorkspaceFolder>| {
                    folders.into_iter().filter_map(|folder| path_of(&folder.uri)).collect::<Vec<_>>()
                };
                let removed = paths(params.event.removed);
                self.folders.retain(|folder| !removed.contains(folder));
                self.folders.extend(paths(params.event.added));
                // Files may belong to another project now.
                self.ask(self.folders.clone());
            }
            _ => {}
        }
        Ok(())
    }

    /// Has the client tell which files change outside of it, if it can.
    fn watch(&mut self) {
        if !self.watches {
            return;
        }
        let watchers = WATCHED.iter().map(|pattern| FileSystemWatcher {
            glob_pattern: GlobPattern::String((*pattern).to_owned()),
            kind: None,
        });
        let options = DidChangeWatchedFilesRegistrationOptions { watchers: watchers.collect() };
        let registration = Registration {
            id: "tightlip-watched".to_owned(),
            method: DidChangeWatchedFiles::METHOD.to_owned(),
            register_options: serde_json::to_value(options).ok(),
        };
        self.requests += 1;
        let id = RequestId::from(self.requests);
        let params = RegistrationParams { registrations: vec![registration] };
        self.send(Request::new(id, RegisterCapability::METHOD.to_owned(), params).into());
    }

    /// Has everything looked at again that `changed` may change.
    fn ask(&mut self, changed: Vec<PathBuf>) {
        self.job += 1;
        self.status(false);
        let (folders, buffers) = (self.folders.clone(), self.buffers.clone());
        self.analyst.ask(Job { number: self.job, folders, buffers, changed });
    }

    /// Shows what was found, but of no file that has been changed since.
    pub(super) fn publish(&mut self, news: News) {
        for (path, notices) in news.answer {
            let version = self.buffers.get(&path).map(|buffer| buffer.version);
            if version == news.buffers.get(&path).map(|buffer| buffer.version) {
                self.show(&path, version, notices);
            }
        }
        if news.is_last && news.job == self.job {
            self.status(true);
        }
    }

    fn show(&mut self, path: &Path, version: Option<i32>, notices: Vec<Notice>) {
        let Some(url) = self.buffers.url(path) else { return };
        let diagnostics = notices.iter().map(|notice| notice.diagnostic.clone()).collect();
        let params = PublishDiagnosticsParams::new(url, diagnostics, version);
        self.send(Notification::new(PublishDiagnostics::METHOD.to_owned(), params).into());
        if notices.is_empty() {
            self.shown.remove(path);
        } else {
            self.shown.insert(path.to_owned(), notices);
        }
    }

    fn status(&self, is_quiet: bool) {
        if self.wants_status {
            let params = json!({ "health": "ok", "quiescent": is_quiet });
            self.send(Notification::new(STATUS.to_owned(), params).into());
        }
    }

    fn send(&self, message: Message) {
        // If nobody writes any more, the client has gone, and its silence ends the session.
        let _ = self.out.send(message);
    }
}

fn capabilities() -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(PositionEncodingKind::UTF16),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
            ..TextDocumentSyncOptions::default()
        })),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]),
            ..CodeActionOptions::default()
        })),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            file_operations: None,
        }),
        ..ServerCapabilities::default()
    }
}

fn read<T: DeserializeOwned>(params: Value) -> Result<T, String> {
    serde_json::from_value(params).map_err(|error| error.to_string())
}

fn done(result: &impl Serialize) -> Value {
    serde_json::to_value(result).unwrap_or(Value::Null)
}
