use std::time::{Duration, Instant};

use ahash::AHashMap;
use bytestring::ByteString;
use campanile_protocol::{
    Access, App, ChannelName, ClientMessage, Event, EventData, EventName, Frame, InvalidMember, Member,
    SocketId, SubscribeRequest, UserId,
    limits::CLIENT_EVENTS_PER_SECOND,
    server_message::{self, ErrorMessage, Refusal},
    signature,
};
use serde_json::value::RawValue;

/// The protocol state of one connection. It decides and the actor obeys: no socket, clock or mailbox
/// is visible from here, so every rule is tested with plain function calls.
#[derive(Debug)]
pub(crate) struct Dialogue {
    socket_id: SocketId,
    subscriptions: AHashMap<ChannelName, Subscription>,
    client_events: ClientEventRate,
}

#[derive(Debug)]
struct Subscription {
    /// Whether the channel's owner has answered.
    joined: bool,
    user_id: Option<UserId>,
}

/// What a connection must do next.
#[derive(Debug)]
pub(crate) enum Action {
    Nothing,
    Send(Frame),
    /// Send the frame; the text tells the app's owner why.
    Refuse(Frame, String),
    Subscribe(ChannelName, Option<Member>),
    Unsubscribe(ChannelName),
    Publish(ClientEvent),
}

/// A client event that may be published.
#[derive(Debug)]
pub(crate) struct ClientEvent {
    pub(crate) channel: ChannelName,
    pub(crate) event: Event,
    /// The sender's user, on presence channels.
    pub(crate) user_id: Option<UserId>,
}

/// Rejected client events carry this code; the connection stays open.
const CLIENT_EVENT_REJECTED: Option<u16> = Some(4301);

impl Dialogue {
    pub(crate) fn new(socket_id: SocketId) -> Self {
        Self { socket_id, subscriptions: AHashMap::new(), client_events: ClientEventRate::default() }
    }

    /// Decides about one text message.
    pub(crate) fn receive(&mut self, text: &ByteString, app: &App, now: Instant) -> Action {
        match ClientMessage::parse(text) {
            Ok(ClientMessage::Ping) => Action::Send(server_message::pong()),
            Ok(ClientMessage::Pong) => Action::Nothing,
            Ok(ClientMessage::Subscribe(request)) => self.subscribe(&request, app),
            Ok(ClientMessage::Unsubscribe { channel }) => self.unsubscribe(&channel),
            Ok(ClientMessage::Event { name, channel, data }) => {
                let sent = SentEvent { name: &name, channel: channel.as_deref(), data };
                match self.client_event(&sent, text, app, now) {
                    Ok(event) => Action::Publish(event),
                    Err((code, message)) => refuse(code, &message, channel.as_deref()),
                }
            }
            Ok(ClientMessage::Unsupported { name }) => {
                refuse(None, &format!("Unsupported event received on socket: {name}"), None)
            }
            Err(error) => refuse(None, &error.to_string(), None),
        }
    }

    /// The owner accepted the subscription.
    pub(crate) fn subscribed(&mut self, channel: &ChannelName) {
        if let Some(subscription) = self.subscriptions.get_mut(channel) {
            subscription.joined = true;
        }
    }

    /// The owner refused the subscription.
    pub(crate) fn refused(&mut self, channel: &ChannelName) {
        self.subscriptions.remove(channel);
    }

    /// Ends the dialogue; the channels that must be left.
    pub(crate) fn end(&mut self) -> impl Iterator<Item = ChannelName> + use<> {
        std::mem::take(&mut self.subscriptions).into_keys()
    }

    fn subscribe(&mut self, request: &SubscribeRequest<'_>, app: &App) -> Action {
        let refused = |refusal: &Refusal| {
            let frame = server_message::subscription_error(&request.channel, refusal);
            Action::Refuse(frame, format!("Subscription to {:?} refused: {refusal}", request.channel))
        };
        let channel = match ChannelName::parse(&request.channel) {
            Ok(channel) => channel,
            Err(error) => return refused(&Refusal::Channel(error)),
        };
        if self.subscriptions.contains_key(&channel) {
            return refuse(
                None,
                &format!("Existing subscription to channel {channel}"),
                Some(channel.as_str()),
            );
        }
        match self.authorize(&channel, request, app) {
            Ok(member) => {
                let user_id = member.as_ref().map(|member| member.user_id.clone());
                self.subscriptions.insert(channel.clone(), Subscription { joined: false, user_id });
                Action::Subscribe(channel, member)
            }
            Err(refusal) => refused(&refusal),
        }
    }

