use std::fmt;

use reqwest::{Response, header::HeaderMap};

use crate::text;

const MAX_BODY_BYTES: usize = 64 << 10;

/// An HTTP answer that was not what it should be.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// Its beginning.
    pub(crate) body: String,
}

/// What a step waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Awaited {
    /// A TCP connection.
    Connection,
    /// TLS.
    Agreement,
    /// Status and headers.
    Headers,
    /// SockJS' `o`.
    Open,
    /// `connection_established`.
    Welcome,
    /// The answer to a ping.
    Pong,
    /// `subscription_succeeded`.
    Subscription,
    /// An event that was published.
    Event,
}

/// Why a line does not work: the evidence, which [`explain`](crate::explain) puts into words.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// No connection, or it broke; the innermost cause.
    Unreachable(String),
    /// TLS could not be agreed upon.
    Untrusted(crate::finding::Explanation),
    /// An answer with the wrong status.
    Refused(Box<Answer>),
    /// It did not come in time.
    Silent(Awaited),
    /// The service closed it, or said that it would.
    Closed {
        /// 4000 and up are the protocol's.
        code: u16,
        reason: String,
    },
    /// It ended without a word.
    Ended,
    /// What came is not the protocol; what it was instead.
    Strange(String),
}

impl Answer {
    /// Reads as much of the body as is worth showing.
    pub(crate) async fn read(mut response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut body = Vec::new();
        while let Ok(Some(chunk)) = response.chunk().await {
            body.extend_from_slice(&chunk);
            if body.len() >= MAX_BODY_BYTES {
                break;
            }
        }
        Self { status, headers, body: String::from_utf8_lossy(&body).into_owned() }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// `400 "Bad Request" (Server: nginx, Via: 1.1 varnish)`.
impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        if let Some(line) = text::first_line(&self.body) {
            write!(f, " \"{line}\"")?;
        }
        match crate::proxy::seen(&self.headers) {
            Some(seen) => write!(f, " ({seen})"),
            None => Ok(()),
        }
    }
}

impl From<Answer> for Failure {
    fn from(answer: Answer) -> Self {
        Self::Refused(Box::new(answer))
    }
}
