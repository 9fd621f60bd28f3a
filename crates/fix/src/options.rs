/// What the user chose of ways to fix.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Options {
    /// How a new central handler is written.
    pub handler_style: HandlerStyle,
}

/// How a new central handler is written.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum HandlerStyle {
    /// For errors that are replies: the framework logs and signals what nobody foresaw, and hands it on as one of
    /// these. Debuggers and tests go on working.
    #[default]
    Flask,
    /// For every error: answers even where settings hand errors on to the server.
    Classic,
}
