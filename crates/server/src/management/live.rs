use std::{convert::Infallible, time::Duration};

use actix_web::{
    HttpResponse,
    web::{Bytes, Data, Path},
};
use campanile_protocol::AppId;
use campanile_realtime::{Activity, ActivityKind, Watcher};
use futures_util::{Stream, stream};
use serde::Serialize;
use tokio::sync::watch;

use super::{Management, ManagementError, session::Session};

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
    Connected { socket_id: String, client: Option<&'a str> },
    Disconnected { socket_id: String },
    Subscribed { socket_id: String, channel: &'a str },
    Unsubscribed { socket_id: String, channel: &'a str },
    Event { channel: &'a str, name: &'a str, source: &'a str, subscribers: usize },
    Refused { socket_id: Option<String>, message: &'a str },
}

/// Comments that keep the stream open through proxies.
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(15);

/// `GET /apps/{app_id}/live`: what happens in the app, as server-sent events. Ends with the session's
/// end at the latest when the client comes again, and when the platform stops.
pub(super) async fn watch(
    session: Session,
    app_id: Path<AppId>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    // Scopes the request to the tenant: the directory knows every tenant's apps.
    management.store.get_app(session.account.tenant_id, *app_id).await?;
    let Some(realm) = management.directory.find(*app_id).await? else {
        return Err(ManagementError::NotFound);
    };
    let watcher = realm.watch();
    let channels = management.node.list_channels(&realm, "").await?.len();
    let first = frame("snapshot", &Snapshot { connections: realm.connections(), channels });
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header(("Cache-Control", "no-store"))
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(frames(first, watcher, management.stopping.clone())))
}

fn frames(
    first: Bytes,
    watcher: Watcher,
    stopping: watch::Receiver<bool>,
) -> impl Stream<Item = Result<Bytes, Infallible>> {
    stream::unfold((Some(first), watcher, stopping), |(first, mut watcher, mut stopping)| async move {
        let next = match first {
            Some(first) => first,
            None => tokio::select! {
                activity = watcher.next() => match activity {
                    Ok(activity) => frame("activity", &ActivityItem::from(&activity)),
                    Err(missed) => frame("lagged", &Missed { missed }),
                },
                () = tokio::time::sleep(HEARTBEAT_INTERVAL) => Bytes::from_static(b": still here\n\n"),
                _ = stopping.wait_for(|stopping| *stopping) => return None,
            },
        };
        Some((Ok(next), (None, watcher, stopping)))
    })
}

fn frame(event: &str, data: &impl Serialize) -> Bytes {
    let data = serde_json::to_string(data).expect("numbers and strings always serialise");
    format!("event: {event}\ndata: {data}\n\n").into()
}

impl<'a> From<&'a Activity> for ActivityItem<'a> {
    fn from(activity: &'a Activity) -> Self {
        let kind = match &activity.kind {
            ActivityKind::Connected { socket_id, client } => {
                Item::Connected { socket_id: socket_id.to_string(), client: client.as_deref() }
            }
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