    /// Who joins, if the request proves that it may.
    fn authorize(
        &self,
        channel: &ChannelName,
        request: &SubscribeRequest<'_>,
        app: &App,
    ) -> Result<Option<Member>, Refusal> {
        let access = channel.access();
        if access == Access::User {
            return Err(Refusal::Unauthorized(format!("Not signed in as the user of {channel}")));
        }
        if !access.needs_signature() {
            return Ok(None);
        }
        let (auth, data) = (request.auth.as_deref(), request.channel_data.as_deref());
        signature::verify_channel(app, self.socket_id, channel, auth, data)
            .map_err(|error| Refusal::Unauthorized(error.to_string()))?;
        if access != Access::Presence {
            return Ok(None);
        }
        let data = data.ok_or(Refusal::Member(InvalidMember::Missing))?;
        Member::from_channel_data(data).map(Some).map_err(Refusal::Member)
    }

    fn unsubscribe(&mut self, channel: &str) -> Action {
        match self.subscriptions.remove_entry(channel) {
            Some((channel, _)) => Action::Unsubscribe(channel),
            None => Action::Nothing,
        }
    }

    /// Checks the rules of Pusher reference, section 2.4.
    fn client_event(
        &mut self,
        sent: &SentEvent<'_>,
        text: &ByteString,
        app: &App,
        now: Instant,
    ) -> Result<ClientEvent, (Option<u16>, String)> {
        let rejected = |message: &str| Err((CLIENT_EVENT_REJECTED, message.to_owned()));
        if !sent.name.starts_with("client-") {
            return Err((None, format!("Unsupported event received on socket: {}", sent.name)));
        }
        let (Some(channel), Some(data)) = (sent.channel, sent.data) else {
            return Err((None, "Invalid client event (must contain channel and data)".to_owned()));
        };
        if !app.settings.client_events {
            return rejected(
                "To send client events, you must enable this feature in the settings of the app",
            );
        }
        let Some((channel, subscription)) = self.subscriptions.get_key_value(channel) else {
            return rejected("Client event rejected - not subscribed to the channel");
        };
        match channel.access() {
            Access::Private | Access::Encrypted | Access::Presence if subscription.joined => {}
            Access::Private | Access::Encrypted | Access::Presence => {
                return rejected("Client event rejected - subscription in progress");
            }
            Access::Public | Access::User => {
                return rejected("Client event rejected - only supported on private and presence channels");
            }
        }
        if !self.client_events.take(now) {
            let limit = format!("at most {CLIENT_EVENTS_PER_SECOND} client events per second are allowed");
            return rejected(&format!("Client event rejected - {limit}"));
        }
        let name = EventName::parse(sent.name).map_err(|error| (CLIENT_EVENT_REJECTED, error.to_string()))?;
        let data = EventData::from_client(data, text.as_bytes())
            .map_err(|error| (CLIENT_EVENT_REJECTED, error.to_string()))?;
        Ok(ClientEvent {
            channel: channel.clone(),
            event: Event { name, data },
            user_id: subscription.user_id.clone(),
        })
    }
}

struct SentEvent<'a> {
    name: &'a str,
    channel: Option<&'a str>,
    data: Option<&'a RawValue>,
}

fn refuse(code: Option<u16>, message: &str, channel: Option<&str>) -> Action {
    Action::Refuse(server_message::error(&ErrorMessage { code, message, channel }), message.to_owned())
}

/// Counts the client events of the current second, which starts with its first event.
#[derive(Debug, Default)]
struct ClientEventRate {
    since: Option<Instant>,
    count: u32,
}

impl ClientEventRate {
    fn take(&mut self, now: Instant) -> bool {
        match self.since {
            Some(since) if now.duration_since(since) < Duration::from_secs(1) => self.count += 1,
            _ => (self.since, self.count) = (Some(now), 1),
        }
        self.count <= CLIENT_EVENTS_PER_SECOND
    }
}

#[cfg(test)]
mod tests;
