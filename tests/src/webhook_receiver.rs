use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use anyhow::Context;
use serde_json::Value;

/// One delivery as it came.
#[derive(Clone, Debug)]
pub struct ReceivedWebhook {
    /// Headers by lower-case name.
    pub headers: HashMap<String, String>,
    /// The exact bytes that the signatures are over.
    pub body: Vec<u8>,
}

impl ReceivedWebhook {
    /// The events in it.
    #[must_use]
    pub fn events(&self) -> Vec<Value> {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        body["events"].as_array().cloned().unwrap_or_default()
    }
}

/// A tenant's own server, for webhooks: answers each at once and keeps it.
#[derive(Debug)]
pub struct WebhookReceiver {
    url: String,
    status: Arc<AtomicU16>,
    received: mpsc::Receiver<ReceivedWebhook>,
}

impl WebhookReceiver {
    /// Listens on a free port; ends with the process.
    pub fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}/webhooks", listener.local_addr()?);
        let status = Arc::new(AtomicU16::new(200));
        let (sender, received) = mpsc::channel();
        let answer = status.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (sender, answer) = (sender.clone(), answer.clone());
                thread::spawn(move || {
                    // A connection that breaks delivers nothing; the sender tries again.
                    let _ = serve(&stream, &sender, &answer);
                });
            }
        });
        Ok(Self { url, status, received })
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What it answers from now on.
    pub fn answer(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    /// The next delivery, whatever it was answered.
    pub fn next(&self, patience: Duration) -> anyhow::Result<ReceivedWebhook> {
        self.received.recv_timeout(patience).context("no webhook came")
    }

    /// Takes deliveries until one holds an event that fits, and returns that event.
    pub fn wait_for(&self, patience: Duration, fits: impl Fn(&Value) -> bool) -> anyhow::Result<Value> {
        let deadline = std::time::Instant::now() + patience;
        loop {
            let left = deadline.saturating_duration_since(std::time::Instant::now());
            let found = self.next(left)?.events().into_iter().find(&fits);
            if let Some(event) = found {
                return Ok(event);
            }
        }
    }
}

/// All requests of one connection.
fn serve(
    stream: &TcpStream,
    sender: &mpsc::Sender<ReceivedWebhook>,
    status: &AtomicU16,
) -> anyhow::Result<()> {
    let mut reader = BufReader::new(stream);
    while let Some(headers) = read_headers(&mut reader)? {
        let length = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let status = status.load(Ordering::SeqCst);
        sender.send(ReceivedWebhook { headers, body })?;
        // In one piece: the system holds the second of two small ones back.
        let answer = format!("HTTP/1.1 {status} Answer\r\nContent-Length: 0\r\n\r\n");
        (&mut &*stream).write_all(answer.as_bytes())?;
    }
    Ok(())
}

/// `None` at the end of the connection.
fn read_headers(reader: &mut impl BufRead) -> anyhow::Result<Option<HashMap<String, String>>> {
    let mut headers = HashMap::new();
    let mut request_line = String::new();
    if reader.read_line(&mut request_line)? == 0 {
        return Ok(None);
    }
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        match line.trim_end().split_once(':') {
            Some((name, value)) => headers.insert(name.to_ascii_lowercase(), value.trim().to_owned()),
            None => return Ok(Some(headers)),
        };
    }
}
