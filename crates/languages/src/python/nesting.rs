//! How deep source is nested, measured before it is parsed.
//!
//! ruff's parser takes up to 8 KiB of memory for each level of nesting, quadratic time for f-strings in
//! f-strings, and stack that it does not check for defaults of lambdas; and its tree is dropped by
//! recursion. Levels are not only brackets and blocks, but everything that leans to one side:
//! `not not a`, `a.b.c`, `a + b + c`, `lambda: lambda: a`.
//!
//! Measuring takes a quarter of the time of parsing, so only source that could be nested too deeply is
//! measured: no more than one file in a hundred.

use memchr::memmem;
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::Mode;
use ruff_python_parser::lexer::lex;

/// Source that may be nested deeper is not parsed.
pub(super) const DEEPEST_PARSED: u32 = 8_000;

/// f-strings inside of f-strings. CPython refuses more than 150.
const DEEPEST_FORMAT: u32 = 150;

/// Lambdas in the defaults of lambdas: `lambda a=lambda b=c: b: a`. Each takes 1.5 KiB of stack.
const DEEPEST_LAMBDA: u32 = 1_000;

/// The links of a chain: `a.b.c`, `a + b + c`. Each takes a hundred bytes of stack when it is dropped.
const LONGEST_CHAIN: u32 = 80_000;

/// A level of keywords alone (`not`) takes four bytes, and the cheapest of these take a kilobyte: in
/// source of this size, they come to 32 MiB.
const LONGEST_UNMEASURED: usize = 128 << 10;

/// Whether `source` is nested too deeply to be parsed.
pub(super) fn is_too_deep(source: &str) -> bool {
    let deepest = DEEPEST_PARSED as usize;
    if source.len() <= deepest {
        return false;
    }
    let suspicious = source.len() > LONGEST_UNMEASURED
        || openers(source) > deepest
        || memmem::find_iter(source.as_bytes(), "lambda").nth(DEEPEST_LAMBDA as usize).is_some();
    suspicious && Measure::default().exceeds(source)
}

/// How many bytes open a level by themselves, in code or not.
fn openers(source: &str) -> usize {
    let opens = |byte: &u8| matches!(byte, b'(' | b'[' | b'{' | b'-' | b'+' | b'~' | b'*');
    // In small pieces, whose counts fit into a byte, this is done many bytes at a time.
    let pieces = source.as_bytes().chunks(128);
    pieces.map(|piece| piece.iter().map(|byte| u8::from(opens(byte))).sum::<u8>() as usize).sum()
}

/// How deep something stands.
#[derive(Clone, Copy, Default)]
struct Depth {
    /// What the parser recurses for.
    levels: u32,
    /// What it builds in a loop, but what is dropped by recursion as well: the links of a chain.
    links: u32,
}

/// Follows the tokens, with an upper bound of the depth at the place that is reached.
///
/// Broken source is no exception: a bracket that is not closed is open up to the end of the file, as
/// nothing tells for sure where the parser gives it up. That bounds the depth from above all the more.
#[derive(Default)]
struct Measure {
    depth: Depth,
    /// To what depth a comma goes back: what is behind it stands beside what is before it.
    base: Depth,
    /// What is open, outermost first.
    open: Vec<Open>,
    /// How many of them are f-strings.
    formats: u32,
    /// How many of them are parameters of lambdas.
    lambdas: u32,
    /// Whether an operand has just ended, so that a sign is no prefix.
    behind_operand: bool,
}

struct Open {
    kind: Opener,
    depth: Depth,
    base: Depth,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Opener {
    Bracket,
    Format,
    Block,
    /// The parameters of a lambda, up to its colon.
    Lambda,
}

impl Measure {
    fn exceeds(mut self, source: &str) -> bool {
        let mut lexer = lex(source, Mode::Module);
        loop {
            let token = lexer.next_token();
            if token == TokenKind::EndOfFile {
                return false;
            }
            self.read(token);
            if self.depth.levels > DEEPEST_PARSED
                || self.depth.links > LONGEST_CHAIN
                || self.formats > DEEPEST_FORMAT
                || self.lambdas > DEEPEST_LAMBDA
            {
                return true;
            }
        }
    }

