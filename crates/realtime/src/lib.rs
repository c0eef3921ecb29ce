//! The data plane: connections, channels and hubs.
//!
//! An event's path through this crate: [`Node::publish`] hands it to the [`Engine`]; every node's
//! [`Node::receive`] gets it back in the engine's order; the channel's owner, one `Channels` actor
//! per app and worker, encodes it once and tells each worker's `Hub` that has subscribers; the hub
//! appends it to that worker's log of the channel and writes to each subscriber all it has not seen.
//!
//! A connection's path: [`Worker::connect`] starts a `Connection` actor on the worker that accepted
//! it. Its `Dialogue` decides, without I/O, what a message means; subscribing goes to the channel's
//! owner and comes back through the hub, so that nothing of a channel precedes its
//! `subscription_succeeded` and nothing after it is missed.
//!
//! It is a crate of its own so that it cannot know SQL, HTTP or the wire: sockets are [`Outlet`]s and
//! streams of [`Inbound`], apps are values that others keep up to date, and what webhooks tell leaves
//! through an [`Observer`].

mod activity;
mod backlog;
mod channels;
mod connection;
mod dialogue;
mod engine;
mod facts;
mod hub;
mod insight;
mod key_uses;
mod load;
mod metering;
mod node;
mod observer;
mod outlet;
mod quota;
mod realm;
mod seeded;
mod socket_map;
mod tallies;
mod turn;
mod worker;

pub use activity::{
    Activity, ActivityFilter, ActivityKind, ActivityType, ChannelPattern, EventSource, InvalidPattern,
    Payload, Timeline, TooManyWatchers, Watched, Watcher,
};
pub use channels::{CachedEvent, ChannelInfo, ChannelSummary};
pub use connection::Inbound;
pub use engine::{Engine, Envelope, InProcess, Source};
pub use hub::{ConnectionQuery, ConnectionSummary, Told};
pub use insight::{
    ConnectionDetail, ConnectionPage, MemberDetail, Occupancy, Page, Reach, SubscriptionDetail,
};
pub use key_uses::KeyUse;
pub use load::WorkerLoad;
pub use metering::Reading;
pub use node::{Counters, Node, Publication, PublishError, QueryError};
pub use observer::Observer;
pub use outlet::{Batch, Outlet, Sent};
pub use quota::{ConnectionUsage, Consumption, Metered, OverQuota, UsageCounts, UsageKind};
pub use realm::{Place, Realm};
pub use worker::{NewConnection, Worker};
