use std::{convert::Infallible, time::Duration};

use reqwest::Response;
use serde::Deserialize;
use tokio::{task::JoinSet, time::sleep};
use url::Url;

use crate::{
    Answer, Delivery, ListenError, Source,
    forward::Forwarder,
    platform::{Failure, Platform},
    sse::{Message, Parser},
};

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Deliveries posted at once. The platform sends one per lane and then waits.
const MAX_UNDER_WAY: usize = 32;
const REPORT_TRIES: u32 = 3;
const FIRST_REPORT_PAUSE: Duration = Duration::from_millis(200);

/// Brings webhooks to a local server.
pub struct Listener {
    platform: Platform,
    forwarder: Forwarder,
}

/// What happens while listening.
#[derive(Debug)]
pub enum Notice {
    /// Webhooks come from now on.
    Listening {
        /// What they are signed with, unless it is the secret of an endpoint that was named.
        signing_secret: Option<String>,
        /// What is heard.
        event_types: Vec<String>,
    },
    /// One was posted.
    Posted {
        /// What it was.
        delivery: Delivery,
        /// What the local server said.
        answer: Answer,
        /// Why the platform could not be told; it sends the webhook again.
        unreported: Option<String>,
    },
    /// The connection ended, or could not be made.
    Lost {
        /// Why.
        reason: String,
        /// When it is tried again.
        retry_in: Duration,
    },
}

#[derive(Deserialize)]
struct Listening {
    listener: String,
    signing_secret: Option<String>,
    #[serde(default)]
    event_types: Vec<String>,
}

/// One connection to the platform.
struct Connection<'a> {
    listener: &'a Listener,
    /// Its name there, once it is known.
    name: Option<String>,
    under_way: JoinSet<Notice>,
}

impl Listener {
    /// Posts what comes from `source` to `target`, which may take as long as `timeout`.
    pub fn new(source: Source, target: Url, timeout: Duration) -> Result<Self, ListenError> {
        if !matches!(target.scheme(), "http" | "https") {
            return Err(ListenError::Address(target));
        }
        Ok(Self { forwarder: Forwarder::new(target, timeout)?, platform: Platform::new(source)? })
    }

    /// Listens, and connects again whenever the connection ends. Returns only when there is no point in
    /// going on; may be dropped at any time.
    pub async fn run(&self, mut tell: impl FnMut(Notice)) -> Result<Infallible, ListenError> {
        let mut pause = FIRST_PAUSE;
        loop {
            let mut connection = Connection { listener: self, name: None, under_way: JoinSet::new() };
            let reason = match self.platform.open().await {
                Ok(response) => connection.follow(response, &mut tell).await,
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Passing(reason)) => reason,
            };
            if connection.name.is_some() {
                pause = FIRST_PAUSE;
            }
            tell(Notice::Lost { reason, retry_in: pause });
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

impl Connection<'_> {
    /// Handles what comes until the stream ends; says why it did.
    async fn follow(&mut self, mut response: Response, tell: &mut impl FnMut(Notice)) -> String {
        let mut parser = Parser::default();
        loop {
            tokio::select! {
                chunk = response.chunk(), if self.under_way.len() < MAX_UNDER_WAY => match chunk {
                    Ok(Some(chunk)) => {
                        let Ok(messages) = parser.push(&chunk) else {
                            return "the stream is not one of this platform".to_owned();
                        };
                        messages.iter().for_each(|message| self.receive(message, tell));
                    }
                    Ok(None) => return "the platform ended the connection".to_owned(),
                    Err(error) => return crate::platform::describe(&error),
                },
                Some(Ok(notice)) = self.under_way.join_next() => tell(notice),
            }
        }
    }

    fn receive(&mut self, message: &Message, tell: &mut impl FnMut(Notice)) {
        match message.event.as_str() {
            "listening" => {
                let Ok(listening) = serde_json::from_str::<Listening>(&message.data) else { return };
                self.name = Some(listening.listener);
                let Listening { signing_secret, event_types, .. } = listening;
                tell(Notice::Listening { signing_secret, event_types });
            }
            "delivery" => {
                if let (Some(name), Ok(delivery)) = (self.name.clone(), serde_json::from_str(&message.data)) {
                    self.under_way.spawn(handle(
                        self.listener.platform.clone(),
                        self.listener.forwarder.clone(),
                        name,
                        delivery,
                    ));
                }
            }
            // What a later platform says beyond this is not for us.
            _ => {}
        }
    }
}

async fn handle(platform: Platform, forwarder: Forwarder, name: String, delivery: Delivery) -> Notice {
    let answer = forwarder.post(&delivery).await;
    let unreported = report(&platform, &name, &answer).await;
    Notice::Posted { delivery, answer, unreported }
}

/// Tells the platform, a few times if need be; returns why it could not be told.
async fn report(platform: &Platform, name: &str, answer: &Answer) -> Option<String> {
    let (mut tries, mut pause) = (REPORT_TRIES, FIRST_REPORT_PAUSE);
    loop {
        tries -= 1;
        match platform.report(name, answer).await {
            Ok(()) => return None,
            Err(Failure::Passing(_)) if tries > 0 => sleep(pause).await,
            Err(Failure::Passing(reason)) => return Some(reason),
            Err(Failure::Final(error)) => return Some(error.to_string()),
        }
        pause *= 2;
    }
}
