//! Requests and replies, bounded in time and size whatever the other side does.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper::ext::ReasonPhrase;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// The longest body that is read.
const LONGEST_BODY: usize = 2 << 20;
/// The longest head that is read.
const LONGEST_HEAD: usize = 64 << 10;

/// What is sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path and query, encoded.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// What comes back.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) reason: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// Why there is no reply.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Trouble {
    /// Nothing listens.
    Unreachable,
    /// TLS was wanted, and it cannot be spoken, or the certificate is nobody's whom this machine trusts.
    Untrusted(String),
    /// No reply in time.
    Slow,
    /// What came is no HTTP, or more of it than is read.
    NoReply(String),
    /// The request cannot be sent.
    NoRequest,
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Trouble::Unreachable => formatter.write_str("nothing listens there"),
            Trouble::Untrusted(why) => {
                write!(formatter, "no TLS: {why}; SSL_CERT_FILE may name a file with further certificates")
            }
            Trouble::Slow => formatter.write_str("no reply in time"),
            Trouble::NoReply(why) => write!(formatter, "no HTTP reply that can be read: {why}"),
            Trouble::NoRequest => formatter.write_str("the request cannot be sent"),
        }
    }
}

/// Sends requests to one server, one after the other, each over a connection of its own.
pub(crate) struct Client {
    runtime: tokio::runtime::Runtime,
    host: String,
    port: u16,
    transport: Transport,
    /// Host and port as the header has them.
    authority: String,
    patience: Duration,
}

/// How bytes go to a server.
#[derive(Clone)]
pub(crate) enum Transport {
    Plain,
    Tls(Arc<ClientConfig>),
}

impl Transport {
    /// TLS with servers whom this machine trusts, or a file that `SSL_CERT_FILE` names.
    pub(crate) fn tls() -> Self {
        let mut roots = RootCertStore::empty();
        // A store that cannot be read trusts nobody; that is told with the first reply that does not come.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        Self::Tls(Arc::new(config))
    }

    /// The port that is not written down.
    fn usual_port(&self) -> u16 {
        match self {
            Self::Plain => 80,
            Self::Tls(_) => 443,
        }
    }
}

impl Client {
    pub(crate) fn new(
        host: &str,
        port: u16,
        transport: Transport,
        patience: Duration,
    ) -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        let authority = match (host.contains(':'), port) {
            (true, _) => format!("[{host}]:{port}"),
            (false, port) if port == transport.usual_port() => host.to_owned(),
            (false, _) => format!("{host}:{port}"),
        };
        Ok(Self { runtime, host: host.to_owned(), port, transport, authority, patience })
    }

    /// Sends `request`, with further headers that are no part of the evidence.
    pub(crate) fn send(&self, request: &Request, further: &[(&str, &str)]) -> Result<Reply, Trouble> {
        let exchange = self.exchange(request, further);
        let patience = self.patience;
        self.runtime
            .block_on(async { tokio::time::timeout(patience, exchange).await })
            .unwrap_or(Err(Trouble::Slow))
    }

    async fn exchange(&self, request: &Request, further: &[(&str, &str)]) -> Result<Reply, Trouble> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await;
        let stream = stream.map_err(|_| Trouble::Unreachable)?;
        let config = match &self.transport {
            Transport::Plain => return self.speak(stream, request, further).await,
            Transport::Tls(config) => Arc::clone(config),
        };
        let untrusted = |why: &dyn std::fmt::Display| Trouble::Untrusted(why.to_string());
        let name = ServerName::try_from(self.host.clone()).map_err(|error| untrusted(&error))?;
        let stream = TlsConnector::from(config).connect(name, stream).await;
        self.speak(stream.map_err(|error| untrusted(&error))?, request, further).await
    }

    async fn speak(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        request: &Request,
        further: &[(&str, &str)],
    ) -> Result<Reply, Trouble> {
        let (mut sender, connection) = http1::Builder::new()
            .max_buf_size(LONGEST_HEAD)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(no_reply)?;
        let built = self.build(request, further)?;
        // The connection has to be driven while the reply is read; dropping the set ends it.
        let mut driver = tokio::task::JoinSet::new();
        driver.spawn(async move { drop(connection.await) });
        read(&mut sender, built, self.patience).await
    }

    fn build(
        &self,
        request: &Request,
        further: &[(&str, &str)],
    ) -> Result<hyper::Request<Full<Bytes>>, Trouble> {
        let mut builder =
            hyper::Request::builder().method(request.method.as_str()).uri(request.target.as_str());
        let own = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in own.chain(further.iter().copied()) {
            builder = builder.header(name, value);
        }
        if !request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            builder = builder.header("host", &self.authority);
        }
        builder.body(Full::new(Bytes::from(request.body.clone()))).map_err(|_| Trouble::NoRequest)
    }
}

async fn read(
    sender: &mut http1::SendRequest<Full<Bytes>>,
    request: hyper::Request<Full<Bytes>>,
    patience: Duration,
) -> Result<Reply, Trouble> {
    let response = sender.send_request(request).await.map_err(no_reply)?;
    let status = response.status();
    let reason = match response.extensions().get::<ReasonPhrase>() {
        Some(reason) => String::from_utf8_lossy(reason.as_bytes()).into_owned(),
        None => status.canonical_reason().unwrap_or_default().to_owned(),
    };
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect();
    let body = read_body(response.into_body(), patience / 2).await;
    Ok(Reply { status: status.as_u16(), reason, headers, body })
}

/// What came until the end, the bound, the first fault or the deadline: all of that the client has seen.
async fn read_body(mut body: hyper::body::Incoming, patience: Duration) -> Vec<u8> {
    let deadline = tokio::time::Instant::now() + patience;
    let mut bytes = Vec::new();
    while let Ok(Some(Ok(frame))) = tokio::time::timeout_at(deadline, body.frame()).await {
        if let Some(data) = frame.data_ref() {
            bytes.extend_from_slice(&data[..data.len().min(LONGEST_BODY - bytes.len())]);
        }
        if bytes.len() >= LONGEST_BODY {
            break;
        }
    }
    bytes
}

fn no_reply(error: hyper::Error) -> Trouble {
    Trouble::NoReply(error.to_string())
}
