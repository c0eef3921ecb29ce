use std::time::Duration;

use campanile_control::Store;
use tokio::time::{MissedTickBehavior, interval};
use uuid::Uuid;

use crate::{Listeners, bell::Bell};

/// How often dead incarnations are looked for: at start one may still seem alive for a moment.
const RECONCILE_EVERY: Duration = Duration::from_secs(3);
const HOUSEKEEP_EVERY: Duration = Duration::from_secs(3600);
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// Tells what dead predecessors left behind, now and whenever a peer dies.
pub(crate) async fn reconcile(store: Store, living: Uuid, bell: Bell) {
    let mut ticks = interval(RECONCILE_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match store.reconcile(living).await {
            Ok(0) => {}
            Ok(_) => bell.ring(),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "cannot look for dead incarnations, trying again");
            }
        }
    }
}

/// Removes listeners of this node that nobody holds any more: the database may have made one without our
/// hearing of it.
pub(crate) async fn sweep(listeners: Listeners) {
    let mut ticks = interval(SWEEP_EVERY);
    loop {
        ticks.tick().await;
        match listeners.sweep().await {
            Ok(0) => {}
            Ok(count) => tracing::warn!(count, "listeners had been left behind, and were removed"),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "cannot look for listeners left behind, trying again");
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
