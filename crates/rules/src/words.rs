//! Where every message is worded.

use tightlip_catalogue::Rule;
use tightlip_flow::{Flow, Note, OpenedHow, Opener, SourceKind, Step};
use tightlip_ir::Symbol;

/// What a flow is, as half a sentence.
pub(crate) fn message(flow: &Flow) -> String {
    format!("{} is {}", subject(flow.rule), flow.channel.phrase())
}

/// What a flow is that nothing but an open guard lets pass, as half a sentence.
pub(crate) fn message_behind_guard(flow: &Flow) -> String {
    let opener = flow.steps.iter().find_map(|step| match step.note {
        Note::Opened(opener) => Some(opener),
        _ => None,
    });
    let when = match opener {
        Some(Opener::Client(_)) => "when a client asks for it",
        Some(Opener::Default(_)) | None => "unless somebody closes the guard before it",
    };
    format!("{} {when}", message(flow))
}

/// Who opens a guard, as half a sentence.
fn opened_by(opener: Opener) -> String {
    match opener {
        Opener::Client(Some(name)) => format!("a client opens it with `{name}`"),
        Opener::Client(None) => "a client opens it".to_owned(),
        Opener::Default(Some(name)) => format!("open unless somebody sets `{name}`"),
        Opener::Default(None) => "open unless somebody sets it".to_owned(),
    }
}

fn subject(rule: Rule) -> &'static str {
    match rule {
        Rule::ExceptionMessage => "the text of an exception",
        Rule::StackTrace => "a stack trace",
        Rule::DatabaseDetail => "detail of a database",
        Rule::ProcessOutput => "output or command line of a child process",
        Rule::RuntimeInternals => "the inside of the running program",
        Rule::UpstreamDetail => "detail of a service behind",
        Rule::ExceptionType => "the class of an exception",
        Rule::VersionDetail => "a version",
        Rule::LogContent => "a log",
        Rule::UnusedSuppression
        | Rule::UnexplainedSuppression
        | Rule::UnknownDirective
        | Rule::UnsafeGuard
        | Rule::DebugMode
        | Rule::DebugEnvironment
        | Rule::InteractiveDebugger
        | Rule::PropagatedExceptions
        | Rule::TracebacksServed
        | Rule::DebugToolbar
        | Rule::OpenByDefault
        | Rule::NoCentralHandler
        | Rule::HandlerCrashes
        | Rule::HandlerLosesStatus
        | Rule::HandlerLosesHeaders
        | Rule::HandlerSilences
        | Rule::HandlerNeverRuns
        | Rule::FrameworkDefault => rule.summary(),
    }
}

/// What to do where any text opens.
pub(crate) const COMPARE: &str = "compare the text with one exact word: `== \"1\"`";

/// What a setting does, and when, as half a sentence.
pub(crate) fn opened(phrase: &str, how: OpenedHow, is_latent: bool) -> String {
    let when = match how {
        OpenedHow::Always => "",
        OpenedHow::ByDefault => ", unless the environment says otherwise",
        OpenedHow::ByAnyText => ", whatever text the variable has: `0` and `false` too",
    };
    let latent = if is_latent { ", once it is started another way" } else { "" };
    format!("{phrase}{when}{latent}")
}

/// A step, as half a sentence.
pub(crate) fn step(flow: &Flow, step: &Step) -> String {
    match step.note {
        Note::Starts => start(&flow.source.kind),
        Note::Kept(name) => format!("it is kept in `{name}`"),
        Note::Field(name) => format!("it is kept in the field `{name}`"),
        Note::Passed(name) => format!("it is passed through {}", callable(name)),
        Note::Returned(name) => format!("{} returns it", callable(name)),
        Note::Wrapped(class) => format!("it becomes the text of `{}`", short(class)),
        Note::Yielded => "it is yielded".to_owned(),
        Note::Shown(..) => "this template shows it".to_owned(),
        Note::Opened(opener) => opened_by(opener),
        Note::Sent(channel) => format!("and is {}", channel.phrase()),
    }
}

fn callable(name: Symbol) -> String {
    if name == "<lambda>" { "a lambda".to_owned() } else { format!("`{name}`") }
}

fn start(kind: &SourceKind) -> String {
    match kind {
        SourceKind::Caught(types) => match types_in_words(types) {
            Some(types) => format!("{types} is caught here"),
            None => "whatever is raised is caught here".to_owned(),
        },
        SourceKind::Handed(types) => match types_in_words(types) {
            Some(types) => format!("{types} is handed to this handler"),
            None => "whatever is raised is handed to this handler".to_owned(),
        },
        SourceKind::Read(phrase) | SourceKind::Kept(phrase, _) => format!("{phrase} is read here"),
    }
}

fn types_in_words(types: &[Symbol]) -> Option<String> {
    let broad = |class: &&Symbol| matches!(class.text(), "Exception" | "BaseException");
    if types.is_empty() || types.iter().any(|class| broad(&class)) {
        return None;
    }
    let names: Vec<String> = types.iter().map(|class| format!("`{}`", short(*class))).collect();
    Some(names.join(" or "))
}

