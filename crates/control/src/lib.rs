//! The control plane's memory: tenants, accounts, apps, keys, webhook endpoints and the log of what
//! they have yet to be told. PostgreSQL is its truth, and all SQL of the project lives here.
//!
//! It is a crate of its own so that the data plane cannot reach a database even by mistake: losing
//! PostgreSQL must not lose a live connection. [`Store`] is its one way in; each area adds its
//! methods in a file of its own.
//!
//! Who acts is a property of the task ([`acting`]); triggers write it, with each change, to the audit log.
//! What is to be mailed is written in the transaction of what it is about ([`Letter`]), and sent by others.
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
mod actor;
mod app_changes;
mod apps;
mod audit;
mod bearer;
mod boundary;
mod channel_filter;
mod deliveries;
mod devices;
mod directory;
mod event_body;
mod factors;
mod guessable;
mod housekeeping;
mod incarnation;
mod invitations;
mod keys;
mod lanes;
mod letter;
mod limits;
mod logins;
mod mail;
mod mail_tokens;
mod master_key;
mod members;
mod notices;
mod operators;
mod passwords;
mod random;
mod reconcile;
mod role;
mod room;
mod seal;
mod sessions;
mod store;
mod strength;
mod tenants;
mod tokens;
mod totp;
mod unasked;
mod usage;
mod webhooks;

pub use accounts::{Account, AccountError, Acting, NewAccount};
pub use actor::{Actor, Origin, Who, acting, acting_as};
pub use app_changes::{AppChanged, AppChanges};
pub use apps::{AppChange, AppError, AppRecord, NewApp};
pub use audit::{Act, AuditEntry, AuditQuery};
pub use boundary::boundary;
pub use deliveries::{
    AttemptOutcome, AttemptRecord, DeliveredEvent, Delivery, DeliveryCursor, DeliveryDetail, DeliveryPage,
    DeliveryQuery, DeliveryState, InvalidCursor, Queue, QueueLane, ReplayRange, Replayed,
    UnknownDeliveryState, WaitingEvent,
};
pub use event_body::example_body;
pub use factors::{Challenge, Enrolment};
pub use incarnation::Incarnation;
pub use invitations::{Invitation, Invited};
pub use keys::{KeyRecord, KeyUsed, RotatedKey};
pub use lanes::{
    Attempt, Backlog, BatchEvent, Busy, Claim, ClaimLimits, ClaimNext, Outcome, RecordBatch,
    RecordedOccurrence, Settled, Standing, Ticket,
};
pub use letter::{Letter, LimitReached};
pub use limits::{Plan, PlanError, TenantLimits};
pub use logins::LoggedIn;
pub use mail::Mail;
pub use master_key::{MasterKey, MasterKeyError};
pub use members::{Member, MemberError};
pub use operators::{
    GrantError, MailQueue, Operator, OperatorEntry, Suspension, TenantAccount, TenantLanes, TenantSearch,
    TermsChange, TermsError, WaitingMail,
};
pub use role::{Role, UnknownRole};
pub use room::{Full, WEBHOOKS_PER_APP};
pub use seal::SealError;
pub use sessions::{SessionRecord, SessionToken};
pub use store::{PoolUse, Store, StoreError};
pub use strength::{WeakPassword, check_strength};
pub use tenants::Tenant;
pub use tokens::{FoundToken, NewToken, TokenError, TokenRecord, TokenScope, UnknownScope};
pub use usage::{UsageAmounts, UsagePoint, UsageQuery, UsageRow, UsageStep, UsageWarning};
pub use webhooks::{
    DeliveryOrder, DisabledReason, HealthHour, ListenerRecord, NewListener, NewWebhook, Recipient,
    RotatedSecret, UnknownDeliveryOrder, WebhookChange, WebhookError, WebhookHealth, WebhookRecord,
    WebhookState,
};
