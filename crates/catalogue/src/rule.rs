use std::fmt;

/// What a user sees, configures and suppresses. Code and name are stable for ever.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Rule {
    /// A comment silences nothing.
    UnusedSuppression,
    /// A comment silences and does not say why.
    UnexplainedSuppression,
    /// A comment to tightlip that it does not understand.
    UnknownDirective,
    /// Text of an exception reaches the client.
    ExceptionMessage,
    /// A stack trace reaches the client.
    StackTrace,
    /// Statement, parameters or driver diagnostics reach the client.
    DatabaseDetail,
    /// Output or command line of a child process reaches the client.
    ProcessOutput,
    /// Locals, frames, settings, environment or source reach the client.
    RuntimeInternals,
    /// Addresses and bodies of the services behind reach the client.
    UpstreamDetail,
    /// Class and module names reach the client.
    ExceptionType,
    /// Versions reach the client.
    VersionDetail,
    /// A log is handed to clients.
    LogContent,
    /// Detail stands behind a guard that anybody opens.
    UnsafeGuard,
    /// Debug mode is on.
    DebugMode,
    /// The environment switches debug mode on.
    DebugEnvironment,
    /// A console that runs code is reachable.
    InteractiveDebugger,
    /// Errors pass the handlers by.
    PropagatedExceptions,
    /// The server in front answers with stack traces.
    TracebacksServed,
    /// A toolbar shows settings and queries to everybody.
    DebugToolbar,
    /// What is meant for developers is on unless somebody switches it off.
    OpenByDefault,
    /// Nothing decides in one place what the client sees of an error.
    NoCentralHandler,
    /// An error handler fails itself.
    HandlerCrashes,
    /// An error is answered with a status that is not its own.
    HandlerLosesStatus,
    /// Headers that belong to an error are not sent.
    HandlerLosesHeaders,
    /// A handler of every error tells nobody of it.
    HandlerSilences,
    /// A handler is registered and is not asked.
    HandlerNeverRuns,
    /// The framework itself tells clients of errors until it is told not to.
    FrameworkDefault,
}

/// The three controls of a tight application.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Control {
    /// No unhandled exception escapes raw.
    CentralHandler,
    /// Replies carry nothing that was written for operators.
    SanitizedReplies,
    /// No debugger, debug page or propagated exception in what is deployed.
    DebugSuppression,
}

impl Control {
    /// The control in words.
    pub fn title(self) -> &'static str {
        match self {
            Control::CentralHandler => "central handler",
            Control::SanitizedReplies => "sanitized replies",
            Control::DebugSuppression => "debug suppression",
        }
    }
}

struct Row {
    rule: Rule,
    code: &'static str,
    name: &'static str,
    weaknesses: &'static [u16],
    summary: &'static str,
}

