use std::{convert::Infallible, time::Duration};

use actix_web::{
    HttpResponse,
    web::{Bytes, Data, Path},
};
use campanile_control::AppError;
use campanile_protocol::AppId;
use campanile_realtime::{Activity, ActivityKind, Watcher};
use futures_util::{StreamExt, stream};
use serde::Serialize;
use tokio::{
    sync::watch,
    time::{Instant, Interval},
};

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

/// How often the stream looks whether it may go on; it then says so with a comment, which also keeps it
/// open through proxies.
const CHECK_INTERVAL: Duration = Duration::from_secs(15);

/// `GET /apps/{app_id}/live`: what happens in the app, as server-sent events. Ends soon after the session
/// or the app does, and when the platform stops.
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
    let live = Live {
        watcher: realm.watch(),
        stopping: management.stopping.clone(),
        check: tokio::time::interval_at(Instant::now() + CHECK_INTERVAL, CHECK_INTERVAL),
        management: management.clone(),
        session,
        app_id: *app_id,
    };
    let channels = management.node.list_channels(&realm, "").await?.len();
    let first = frame("snapshot", &Snapshot { connections: realm.connections(), channels });
    let first = stream::once(async { Ok(first) });
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header(("Cache-Control", "no-store"))
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(first.chain(stream::unfold(live, Live::next))))
}

/// One watching browser.
struct Live {
    watcher: Watcher,
    stopping: watch::Receiver<bool>,
    check: Interval,
    management: Data<Management>,
    session: Session,
    app_id: AppId,
}

impl Live {
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        let activity = tokio::select! {
            activity = self.watcher.next() => Some(activity),
            _ = self.check.tick() => None,
            _ = self.stopping.wait_for(|stopping| *stopping) => return None,
        };
        let frame = match activity {
            Some(Ok(activity)) => frame("activity", &ActivityItem::from(&activity)),
            Some(Err(missed)) => frame("lagged", &Missed { missed }),
            None if self.may_go_on().await => Bytes::from_static(b": still here\n\n"),
            None => return None,
        };
        Some((Ok(frame), self))
    }

    /// Whether the session and the app are still there. A database that is away takes nothing away.
    async fn may_go_on(&self) -> bool {
        let store = &self.management.store;
        match store.find_session(&self.session.token).await {
            Ok(Some(account)) => {
                !matches!(store.get_app(account.tenant_id, self.app_id).await, Err(AppError::NotFound))
            }
            Ok(None) => false,
            Err(_) => true,
        }
    }
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
