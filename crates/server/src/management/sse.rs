//! Server-sent events: what the streams of this API share.

use std::{convert::Infallible, time::Duration};

use actix_web::{
    HttpResponse,
    web::{Bytes, Data},
};
use campanile_control::AppError;
use campanile_protocol::AppId;
use futures_util::{Stream, StreamExt, stream};
use serde::Serialize;
use tokio::{
    sync::watch,
    time::{Instant, Interval, interval_at},
};

use super::{Management, session::Session};

/// How often a stream looks whether it may go on; it then says so with a comment, which also keeps it
/// open through proxies.
const CHECK_INTERVAL: Duration = Duration::from_secs(15);

/// One event.
pub(super) fn frame(event: &str, data: &impl Serialize) -> Bytes {
    let data = serde_json::to_string(data).expect("numbers and strings always serialise");
    format!("event: {event}\ndata: {data}\n\n").into()
}

/// The answer that goes on with `rest`.
pub(super) fn respond(
    first: Bytes,
    rest: impl Stream<Item = Result<Bytes, Infallible>> + 'static,
) -> HttpResponse {
    let first = stream::once(async { Ok(first) });
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header(("Cache-Control", "no-store"))
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(first.chain(rest))
}

/// Keeps a stream going for as long as it may: while the session and the app last, and the platform is not
/// told to stop.
pub(super) struct Pulse {
    check: Interval,
    stopping: watch::Receiver<bool>,
    management: Data<Management>,
    session: Session,
    app_id: AppId,
}

impl Pulse {
    pub(super) fn new(management: &Data<Management>, session: Session, app_id: AppId) -> Self {
        Self {
            check: interval_at(Instant::now() + CHECK_INTERVAL, CHECK_INTERVAL),
            stopping: management.stopping.clone(),
            management: management.clone(),
            session,
            app_id,
        }
    }

    /// Waits until [`check`](Self::check) is due; `None` when the platform stops. May be dropped while it
    /// waits, which the check itself may not: on a busy stream it would never come to its end.
    pub(super) async fn next(&mut self) -> Option<()> {
        tokio::select! {
            _ = self.check.tick() => Some(()),
            _ = self.stopping.wait_for(|stopping| *stopping) => None,
        }
    }

    /// What to say to keep the stream open; `None` when the session or the app has ended. A database that
    /// is away takes nothing away.
    pub(super) async fn check(&self) -> Option<Bytes> {
        let store = &self.management.store;
        let may_go_on = match self.session.still_holds(store).await {
            Ok(true) => {
                let app = store.get_app(self.session.tenant_id, self.app_id).await;
                !matches!(app, Err(AppError::NotFound))
            }
            Ok(false) => false,
            Err(_) => true,
        };
        may_go_on.then(|| Bytes::from_static(b": still here\n\n"))
    }
}
