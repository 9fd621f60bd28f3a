//! How fast replies are looked at, on one core: `cargo xtask bench leak`.

use std::hint::black_box;
use std::time::{Duration, Instant};

use tightlip_catalogue::Signatures;
use tightlip_leak::{Detector, Headers, Reply, Request};

/// So much of each kind is looked at.
const AMOUNT: usize = 128 << 20;

/// So often a short reply is looked at.
const MOST_ROUNDS: usize = 200_000;

/// Time that this process had a core, where the system says it; the time of day otherwise.
struct Clock {
    used: Option<Duration>,
    started: Instant,
}

impl Clock {
    fn start() -> Self {
        Self { used: Self::used(), started: Instant::now() }
    }

    fn elapsed(&self) -> Duration {
        match (self.used, Self::used()) {
            (Some(before), Some(now)) => now.saturating_sub(before),
            _ => self.started.elapsed(),
        }
    }

    /// Linux counts the nanoseconds of the first thread, and there is no other.
    fn used() -> Option<Duration> {
        let text = std::fs::read_to_string("/proc/self/schedstat").ok()?;
        text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
    }
}

struct Sample {
    name: &'static str,
    kind: &'static str,
    status: u16,
    body: Vec<u8>,
}

fn main() {
    let started = Instant::now();
    let signatures = Signatures::embedded().unwrap_or_else(|error| panic!("{error}"));
    let detector = Detector::new(&signatures);
    println!("{} signatures, ready after {} ms", signatures.iter().len(), started.elapsed().as_millis());
    println!("{:36} {:>9} {:>8}  leak", "replies", "bytes", "MB/s");
    for sample in samples() {
        let headers = Headers::from_iter([("content-type", sample.kind)]);
        let reply = Reply { status: sample.status, headers: &headers, body: &sample.body };
        // The patterns that are needed are made once.
        let leak = detector.inspect(&reply, &Request::none()).leak;
        let rounds = (AMOUNT / sample.body.len()).clamp(1, MOST_ROUNDS);
        let started = Clock::start();
        for _ in 0..rounds {
            black_box(detector.inspect(black_box(&reply), &Request::none()));
        }
        let bytes = (rounds * sample.body.len()) as f64;
        let speed = bytes / started.elapsed().as_secs_f64() / 1e6;
        println!("{:36} {:>9} {speed:>8.0}  {leak}", sample.name, sample.body.len());
    }
}

fn samples() -> Vec<Sample> {
    let rows = |row: &str, count: usize| row.repeat(count).into_bytes();
    let page = "<div class=\"card\"><h2>Lantern &amp; stand</h2><p>A lamp for the garden, made of brass and glass; \
                it burns for six hours.</p><a href=\"/products/17?ref=list\">Details</a> <span>49.90</span></div>\n";
    let data = "{\"id\": 1729, \"name\": \"Lantern \\\"Ann\\\"\", \"price\": 49.9, \"tags\": [\"garden\", \"brass\"], \
                \"updated\": \"2024-05-01T10:00:00Z\", \"owner\": {\"id\": 7, \"email\": \"ann@shop.example\"}},\n";
    let quiet =
        "var a=e.children;for(var n=0;n<a.length;n++)t(a[n].props.value,n);return r.default=a};\n".repeat(20);
    let script = "!function(e,t){if(typeof e!==\"object\")throw new TypeError(\"no object\");return t.call(e,1,2)}({},a);\n";
    let words = "When the request cannot be served, the server says so; the line that fails is logged with its number.\n";
    let trace = "  File \"/srv/shop/views/orders.py\", line 41, in place\n    order = orders.place(request.get_json())\n";
    let sample = |name, kind, status, body| Sample { name, kind, status, body };
    vec![
        sample("a page", "text/html", 200, rows(page, 400)),
        sample("a large page", "text/html", 200, rows(page, 8000)),
        sample("data", "application/json", 200, rows(data, 400)),
        sample("large data", "application/json", 200, rows(data, 8000)),
        sample("scripts in a page", "text/html", 200, rows(&format!("{quiet}{script}"), 200)),
        sample("text", "text/plain", 200, rows(words, 4000)),
        sample("a short error", "application/json", 404, b"{\"error\":\"not found\"}".to_vec()),
        sample("a stack trace of 100 kB", "text/plain", 500, rows(trace, 1000)),
    ]
}
