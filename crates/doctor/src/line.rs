use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::Value;
use tokio::{sync::mpsc, task::JoinHandle, time::Instant};

use crate::{
    deadline::Deadline,
    failure::{Awaited, Failure},
    frame::{self, Frame},
    session, websocket,
};

/// Nothing that is examined says more than this before it is listened to.
const MAX_WAITING: usize = 256;

/// A client's connection on any transport. A task of its own reads, so that times are those of the arrival.
pub(crate) struct Line {
    arrivals: mpsc::Receiver<Arrival>,
    speech: Speech,
    reading: JoinHandle<()>,
}

/// How a client says something.
pub(crate) enum Speech {
    Socket(websocket::Mouth),
    Session(session::Mouth),
    /// One way only.
    Mute,
}

struct Arrival {
    at: Instant,
    what: What,
}

pub(crate) enum What {
    Headers(HeaderMap),
    Prelude,
    Open,
    Heartbeat,
    Frame(Frame),
    End(Failure),
}

/// The reading task's side of a [`Line`].
#[derive(Clone)]
pub(crate) struct Teller(mpsc::Sender<Arrival>);

/// How a line began: times since its beginning, of the first of each.
#[derive(Debug, Default)]
pub(crate) struct Opening {
    pub(crate) headers: Option<Duration>,
    pub(crate) prelude: Option<Duration>,
    pub(crate) open: Option<Duration>,
    pub(crate) welcome: Option<Duration>,
    /// The answer's.
    pub(crate) answered: HeaderMap,
    pub(crate) socket_id: String,
}

impl Line {
    /// Starts reading; `read` tells what arrives and returns why it ended.
    pub(crate) fn start<F>(speech: Speech, read: impl FnOnce(Teller) -> F) -> Self
    where
        F: Future<Output = Failure> + Send + 'static,
    {
        let (sender, arrivals) = mpsc::channel(MAX_WAITING);
        let teller = Teller(sender);
        let reading = read(teller.clone());
        let reading = tokio::spawn(async move {
            let failure = reading.await;
            teller.tell(What::End(failure)).await;
        });
        Self { arrivals, speech, reading }
    }

    /// Takes everything up to the welcome.
    pub(crate) async fn open(
        &mut self,
        start: Instant,
        deadline: Deadline,
    ) -> (Opening, Result<(), Failure>) {
        let mut opening = Opening::default();
        loop {
            let Arrival { at, what } = match self.next(opening.next(), deadline).await {
                Ok(arrival) => arrival,
                Err(failure) => return (opening, Err(failure)),
            };
            let time = Some(at.saturating_duration_since(start));
            match what {
                What::Headers(headers) if opening.headers.is_none() => {
                    (opening.headers, opening.answered) = (time, headers);
                }
                What::Prelude => opening.prelude = opening.prelude.or(time),
                What::Open => opening.open = opening.open.or(time),
                What::Frame(frame) => {
                    let outcome = welcome(&frame).map(|socket_id| {
                        (opening.welcome, opening.socket_id) = (time, socket_id);
                    });
                    return (opening, outcome);
                }
                What::Headers(_) | What::Heartbeat => {}
                What::End(failure) => return (opening, Err(failure)),
            }
        }
    }

    /// Says it, and waits until it is on its way.
    pub(crate) async fn say(&mut self, message: &Value, deadline: Deadline) -> Result<(), Failure> {
        let said = match &mut self.speech {
            Speech::Socket(mouth) => deadline.wait(mouth.say(message)).await,
            Speech::Session(mouth) => deadline.wait(mouth.say(message)).await,
            Speech::Mute => None,
        };
        said.ok_or(Failure::Silent(Awaited::Headers))?
    }

    /// How long an answer takes.
    pub(crate) async fn ping(&mut self, deadline: Deadline) -> Result<Duration, Failure> {
        let start = Instant::now();
        self.say(&frame::ping(), deadline).await?;
        let (at, _) = self.expect(Awaited::Pong, deadline, |frame| frame.event == "pusher:pong").await?;
        Ok(at.saturating_duration_since(start))
    }

    pub(crate) async fn subscribe(
        &mut self,
        channel: &str,
        auth: &str,
        deadline: Deadline,
    ) -> Result<(), Failure> {
        self.say(&frame::subscribe(channel, auth), deadline).await?;
        self.subscribed(channel, deadline).await
    }

    /// Waits for the confirmation, or the refusal, of a subscription.
    pub(crate) async fn subscribed(&mut self, channel: &str, deadline: Deadline) -> Result<(), Failure> {
        let about = |frame: &Frame| {
            let is_about = frame.channel.as_deref() == Some(channel);
            let is_answer = frame.event == "pusher_internal:subscription_succeeded"
                || frame.event == "pusher:subscription_error";
            // Other servers refuse without naming the channel.
            (is_about && is_answer) || frame.event == "pusher:error"
        };
        let (_, frame) = self.expect(Awaited::Subscription, deadline, about).await?;
        if frame.event == "pusher_internal:subscription_succeeded" {
            return Ok(());
        }
        let reason = ["error", "message"].iter().find_map(|name| frame.data[name].as_str());
        Err(Failure::Strange(format!(
            "the subscription was refused: {}",
            reason.unwrap_or("no reason given")
        )))
    }

    /// The first frame that fits, and when it came.
    pub(crate) async fn expect(
        &mut self,
        awaited: Awaited,
        deadline: Deadline,
        fits: impl Fn(&Frame) -> bool,
    ) -> Result<(Instant, Frame), Failure> {
        loop {
            let Arrival { at, what } = self.next(awaited, deadline).await?;
            match what {
                What::Frame(frame) => match frame.refusal() {
                    Some((code, reason)) => return Err(Failure::Closed { code, reason }),
                    None if fits(&frame) => return Ok((at, frame)),
                    None => {}
                },
                What::End(failure) => return Err(failure),
                What::Headers(_) | What::Prelude | What::Open | What::Heartbeat => {}
            }
        }
    }

    /// Whether anything can be said on it.
    pub(crate) fn can_speak(&self) -> bool {
        !matches!(self.speech, Speech::Mute)
    }

    async fn next(&mut self, awaited: Awaited, deadline: Deadline) -> Result<Arrival, Failure> {
        let arrival = deadline.wait(self.arrivals.recv()).await;
        arrival.ok_or(Failure::Silent(awaited))?.ok_or(Failure::Ended)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.reading.abort();
    }
}

impl Opening {
    /// What is to come next.
    fn next(&self) -> Awaited {
        match (self.headers, self.open) {
            (None, None) => Awaited::Headers,
            (Some(_), None) => Awaited::Open,
            (_, Some(_)) => Awaited::Welcome,
        }
    }
}

impl Teller {
    pub(crate) async fn tell(&self, what: What) {
        // Whoever no longer listens has seen enough, and ends the task.
        let _ = self.0.send(Arrival { at: Instant::now(), what }).await;
    }
}

/// The socket id.
fn welcome(frame: &Frame) -> Result<String, Failure> {
    if let Some((code, reason)) = frame.refusal() {
        return Err(Failure::Closed { code, reason });
    }
    match (frame.event.as_str(), frame.data["socket_id"].as_str()) {
        ("pusher:connection_established", Some(socket_id)) => Ok(socket_id.to_owned()),
        _ => Err(Failure::Strange(format!(
            "the first message is no welcome but {}",
            crate::text::shown(&frame.event)
        ))),
    }
}