const ROWS: &[Row] = &[
    Row {
        rule: Rule::UnusedSuppression,
        code: "TL001",
        name: "unused-suppression",
        weaknesses: &[],
        summary: "a comment silences nothing",
    },
    Row {
        rule: Rule::UnexplainedSuppression,
        code: "TL002",
        name: "unexplained-suppression",
        weaknesses: &[],
        summary: "a comment silences and does not say why (where `require-reason` is set)",
    },
    Row {
        rule: Rule::UnknownDirective,
        code: "TL003",
        name: "unknown-directive",
        weaknesses: &[],
        summary: "a comment to tightlip is not understood",
    },
    Row {
        rule: Rule::ExceptionMessage,
        code: "TL101",
        name: "exception-message",
        weaknesses: &[209],
        summary: "text of an exception reaches the client",
    },
    Row {
        rule: Rule::StackTrace,
        code: "TL102",
        name: "stack-trace",
        weaknesses: &[209],
        summary: "a stack trace reaches the client",
    },
    Row {
        rule: Rule::DatabaseDetail,
        code: "TL103",
        name: "database-detail",
        weaknesses: &[209, 497],
        summary: "a statement, its parameters or driver diagnostics reach the client",
    },
    Row {
        rule: Rule::ProcessOutput,
        code: "TL104",
        name: "process-output",
        weaknesses: &[209, 497],
        summary: "output or command line of a child process reaches the client",
    },
    Row {
        rule: Rule::RuntimeInternals,
        code: "TL105",
        name: "runtime-internals",
        weaknesses: &[215, 497],
        summary: "locals, frames, settings, environment or source reach the client",
    },
    Row {
        rule: Rule::UpstreamDetail,
        code: "TL106",
        name: "upstream-detail",
        weaknesses: &[209, 497],
        summary: "addresses or bodies of the services behind reach the client",
    },
    Row {
        rule: Rule::ExceptionType,
        code: "TL107",
        name: "exception-type",
        weaknesses: &[497],
        summary: "class or module names of exceptions reach the client",
    },
    Row {
        rule: Rule::VersionDetail,
        code: "TL108",
        name: "version-detail",
        weaknesses: &[497],
        summary: "versions reach the client",
    },
    Row {
        rule: Rule::LogContent,
        code: "TL109",
        name: "log-content",
        weaknesses: &[532],
        summary: "a log is handed to clients",
    },
    Row {
        rule: Rule::UnsafeGuard,
        code: "TL110",
        name: "unsafe-guard",
        weaknesses: &[209, 489],
        summary: "detail stands behind a guard that the client opens, or that is open by default",
    },
    Row {
        rule: Rule::DebugMode,
        code: "TL201",
        name: "debug-mode",
        weaknesses: &[489],
        summary: "debug mode is switched on",
    },
    Row {
        rule: Rule::DebugEnvironment,
        code: "TL202",
        name: "debug-environment",
        weaknesses: &[489],
        summary: "the environment switches debug mode on",
    },
    Row {
        rule: Rule::InteractiveDebugger,
        code: "TL203",
        name: "interactive-debugger",
        weaknesses: &[489, 94],
        summary: "an interactive debugger is reachable",
    },
    Row {
        rule: Rule::PropagatedExceptions,
        code: "TL204",
        name: "propagated-exceptions",
        weaknesses: &[248, 209],
        summary: "errors pass the handlers by",
    },
    Row {
        rule: Rule::TracebacksServed,
        code: "TL205",
        name: "tracebacks-served",
        weaknesses: &[209],
        summary: "the server answers errors with their stack traces",
    },
    Row {
        rule: Rule::DebugToolbar,
        code: "TL206",
        name: "debug-toolbar",
        weaknesses: &[215],
        summary: "a debug toolbar is shown to everybody",
    },
    Row {
        rule: Rule::OpenByDefault,
        code: "TL207",
        name: "open-by-default",
        weaknesses: &[1188, 489],
        summary: "debug mode is on unless somebody switches it off",
    },
    Row {
        rule: Rule::NoCentralHandler,
        code: "TL301",
        name: "no-central-handler",
        weaknesses: &[756],
        summary: "no central error handler",
    },
    Row {
        rule: Rule::HandlerCrashes,
        code: "TL302",
        name: "handler-crashes",
        weaknesses: &[755],
        summary: "an error handler fails itself",
    },
    Row {
        rule: Rule::HandlerLosesStatus,
        code: "TL303",
        name: "handler-loses-status",
        weaknesses: &[755],
        summary: "an error is answered with a status that is not its own",
    },
    Row {
        rule: Rule::HandlerLosesHeaders,
        code: "TL304",
        name: "handler-loses-headers",
        weaknesses: &[755],
        summary: "headers that belong to an error are not sent",
    },
    Row {
        rule: Rule::HandlerSilences,
        code: "TL305",
        name: "handler-silences",
        weaknesses: &[778],
        summary: "a handler of every error neither logs nor signals it",
    },
    Row {
        rule: Rule::HandlerNeverRuns,
        code: "TL306",
        name: "handler-never-runs",
        weaknesses: &[756],
        summary: "an error handler is registered and not asked",
    },
    Row {
        rule: Rule::FrameworkDefault,
        code: "TL307",
        name: "framework-default",
        weaknesses: &[209, 1188],
        summary: "the framework tells clients of errors until it is told not to",
    },
];

