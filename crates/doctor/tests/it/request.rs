//! As much of HTTP as a scripted server needs.

use std::collections::HashMap;

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

pub(crate) struct Request {
    pub(crate) method: String,
    /// Without the query.
    pub(crate) path: String,
    pub(crate) query: HashMap<String, String>,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: String,
    pub(crate) stream: TcpStream,
}

impl Request {
    /// `None` for what is no request.
    pub(crate) async fn read(stream: TcpStream) -> Option<Self> {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line).await.ok()?;
        let mut words = line.split(' ').map(str::to_owned);
        let (method, target) = (words.next()?, words.next()?);
        let mut headers = HashMap::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).await.ok()?;
            match line.trim_end().split_once(':') {
                Some((name, value)) => headers.insert(name.to_ascii_lowercase(), value.trim().to_owned()),
                None => break,
            };
        }
        let length = headers.get("content-length").and_then(|text: &String| text.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        reader.read_exact(&mut body).await.ok()?;
        let url: url::Url = format!("http://host{target}").parse().ok()?;
        Some(Self {
            method,
            path: url.path().to_owned(),
            query: url.query_pairs().into_owned().collect(),
            headers,
            body: String::from_utf8(body).ok()?,
            stream: reader.into_inner(),
        })
    }

    /// A whole answer; `headers` are complete lines without their end.
    pub(crate) async fn answer(mut self, status: u16, headers: &[&str], body: &str) {
        let mut head =
            format!("HTTP/1.1 {status} Answer\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
        for header in headers {
            head += header;
            head += "\r\n";
        }
        // The client may have left.
        let _ = self.stream.write_all(format!("{head}\r\n{body}").as_bytes()).await;
    }

    /// The head of an answer that goes on.
    pub(crate) async fn begin(&mut self, headers: &[&str]) {
        let mut head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n".to_owned();
        for header in headers {
            head += header;
            head += "\r\n";
        }
        let _ = self.stream.write_all(format!("{head}\r\n").as_bytes()).await;
    }

    /// More of it. `false` when the client has left.
    pub(crate) async fn chunk(&mut self, text: &str) -> bool {
        self.stream.write_all(format!("{:x}\r\n{text}\r\n", text.len()).as_bytes()).await.is_ok()
    }
}
