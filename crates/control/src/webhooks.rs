//! Webhook endpoints as their owners see and change them.

mod check;
mod headers;
mod health;
mod listeners;
mod recipient;
mod record;
mod secrets;
mod state;
mod write;

use thiserror::Error;

use crate::{AppError, Full, StoreError, deliveries::MAX_REPLAYS};

pub(crate) use health::one_hot;
pub use health::{HealthHour, WebhookHealth};
pub(crate) use listeners::remove_listener;
pub use listeners::{ListenerRecord, NewListener};
pub use recipient::Recipient;
pub(crate) use recipient::Recipients;
pub use record::{DeliveryOrder, DisabledReason, UnknownDeliveryOrder, WebhookRecord, WebhookState};
pub use secrets::RotatedSecret;
pub(crate) use state::lock_lanes;
pub use write::{NewWebhook, WebhookChange};

/// Why an endpoint, or what was sent to it, is not as asked.
#[derive(Debug, Error)]
pub enum WebhookError {
    /// The tenant has no such app, the app no such endpoint, or the endpoint no such delivery.
    #[error("there is no such app, webhook or delivery")]
    NotFound,
    /// It is no URL that can be posted to.
    #[error(
        "a webhook's URL is http:// or https:// with a host, without credentials, at most {} bytes",
        check::MAX_URL_BYTES
    )]
    InvalidUrl,
    /// Too long to be a name.
    #[error("a webhook's name has at most {} characters", check::MAX_NAME_CHARS)]
    InvalidName,
    /// It would never be told anything.
    #[error("a webhook needs at least one event type")]
    NoEventTypes,
    /// The channel filter cannot be kept.
    #[error("a channel filter has at most 20 patterns of 1 to 200 characters")]
    InvalidChannels,
    /// The custom header of that name cannot be sent, or is one that is sent anyway.
    #[error(
        "the header {0:?} cannot be set: a name is a token that webhooks do not use themselves, a value at most 1024 visible characters"
    )]
    InvalidHeader(String),
    /// More custom headers than are kept.
    #[error("a webhook has at most {} custom headers", headers::MAX_HEADERS)]
    TooManyHeaders,
    /// Not a number of lanes.
    #[error("a webhook has 1 to {} lanes", check::MAX_LANES)]
    InvalidLanes,
    /// Not a timeout.
    #[error("a webhook's timeout is 1 to 30 seconds")]
    InvalidTimeout,
    /// Its events are older than events are kept.
    #[error("the events of that delivery are no longer kept")]
    Expired,
    /// There is nothing to replay yet.
    #[error("the delivery is still being tried")]
    InProgress,
    /// Only a dead letter is discarded.
    #[error("the delivery is not a dead letter")]
    NotDead,
    /// There is nothing to set aside.
    #[error("no batch of that lane has failed and waits")]
    NothingFrozen,
    /// The queue of replays is full.
    #[error("a webhook has at most {MAX_REPLAYS} deliveries that wait to be sent again")]
    TooManyReplays,
    /// More than one app needs.
    #[error("an app has at most {} listeners at once", listeners::MAX_LISTENERS)]
    TooManyListeners,
    /// There are as many as there may be.
    #[error(transparent)]
    Full(#[from] Full),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for WebhookError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<AppError> for WebhookError {
    fn from(error: AppError) -> Self {
        match error {
            AppError::NotFound | AppError::IdTaken | AppError::KeyTaken | AppError::KeyRotated => {
                Self::NotFound
            }
            AppError::Full(full) => Self::Full(full),
            AppError::Store(error) => Self::Store(error),
        }
    }
}
