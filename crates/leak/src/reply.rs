//! A reply, as whoever has it hands it over.

/// The headers of a reply.
#[derive(Clone, Default, Debug)]
pub struct Headers {
    /// Names in small letters.
    all: Vec<(String, Vec<u8>)>,
}

impl Headers {
    /// The values of the headers of this name, which is in small letters.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.all.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_slice())
    }

    /// The first value of the header of this name, in small letters.
    pub(crate) fn first_lower(&self, name: &str) -> Option<String> {
        self.values(name).next().map(|value| String::from_utf8_lossy(value).to_ascii_lowercase())
    }

    /// Leaves out the headers of this name, which is in small letters.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.all.retain(|(known, _)| known != name);
        self
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(headers: I) -> Self {
        let pair = |(name, value): (N, V)| (name.as_ref().to_ascii_lowercase(), value.as_ref().to_vec());
        Self { all: headers.into_iter().map(pair).collect() }
    }
}

/// A whole reply.
#[derive(Clone, Copy, Debug)]
pub struct Reply<'a> {
    /// Its status; 0 where it is not known, which is judged like a failure.
    pub status: u16,
    /// Its headers. Content-Type, Content-Encoding and those that name versions matter.
    pub headers: &'a Headers,
    /// Its body as it was sent, in its content coding.
    pub body: &'a [u8],
}
