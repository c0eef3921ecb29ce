use std::{sync::Arc, time::Duration};

use campanile_control::{Claim, ClaimLimits, Store};
use tokio::{
    sync::{Notify, watch},
    task::JoinSet,
    time::sleep,
};
use uuid::Uuid;

use crate::{counters::Counters, deliver::Delivery, post::Poster};

/// Requests under way at once.
const MAX_UNDER_WAY: usize = 256;
/// Lanes per claim: also bounds what one claim holds in memory.
const MAX_PER_CLAIM: usize = 64;
/// Requests under way for one app, on all nodes together.
const MAX_PER_APP: i64 = 16;
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(1);
/// What a lease lasts beyond a request: time to record its outcome.
const LEASE_SLACK: Duration = Duration::from_secs(30);

/// Claims what is due and has it delivered. A slow endpoint occupies one place of [`MAX_UNDER_WAY`];
/// its app at most [`MAX_PER_APP`].
pub(crate) struct Dispatcher {
    pub(crate) store: Store,
    pub(crate) incarnation: Uuid,
    pub(crate) poster: Poster,
    pub(crate) counters: Arc<Counters>,
    /// Rung when something was recorded.
    pub(crate) recorded: Arc<Notify>,
    pub(crate) timeout: Duration,
    pub(crate) stop: watch::Receiver<bool>,
}

impl Dispatcher {
    pub(crate) async fn run(mut self) {
        let mut under_way = JoinSet::new();
        let mut pause = SHORTEST_PAUSE;
        while !*self.stop.borrow() {
            match self.claim(under_way.len()).await {
                Some(claims) if claims.is_empty() => pause = (pause * 2).min(LONGEST_PAUSE),
                Some(claims) => {
                    pause = SHORTEST_PAUSE;
                    for claim in claims {
                        under_way.spawn(self.deliver(claim));
                    }
                }
                None => pause = PAUSE_AFTER_ERROR,
            }
            tokio::select! {
                _ = self.stop.wait_for(|stop| *stop) => {}
                () = self.recorded.notified() => {}
                Some(_) = under_way.join_next() => while under_way.try_join_next().is_some() {},
                () = sleep(pause) => {}
            }
        }
        // Each ends by itself, with a reply or at the end of its grace.
        while under_way.join_next().await.is_some() {}
    }

    /// `None` when the database does not answer.
    async fn claim(&self, under_way: usize) -> Option<Vec<Claim>> {
        let free = MAX_UNDER_WAY.saturating_sub(under_way).min(MAX_PER_CLAIM);
        if free == 0 {
            return Some(Vec::new());
        }
        let limits = ClaimLimits {
            incarnation: self.incarnation,
            lanes: i64::try_from(free).expect("a small number"),
            lanes_per_app: MAX_PER_APP,
            lease: self.timeout + LEASE_SLACK,
        };
        let claimed = self.store.claim(limits).await;
        claimed
            .inspect_err(|error| {
                tracing::warn!(error = error as &dyn std::error::Error, "webhooks wait for the database");
            })
            .ok()
    }

    fn deliver(&self, claim: Claim) -> impl Future<Output = ()> + Send + 'static {
        let (store, poster) = (self.store.clone(), self.poster.clone());
        let (counters, stop) = (Arc::clone(&self.counters), self.stop.clone());
        async move {
            let delivery = Delivery { store: &store, poster: &poster, counters: &counters };
            delivery.run(&claim, stop).await;
        }
    }
}
