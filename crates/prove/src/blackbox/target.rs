//! The server that is asked, and whether it may be.

use std::net::IpAddr;

use url::{Host, Url};

use crate::exchange::Transport;

/// A server, and the path below which its application is.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// Scheme, host and port, and a path that ends with `/`; neither query nor fragment.
    base: Url,
}

impl Target {
    /// The target that `text` names. Anything but loopback is only asked where `consent` names its host.
    pub(crate) fn new(text: &str, consent: &[String]) -> Result<Self, String> {
        let example = "http://127.0.0.1:5000 is one";
        let mut base = Url::parse(text).map_err(|error| format!("it is no URL: {error}; {example}"))?;
        match base.scheme() {
            "http" | "https" => {}
            other => return Err(format!("`{other}` is not spoken, http and https are; {example}")),
        }
        let host = base.host_str().ok_or_else(|| format!("it names no host; {example}"))?.to_owned();
        if !base.username().is_empty() || base.password().is_some() {
            return Err("it has a name or password in it; --header 'Authorization: ...' sends one".to_owned());
        }
        if !is_loopback(&base) && !consent.iter().any(|known| known.eq_ignore_ascii_case(&host)) {
            return Err(format!(
                "{host} is not this machine. Requests that break programs are sent there, so make sure that \
                 you may, and say so: --i-may-test-this-host {host}"
            ));
        }
        base.set_query(None);
        base.set_fragment(None);
        if !base.path().ends_with('/') {
            let path = format!("{}/", base.path());
            base.set_path(&path);
        }
        Ok(Self { base })
    }

    /// The host as connections are made to it.
    pub(crate) fn host(&self) -> String {
        match self.base.host() {
            Some(Host::Ipv6(address)) => address.to_string(),
            Some(host) => host.to_string(),
            None => String::new(),
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.base.port_or_known_default().unwrap_or(80)
    }

    /// How bytes go there.
    pub(crate) fn transport(&self) -> Transport {
        match self.base.scheme() {
            "https" => Transport::tls(),
            _ => Transport::Plain,
        }
    }

    /// The path below which the application is, without the last `/`.
    pub(crate) fn root(&self) -> &str {
        self.base.path().trim_end_matches('/')
    }

    /// `target` as an address.
    pub(crate) fn url(&self, target: &str) -> String {
        format!("{}{target}", self.origin())
    }

    /// Scheme, host and port.
    pub(crate) fn origin(&self) -> String {
        self.base.origin().ascii_serialization()
    }

    /// Path and query of what `link` on the page at `page` leads to, if that is on this server.
    pub(crate) fn follow(&self, page: &str, link: &str) -> Option<String> {
        let page = self.base.join(page).ok()?;
        let url = page.join(link.trim()).ok().filter(|url| url.origin() == self.base.origin())?;
        Some(match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        })
    }
}

/// Whether it is this machine for sure: other names may mean any machine.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_machines_need_consent() {
        for this in ["http://127.0.0.1:5000", "http://localhost", "http://[::1]:80/x", "http://127.9.9.9"] {
            assert!(Target::new(this, &[]).is_ok(), "{this}");
        }
        let others =
            ["http://shop.example", "http://192.168.0.1", "http://localhost.example", "http://0.0.0.0:1"];
        for other in others {
            let said = Target::new(other, &["another.example".to_owned()]).expect_err(other);
            assert!(said.contains("--i-may-test-this-host "), "{said}");
        }
        assert!(Target::new("http://shop.example", &["Shop.Example".to_owned()]).is_ok());
    }

    #[test]
    fn what_cannot_be_asked_is_told() {
        for (text, words) in [
            ("shop", "it is no URL"),
            ("ftp://127.0.0.1", "`ftp` is not spoken"),
            ("http://ann:secret@127.0.0.1", "--header"),
        ] {
            let said = Target::new(text, &[]).expect_err(text);
            assert!(said.contains(words), "{said}");
        }
    }

    #[test]
    fn links_stay_on_the_server() {
        let target = Target::new("http://127.0.0.1:5000/shop?x=1#y", &[]).unwrap();
        assert_eq!(target.root(), "/shop");
        let follow = |link: &str| target.follow("/shop/orders/", link);
        assert_eq!(follow("7?a=b#c").as_deref(), Some("/shop/orders/7?a=b"));
        assert_eq!(follow("/x").as_deref(), Some("/x"));
        assert_eq!(follow("http://127.0.0.1:5000/y").as_deref(), Some("/y"));
        for elsewhere in ["//shop.example/x", "http://127.0.0.1:5001/", "https://127.0.0.1:5000/", "mailto:a"]
        {
            assert_eq!(follow(elsewhere), None, "{elsewhere}");
        }
    }
}
