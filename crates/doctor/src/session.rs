use std::convert::Infallible;

use reqwest::Method;
use serde_json::{Value, json};
use url::Url;

use crate::{
    address,
    failure::{Answer, Failure},
    frame::Frame,
    http::{self, Http},
    line::{Line, Speech, Teller, What},
    random,
    sockjs::Word,
    text::{self, Lines},
};

/// A client's session over HTTP in SockJS framing: pusher-js' own kind and SockJS.
#[derive(Clone)]
pub(crate) struct Session {
    http: Http,
    /// `…/{server}/{id}`.
    url: Url,
    /// Whether the requests that receive carry the client's parameters.
    introduces: bool,
}

/// What a client says things with: one request each.
pub(crate) struct Mouth(Session);

/// How a session receives.
#[derive(Clone, Copy)]
pub(crate) enum Receiver {
    /// One response that does not end.
    Streaming,
    /// A response for each batch.
    Polling,
}

impl Session {
    /// One below `/pusher/app/{key}` or `/sockjs/app/{key}`.
    pub(crate) fn new(http: Http, base: &Url, introduces: bool) -> Self {
        let server = u32::from_be_bytes(random::bytes()) % 1000;
        let mut url = base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.extend([server.to_string(), hex::encode(random::bytes::<4>())]);
        }
        Self { http, url, introduces }
    }

    pub(crate) fn open(self, receiver: Receiver) -> Line {
        let mouth = Speech::Session(Mouth(self.clone()));
        Line::start(mouth, |teller| async move {
            let ended = match receiver {
                Receiver::Streaming => self.stream(&teller).await,
                Receiver::Polling => self.poll(&teller).await,
            };
            match ended {
                Err(failure) => failure,
            }
        })
    }

    async fn stream(&self, teller: &Teller) -> Result<Infallible, Failure> {
        let mut response = self.receive("xhr_streaming", teller).await?;
        let mut lines = Lines::default();
        while let Some(bytes) = response.chunk().await.map_err(|error| http::broken(&error))? {
            for line in lines.push(&bytes).map_err(|error| Failure::Strange(error.to_string()))? {
                if line == "h" {
                    // Answers the heartbeat, as pusher-js does.
                    self.send("[]".to_owned()).await?;
                }
                hear(&line, teller).await?;
            }
        }
        Err(Failure::Ended)
    }

    async fn poll(&self, teller: &Teller) -> Result<Infallible, Failure> {
        loop {
            let mut response = self.receive("xhr", teller).await?;
            let (mut lines, mut count) = (Lines::default(), 0);
            while let Some(bytes) = response.chunk().await.map_err(|error| http::broken(&error))? {
                for line in lines.push(&bytes).map_err(|error| Failure::Strange(error.to_string()))? {
                    hear(&line, teller).await?;
                    count += 1;
                }
            }
            if count == 0 {
                // Polling on would only be a busy loop.
                return Err(Failure::Strange("a poll was answered with nothing".to_owned()));
            }
        }
    }

    async fn receive(&self, action: &str, teller: &Teller) -> Result<reqwest::Response, Failure> {
        let mut url = self.path(action);
        if self.introduces {
            address::introduce(&mut url);
        }
        let response = http::expect_ok(self.post(url, String::new())).await?;
        teller.tell(What::Headers(response.headers().clone())).await;
        Ok(response)
    }

    async fn send(&self, body: String) -> Result<(), Failure> {
        let response = http::send(self.post(self.path("xhr_send"), body)).await?;
        if response.status().is_success() { Ok(()) } else { Err(Answer::read(response).await.into()) }
    }

    fn post(&self, url: Url, body: String) -> reqwest::RequestBuilder {
        let request = self.http.request(Method::POST, url).header("content-type", "application/json");
        // As browsers do, also for nothing: a proxy that speaks HTTP/1.0 to the platform needs it.
        request.header("content-length", body.len()).body(body)
    }

    /// The address of one of its requests.
    pub(crate) fn path(&self, action: &str) -> Url {
        let mut url = self.url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.push(action);
        }
        url
    }
}

impl Mouth {
    pub(crate) async fn say(&mut self, message: &Value) -> Result<(), Failure> {
        self.0.send(json!([message.to_string()]).to_string()).await
    }
}

/// Tells what a line of the framing says; an end is a failure.
async fn hear(line: &str, teller: &Teller) -> Result<(), Failure> {
    let strange = |what: &str| Failure::Strange(format!("{what}: {}", text::shown(line)));
    match Word::read(line).ok_or_else(|| strange("not SockJS framing"))? {
        Word::Prelude => teller.tell(What::Prelude).await,
        Word::Open => teller.tell(What::Open).await,
        Word::Heartbeat => teller.tell(What::Heartbeat).await,
        Word::Messages(messages) => {
            for message in messages {
                let frame = Frame::read(&message).ok_or_else(|| strange("no Pusher message"))?;
                teller.tell(What::Frame(frame)).await;
            }
        }
        Word::Close(code, reason) => return Err(Failure::Closed { code, reason }),
    }
    Ok(())
}
