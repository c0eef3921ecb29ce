//! The control plane's memory: tenants, accounts, apps, keys, webhook endpoints and the log of what
//! they have yet to be told. PostgreSQL is its truth, and all SQL of the project lives here.
//!
//! It is a crate of its own so that the data plane cannot reach a database even by mistake: losing
//! PostgreSQL must not lose a live connection. [`Store`] is its one way in; each area adds its
//! methods in a file of its own.
//!
//! Main paths: a session or a tenant's id leads to [`Store::list_apps`] and its neighbours, all
//! scoped by tenant; an app key leads to [`Store::find_app_by_key`], what the data plane caches and
//! [`Store::app_changes`] invalidates; occurrences go through [`Store::record`] into lanes, and come
//! out of [`Store::claim`] as frozen batches; what was sent is found by [`Store::list_deliveries`] and
//! its neighbours.
//!
//! It knows no HTTP, signs and posts nothing, and decides nothing about addresses or retries.
//! Secrets leave it only as [`SecretString`](secrecy::SecretString); at rest they are sealed
//! ([`MasterKey`]) or hashed.

mod accounts;
mod app_changes;
mod apps;
mod boundary;
mod channel_filter;
mod deliveries;
mod directory;
mod event_body;
mod housekeeping;
mod incarnation;
mod keys;
mod lanes;
mod master_key;
mod passwords;
mod random;
mod reconcile;
mod seal;
mod sessions;
mod store;
mod tenants;
mod tokens;
mod webhooks;

pub use accounts::{Account, AccountError, NewAccount};
pub use app_changes::{AppChanged, AppChanges};
pub use apps::{AppChange, AppError, AppRecord, NewApp};
pub use boundary::boundary;
pub use deliveries::{
    AttemptOutcome, AttemptRecord, DeliveredEvent, Delivery, DeliveryCursor, DeliveryDetail, DeliveryPage,
    DeliveryQuery, DeliveryState, InvalidCursor, Queue, QueueLane, ReplayRange, Replayed,
    UnknownDeliveryState, WaitingEvent,
};
pub use event_body::example_body;
pub use incarnation::Incarnation;
pub use keys::KeyRecord;
pub use lanes::{
    Attempt, Backlog, BatchEvent, Busy, Claim, ClaimLimits, ClaimNext, Outcome, RecordBatch,
    RecordedOccurrence, Settled, Standing, Ticket,
};
pub use master_key::{MasterKey, MasterKeyError};
pub use seal::SealError;
pub use sessions::SessionToken;
pub use store::{Store, StoreError};
pub use tenants::Tenant;
pub use tokens::{TokenError, TokenRecord};
pub use webhooks::{
    DeliveryOrder, DisabledReason, HealthHour, ListenerRecord, NewListener, NewWebhook, Recipient,
    RotatedSecret, UnknownDeliveryOrder, WebhookChange, WebhookError, WebhookHealth, WebhookRecord,
    WebhookState,
};
