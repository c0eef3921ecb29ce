use std::time::Duration;

use campanile_control::{AppChange, AppChanged, AppChanges};
use campanile_protocol::OccurrenceType;
use sqlx::PgPool;
use tokio::time::timeout;

use crate::fixture::{endpoint, occurrence, record, store, tenant_with_app};

async fn next(changes: &mut AppChanges) -> AppChanged {
    timeout(Duration::from_secs(20), changes.recv()).await.expect("a change in time").unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn each_change_of_configuration_is_told_and_nothing_else(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let (_, fence) = tenant_with_app(&store, "Fence").await;
    let mut changes = store.app_changes();
    assert_eq!(next(&mut changes).await, AppChanged::All);
    let one = AppChanged::One(app.id);

    store
        .update_app(tenant, app.id, AppChange { enabled: Some(false), ..AppChange::default() })
        .await
        .unwrap();
    assert_eq!(next(&mut changes).await, one);
    let key = store.create_key(tenant, app.id, "").await.unwrap();
    assert_eq!(next(&mut changes).await, one);
    store.delete_key(tenant, app.id, key.id).await.unwrap();
    assert_eq!(next(&mut changes).await, one);
    let webhook = endpoint(&store, &app, &OccurrenceType::ALL).await;
    assert_eq!(next(&mut changes).await, one);

    // Events are no configuration: the next thing heard is the fence.
    let occupied = campanile_protocol::OccurrenceKind::Occupied;
    assert_eq!(record(&store, vec![occurrence(app.id, "news", occupied)]).await, 1);
    store.create_key(fence.tenant_id, fence.id, "").await.unwrap();
    assert_eq!(next(&mut changes).await, AppChanged::One(fence.id));

    store.delete_webhook(tenant, app.id, webhook.id).await.unwrap();
    assert_eq!(next(&mut changes).await, one);
    store.delete_app(tenant, app.id).await.unwrap();
    assert_eq!(next(&mut changes).await, one);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_lost_connection_is_made_again_and_all_is_told_to_be_stale(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let mut changes = store.app_changes();
    assert_eq!(next(&mut changes).await, AppChanged::All);
    let ended: Vec<bool> = sqlx::query_scalar(
        "select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid() and query ilike 'listen%'",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(ended, [true]);
    assert_eq!(next(&mut changes).await, AppChanged::All);
    store.create_key(tenant, app.id, "").await.unwrap();
    assert_eq!(next(&mut changes).await, AppChanged::One(app.id));
}
