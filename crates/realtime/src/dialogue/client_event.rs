use std::time::Instant;

use bytestring::ByteString;
use campanile_protocol::{Access, App, ChannelName, Event, EventData, EventName, UserId};
use serde_json::value::RawValue;

use super::{Dialogue, quote};

/// A client event that may be published.
#[derive(Debug)]
pub(crate) struct ClientEvent {
    pub(crate) channel: ChannelName,
    pub(crate) event: Event,
    /// The sender's user, on presence channels.
    pub(crate) user_id: Option<UserId>,
}

/// What a client asks to be published.
pub(super) struct SentEvent<'a> {
    pub(super) name: &'a str,
    pub(super) channel: Option<&'a str>,
    pub(super) data: Option<&'a RawValue>,
}

/// Rejected client events carry this code; the connection stays open.
pub(crate) const CLIENT_EVENT_REJECTED: Option<u16> = Some(4301);

impl Dialogue {
    /// Checks the rules of Pusher reference, section 2.4.
    pub(super) fn client_event(
        &mut self,
        sent: &SentEvent<'_>,
        text: &ByteString,
        app: &App,
        now: Instant,
    ) -> Result<ClientEvent, (Option<u16>, String)> {
        let rejected = |message: &str| Err((CLIENT_EVENT_REJECTED, message.to_owned()));
        if !sent.name.starts_with("client-") {
            return Err((None, format!("Unsupported event received on socket: {}", quote(sent.name))));
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
        let per_second = app.settings.max_client_events_per_second;
        if !self.client_events.take(now, per_second) {
            let limit = format!("at most {per_second} client events per second are allowed");
            return rejected(&format!("Client event rejected - {limit}"));
        }
        let name = EventName::parse(sent.name).map_err(|error| (CLIENT_EVENT_REJECTED, error.to_string()))?;
        let data = EventData::from_client(data, text.as_bytes(), app.settings.max_event_bytes)
            .map_err(|error| (CLIENT_EVENT_REJECTED, error.to_string()))?;
        Ok(ClientEvent {
            channel: channel.clone(),
            event: Event { name, data },
            user_id: subscription.user_id.clone(),
        })
    }
}
