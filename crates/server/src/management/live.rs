//! The debug console's source: what happens in an app, as server-sent events.

pub(super) mod item;
mod query;

use std::{convert::Infallible, sync::Arc};

use actix_web::{
    HttpResponse,
    web::{Bytes, Data, Path, Query},
};
use campanile_protocol::AppId;
use campanile_realtime::{Activity, Realm, Watched, Watcher};
use futures_util::stream;
use schemars::JsonSchema;
use serde::Serialize;

use self::{item::ActivityReply, query::LiveQuery};
use super::{
    Management, ManagementError,
    rights::{Access, Right},
    routes::Routes,
    session::Session,
    sse::{self, Pulse},
};

/// How things stand when watching begins: the first event of the stream, `snapshot`. What is nought or off
/// here is why nothing is seen.
#[derive(Serialize, JsonSchema)]
struct Snapshot {
    /// Open connections.
    connections: usize,
    /// Occupied channels.
    channels: usize,
    /// Users who are signed in.
    users: usize,
    /// When an event was last published, in milliseconds since 1970; null if not since the app came into use.
    last_event_at: Option<u64>,
    /// Whether clients may send events.
    client_events: bool,
    /// Whether the app takes connections and requests.
    enabled: bool,
    /// Whether this stream shows what events carry.
    payloads: bool,
}

/// More happened than is shown: event `sampled`, at most once a second.
#[derive(Serialize, JsonSchema)]
struct Sampled {
    /// Items shown since the last time,
    shown: u64,
    /// of so many that passed the filter.
    of: u64,
}

/// The stream.
pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .get("/apps/{app_id}/live", Access::Has(Right::ViewActivity), watch)
        .about("What happens in an app, as server-sent events")
        .streams::<Snapshot>("snapshot")
        .streams::<ActivityReply<'_>>("activity")
        .streams::<Sampled>("sampled")
        .refuses(&[409]);
}

/// `GET /apps/{app_id}/live`: `snapshot`, then an `activity` for each thing that happens and passes the
/// filter. At most 200 events and 200 other things a second are shown; beyond that a sample, and `sampled`
/// says of how many. Ends soon after the session or the app does, and when the platform stops.
pub(super) async fn watch(
    session: Session,
    app_id: Path<AppId>,
    query: Query<LiveQuery>,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    let realm = management.realm(&session, *app_id).await?;
    let payloads = session.may(Right::ViewPayloads);
    let filter = query.into_inner().check(payloads)?;
    let watcher = realm.watch(filter)?;
    let first = sse::frame("snapshot", &snapshot(&management, &realm, payloads).await?);
    let pulse = Pulse::new(&management, session.clone(), *app_id);
    let live = Live { watcher, pulse, session, payloads, management };
    Ok(sse::respond(first, stream::unfold(live, Live::next)))
}

async fn snapshot(
    management: &Management,
    realm: &Realm,
    payloads: bool,
) -> Result<Snapshot, ManagementError> {
    let occupancy = management.node.occupancy(realm).await?;
    let app = realm.app();
    Ok(Snapshot {
        connections: realm.connections(),
        channels: occupancy.channels,
        users: occupancy.users,
        last_event_at: realm.last_event_ms(),
        client_events: app.settings.client_events,
        enabled: app.enabled,
        payloads,
    })
}

/// One who watches.
struct Live {
    watcher: Watcher,
    pulse: Pulse,
    session: Session,
    payloads: bool,
    management: Data<Management>,
}

impl Live {
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        let frame = tokio::select! {
            watched = self.watcher.next() => match watched {
                Watched::Activity(activity) => self.frame(&activity),
                Watched::Sampled { shown, of } => sse::frame("sampled", &Sampled { shown, of }),
            },
            beat = self.pulse.next() => {
                beat?;
                self.beat().await?
            }
        };
        Some((Ok(frame), self))
    }

    /// All who see payloads see the same bytes.
    fn frame(&self, activity: &Arc<Activity>) -> Bytes {
        let frame = |payloads| sse::frame("activity", &ActivityReply::of(activity, payloads));
        if self.payloads { activity.render(|_| frame(true)) } else { frame(false) }
    }

    /// A stream that shows payloads ends with the right to see them; it may be opened again without.
    async fn beat(&self) -> Option<Bytes> {
        let beat = self.pulse.check().await?;
        if !self.payloads {
            return Some(beat);
        }
        // A database that is away takes nothing away.
        let still = self.session.still_may(Right::ViewPayloads, &self.management.store).await.unwrap_or(true);
        still.then_some(beat)
    }
}
