use std::time::Duration;

use campanile_control::{Claim, StoreError};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep},
};

use crate::{
    deliver::Courier,
    places::{Kind, Places},
};

const SHORTEST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(1);
/// How often replays are looked for at most.
const REPLAYS_EVERY: Duration = Duration::from_millis(100);

/// Claims what is due, within what [`Places`] has room for, and has it delivered.
pub(crate) struct Dispatcher {
    pub(crate) courier: Courier,
    pub(crate) places: Places,
    pub(crate) stop: watch::Receiver<bool>,
}

impl Dispatcher {
    pub(crate) async fn run(mut self) {
        let mut under_way = JoinSet::new();
        let mut ear = self.courier.bell.listen();
        let mut pause = SHORTEST_PAUSE;
        let mut replays_at = Instant::now();
        while !*self.stop.borrow() {
            match self.claim(&mut replays_at).await {
                Ok(claims) if claims.is_empty() => pause = (pause * 2).min(LONGEST_PAUSE),
                Ok(claims) => {
                    // There may be more than one claim takes: no pause between.
                    pause = Duration::ZERO;
                    claims.into_iter().for_each(|claim| self.deliver(claim, &mut under_way));
                }
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "webhooks wait for the database"
                    );
                    pause = PAUSE_AFTER_ERROR;
                }
            }
            while under_way.try_join_next().is_some() {}
            tokio::select! {
                _ = self.stop.wait_for(|stop| *stop) => {}
                () = ear.heard() => {}
                () = sleep(pause) => {}
            }
            pause = pause.max(SHORTEST_PAUSE);
        }
        // Each ends by itself, with a reply or at the end of its grace.
        while under_way.join_next().await.is_some() {}
        campanile_control::boundary("shutdown.drained");
    }

    async fn claim(&self, replays_at: &mut Instant) -> Result<Vec<Claim>, StoreError> {
        let (store, incarnation) = (&self.courier.store, self.courier.incarnation);
        let mut claims = match self.places.room(incarnation) {
            Some(limits) => store.claim(&limits).await?,
            None => Vec::new(),
        };
        let room = self.places.room_for_replays();
        if room > 0 && *replays_at <= Instant::now() {
            *replays_at = Instant::now() + REPLAYS_EVERY;
            match store.claim_replays(incarnation, room).await {
                Ok(replays) => claims.extend(replays),
                // What was claimed before must not wait for the end of its lease.
                Err(error) if claims.is_empty() => return Err(error),
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(error, "webhook replays wait for the database");
                }
            }
        }
        Ok(claims)
    }

    fn deliver(&self, claim: Claim, under_way: &mut JoinSet<()>) {
        let kind = if claim.ticket.replay > 0 { Kind::Replay } else { Kind::Lane(claim.standing) };
        let bytes = claim.events.iter().map(|event| event.body.len()).sum();
        let place = self.places.take(claim.recipient.app_id, kind, bytes);
        let (courier, stop) = (self.courier.clone(), self.stop.clone());
        under_way.spawn(async move {
            courier.run(claim, stop).await;
            drop(place);
        });
    }
}
