use std::fs;
use std::io::{BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use lsp_server::{Message, Notification, Request, RequestId};
use lsp_types::{Diagnostic, PublishDiagnosticsParams, Url};
use serde_json::{Value, json};

/// No answer takes so long; who waits longer waits for ever.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A server process.
pub(crate) struct Server {
    pub(crate) child: Child,
}

impl Server {
    pub(crate) fn start() -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_tightlip"))
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        Self { child: child.expect("tightlip runs") }
    }

    /// Waits for the end; gives the exit code.
    pub(crate) fn end(mut self) -> Option<i32> {
        let (sender, ended) = mpsc::channel();
        let id = self.child.id();
        let waiter = thread::spawn(move || {
            let _ = sender.send(self.child.wait());
        });
        match ended.recv_timeout(PATIENCE) {
            Ok(status) => {
                waiter.join().expect("it waits only");
                status.expect("it ran").code()
            }
            Err(_) => panic!("the server, process {id}, does not end"),
        }
    }
}

/// An editor.
pub(crate) struct Client {
    server: Server,
    input: ChildStdin,
    messages: Receiver<Message>,
    requests: i32,
    /// What was published and not asked for yet.
    pub(crate) published: Vec<PublishDiagnosticsParams>,
}

impl Client {
    /// Starts a server with these folders as workspace, up to `initialized`.
    pub(crate) fn start(folders: &[&Path]) -> Self {
        let mut server = Server::start();
        let input = server.child.stdin.take().expect("piped");
        let mut output = BufReader::new(server.child.stdout.take().expect("piped"));
        let (sender, messages) = mpsc::channel();
        thread::spawn(move || {
            while let Ok(Some(message)) = Message::read(&mut output) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let mut client = Self { server, input, messages, requests: 0, published: Vec::new() };
        let folders: Vec<Value> =
            folders.iter().map(|folder| json!({ "uri": url(folder), "name": "shop" })).collect();
        let capabilities = json!({ "experimental": { "serverStatusNotification": true } });
        let params = json!({ "processId": null, "capabilities": capabilities, "workspaceFolders": folders });
        let answer = client.request("initialize", params);
        assert_eq!(answer["serverInfo"]["name"], "tightlip");
        assert_eq!(answer["capabilities"]["positionEncoding"], "utf-16");
        client.notify("initialized", json!({}));
        client
    }

    pub(crate) fn notify(&mut self, method: &str, params: Value) {
        let message = Message::Notification(Notification { method: method.into(), params });
        message.write(&mut self.input).and_then(|()| self.input.flush()).expect("the server reads");
    }

    /// The result of a request; panics if it is refused.
    pub(crate) fn request(&mut self, method: &str, params: Value) -> Value {
        self.ask(method, params).unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// The result of a request, or why it is refused.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Result<Value, String> {
        self.requests += 1;
        let id = RequestId::from(self.requests);
        let message = Message::Request(Request { id: id.clone(), method: method.into(), params });
        message.write(&mut self.input).and_then(|()| self.input.flush()).expect("the server reads");
        loop {
            if let Message::Response(response) = self.next() {
                assert_eq!(response.id, id);
                return response.response_result.map_err(|error| format!("{} {}", error.code, error.message));
            }
        }
    }

    /// Waits until the server has looked at everything.
    pub(crate) fn wait(&mut self) {
        loop {
            if let Message::Notification(note) = self.next()
                && note.method == "experimental/serverStatus"
                && note.params["quiescent"] == true
            {
                return;
            }
        }
    }

    /// What the editor shows of `path` after all that was published.
    pub(crate) fn shown(&self, path: &Path) -> Vec<Diagnostic> {
        let url = url(path);
        let last = self.published.iter().rev().find(|params| params.uri == url);
        last.map_or(Vec::new(), |params| params.diagnostics.clone())
    }

    pub(crate) fn open(&mut self, path: &Path, text: &str) {
        let item = json!({ "uri": url(path), "languageId": "python", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": item }));
    }

    /// Replaces the whole text.
    pub(crate) fn change(&mut self, path: &Path, version: i32, text: &str) {
        self.change_in_parts(path, version, json!([{ "text": text }]));
    }

    pub(crate) fn change_in_parts(&mut self, path: &Path, version: i32, changes: Value) {
        let document = json!({ "uri": url(path), "version": version });
        self.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    }

    /// Says good-bye as it should; gives the exit code.
    pub(crate) fn leave(mut self) -> Option<i32> {
        assert_eq!(self.request("shutdown", Value::Null), Value::Null);
        let refused = self.ask("textDocument/hover", json!({})).expect_err("it is shut down");
        assert!(refused.starts_with("-32600"), "{refused}");
        self.notify("exit", Value::Null);
        self.server.end()
    }

    /// Goes away without a word; gives the exit code.
    pub(crate) fn vanish(self) -> Option<i32> {
        drop(self.input);
        self.server.end()
    }

    fn next(&mut self) -> Message {
        let message = self.messages.recv_timeout(PATIENCE).expect("the server answers");
        if let Message::Notification(note) = &message
            && note.method == "textDocument/publishDiagnostics"
        {
            let params = serde_json::from_value(note.params.clone()).expect("diagnostics");
            self.published.push(params);
        }
        message
    }
}

pub(crate) fn url(path: &Path) -> Url {
    Url::from_file_path(path).expect("an absolute path")
}

/// Writes files below `folder`.
pub(crate) fn write(folder: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders can be made");
        fs::write(path, text).expect("files can be written");
    }
}