    fn read(&mut self, token: TokenKind) {
        match token {
            TokenKind::Comment | TokenKind::NonLogicalNewline => return,
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => self.open(Opener::Bracket),
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => self.close(Opener::Bracket),
            TokenKind::FStringStart | TokenKind::TStringStart => self.open(Opener::Format),
            TokenKind::FStringEnd | TokenKind::TStringEnd => self.close(Opener::Format),
            TokenKind::Lambda => self.open(Opener::Lambda),
            TokenKind::Colon if self.innermost() == Some(Opener::Lambda) => self.close(Opener::Lambda),
            TokenKind::Comma => self.depth = self.base,
            // The parser takes `yield a, yield b` for one inside of the other.
            TokenKind::Yield => {
                self.depth.levels += 1;
                self.base = self.depth;
            }
            TokenKind::Newline => self.end_statement(),
            TokenKind::Indent => self.open(Opener::Block),
            TokenKind::Dedent => {
                self.end_statement();
                self.close(Opener::Block);
            }
            _ if is_operand(token) || is_flat(token) => {}
            _ if is_link(token) && self.behind_operand => self.depth.links += 1,
            _ => self.depth.levels += 1,
        }
        self.behind_operand = is_operand(token);
    }

    fn open(&mut self, kind: Opener) {
        self.count(kind, 1);
        self.open.push(Open { kind, depth: self.depth, base: self.base });
        self.depth.levels += 1;
        self.base = self.depth;
    }

    /// Goes back to what is around. What was inside is now one link of a chain: `a(b)(c)[d]`; but what is
    /// behind the colon of a lambda is inside of it.
    fn close(&mut self, kind: Opener) {
        if self.innermost() == Some(kind)
            && let Some(around) = self.open.pop()
        {
            self.count(kind, -1);
            self.depth = around.depth;
            self.base = around.base;
            match kind {
                Opener::Lambda => self.depth.levels += 1,
                Opener::Bracket | Opener::Format | Opener::Block => self.depth.links += 1,
            }
        }
    }

    fn count(&mut self, kind: Opener, change: i32) {
        match kind {
            Opener::Format => self.formats = self.formats.saturating_add_signed(change),
            Opener::Lambda => self.lambdas = self.lambdas.saturating_add_signed(change),
            Opener::Bracket | Opener::Block => {}
        }
    }

    /// Goes back to the block around.
    fn end_statement(&mut self) {
        while self.open.pop_if(|open| open.kind != Opener::Block).is_some() {}
        (self.formats, self.lambdas) = (0, 0);
        self.depth = Depth { levels: self.open.len() as u32, links: 0 };
        self.base = self.depth;
    }

    fn innermost(&self) -> Option<Opener> {
        self.open.last().map(|open| open.kind)
    }
}

/// Whether an operand ends with it.
fn is_operand(token: TokenKind) -> bool {
    matches!(
        token,
        TokenKind::Name
            | TokenKind::Int
            | TokenKind::Float
            | TokenKind::Complex
            | TokenKind::String
            | TokenKind::FStringMiddle
            | TokenKind::TStringMiddle
            | TokenKind::FStringEnd
            | TokenKind::TStringEnd
            | TokenKind::Rpar
            | TokenKind::Rsqb
            | TokenKind::Rbrace
            | TokenKind::True
            | TokenKind::False
            | TokenKind::None
            | TokenKind::Ellipsis
    )
}

/// Whether any number of these stand beside each other. The keywords of statements are among them: inside
/// of a bracket that was not closed, the parser takes them for names.
fn is_flat(token: TokenKind) -> bool {
    matches!(
        token,
        TokenKind::And
            | TokenKind::Or
            | TokenKind::Equal
            | TokenKind::Semi
            | TokenKind::As
            | TokenKind::Assert
            | TokenKind::Break
            | TokenKind::Class
            | TokenKind::Continue
            | TokenKind::Def
            | TokenKind::Del
            | TokenKind::Elif
            | TokenKind::Except
            | TokenKind::Finally
            | TokenKind::From
            | TokenKind::Global
            | TokenKind::Import
            | TokenKind::Nonlocal
            | TokenKind::Pass
            | TokenKind::Raise
            | TokenKind::Return
            | TokenKind::Try
            | TokenKind::While
            | TokenKind::With
    )
}

/// Whether the parser joins what stands on both sides of it in a loop.
fn is_link(token: TokenKind) -> bool {
    matches!(
        token,
        TokenKind::Dot
            | TokenKind::Plus
            | TokenKind::Minus
            | TokenKind::Star
            | TokenKind::Slash
            | TokenKind::DoubleSlash
            | TokenKind::Percent
            | TokenKind::At
            | TokenKind::Vbar
            | TokenKind::Amper
            | TokenKind::CircumFlex
            | TokenKind::LeftShift
            | TokenKind::RightShift
            | TokenKind::EqEqual
            | TokenKind::NotEqual
            | TokenKind::Less
            | TokenKind::LessEqual
            | TokenKind::Greater
            | TokenKind::GreaterEqual
            | TokenKind::In
            | TokenKind::Is
            | TokenKind::Colon
    )
}
