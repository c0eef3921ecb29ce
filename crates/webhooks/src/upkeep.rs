use std::{sync::Arc, time::Duration};

use campanile_control::Store;
use tokio::{
    sync::Notify,
    time::{MissedTickBehavior, interval},
};
use uuid::Uuid;

/// How often dead incarnations are looked for: at start one may still seem alive for a moment.
const RECONCILE_EVERY: Duration = Duration::from_secs(3);
const HOUSEKEEP_EVERY: Duration = Duration::from_secs(3600);

/// Tells what dead predecessors left behind, now and whenever a peer dies.
pub(crate) async fn reconcile(store: Store, living: Uuid, recorded: Arc<Notify>) {
    let mut ticks = interval(RECONCILE_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match store.reconcile(living).await {
            Ok(0) => {}
            Ok(_) => recorded.notify_one(),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "cannot look for dead incarnations, trying again");
            }
        }
    }
}

/// Keeps the log's partitions ahead of time.
pub(crate) async fn housekeep(store: Store) {
    let mut ticks = interval(HOUSEKEEP_EVERY);
    loop {
        ticks.tick().await;
        if let Err(error) = store.housekeep().await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "housekeeping failed, trying again in an hour");
        }
    }
}
