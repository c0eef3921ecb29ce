use std::convert::Infallible;

use actix_web::{
    HttpResponse,
    web::{Bytes, Data, Path},
};
use campanile_protocol::AppId;
use campanile_realtime::{Activity, ActivityKind, Watcher};
use futures_util::stream;
use serde::Serialize;

use super::{
    Management, ManagementError,
    session::Session,
    sse::{self, Pulse},
};

#[derive(Serialize)]
struct Snapshot {
    connections: usize,
    channels: usize,
}

#[derive(Serialize)]
struct Missed {
    missed: u64,
}

#[derive(Serialize)]
struct ActivityItem<'a> {
    at: u64,
    #[serde(flatten)]
    kind: Item<'a>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Item<'a> {
    Connected { socket_id: String, client: Option<&'a str>, transport: &'static str },
    Disconnected { socket_id: String },
    Subscribed { socket_id: String, channel: &'a str },
    Unsubscribed { socket_id: String, channel: &'a str },
    Event { channel: &'a str, name: &'a str, source: &'a str, subscribers: usize },
    Refused { socket_id: Option<String>, message: &'a str },
}

/// `GET /apps/{app_id}/live`: what happens in the app, as server-sent events. Ends soon after the session
/// or the app does, and when the platform stops.
pub(super) async fn watch(
    session: Session,
    app_id: Path<AppId>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    // Scopes the request to the tenant: the directory knows every tenant's apps.
    management.store.get_app(session.tenant_id, *app_id).await?;
    let Some(realm) = management.directory.find(*app_id).await? else {
        return Err(ManagementError::NotFound);
    };
    let live = Live { watcher: realm.watch(), pulse: Pulse::new(&management, session, *app_id) };
    let channels = management.node.list_channels(&realm, "").await?.len();
    let first = sse::frame("snapshot", &Snapshot { connections: realm.connections(), channels });
    Ok(sse::respond(first, stream::unfold(live, Live::next)))
}

/// One watching browser.
struct Live {
    watcher: Watcher,
    pulse: Pulse,
}

impl Live {
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        let frame = tokio::select! {
            activity = self.watcher.next() => match activity {
                Ok(activity) => sse::frame("activity", &ActivityItem::from(&activity)),
                Err(missed) => sse::frame("lagged", &Missed { missed }),
            },
            beat = self.pulse.next() => {
                beat?;
                self.pulse.check().await?
            }
        };
        Some((Ok(frame), self))
    }
}

impl<'a> From<&'a Activity> for ActivityItem<'a> {
    fn from(activity: &'a Activity) -> Self {
        let kind = match &activity.kind {
            ActivityKind::Connected { socket_id, client, transport } => Item::Connected {
                socket_id: socket_id.to_string(),
                client: client.as_deref(),
                transport: transport.name(),
            },
            ActivityKind::Disconnected { socket_id } => {
                Item::Disconnected { socket_id: socket_id.to_string() }
            }
            ActivityKind::Subscribed { socket_id, channel } => {
                Item::Subscribed { socket_id: socket_id.to_string(), channel: channel.as_str() }
            }
            ActivityKind::Unsubscribed { socket_id, channel } => {
                Item::Unsubscribed { socket_id: socket_id.to_string(), channel: channel.as_str() }
            }
            ActivityKind::Event { channel, name, source, subscribers } => {
                Item::Event { channel: channel.as_str(), name, source, subscribers: *subscribers }
            }
            ActivityKind::Refused { socket_id, message } => {
                Item::Refused { socket_id: socket_id.map(|id| id.to_string()), message }
            }
        };
        Self { at: activity.at_ms, kind }
    }
}
