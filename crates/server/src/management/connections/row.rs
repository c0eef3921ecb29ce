use campanile_protocol::SocketId;
use campanile_realtime::{ConnectionSummary, Timeline};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;

use crate::management::{ManagementError, live::item::ActivityReply, paging::Paging, validation::Form};
use crate::openapi::Timestamp;

/// One connection in a list.
#[derive(Serialize, JsonSchema)]
pub(in crate::management) struct ConnectionRow {
    /// Its name.
    socket_id: String,
    /// The app's key that it was made with.
    key: String,
    /// The client's name and version, as it says.
    client: Option<String>,
    /// How it is connected, or began to.
    transport: &'static str,
    /// The origin of the page, where a browser said so.
    origin: Option<String>,
    /// The client's address, as it reached this server.
    address: Option<String>,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "Timestamp")]
    connected_at: OffsetDateTime,
    /// When something last came from it.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "Timestamp")]
    last_heard_at: OffsetDateTime,
    /// Who is signed in.
    user_id: Option<String>,
    /// How many channels it is subscribed to.
    subscriptions: usize,
}

/// What happened lately. Kept only while someone looks: nothing before `timeline_since` is known.
#[derive(Serialize, JsonSchema)]
pub(in crate::management) struct TimelineReply {
    /// Since when it is recorded.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "Timestamp")]
    timeline_since: OffsetDateTime,
    /// The last 50 things, oldest first, as the live stream tells them, without what events carry.
    #[schemars(with = "Vec<ActivityReply<'_>>")]
    timeline: Vec<Value>,
}

impl From<ConnectionSummary> for ConnectionRow {
    fn from(summary: ConnectionSummary) -> Self {
        Self {
            socket_id: summary.socket_id.to_string(),
            key: summary.key.to_string(),
            client: summary.client,
            transport: summary.transport.name(),
            origin: summary.origin,
            address: summary.address.map(|address| address.to_string()),
            connected_at: moment(summary.connected_at_ms),
            last_heard_at: moment(summary.last_heard_ms),
            user_id: summary.user_id.map(|user_id| user_id.as_str().to_owned()),
            subscriptions: summary.subscriptions,
        }
    }
}

impl TimelineReply {
    pub(in crate::management) fn of(timeline: &Timeline) -> Self {
        let told = timeline.activities.iter();
        let item =
            |activity: &_| serde_json::to_value(ActivityReply::of(activity, false)).unwrap_or_default();
        Self { timeline_since: moment(timeline.since_ms), timeline: told.map(|one| item(one)).collect() }
    }
}

/// Milliseconds since 1970.
pub(in crate::management) fn moment(milliseconds: u64) -> OffsetDateTime {
    let nanoseconds = i128::from(milliseconds) * 1_000_000;
    OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// After which connection a page begins.
pub(in crate::management) fn cursor(paging: &Paging) -> Result<Option<SocketId>, ManagementError> {
    let Some(after) = paging.after() else { return Ok(None) };
    let mut form = Form::default();
    let parsed = SocketId::parse(after).ok().flatten().ok_or("Use the next_cursor of the page before.");
    let after = form.take("cursor", parsed);
    form.check()?;
    Ok(after)
}
