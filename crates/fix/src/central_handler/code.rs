//! The source of a central handler, written with `\n` and four blanks; whoever puts it in gives it the style of the file.

use super::envelope::Envelope;
use super::replies::Replies;
use crate::options::HandlerStyle;

/// The framework that it is written for.
pub(super) const FRAMEWORK: &str = "Flask";
/// The function of a module of its own that registers the handler.
pub(super) const REGISTER: &str = "register_error_handlers";

/// What a handler is made of.
pub(super) struct Code {
    pub(super) style: HandlerStyle,
    pub(super) replies: Replies,
    pub(super) envelope: Envelope,
}

const REFERENCE: &str = "\
def error_reference():
    \"\"\"One reference for each request, the same in the log and in the reply.\"\"\"
    if \"error_reference\" not in g:
        g.error_reference = uuid.uuid4().hex
    return g.error_reference


def add_reference(record):
    \"\"\"Puts the reference behind what is logged with a stack trace while a request is answered.\"\"\"
    if record.exc_info and has_request_context():
        record.msg, record.args = \"%s [reference %s]\", (record.getMessage(), error_reference())
    return True


";

const FLASK_STYLE: &str = "\
def handle_http_exception(error):
    # An exception that nobody foresaw has been logged and signalled before it
    # comes here as an InternalServerError. Nothing of it is read.
    response = error.get_response()  # has Allow, Retry-After, WWW-Authenticate
";

const CLASSIC_STYLE: &str = "\
def handle_exception(error):
    reference = uuid.uuid4().hex
    cause = getattr(error, \"original_exception\", None)
    if not isinstance(error, HTTPException):
        cause = error
        # Whoever collects errors is told, as if there were no handler.
        got_request_exception.send(current_app._get_current_object(), exception=error)
        error = InternalServerError()
    if cause is not None:
        current_app.logger.error(\"Unhandled exception [reference %s]\", reference, exc_info=cause)
    response = error.get_response()  # has Allow, Retry-After, WWW-Authenticate
";

const OWN_REPLY: &str = "    \
    if error.response is not None or error.code < 400:
        return response
";

const NEGOTIATION: &str = "    \
    if request.accept_mimetypes.best_match([\"application/json\", \"text/html\"]) == \"text/html\":
        if error.code >= 500:
            response.data = (
                \"<!doctype html><title>Something went wrong</title>\"
                f\"<h1>Something went wrong</h1><p>Reference: {REFERENCE}</p>\"
            )
        return response
";

const PAGE: &str = "    \
    if error.response is None and error.code >= 500:
        response.data = (
            \"<!doctype html><title>Something went wrong</title>\"
            f\"<h1>Something went wrong</h1><p>Reference: {REFERENCE}</p>\"
        )
    return response
";

impl Code {
    /// The names that it gives to functions.
    pub(super) fn names(&self) -> Vec<&'static str> {
        match self.style {
            HandlerStyle::Flask => vec!["error_reference", "add_reference", self.handler()],
            HandlerStyle::Classic => vec![self.handler()],
        }
    }

    fn handler(&self) -> &'static str {
        match self.style {
            HandlerStyle::Flask => "handle_http_exception",
            HandlerStyle::Classic => "handle_exception",
        }
    }

    /// The class that it is registered for.
    fn handled(&self) -> &'static str {
        match self.style {
            HandlerStyle::Flask => "HTTPException",
            HandlerStyle::Classic => "Exception",
        }
    }

    /// What it imports: modules, and names of modules.
    pub(super) fn imports(&self) -> Vec<(&'static str, Option<&'static str>)> {
        let mut names = match self.style {
            HandlerStyle::Flask => vec!["g", "has_request_context"],
            HandlerStyle::Classic => vec!["current_app", "got_request_exception"],
        };
        if self.replies != Replies::Pages {
            names.push("jsonify");
        }
        if self.replies == Replies::Both {
            names.push("request");
        }
        let mut imports = vec![("uuid", None)];
        let exceptions: &[&str] = match self.style {
            HandlerStyle::Flask => {
                imports.push(("logging", None));
                &["HTTPException"]
            }
            HandlerStyle::Classic => &["HTTPException", "InternalServerError"],
        };
        imports.extend(names.into_iter().map(|name| ("flask", Some(name))));
        imports.extend(exceptions.iter().map(|name| ("werkzeug.exceptions", Some(*name))));
        imports
    }

    /// A module of its own.
    pub(super) fn module(&self) -> String {
        let mut modules: Vec<String> = Vec::new();
        let mut names: Vec<(&str, Vec<&str>)> = Vec::new();
        for (module, name) in self.imports() {
            match (name, names.iter_mut().find(|(known, _)| *known == module)) {
                (None, _) => modules.push(format!("import {module}\n")),
                (Some(name), Some((_, known))) => known.push(name),
                (Some(name), None) => names.push((module, vec![name])),
            }
        }
        modules.sort();
        let names: Vec<String> = names
            .into_iter()
            .map(|(module, names)| format!("from {module} import {}\n", names.join(", ")))
            .collect();
        format!(
            "\"\"\"Clients get a status, a safe text and a reference; the detail stays in the log.\"\"\"\n\n\
             {}\n{}\n\n{}\n\ndef {REGISTER}(app):\n{}",
            modules.concat(),
            names.concat(),
            self.functions(None),
            indented(&self.registration("app")),
        )
    }

    /// What registers it with `application`, line by line.
    pub(super) fn registration(&self, application: &str) -> String {
        let register =
            format!("{application}.register_error_handler({}, {})\n", self.handled(), self.handler());
        match self.style {
            HandlerStyle::Flask => format!("{}{register}", filter(application)),
            HandlerStyle::Classic => register,
        }
    }

    /// The functions; decorated where the application is there already.
    pub(super) fn functions(&self, application: Option<&str>) -> String {
        let mut text = String::new();
        if self.style == HandlerStyle::Flask {
            text.push_str(REFERENCE);
        }
        if let Some(application) = application {
            text.push_str(&format!("@{application}.errorhandler({})\n", self.handled()));
        }
        text.push_str(match self.style {
            HandlerStyle::Flask => FLASK_STYLE,
            HandlerStyle::Classic => CLASSIC_STYLE,
        });
        text.push_str(&self.answer());
        if let (Some(application), HandlerStyle::Flask) = (application, self.style) {
            text.push_str(&format!("\n\n{}", filter(application)));
        }
        text
    }

    /// What the handler does with the error's own reply.
    fn answer(&self) -> String {
        let reference = match self.style {
            HandlerStyle::Flask => "error_reference()",
            HandlerStyle::Classic => "reference",
        };
        if self.replies == Replies::Pages {
            return PAGE.replace("{REFERENCE}", &format!("{{{reference}}}"));
        }
        let mut text = OWN_REPLY.to_owned();
        if self.replies == Replies::Both {
            text.push_str(&NEGOTIATION.replace("{REFERENCE}", &format!("{{{reference}}}")));
        }
        let of_client = self.envelope.record("str(error.description)", "error.code", None);
        let of_server = self.envelope.record("error.name", "error.code", Some(reference));
        text.push_str(&format!(
            "    if error.code < 500:\n        body = {of_client}\n    else:\n        body = {of_server}\n    \
             response.data = jsonify(body).data\n    response.mimetype = \"application/json\"\n    return response\n"
        ));
        text
    }
}

/// The logger of the application by its name: asking the application for it would set logging up too early.
fn filter(application: &str) -> String {
    format!("logging.getLogger({application}.name).addFilter(add_reference)\n")
}

fn indented(code: &str) -> String {
    code.lines().map(|line| format!("    {line}\n")).collect()
}
