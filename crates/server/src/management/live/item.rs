use campanile_protocol::UserId;
use campanile_realtime::{Activity, ActivityKind, ActivityType, Payload};
use schemars::JsonSchema;
use serde::Serialize;

use crate::openapi;

/// Something that happened in an app.
#[derive(Serialize, JsonSchema)]
#[schemars(transform = openapi::flat)]
pub(in crate::management) struct ActivityReply<'a> {
    /// When, in milliseconds since 1970.
    at: u64,
    /// What it is; says which of the other fields there are.
    #[schemars(extend("enum" = ActivityType::ALL.map(ActivityType::name)))]
    kind: &'static str,
    /// The connection it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    socket_id: Option<String>,
    /// The channel, as it was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<&'a str>,
    /// The user.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<&'a str>,
    #[serde(flatten)]
    details: Details<'a>,
}

#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
enum Details<'a> {
    None {},
    Connected {
        /// The key it connected with.
        key: &'a str,
        /// The client's name and version, as it says.
        client: Option<&'a str>,
        /// How it is connected.
        transport: &'static str,
    },
    Disconnected {
        /// The server's code and reason; null when the peer left.
        reason: Option<String>,
    },
    Event {
        /// Its name.
        name: &'a str,
        /// `api`, `dashboard` or `client`.
        source: &'static str,
        /// How many subscribers it went to.
        subscribers: usize,
        /// How long the data is, as JSON.
        data_bytes: usize,
        /// The data as text: foreign, never to be shown as markup. Absent where it is not shown.
        #[serde(skip_serializing_if = "Option::is_none")]
        data: Option<String>,
        /// Whether that is only its beginning.
        data_cut: bool,
    },
    Message {
        /// The exact reason.
        message: &'a str,
    },
    Webhook {
        /// The endpoint's id.
        webhook_id: &'a str,
        /// The delivery's.
        delivery_id: &'a str,
        /// The status, if there was an answer.
        status: Option<u16>,
        /// Why it failed; null when it did not.
        error: Option<&'a str>,
    },
    Api {
        /// Method and path.
        request: &'a str,
        /// What was answered.
        status: u16,
        /// The exact reason.
        message: &'a str,
    },
}

impl<'a> ActivityReply<'a> {
    /// With or without what events carry.
    pub(in crate::management) fn of(activity: &'a Activity, payloads: bool) -> Self {
        let kind = &activity.kind;
        Self {
            at: activity.at_ms,
            kind: kind.as_type().name(),
            socket_id: kind.socket_id().map(|socket_id| socket_id.to_string()),
            channel: kind.channel(),
            user_id: kind.user_id().map(UserId::as_str),
            details: details(kind, payloads),
        }
    }
}

fn details(kind: &ActivityKind, payloads: bool) -> Details<'_> {
    match kind {
        ActivityKind::Connected { key, client, transport, .. } => {
            Details::Connected { key: key.as_str(), client: client.as_deref(), transport: transport.name() }
        }
        ActivityKind::Disconnected { reason, .. } => {
            Details::Disconnected { reason: reason.map(|code| code.to_string()) }
        }
        ActivityKind::Event { name, source, subscribers, payload, .. } => Details::Event {
            name: name.as_str(),
            source: source.name(),
            subscribers: *subscribers,
            data_bytes: payload.bytes(),
            data: payloads.then(|| text(payload)),
            data_cut: payload.is_cut(),
        },
        ActivityKind::Refused { message, .. } => Details::Message { message },
        ActivityKind::WebhookAttempt { webhook, delivery, status, error } => Details::Webhook {
            webhook_id: webhook,
            delivery_id: delivery,
            status: *status,
            error: error.as_deref(),
        },
        ActivityKind::ApiRefused { request, status, message } => {
            Details::Api { request, status: *status, message }
        }
        ActivityKind::SignedIn { .. }
        | ActivityKind::Subscribed { .. }
        | ActivityKind::Unsubscribed { .. }
        | ActivityKind::MemberAdded { .. }
        | ActivityKind::MemberRemoved { .. } => Details::None {},
    }
}

/// The data as its publisher wrote it: the content of a string, and of anything else its JSON.
fn text(payload: &Payload) -> String {
    let json = payload.as_json();
    let Some(literal) = json.strip_prefix('"') else { return json.to_owned() };
    if !payload.is_cut() {
        return serde_json::from_str(json).unwrap_or_else(|_| json.to_owned());
    }
    // Cut within an escape, or between the halves of a character: what comes before is whole.
    let ends = literal.char_indices().rev().map(|(end, _)| end).take(12);
    let mut whole = std::iter::once(literal.len()).chain(ends);
    let found = whole.find_map(|end| serde_json::from_str(&format!("\"{}\"", &literal[..end])).ok());
    found.unwrap_or_else(|| literal.to_owned())
}
