//! Channels as they are now: which are occupied, by whom, and what they remember.

use actix_web::web::{Data, Json, Path, Query};
use campanile_protocol::{Access as ChannelAccess, AppId, ChannelName};
use campanile_realtime::{CachedEvent, ChannelSummary, MemberDetail, Page};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{
    Management, ManagementError,
    connections::{
        ConnectionsReply,
        row::{TimelineReply, cursor},
    },
    paging::Paging,
    rights::{Access, Right},
    routes::Routes,
    session::Session,
};

/// An app and one of its channels.
type OnePath = Path<(AppId, String)>;

/// Which channels are asked for.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Prefix {
    /// What their names begin with.
    #[serde(default)]
    prefix: String,
}

/// One page of occupied channels, in the order of their names.
#[derive(Serialize, JsonSchema)]
pub(super) struct ChannelsReply {
    channels: Vec<ChannelRow>,
    /// Names the next page; null after the last.
    next_cursor: Option<String>,
}

/// A channel in a list.
#[derive(Serialize, JsonSchema)]
struct ChannelRow {
    /// Its name.
    channel: String,
    /// Who may subscribe; `user` is a user's own channel.
    #[schemars(extend("enum" = ["public", "private", "encrypted", "presence", "user"]))]
    access: &'static str,
    /// Connections that are subscribed.
    subscriptions: usize,
    /// Users who are members; null but in presence channels.
    users: Option<usize>,
    /// Whether it remembers its last event.
    cached: bool,
}

/// One channel.
#[derive(Serialize, JsonSchema)]
pub(super) struct ChannelReply {
    #[serde(flatten)]
    row: ChannelRow,
    /// Whether anyone is subscribed.
    occupied: bool,
    /// The event it remembers, if it remembers one.
    cached_event: Option<CachedReply>,
    #[serde(flatten)]
    timeline: TimelineReply,
}

/// The event that new subscribers get first.
#[derive(Serialize, JsonSchema)]
struct CachedReply {
    /// Its data as text, where it is shown: foreign; the first 4 KiB.
    data: Option<String>,
    /// How long all of it is.
    data_bytes: usize,
    /// How much longer it is remembered.
    ttl_seconds: u64,
}

/// One page of members, in the order of their ids.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ChannelMembersReply")]
pub(super) struct MembersReply {
    members: Vec<MemberReply>,
    /// Names the next page; null after the last.
    next_cursor: Option<String>,
}

/// A user in a presence channel.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ChannelMemberReply")]
struct MemberReply {
    /// Who.
    user_id: String,
    /// What others know of the user, where it is shown: foreign.
    user_info: Option<Box<RawValue>>,
    /// Connections that the user has in the channel.
    connections: usize,
}

/// What is shown of remembered data.
const DATA_BYTES: usize = 4096;

/// Lists, and one channel.
pub(super) fn routes(routes: &mut Routes<'_>) {
    let view = Access::Has(Right::ViewActivity);
    routes.get("/apps/{app_id}/channels", view, list).about("List the occupied channels");
    routes.get("/apps/{app_id}/channels/{channel}", view, get).about("One channel, and what happened there");
    routes
        .get("/apps/{app_id}/channels/{channel}/members", view, members)
        .about("List the members of a presence channel");
    routes
        .get("/apps/{app_id}/channels/{channel}/subscribers", view, subscribers)
        .about("List the connections that are subscribed to a channel");
}

/// `GET /apps/{app_id}/channels`: the occupied ones, users' own excepted.
pub(super) async fn list(
    session: Session,
    app_id: Path<AppId>,
    query: Query<Prefix>,
    paging: Query<Paging>,
    management: Data<Management>,
) -> Result<Json<ChannelsReply>, ManagementError> {
    let realm = management.realm(&session, *app_id).await?;
    let Page { items, has_more } =
        management.node.page_channels(&realm, &query.prefix, paging.after(), paging.limit()).await?;
    let next_cursor = items.last().filter(|_| has_more).map(|last| last.channel.to_string());
    Ok(Json(ChannelsReply { channels: items.iter().map(ChannelRow::of).collect(), next_cursor }))
}