impl Rule {
    /// All rules, by code.
    pub fn all() -> impl Iterator<Item = Rule> {
        ROWS.iter().map(|row| row.rule)
    }

    fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }

    /// `TL101`.
    pub fn code(self) -> &'static str {
        self.row().code
    }

    /// `exception-message`.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The numbers of the weaknesses in the Common Weakness Enumeration, the first one foremost.
    pub fn weaknesses(self) -> &'static [u16] {
        self.row().weaknesses
    }

    /// What is wrong, in half a sentence.
    pub fn summary(self) -> &'static str {
        self.row().summary
    }

    /// The control whose absence it shows; rules about comments show none.
    pub fn control(self) -> Option<Control> {
        match self.code().as_bytes()[2] {
            b'0' => None,
            b'1' => Some(Control::SanitizedReplies),
            b'2' => Some(Control::DebugSuppression),
            _ => Some(Control::CentralHandler),
        }
    }

    /// Whether it judges the application as a whole, not one place in it.
    pub fn judges_application(self) -> bool {
        matches!(self, Rule::NoCentralHandler)
    }

    /// Whether it judges how a handler is written, whatever reaches the client.
    pub fn judges_handler(self) -> bool {
        matches!(
            self,
            Rule::HandlerCrashes
                | Rule::HandlerLosesStatus
                | Rule::HandlerLosesHeaders
                | Rule::HandlerSilences
                | Rule::HandlerNeverRuns
        )
    }

    /// The rule with this code (any case) or name.
    pub fn find(code_or_name: &str) -> Option<Rule> {
        Rule::all().find(|rule| rule.code().eq_ignore_ascii_case(code_or_name) || rule.name() == code_or_name)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.code(), self.name())
    }
}

/// What an attacker gains.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Names, versions, the client's own input.
    Low,
    /// Text written for developers.
    Medium,
    /// Stack traces, SQL, paths; or text of every error of the application.
    High,
    /// Secrets, settings, or code execution.
    Critical,
}

impl Severity {
    const NAMES: [(Severity, &'static str); 5] = [
        (Severity::Info, "info"),
        (Severity::Low, "low"),
        (Severity::Medium, "medium"),
        (Severity::High, "high"),
        (Severity::Critical, "critical"),
    ];

    /// `high`.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize].1
    }

    /// One level more.
    pub fn raised(self) -> Self {
        match self {
            Severity::Info => Severity::Low,
            Severity::Low => Severity::Medium,
            Severity::Medium => Severity::High,
            Severity::High | Severity::Critical => Severity::Critical,
        }
    }

    /// The severity of this name.
    pub fn find(name: &str) -> Option<Severity> {
        Self::NAMES.iter().find(|(_, known)| *known == name).map(|(severity, _)| *severity)
    }
}

/// How sure we are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Confidence {
    /// The shape is there; a call on the way could not be resolved.
    Possible,
    /// A flow from source to reply.
    Likely,
    /// A reply that leaks was seen.
    Proven,
}

impl Confidence {
    /// `likely`.
    pub fn name(self) -> &'static str {
        match self {
            Confidence::Possible => "possible",
            Confidence::Likely => "likely",
            Confidence::Proven => "proven",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_in_the_order_of_the_rules_and_codes_are_unique() {
        for (place, row) in ROWS.iter().enumerate() {
            assert_eq!(row.rule as usize, place, "{} stands in the wrong row", row.name);
        }
        assert!(ROWS.windows(2).all(|pair| pair[0].code < pair[1].code));
    }

    #[test]
    fn a_rule_is_found_by_code_and_by_name() {
        assert_eq!(Rule::find("tl102"), Some(Rule::StackTrace));
        assert_eq!(Rule::find("stack-trace"), Some(Rule::StackTrace));
        assert_eq!(Rule::find("TL999"), None);
    }
}
