//! Content codings: what a body looked like before it was packed for its way.

use std::io::{self, ErrorKind, Write};

use brotli_decompressor::DecompressorWriter;
use flate2::write::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use crate::reply::Headers;
use crate::scanner::Scanner;
use crate::verdict::Problem;

/// A packed body is looked at so far: a few bytes can unpack to gigabytes.
pub(crate) const MOST_UNPACKED: usize = 64 << 20;

/// Memory that a window of zstd may take, as a power of two: what RFC 9659 allows on the web.
const LARGEST_ZSTD_WINDOW: u32 = 23;

/// So many bytes show whether a body is in its coding.
const LONGEST_LOOK: usize = 4;

/// So many bytes are unpacked at a time.
const STEP: usize = 16 << 10;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

impl Coding {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "gzip" | "x-gzip" => Some(Self::Gzip),
            "deflate" => Some(Self::Deflate),
            "br" => Some(Self::Brotli),
            "zstd" => Some(Self::Zstd),
            _ => None,
        }
    }

    /// Whether a body in this coding may begin like this.
    fn begins(self, first: &[u8]) -> bool {
        match self {
            Self::Gzip => first.starts_with(&[0x1F, 0x8B]),
            Self::Zstd => {
                first.starts_with(&[0x28, 0xB5, 0x2F, 0xFD])
                    || matches!(first, [0x50..=0x5F, 0x2A, 0x4D, 0x18])
            }
            Self::Deflate | Self::Brotli => true,
        }
    }

    fn open(self, first: &[u8], outlet: Outlet) -> io::Result<Box<dyn Unpack>> {
        Ok(match self {
            Self::Gzip => Box::new(MultiGzDecoder::new(outlet)),
            // What is called deflate is in a frame of zlib by the standard, and without one by habit.
            Self::Deflate if has_zlib_frame(first) => Box::new(ZlibDecoder::new(outlet)),
            Self::Deflate => Box::new(DeflateDecoder::new(outlet)),
            Self::Brotli => Box::new(DecompressorWriter::new(outlet, STEP)),
            Self::Zstd => {
                let mut decoder = zstd::stream::write::Decoder::new(outlet)?;
                decoder.window_log_max(LARGEST_ZSTD_WINDOW)?;
                Box::new(decoder)
            }
        })
    }
}

fn has_zlib_frame(first: &[u8]) -> bool {
    matches!(first, [method, flags, ..]
        if method & 0x0F == 8 && (u16::from(*method) << 8 | u16::from(*flags)) % 31 == 0)
}

/// Where unpacked bytes go.
pub(crate) struct Outlet {
    /// Nothing once it was taken out.
    scanner: Option<Box<Scanner>>,
    /// So many bytes may still come.
    left: usize,
}

