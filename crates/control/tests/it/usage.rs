use campanile_control::{Store, UsageAmounts, UsagePoint, UsageQuery, UsageRow, UsageStep, UsageWarning};
use campanile_protocol::{AppId, TenantId};
use sqlx::PgPool;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::fixture::{store, tenant_with_app};

fn this_hour() -> OffsetDateTime {
    UsageStep::Hour.floor(OffsetDateTime::now_utc())
}

fn amounts(messages: u64, peak: u64) -> UsageAmounts {
    UsageAmounts {
        connections_peak: peak,
        connection_ms: peak * 60_000,
        delivered_events: messages,
        api_requests: 1,
        ..UsageAmounts::default()
    }
}

fn row(tenant: TenantId, app: AppId, minute: OffsetDateTime, messages: u64, peak: u64) -> UsageRow {
    UsageRow { tenant, app: Some(app), minute, amounts: amounts(messages, peak) }
}

async fn read(store: &Store, tenant: TenantId, app: AppId, step: UsageStep) -> Vec<UsagePoint> {
    let from = step.floor(this_hour()) - Duration::HOUR;
    let query = UsageQuery { tenant, app: Some(app), step, from, to: from + Duration::days(2) };
    store.read_usage(&query).await.unwrap()
}

const NODE: Uuid = Uuid::from_u128(1);

#[sqlx::test(migrations = "../../migrations")]
async fn what_is_stored_again_replaces_what_was_there_and_is_counted_once(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let minute = this_hour();
    let first = row(tenant, app.id, minute, 5, 3);
    store.store_usage(NODE, &[first]).await.unwrap();
    store.store_usage(NODE, &[first]).await.unwrap();
    let later = row(tenant, app.id, minute, 9, 7);
    let next = row(tenant, app.id, minute + Duration::MINUTE, 1, 2);
    store.store_usage(NODE, &[later, next]).await.unwrap();

    let minutes = read(&store, tenant, app.id, UsageStep::Minute).await;
    let seen: Vec<_> = minutes.iter().map(|point| (point.at, point.amounts.messages())).collect();
    assert_eq!(seen, [(minute, 9), (minute + Duration::MINUTE, 1)]);
    for step in [UsageStep::Hour, UsageStep::Day] {
        let sums = read(&store, tenant, app.id, step).await;
        assert_eq!((sums.len(), sums[0].at), (1, step.floor(minute)), "{step:?}");
        let sum = sums[0].amounts;
        assert_eq!(
            (sum.messages(), sum.connections_peak, sum.connection_ms),
            (10, 7, 9 * 60_000),
            "{step:?}"
        );
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn two_starts_of_a_node_in_one_minute_add_up(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let minute = this_hour();
    for (node, messages, peak) in [(1, 5, 3), (2, 4, 2)] {
        let rows = [row(tenant, app.id, minute, messages, peak)];
        store.store_usage(Uuid::from_u128(node), &rows).await.unwrap();
    }
    for step in [UsageStep::Minute, UsageStep::Hour, UsageStep::Day] {
        let points = read(&store, tenant, app.id, step).await;
        assert_eq!((points[0].amounts.messages(), points[0].amounts.connections_peak), (9, 3), "{step:?}");
    }
    let today = store.messages_of_day(OffsetDateTime::now_utc()).await.unwrap();
    assert_eq!(today, [(tenant, Some(app.id), 9)]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn usage_is_its_tenants_and_outlives_the_app_but_not_the_tenant(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let (rival, _) = tenant_with_app(&store, "Rival").await;
    let (gone, gone_app) = tenant_with_app(&store, "Gone").await;
    store.delete_tenant(gone).await.unwrap();
    let rows = [row(tenant, app.id, this_hour(), 5, 3), row(gone, gone_app.id, this_hour(), 1, 1)];
    store.store_usage(NODE, &rows).await.unwrap();
    assert!(read(&store, rival, app.id, UsageStep::Hour).await.is_empty());
    assert!(read(&store, gone, gone_app.id, UsageStep::Hour).await.is_empty());
    store.delete_app(tenant, app.id).await.unwrap();
    assert_eq!(read(&store, tenant, app.id, UsageStep::Hour).await.len(), 1);
    store.delete_tenant(tenant).await.unwrap();
    assert!(read(&store, tenant, app.id, UsageStep::Hour).await.is_empty());
}

#[sqlx::test(migrations = "../../migrations")]
async fn minutes_hours_and_days_are_forgotten_in_their_time(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let now = this_hour();
    for days in [0, 1, 3, 100, 1_200] {
        let rows = [row(tenant, app.id, now - Duration::days(days), 1, 1)];
        store.store_usage(NODE, &rows).await.unwrap();
    }
    store.housekeep().await.unwrap();
    for (step, kept) in [(UsageStep::Minute, 2), (UsageStep::Hour, 3), (UsageStep::Day, 4)] {
        let (from, to) = (now - Duration::days(1_300), now + Duration::HOUR);
        let query = UsageQuery { tenant, app: Some(app.id), step, from, to };
        assert_eq!(store.read_usage(&query).await.unwrap().len(), kept, "{step:?}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_warning_is_told_once_in_its_period(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let period_at = UsageStep::Day.floor(OffsetDateTime::now_utc());
    let warning = UsageWarning {
        tenant,
        app: Some(app.id),
        limit_name: "max_connections".to_owned(),
        period_at,
        percent: 80,
        used: 8,
        most: 10,
        warned_at: period_at,
    };
    assert!(store.store_warning(&warning).await.unwrap());
    assert!(!store.store_warning(&UsageWarning { used: 9, ..warning.clone() }).await.unwrap());
    let next_day = UsageWarning { period_at: period_at + Duration::DAY, ..warning.clone() };
    assert!(store.store_warning(&next_day).await.unwrap());
    assert!(store.store_warning(&UsageWarning { app: None, percent: 100, ..warning }).await.unwrap());
    assert_eq!(store.list_warnings(tenant, None, period_at).await.unwrap().len(), 3);
    let of_app = store.list_warnings(tenant, Some(app.id), period_at + Duration::DAY).await.unwrap();
    assert_eq!((of_app.len(), of_app[0].used, of_app[0].percent), (1, 8, 80));
}
