//! Turns what happens on sockets into signed webhook requests, in order, that survive restarts.
//!
//! The walk of one occurrence: [`Inbox::push`] takes it in the same turn in which the data plane
//! changed its state; the writer lets removals wait out a short absence and records the rest in
//! PostgreSQL, in batches, together with who is present; the dispatcher claims each endpoint's next
//! batch, signs it, posts it, and records what became of it. At each start, what a crashed
//! predecessor left occupied is told as vacated.
//!
//! It is a crate of its own because it alone talks to addresses that tenants choose: what may be
//! reached is decided here, by [`TargetPolicy`], and nowhere else.
//!
//! It knows no SQL (that is `campanile-control`), no sockets of clients, and no routes.
//!
//! Promised: at least once, in order per endpoint, with ids to deduplicate by; edges (occupied and
//! vacated, added and removed) alternate, whatever is killed when. Client events come with less:
//! they are the first to be shed when the database is away for long.

mod body;
mod config;
mod counters;
mod debounce;
mod deliver;
mod dispatcher;
mod inbox;
mod post;
mod resolver;
mod schedule;
mod signing;
mod target;
mod upkeep;
mod webhooks;
mod writer;

pub use config::WebhookConfig;
pub use counters::{Meter, Stats};
pub use inbox::Inbox;
pub use post::StartError;
pub use target::{ForbiddenTarget, TargetPolicy};
pub use webhooks::Webhooks;
