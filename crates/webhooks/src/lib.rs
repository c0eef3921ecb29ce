//! Turns what happens on sockets into signed webhook requests, in order, that survive restarts.
//!
//! The walk of one occurrence: [`Inbox::push`] takes it in the same turn in which the data plane
//! changed its state; the writer lets removals wait out a short absence, as long as their app wants, and
//! records the rest in PostgreSQL, in batches, together with who is present; the dispatcher claims each
//! endpoint's next batch, signs it, posts it, and records what became of it. At each start, what a crashed
//! predecessor left occupied is told as vacated.
//!
//! It is a crate of its own because it alone talks to addresses that tenants choose: what may be
//! reached is decided here, by [`TargetPolicy`], and nowhere else.
//!
//! It knows no SQL (that is `campanile-control`), no sockets of clients, and no routes.
//!
//! # Promised
//!
//! * At least once, in order per lane, with ids to deduplicate by; edges (occupied and vacated, added and
//!   removed, opened and closed) alternate, whatever is killed when. Client events come with less: they are
//!   the first to be shed when the database is away for long.
//! * What is sent is filtered, then batched, then signed; each try of a delivery has the same id and bytes.
//!   So has each replay, whenever it is asked for, while its events are kept: seven days. What is older
//!   cannot be replayed, and says so.
//! * A failed try is repeated by the schedule (`schedule.rs`) up to 72 hours, or twelve tries where order is
//!   relaxed; then it is a dead letter. 410 disables the endpoint, and so do five days without a success that
//!   end with twelve failures of one batch. While it is paused or disabled no time runs.
//!
//! # Isolation
//!
//! A request is bounded in time and size, is never redirected, and goes only to addresses that were vetted
//! when its name was resolved. At most one is under way per lane; `Places` shares out the rest: the apps
//! are served in turn, lanes that failed or were slow have a bounded share, and what has not succeeded yet
//! cannot take what is kept for those that have. A lane that keeps succeeding is claimed again when it is
//! settled, up to 32 times, then queues up like the others. `Lookups` does the same for names: the system's
//! resolver may hang for longer than any request. What one app's removals wait for is bounded too, so that
//! they leave the others room in memory.
//!
//! # Beside the dispatcher
//!
//! [`Listeners`] hand the same deliveries to someone who holds a stream open and reports back.
//! [`Workbench`] sends examples and checks signatures by hand. [`Meter`] tells how it goes.

mod attempted;
mod auth_endpoint;
mod bell;
mod config;
mod counters;
mod debounce;
mod deliver;
mod dispatcher;
mod follow;
mod inbox;
mod listeners;
mod lookups;
mod places;
mod post;
mod resolver;
mod schedule;
mod shares;
mod signing;
mod target;
mod upkeep;
mod verify;
mod webhooks;
mod workbench;
mod writer;

pub use attempted::Attempted;
pub use config::WebhookConfig;
pub use counters::{EndpointStats, Histogram, Meter, Stats};
pub use follow::{Attempting, Follow, Followed};
pub use inbox::Inbox;
pub use listeners::{ListenError, ListenRequest, Listener, ListenerDelivery, ListenerReport, Listeners};
pub use post::StartError;
pub use resolver::Lookup;
pub use target::{ForbiddenTarget, TargetPolicy};
pub use verify::{Check, Verification};
pub use webhooks::Webhooks;
pub use workbench::{Ping, TestResponse, TestResult, Workbench, WorkbenchError};
