//! What was sent to an endpoint, as its owner sees it: found by time, state and channel, read with every
//! try, sent again, set aside.

mod cursor;
mod detail;
mod list;
mod queue;
mod replay;

use std::{fmt, str::FromStr, time::Duration};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use time::OffsetDateTime;
use uuid::Uuid;

pub use cursor::{DeliveryCursor, InvalidCursor};
pub use detail::{AttemptOutcome, AttemptRecord, DeliveryDetail};
pub use list::{DeliveryPage, DeliveryQuery};
pub use queue::{Queue, QueueLane, WaitingEvent};
pub(crate) use replay::{MAX_REPLAYS, lock_replays, wake_first};
pub use replay::{ReplayRange, Replayed};

/// One batch that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The header `webhook-id`, the same at each try and replay.
    pub id: Uuid,
    /// How it stands.
    pub state: DeliveryState,
    /// Tries so far, those of replays included.
    pub attempts: u32,
    /// How often it was asked to be sent again.
    pub replays: u32,
    /// When it was first tried.
    pub first_at: OffsetDateTime,
    /// When it was last tried.
    pub last_at: OffsetDateTime,
    /// What the endpoint answered then, if it did.
    pub last_status: Option<u16>,
    /// Why that failed.
    pub last_error: Option<String>,
    /// How long the last try took.
    pub duration: Duration,
    /// In which lane it was, from 0.
    pub lane: u8,
    /// The number of its first event.
    pub first_seq: u64,
    /// And of its last.
    pub last_seq: u64,
    /// How many there are.
    pub event_count: u64,
    /// The first ten, as long as events are kept.
    pub events: Vec<DeliveredEvent>,
}

/// What one event of a batch was about.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct DeliveredEvent {
    /// Its number in its lane.
    pub seq: u64,
    /// Equal at all endpoints: what receivers deduplicate by.
    pub id: Uuid,
    /// Its type's name.
    pub name: String,
    /// Its channel; none for what happened to a connection.
    pub channel: Option<String>,
}

/// How a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// The endpoint has it.
    Delivered,
    /// It will be tried again.
    Retrying,
    /// It was given up: a dead letter.
    Dead,
    /// A dead letter that its owner does not want any more.
    Discarded,
}

/// The text names no [`DeliveryState`].
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("unknown state {0:?}: use delivered, retrying, dead or discarded")]
pub struct UnknownDeliveryState(pub String);

impl DeliveryState {
    const ALL: [Self; 4] = [Self::Delivered, Self::Retrying, Self::Dead, Self::Discarded];

    /// The name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Retrying => "retrying",
            Self::Dead => "dead",
            Self::Discarded => "discarded",
        }
    }
}

impl fmt::Display for DeliveryState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for DeliveryState {
    type Err = UnknownDeliveryState;

    fn from_str(text: &str) -> Result<Self, UnknownDeliveryState> {
        let named = Self::ALL.into_iter().find(|state| state.as_str() == text);
        named.ok_or_else(|| UnknownDeliveryState(text.to_owned()))
    }
}