/// `GET /apps/{app_id}/channels/{channel}`: also one that nobody is subscribed to. What happens there is
/// recorded from the first time that this is asked, for ten minutes after the last.
pub(super) async fn get(
    session: Session,
    path: OnePath,
    management: Data<Management>,
) -> Result<Json<ChannelReply>, ManagementError> {
    let (app_id, channel) = path.into_inner();
    let realm = management.realm(&session, app_id).await?;
    let channel = parse(&channel)?;
    let found = management.node.inspect_channel(&realm, channel.clone()).await?;
    let summary = ChannelSummary {
        channel: channel.clone(),
        subscribers: found.subscribers,
        users: found.users,
        is_cached: found.cached.is_some(),
    };
    let payloads = session.may(Right::ViewPayloads);
    Ok(Json(ChannelReply {
        row: ChannelRow::of(&summary),
        occupied: found.subscribers > 0,
        cached_event: found.cached.map(|cached| CachedReply::of(&cached, payloads)),
        timeline: TimelineReply::of(&realm.channel_timeline(channel)),
    }))
}

/// `GET /apps/{app_id}/channels/{channel}/members`
pub(super) async fn members(
    session: Session,
    path: OnePath,
    paging: Query<Paging>,
    management: Data<Management>,
) -> Result<Json<MembersReply>, ManagementError> {
    let (app_id, channel) = path.into_inner();
    let realm = management.realm(&session, app_id).await?;
    let channel = parse(&channel)?;
    let Page { items, has_more } =
        management.node.page_members(&realm, &channel, paging.after(), paging.limit()).await?;
    let last = items.last().filter(|_| has_more);
    let next_cursor = last.map(|last| last.member.user_id.as_str().to_owned());
    let payloads = session.may(Right::ViewPayloads);
    let members = items.into_iter().map(|member| MemberReply::of(&member, payloads)).collect();
    Ok(Json(MembersReply { members, next_cursor }))
}

/// `GET /apps/{app_id}/channels/{channel}/subscribers`: its connections, in the order of their ids.
pub(super) async fn subscribers(
    session: Session,
    path: OnePath,
    paging: Query<Paging>,
    management: Data<Management>,
) -> Result<Json<ConnectionsReply>, ManagementError> {
    let (app_id, channel) = path.into_inner();
    let realm = management.realm(&session, app_id).await?;
    let (channel, after) = (parse(&channel)?, cursor(&paging)?);
    let page = management.node.page_subscribers(&realm, &channel, after, paging.limit()).await?;
    Ok(Json(page.into()))
}

fn parse(channel: &str) -> Result<ChannelName, ManagementError> {
    ChannelName::parse(channel).map_err(|_| ManagementError::NotFound)
}

impl ChannelRow {
    fn of(summary: &ChannelSummary) -> Self {
        let access = summary.channel.access();
        Self {
            channel: summary.channel.to_string(),
            access: match access {
                ChannelAccess::Public => "public",
                ChannelAccess::Private => "private",
                ChannelAccess::Encrypted => "encrypted",
                ChannelAccess::Presence => "presence",
                ChannelAccess::User => "user",
            },
            subscriptions: summary.subscribers,
            users: (access == ChannelAccess::Presence).then_some(summary.users),
            cached: summary.is_cached,
        }
    }
}

impl CachedReply {
    fn of(cached: &CachedEvent, payloads: bool) -> Self {
        let beginning = &cached.data[..cached.data.floor_char_boundary(DATA_BYTES)];
        Self {
            data: payloads.then(|| beginning.to_owned()),
            data_bytes: cached.data.len(),
            ttl_seconds: cached.ttl.as_secs(),
        }
    }
}

impl MemberReply {
    fn of(MemberDetail { member, connections }: &MemberDetail, payloads: bool) -> Self {
        let info = member.user_info.as_deref().filter(|_| payloads);
        Self {
            user_id: member.user_id.as_str().to_owned(),
            user_info: info.and_then(|info| RawValue::from_string(info.to_owned()).ok()),
            connections: *connections,
        }
    }
}
