//! What keys need from time to time: their ends, and notes of their use.

use std::{pin::pin, sync::Arc, time::Duration};

use campanile_control::{KeyUsed, Store, StoreError};
use campanile_realtime::Node;
use time::OffsetDateTime;
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval},
};

/// How late a key may stop that was rotated.
const EXPIRY_INTERVAL: Duration = Duration::from_secs(5);
/// How often it is written down which keys were used.
const NOTES_INTERVAL: Duration = Duration::from_secs(60);

/// Goes on until the platform stops. While the database is away, keys go on for longer and notes are lost.
pub(crate) async fn keep(store: Store, node: Arc<Node>, mut stopping: watch::Receiver<bool>) {
    let (mut expiry, mut notes) = (interval(EXPIRY_INTERVAL), interval(NOTES_INTERVAL));
    for ticks in [&mut expiry, &mut notes] {
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    }
    let mut stopped = pin!(async move { drop(stopping.wait_for(|stopping| *stopping).await) });
    loop {
        let done = tokio::select! {
            _ = expiry.tick() => store.expire_keys().await.map(drop),
            _ = notes.tick() => note(&store, &node).await,
            () = &mut stopped => break,
        };
        if let Err(error) = done {
            tracing::warn!(error = &error as &dyn std::error::Error, "keys could not be looked after");
        }
    }
    if let Err(error) = note(&store, &node).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "the last use of keys is not noted");
    }
}

async fn note(store: &Store, node: &Node) -> Result<(), StoreError> {
    let mut used = Vec::new();
    for realm in node.realms() {
        let app = realm.app().id;
        used.extend(realm.take_key_uses().into_iter().filter_map(|one| {
            let at = OffsetDateTime::from_unix_timestamp(one.used_at.cast_signed()).ok()?;
            Some(KeyUsed { app, key: one.key, at })
        }));
    }
    if used.is_empty() { Ok(()) } else { store.note_key_uses(&used).await }
}
