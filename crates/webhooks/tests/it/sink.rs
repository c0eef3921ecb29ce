use std::sync::Arc;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// An HTTP server that takes everything at once, over connections that stay open, and tells what it took.
pub(crate) struct Sink {
    port: u16,
}

type Take = Arc<dyn Fn(Vec<u8>) + Send + Sync>;

impl Sink {
    pub(crate) async fn start(take: impl Fn(Vec<u8>) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let take: Take = Arc::new(take);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&take)));
            }
        });
        Self { port }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }
}

async fn serve(mut stream: TcpStream, take: Take) -> Option<()> {
    let mut read = Vec::with_capacity(64 * 1024);
    loop {
        let (head, length) = loop {
            if let Some(found) = find_head(&read) {
                break found;
            }
            if stream.read_buf(&mut read).await.ok()? == 0 {
                return None;
            }
        };
        while read.len() < head + length {
            if stream.read_buf(&mut read).await.ok()? == 0 {
                return None;
            }
        }
        let rest = read.split_off(head + length);
        take(read.split_off(head));
        read = rest;
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.ok()?;
    }
}

/// Where the body begins, and how long it is.
fn find_head(read: &[u8]) -> Option<(usize, usize)> {
    let end = read.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&read[..end]).ok()?;
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?;
    Some((end, length.parse().ok()?))
}
