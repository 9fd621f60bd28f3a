//! The exchange that proves a result, as the standard has it.

use tightlip_rules::{Evidence, Exchange, Verdict};

use super::log::{WebBody, WebRequest, WebResponse};

/// The request of `exchange`.
pub(super) fn request(exchange: &Exchange) -> WebRequest {
    let request = &exchange.request;
    WebRequest {
        protocol: "HTTP",
        version: "1.1",
        target: request.url.clone(),
        method: request.method.clone(),
        headers: request.headers.iter().cloned().collect(),
        body: WebBody { text: String::from_utf8_lossy(&request.body).into_owned() },
    }
}

/// The reply of `exchange`.
pub(super) fn response(exchange: &Exchange) -> WebResponse {
    WebResponse {
        protocol: "HTTP",
        version: "1.1",
        status_code: exchange.status,
        reason_phrase: exchange.reason.clone(),
        headers: exchange.headers.iter().cloned().collect(),
        body: WebBody { text: exchange.body.clone() },
    }
}

/// The verdict in words.
pub(super) fn verdict(evidence: &Evidence) -> String {
    match evidence.verdict {
        Verdict::Proven(cause) => format!("proven, {}", cause.name()),
        verdict => verdict.name().to_owned(),
    }
}
