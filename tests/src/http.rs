use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use anyhow::Context;

const TIMEOUT: Duration = Duration::from_secs(20);

/// What a server answered.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Status line and headers as sent.
    pub head: String,
    /// The body as text.
    pub body: String,
}

/// One request on a connection of its own. By hand, because tests must be able to say anything: a
/// library would refuse to send half of it.
///
/// `target` is the path with its query, `headers` are complete lines without their end.
pub fn request(
    authority: &str,
    method: &str,
    target: &str,
    headers: &[&str],
    body: &[u8],
) -> anyhow::Result<Response> {
    let mut stream = TcpStream::connect(authority).with_context(|| format!("connecting to {authority}"))?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    let mut head =
        format!("{method} {target} HTTP/1.0\r\nHost: {authority}\r\nContent-Length: {}\r\n", body.len());
    for header in headers {
        head.push_str(header);
        head.push_str("\r\n");
    }
    stream.write_all(format!("{head}\r\n").as_bytes())?;
    stream.write_all(body)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").context("the answer has no end of headers")?;
    let status =
        head.split(' ').nth(1).and_then(|code| code.parse().ok()).context("the answer has no status")?;
    Ok(Response { status, head: head.to_owned(), body: body.to_owned() })
}
