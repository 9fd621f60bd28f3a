//! `prove --url https://...`: certificates are asked for, and believed where they are trusted.

use std::net::TcpListener;
use std::process::{Command, Output};
use std::sync::Arc;
use std::{fs, thread};

use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::listener::{read, reply};

const TRACEBACK: &str = "Traceback (most recent call last):\n  File \"/srv/shop/orders.py\", line 7, in order\n    \
                         return orders[int(name)]\nValueError: invalid literal for int() with base 10: \"'\"\n";

/// A server that fails whatever it is asked, and its certificate.
fn start() -> (String, String) {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate is made");
    let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("key and certificate belong together");
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let url = format!("https://{}", listener.local_addr().expect("it has an address"));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let config = Arc::clone(&config);
            thread::spawn(move || {
                let connection = ServerConnection::new(config).expect("the configuration is right");
                let mut stream = StreamOwned::new(connection, stream);
                if read(&mut stream).is_some() {
                    reply(&mut stream, "500 INTERNAL SERVER ERROR", "text/plain", TRACEBACK);
                    stream.conn.send_close_notify();
                    drop(stream.conn.complete_io(&mut stream.sock));
                }
            });
        }
    });
    (url, made.cert.pem())
}

fn ask(url: &str, certificates: &str) -> Output {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("certificates.pem");
    fs::write(&file, certificates).expect("a file can be written");
    Command::new(env!("CARGO_BIN_EXE_tightlip"))
        .args(["prove", "--isolated", "--rate", "100000", "--url", url])
        .env("SSL_CERT_FILE", file)
        .env_remove("SSL_CERT_DIR")
        .output()
        .expect("tightlip runs")
}

#[test]
fn a_leak_is_seen_through_tls() {
    let (url, certificate) = start();
    let output = ask(&url, &certificate);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains(&format!("curl -i '{url}/")) && said.contains("orders.py"), "{said}");
}

#[test]
fn who_is_not_trusted_is_not_asked() {
    let (url, _) = start();
    let output = ask(&url, "");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("no TLS: ") && said.contains("SSL_CERT_FILE"), "{said}");
    assert!(!String::from_utf8_lossy(&output.stdout).contains("orders.py"));
}

#[test]
fn a_server_without_tls_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let url = format!("https://{}", listener.local_addr().expect("it has an address"));
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            reply(&mut stream, "400 BAD REQUEST", "text/plain", "http only");
        }
    });
    let output = ask(&url, "");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("no TLS: "), "{said}");
}
