use std::{collections::HashMap, time::Duration};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot},
    time::timeout,
};

const PATIENCE: Duration = Duration::from_secs(30);

/// An HTTP server that hands each request to the test, which decides what is answered and when.
pub(crate) struct Receiver {
    pub(crate) port: u16,
    requests: mpsc::UnboundedReceiver<Received>,
}

/// One request, not answered yet. Dropping it breaks the connection.
pub(crate) struct Received {
    pub(crate) path: String,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: String,
    answer: oneshot::Sender<String>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, requests) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, sender.clone()));
            }
        });
        Self { port, requests }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The next request, whatever it is.
    pub(crate) async fn next(&mut self) -> Received {
        timeout(PATIENCE, self.requests.recv()).await.expect("a request in time").unwrap()
    }

    /// Answers the next request with 200 and returns it in words.
    pub(crate) async fn accept(&mut self) -> (String, Vec<String>) {
        let request = self.next().await;
        let read = (request.path.clone(), request.words());
        request.answer(200);
        read
    }
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(crate) fn events(&self) -> Vec<Value> {
        let body: Value = serde_json::from_str(&self.body).unwrap();
        body["events"].as_array().unwrap().clone()
    }

    /// `name channel user` of each event.
    pub(crate) fn words(&self) -> Vec<String> {
        let text = |event: &Value, name: &str| event[name].as_str().unwrap_or_default().to_owned();
        let describe = |event: &Value| {
            [text(event, "name"), text(event, "channel"), text(event, "user_id")].join(" ").trim().to_owned()
        };
        self.events().iter().map(describe).collect()
    }

    pub(crate) fn answer(self, status: u16) {
        self.answer_with(status, "", "hello");
    }

    /// `headers` are whole lines, each with its line break.
    pub(crate) fn answer_with(self, status: u16, headers: &str, body: &str) {
        let length = body.len();
        let _ = self
            .answer
            .send(format!("HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\n\r\n{body}"));
    }
}

async fn serve(stream: TcpStream, requests: mpsc::UnboundedSender<Received>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            match line.trim_end() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        let path = lines.first()?.split(' ').nth(1)?.to_owned();
        let headers: HashMap<_, _> = lines[1..]
            .iter()
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let mut body = vec![0; headers.get("content-length")?.parse().ok()?];
        stream.read_exact(&mut body).await.ok()?;
        let (answer, answered) = oneshot::channel();
        let body = String::from_utf8(body).ok()?;
        requests.send(Received { path, headers, body, answer }).ok()?;
        stream.write_all(answered.await.ok()?.as_bytes()).await.ok()?;
    }
}