/// `OperationalError` of `sqlite3.OperationalError`.
fn short(class: Symbol) -> &'static str {
    class.text().rsplit('.').next().unwrap_or("")
}

/// What a client could see.
pub(crate) fn example(flow: &Flow) -> Option<&'static str> {
    let types = flow.source.types();
    let of = |prefix: &str| types.iter().any(|class| class.text().starts_with(prefix));
    Some(match flow.rule {
        Rule::ExceptionMessage if of("sqlite3.") => "UNIQUE constraint failed: users.email",
        Rule::ExceptionMessage if of("requests.") || of("httpx.") || of("urllib") => {
            "HTTPConnectionPool(host='10.0.3.17', port=8500): Max retries exceeded with url: /v1/kv/app?token=..."
        }
        Rule::ExceptionMessage if of("subprocess.") => {
            "Command '['pg_dump', '--password=...']' returned non-zero exit status 1."
        }
        Rule::ExceptionMessage
            if of("OSError") || of("FileNotFoundError") || of("PermissionError") || of("IOError") =>
        {
            "[Errno 2] No such file or directory: '/srv/app/secrets/key.pem'"
        }
        Rule::ExceptionMessage if of("KeyError") => "'STRIPE_SECRET'",
        Rule::ExceptionMessage if of("ValueError") => "invalid literal for int() with base 10: 'x'",
        Rule::ExceptionMessage => {
            "duplicate key value violates unique constraint \"users_email_key\" DETAIL: Key (email)=(ann@example.org) already exists."
        }
        Rule::StackTrace => "File \"/srv/app/shop/orders.py\", line 41, in place ...",
        Rule::DatabaseDetail => "INSERT INTO users (email, password) VALUES (%(email)s, %(password)s)",
        Rule::ProcessOutput => "fatal: could not read Password for 'https://deploy@git.internal'",
        Rule::RuntimeInternals => "SECRET_KEY: '...', SQLALCHEMY_DATABASE_URI: 'postgresql://app:...@db/app'",
        Rule::UpstreamDetail => "http://billing.internal:8080/v2/invoices answered 500: ...",
        Rule::ExceptionType => "psycopg2.errors.UniqueViolation",
        Rule::VersionDetail => "3.11.7 (main, Dec  8 2023) [GCC 12.2.0]",
        Rule::LogContent => "ERROR in orders: Traceback (most recent call last): ...",
        Rule::UnusedSuppression
        | Rule::UnexplainedSuppression
        | Rule::UnknownDirective
        | Rule::UnsafeGuard
        | Rule::DebugMode
        | Rule::DebugEnvironment
        | Rule::InteractiveDebugger
        | Rule::PropagatedExceptions
        | Rule::TracebacksServed
        | Rule::DebugToolbar
        | Rule::OpenByDefault
        | Rule::NoCentralHandler
        | Rule::HandlerCrashes
        | Rule::HandlerLosesStatus
        | Rule::HandlerLosesHeaders
        | Rule::HandlerSilences
        | Rule::HandlerNeverRuns
        | Rule::FrameworkDefault => return None,
    })
}

/// What to do, as half a sentence.
pub(crate) fn remedy(rule: Rule) -> &'static str {
    match rule {
        Rule::UnusedSuppression => "take it out",
        Rule::UnexplainedSuppression => "write the reason behind the brackets",
        Rule::UnknownDirective => "write `ignore`, `ignore[RULE] reason` or `public`",
        Rule::ExceptionMessage => "send a fixed text and a reference, log the exception under that reference",
        Rule::StackTrace => "log the stack trace, send a fixed text",
        Rule::DatabaseDetail => "log the statement, send a fixed text",
        Rule::ProcessOutput => "log what the child wrote, send a fixed text",
        Rule::RuntimeInternals => "send nothing of it",
        Rule::UpstreamDetail => "log the answer of the service, send a fixed text",
        Rule::ExceptionType => "send a code of your own",
        Rule::VersionDetail => "send nothing of it",
        Rule::LogContent => "keep logs where no route reaches them",
        Rule::UnsafeGuard => "log the detail, send a fixed text whoever asks",
        Rule::DebugMode | Rule::InteractiveDebugger => "switch it off in code",
        Rule::DebugEnvironment => "switch it off in what is deployed",
        Rule::PropagatedExceptions => "leave the setting alone outside of tests",
        Rule::TracebacksServed => "switch it off at the server",
        Rule::DebugToolbar => "let it follow debug mode",
        Rule::OpenByDefault => "let it be off unless one exact word is there",
        Rule::NoCentralHandler => {
            "register one handler for HTTPException or Exception that logs and answers with a fixed text"
        }
        Rule::HandlerCrashes => "return a reply for every error that comes here; ask with `isinstance` first",
        Rule::HandlerLosesStatus => "answer with the status of the error, 500 where it has none",
        Rule::HandlerLosesHeaders => "start from `error.get_response()` and replace its data",
        Rule::HandlerSilences => {
            "log the error with its stack trace, under the reference that the client gets"
        }
        Rule::HandlerNeverRuns => "register one handler for it, on the application, when it starts",
        Rule::FrameworkDefault => "give the entry a fixed text, log the exception",
    }
}