impl Write for Outlet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(scanner) = &mut self.scanner else { return Ok(bytes.len()) };
        if self.left == 0 && !bytes.is_empty() {
            return Err(ErrorKind::StorageFull.into());
        }
        let taken = bytes.len().min(self.left);
        self.left -= taken;
        scanner.feed(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Something that unpacks what is written to it.
trait Unpack: Write + Send + Sync {
    fn end(&mut self) -> io::Result<()>;
    fn outlet(&mut self) -> &mut Outlet;
}

macro_rules! unpack {
    ($decoder:ty, $end:ident) => {
        impl Unpack for $decoder {
            fn end(&mut self) -> io::Result<()> {
                self.$end()
            }
            fn outlet(&mut self) -> &mut Outlet {
                self.get_mut()
            }
        }
    };
}

unpack!(MultiGzDecoder<Outlet>, try_finish);
unpack!(ZlibDecoder<Outlet>, try_finish);
unpack!(DeflateDecoder<Outlet>, try_finish);
unpack!(DecompressorWriter<Outlet>, close);
unpack!(zstd::stream::write::Decoder<'static, Outlet>, flush);

/// Unpacks a body, piece by piece.
pub(crate) struct Decoder {
    state: State,
    name: String,
    problem: Option<Problem>,
}

enum State {
    /// Nothing is packed.
    Plain(Box<Scanner>),
    /// The first bytes have to show whether it is packed as it says.
    Waiting { coding: Coding, first: Vec<u8>, scanner: Box<Scanner> },
    /// It is packed. What comes is unpacked in steps of one size: where a coding is broken, it depends on them how much
    /// of what came before is seen.
    Packed { unpack: Box<dyn Unpack>, waiting: Vec<u8> },
    /// Nothing more is looked at.
    Over(Box<Scanner>),
}

impl Decoder {
    pub(crate) fn new(headers: &Headers, scanner: Scanner) -> Self {
        let scanner = Box::new(scanner);
        let values = headers.values("content-encoding");
        let names: Vec<String> = values
            .flat_map(|value| value.split(|byte| *byte == b','))
            .map(|name| String::from_utf8_lossy(name.trim_ascii()).to_ascii_lowercase())
            .filter(|name| !name.is_empty() && name != "identity")
            .collect();
        let name = names.join(", ");
        let mut problem = None;
        let state = match (names.len(), Coding::parse(&name)) {
            (0, _) => State::Plain(scanner),
            (_, Some(coding)) => State::Waiting { coding, first: Vec::new(), scanner },
            (_, None) => {
                problem = Some(Problem::UnknownCoding(name.clone()));
                State::Over(scanner)
            }
        };
        Self { state, name, problem }
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        match &mut self.state {
            State::Plain(scanner) => scanner.feed(bytes),
            State::Over(_) => {}
            State::Waiting { first, .. } => {
                first.extend_from_slice(bytes);
                if first.len() >= LONGEST_LOOK {
                    self.open();
                }
            }
            State::Packed { unpack, waiting } => {
                waiting.extend_from_slice(bytes);
                let whole = waiting.len() - waiting.len() % STEP;
                let failed = waiting[..whole].chunks(STEP).find_map(|piece| unpack.write_all(piece).err());
                waiting.drain(..whole);
                if let Some(error) = failed {
                    self.give_up(&error);
                }
            }
        }
    }

    /// The first bytes are there.
    fn open(&mut self) {
        let State::Waiting { coding, first, scanner } = self.take() else { return };
        if !coding.begins(&first) {
            // Recordings often hold what was unpacked beside the header that says that it is packed.
            if !first.is_empty() {
                self.problem = Some(Problem::BrokenCoding(self.name.clone()));
            }
            self.state = State::Plain(scanner);
            return self.push(&first);
        }
        let outlet = Outlet { scanner: Some(scanner), left: MOST_UNPACKED };
        match coding.open(&first, outlet) {
            Ok(unpack) => {
                self.state = State::Packed { unpack, waiting: Vec::new() };
                self.push(&first);
            }
            Err(_) => self.problem = Some(Problem::BrokenCoding(self.name.clone())),
        }
    }

    fn give_up(&mut self, error: &io::Error) {
        let too_large = matches!(error.kind(), ErrorKind::StorageFull);
        let State::Packed { mut unpack, .. } = self.take() else { return };
        let outlet = unpack.outlet();
        let is_full = too_large || outlet.left == 0;
        self.problem = Some(match is_full {
            true => Problem::TooLarge(MOST_UNPACKED),
            false => Problem::BrokenCoding(self.name.clone()),
        });
        if let Some(scanner) = outlet.scanner.take() {
            self.state = State::Over(scanner);
        }
    }

    fn take(&mut self) -> State {
        std::mem::replace(&mut self.state, State::Over(Box::default()))
    }

    /// All of the body was there.
    pub(crate) fn finish(mut self) -> (Scanner, Option<Problem>) {
        if matches!(self.state, State::Waiting { .. }) {
            self.open();
        }
        if let State::Packed { unpack, waiting } = &mut self.state {
            match unpack.write_all(waiting).and_then(|()| unpack.flush()).and_then(|()| unpack.end()) {
                Ok(()) => {
                    if let Some(scanner) = unpack.outlet().scanner.take() {
                        self.state = State::Over(scanner);
                    }
                }
                Err(error) => self.give_up(&error),
            }
        }
        match self.state {
            State::Plain(scanner) | State::Over(scanner) | State::Waiting { scanner, .. } => {
                (*scanner, self.problem)
            }
            // Its scanner was taken out above.
            State::Packed { .. } => (Scanner::default(), self.problem),
        }
    }
}
