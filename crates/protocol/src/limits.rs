//! The limits of the service, with the unit in each name; some are only what an app gets by default,
//! see [`AppSettings`](crate::AppSettings). What each violation answers stands where it is checked (Pusher
//! reference, section 3).

/// Longest channel name, prefix included.
pub const CHANNEL_NAME_BYTES: usize = 200;
/// Longest event name.
pub const EVENT_NAME_BYTES: usize = 200;
/// Largest `data` of one event, counted on the string as it travels, before JSON escaping.
pub const EVENT_DATA_BYTES: u32 = 10 * 1024;
/// Most channels one `events` call may name.
pub const CHANNELS_PER_PUBLICATION: usize = 100;
/// Most events in one `batch_events` call.
pub const EVENTS_PER_BATCH: u32 = 10;
/// Most distinct users in one presence channel.
pub const PRESENCE_MEMBERS: u32 = 100;
/// Largest `user_info` of a presence member, as JSON text.
pub const USER_INFO_BYTES: usize = 1024;
/// Longest `user_id`.
pub const USER_ID_BYTES: usize = 128;
/// Ids on one user's watchlist.
pub const WATCHLIST_USERS: usize = 100;
/// Client events one connection may send per second.
pub const CLIENT_EVENTS_PER_SECOND: u32 = 10;
/// Origins one app may allow.
pub const ALLOWED_ORIGINS: usize = 100;
/// Largest WebSocket message a client may send: the largest event an app can allow, with room for
/// escaping.
pub const CLIENT_MESSAGE_BYTES: usize = 100 * 1024;
/// Largest body of a REST request: the largest batch an app can allow, with room for escaping.
pub const REQUEST_BODY_BYTES: usize = 8 * 1024 * 1024;
/// A REST request's timestamp must lie closer to our clock than this.
pub const REQUEST_SKEW_SECONDS: u64 = 600;
/// How long a connection may be silent before either side asks, announced to clients.
pub const ACTIVITY_TIMEOUT_SECONDS: u32 = 120;
/// Longest reason in a close frame: a control frame holds 125 bytes, two of them the code.
pub const CLOSE_REASON_BYTES: usize = 123;
