//! The event creator: publishes as the app's server would, and says whom it reached.

use actix_web::web::{Bytes, Data, Json, Path};
use campanile_protocol::{
    Access as ChannelAccess, AppId, ChannelName, Event, EventData, EventName, SocketId, from_object,
    limits::CHANNELS_PER_PUBLICATION,
};
use campanile_realtime::{Node, Publication, Reach, Realm, Source};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{
    Management, ManagementError,
    rights::{Access, Right},
    routes::Routes,
    session::Session,
    validation::Form,
};

/// An event, for one channel, for several, or for a user.
#[derive(Deserialize, JsonSchema)]
struct SendEvent<'a> {
    /// One channel.
    channel: Option<String>,
    /// Or several, at most 100.
    channels: Option<Vec<String>>,
    /// Or every connection that is signed in as this user.
    user_id: Option<String>,
    /// The event's name.
    name: String,
    /// What it carries: a string, or any JSON.
    #[serde(borrow)]
    data: &'a RawValue,
    /// The connection that is not to get it.
    exclude_socket_id: Option<String>,
}

/// What became of an event.
#[derive(Serialize, JsonSchema)]
pub(super) struct SentReply {
    /// How many connections it reached: one in several of the channels counts as often.
    subscribers: usize,
    /// The same by channel, in the order in which they were named.
    channels: Vec<ReachedReply>,
}

/// What became of an event in one channel.
#[derive(Serialize, JsonSchema)]
struct ReachedReply {
    /// The channel; a user's own for an event to a user.
    channel: String,
    /// How many connections it reached.
    subscribers: usize,
    /// Why it reached none.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Unreached>,
    /// Whether the channel remembers it for who subscribes later.
    remembered: bool,
}

/// Why an event reached nobody.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Unreached {
    /// Nobody is subscribed.
    NobodySubscribed,
    /// The user is not signed in on any connection.
    UserOffline,
    /// The only subscriber is the connection that is not to get it.
    OnlyExcluded,
}

/// A checked request.
struct Checked {
    channels: Vec<ChannelName>,
    event: Event,
    except: Option<SocketId>,
}

/// The event creator.
pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .post("/apps/{app_id}/events", Access::Has(Right::SendEvents), send)
        .about("Publish an event, and learn whom it reached")
        .takes::<SendEvent<'_>>()
        .refuses(&[429]);
}

/// `POST /apps/{app_id}/events`
pub(super) async fn send(
    session: Session,
    app_id: Path<AppId>,
    body: Bytes,
    management: Data<Management>,
) -> Result<Json<SentReply>, ManagementError> {
    let realm = management.realm(&session, *app_id).await?;
    if realm.app().is_suspended {
        return Err(ManagementError::Suspended);
    }
    let text = std::str::from_utf8(&body).map_err(|error| ManagementError::Malformed(error.to_string()))?;
    let wanted: SendEvent =
        from_object(text).map_err(|error| ManagementError::Malformed(error.to_string()))?;
    let Checked { channels, event, except } = check(&wanted, &body, &realm)?;
    realm.allow(1)?;
    let publication = Publication { event, channels: channels.clone(), except, source: Source::Dashboard };
    management.node.publish(*app_id, publication)?;
    realm.published(1, 1);
    reached(&management.node, &realm, &channels, except).await.map(Json)
}

/// Asked of the owners, who have the event before the question.
async fn reached(
    node: &Node,
    realm: &Realm,
    channels: &[ChannelName],
    except: Option<SocketId>,
) -> Result<SentReply, ManagementError> {
    let mut replies = Vec::with_capacity(channels.len());
    for channel in channels {
        let reach = node.reach(realm, channel, except).await?;
        replies.push(ReachedReply::of(channel, reach));
    }
    let subscribers = replies.iter().map(|reply| reply.subscribers).sum();
    Ok(SentReply { subscribers, channels: replies })
}

impl ReachedReply {
    fn of(channel: &ChannelName, Reach { subscribers, is_exception_subscribed }: Reach) -> Self {
        let reached = subscribers - usize::from(is_exception_subscribed);
        let reason = match reached {
            0 if is_exception_subscribed => Some(Unreached::OnlyExcluded),
            0 if channel.access() == ChannelAccess::User => Some(Unreached::UserOffline),
            0 => Some(Unreached::NobodySubscribed),
            _ => None,
        };
        Self { channel: channel.to_string(), subscribers: reached, reason, remembered: channel.is_cache() }
    }
}

fn check(wanted: &SendEvent<'_>, body: &Bytes, realm: &Realm) -> Result<Checked, ManagementError> {
    let mut form = Form::default();
    let channels = targets(&mut form, wanted);
    let name = form.take("name", EventName::parse(&wanted.name));
    let max_bytes = realm.app().settings.max_event_bytes;
    let data = form.take("data", EventData::published(wanted.data, body, max_bytes));
    let except = wanted.exclude_socket_id.as_deref().filter(|id| !id.is_empty());
    let except = except.and_then(|id| form.take("exclude_socket_id", SocketId::parse(id)).flatten());
    form.check()?;
    let (Some(name), Some(data)) = (name, data) else { return Err(ManagementError::Internal) };
    Ok(Checked { channels, event: Event { name, data }, except })
}

/// Where it goes, each channel once.
fn targets(form: &mut Form, wanted: &SendEvent<'_>) -> Vec<ChannelName> {
    let mut targets: Vec<ChannelName> = Vec::new();
    let named = wanted.channel.iter().map(|name| ("channel", name));
    let listed = wanted.channels.iter().flatten().map(|name| ("channels", name));
    for (field, name) in named.chain(listed) {
        let channel = form.take(field, ChannelName::parse(name));
        targets.extend(channel.filter(|channel| !targets.contains(channel)));
    }
    let user = wanted.user_id.as_deref().filter(|user_id| !user_id.is_empty());
    targets.extend(user.and_then(|user_id| form.take("user_id", ChannelName::of_user(user_id))));
    let is_named = wanted.channel.is_some() || wanted.channels.is_some() || user.is_some();
    form.require(
        "channel",
        is_named && wanted.channels.as_ref().is_none_or(|all| !all.is_empty()),
        "Name a channel or a user.",
    );
    form.require("channels", targets.len() <= CHANNELS_PER_PUBLICATION, "Name at most 100 channels.");
    let is_encrypted = |channel: &ChannelName| channel.access() == ChannelAccess::Encrypted;
    form.require(
        "channels",
        targets.len() == 1 || !targets.iter().any(is_encrypted),
        "An event for an encrypted channel can have only that channel.",
    );
    targets
}
