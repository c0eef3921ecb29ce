use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use campanile_webhooks::{Ping, TestResult, Workbench};
use sqlx::PgPool;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::sleep,
};

use crate::fixture::{app, config, start_with, store};

/// What a malicious endpoint sends: a beginning, then a piece for ever, with a pause between.
#[derive(Clone)]
struct Script {
    beginning: Vec<u8>,
    piece: Vec<u8>,
    pause: Duration,
}

impl Script {
    fn new(beginning: impl Into<Vec<u8>>) -> Self {
        Self { beginning: beginning.into(), piece: Vec::new(), pause: Duration::ZERO }
    }

    fn then(self, piece: impl Into<Vec<u8>>, pause_ms: u64) -> Self {
        Self { piece: piece.into(), pause: Duration::from_millis(pause_ms), ..self }
    }

    async fn play(self, mut stream: TcpStream) -> std::io::Result<()> {
        let mut request = [0; 8192];
        let _ = stream.read(&mut request).await?;
        stream.write_all(&self.beginning).await?;
        while !self.piece.is_empty() {
            stream.write_all(&self.piece).await?;
            sleep(self.pause).await;
        }
        Ok(())
    }
}

/// Where the script is played to whoever connects, and how many that were.
async fn stage(script: Script) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let hits = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&hits);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counted.fetch_add(1, Relaxed);
            tokio::spawn(script.clone().play(stream));
        }
    });
    (url, hits)
}

struct Bench {
    workbench: Workbench,
    app: campanile_control::AppRecord,
    _webhooks: campanile_webhooks::Webhooks,
}

impl Bench {
    async fn new(pool: &PgPool) -> Self {
        let store = store(pool).await;
        let app = app(&store, "Acme").await;
        let webhooks = start_with(&store, config()).await;
        Self { workbench: webhooks.workbench(), app, _webhooks: webhooks }
    }

    async fn suffer(&self, script: Script) -> TestResult {
        let (url, hits) = stage(script).await;
        let ping = Ping { url, timeout: Some(Duration::from_secs(1)), ..Ping::default() };
        let result = self.workbench.ping(self.app.tenant_id, self.app.id, ping).await.unwrap();
        assert!(result.duration < Duration::from_secs(3), "{:?}", result.duration);
        assert_eq!(hits.load(Relaxed), 1, "one request, whatever was answered");
        result
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn threat_4_an_answer_is_bounded_in_time_and_size(pool: PgPool) {
    let bench = Bench::new(&pool).await;
    let late = Some("no answer within 1 s");
    let dripped = bench.suffer(Script::new("HTTP/1.1 200 OK\r\nx-drip: ").then("a", 20)).await;
    assert_eq!((dripped.status, dripped.error.as_deref()), (None, late));
    let silent = bench.suffer(Script::new("").then("", 0)).await;
    assert!(silent.status.is_none());
    let continued = bench.suffer(Script::new("").then("HTTP/1.1 100 Continue\r\n\r\n", 1)).await;
    assert_eq!((continued.status, continued.error.as_deref()), (None, late));

    // The status has come; what follows it is not waited for longer than the rest.
    let drip = Script::new("HTTP/1.1 500 X\r\ncontent-length: 100000\r\n\r\n").then("a", 20);
    let result = bench.suffer(drip).await;
    let excerpt = result.response.unwrap().excerpt;
    assert!(result.status == Some(500) && (1..100).contains(&excerpt.len()), "{}", excerpt.len());
    let endless = Script::new("HTTP/1.1 200 OK\r\n\r\n").then("x".repeat(16 * 1024), 0);
    let result = bench.suffer(endless).await;
    assert_eq!((result.status, result.response.unwrap().excerpt.len()), (Some(200), 4096));
    assert!(result.duration < Duration::from_millis(900), "it is cut off, not waited out");
    let chunked = Script::new("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").then("1\r\nx\r\n", 0);
    assert_eq!(bench.suffer(chunked).await.status, Some(200));
}

#[sqlx::test(migrations = "../../migrations")]
async fn threat_4_huge_headers_break_only_their_own_request(pool: PgPool) {
    let bench = Bench::new(&pool).await;
    let many: String = (0..1_000).map(|n| format!("x-{n}: v\r\n")).collect();
    for script in [
        Script::new(format!("HTTP/1.1 200 OK\r\n{many}\r\n")),
        Script::new("HTTP/1.1 200 OK\r\nx-long: ").then("v".repeat(64 * 1024), 0),
        Script::new("HTTP/1.1 200 OK\r\n").then(many, 0),
        Script::new("not HTTP at all\r\n\r\n"),
        Script::new("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab"),
    ] {
        let result = bench.suffer(script).await;
        assert!(result.status.is_none() && result.error.is_some(), "{:?}", result.status);
    }
    let fitting =
        Script::new(format!("HTTP/1.1 200 OK\r\nx-a: {}\r\ncontent-length: 0\r\n\r\n", "v".repeat(8_000)));
    assert_eq!(bench.suffer(fitting).await.status, Some(200));
}

#[sqlx::test(migrations = "../../migrations")]
async fn threat_4_nothing_is_decompressed(pool: PgPool) {
    let bench = Bench::new(&pool).await;
    let gzip = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x4b, 4, 0, 0x43, 0xbe, 0xb7, 0xe8, 1, 0, 0, 0];
    let head = format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", gzip.len());
    let result = bench.suffer(Script::new([head.as_bytes(), &gzip].concat())).await;
    assert!(!result.request_headers.contains_key("accept-encoding"));
    assert!(result.response.unwrap().excerpt.starts_with('\u{1f}'));
}

#[sqlx::test(migrations = "../../migrations")]
async fn threat_3_no_redirect_is_followed(pool: PgPool) {
    let bench = Bench::new(&pool).await;
    let (elsewhere, visits) = stage(Script::new("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")).await;
    for status in [300, 301, 302, 303, 304, 305, 307, 308] {
        let answer = format!("HTTP/1.1 {status} X\r\nlocation: {elsewhere}\r\ncontent-length: 0\r\n\r\n");
        let result = bench.suffer(Script::new(answer)).await;
        assert_eq!(result.status, Some(status));
        assert_eq!(result.error.as_deref(), Some("redirects are not followed"));
    }
    for header in ["refresh: 0; url=", "link: rel=canonical; href="] {
        let answer = format!("HTTP/1.1 200 OK\r\n{header}{elsewhere}\r\ncontent-length: 0\r\n\r\n");
        assert_eq!(bench.suffer(Script::new(answer)).await.status, Some(200));
    }
    assert_eq!(visits.load(Relaxed), 0);
}
