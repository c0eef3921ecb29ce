use campanile_control::DeliveryQuery;
use campanile_protocol::{OccurrenceKind::Occupied, OccurrenceType};
use sqlx::PgPool;

use crate::fixture::{claim, deliver, endpoint, occurrence, record, store, tenant_with_app, words};

async fn partitions(pool: &PgPool, parent: &str) -> Vec<String> {
    sqlx::query_scalar(
        "select inhrelid::regclass::text from pg_inherits where inhparent = $1::regclass order by 1",
    )
    .bind(parent)
    .fetch_all(pool)
    .await
    .unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn partitions_are_made_ahead_and_take_over_what_came_before_them(pool: PgPool) {
    let store = store(&pool).await;
    let (_, app) = tenant_with_app(&store, "Acme").await;
    endpoint(&store, &app, &OccurrenceType::ALL).await;
    record(&store, vec![occurrence(app.id, "a", Occupied)]).await;
    store.housekeep().await.unwrap();
    store.housekeep().await.unwrap();
    assert_eq!(partitions(&pool, "webhook_events").await.len(), 5, "four days and the default");
    assert_eq!(partitions(&pool, "webhook_attempts").await.len(), 5);
    assert_eq!(partitions(&pool, "webhook_deliveries").await.len(), 5);
    let in_default: i64 =
        sqlx::query_scalar("select count(*) from webhook_events_default").fetch_one(&pool).await.unwrap();
    assert_eq!(in_default, 0);

    record(&store, vec![occurrence(app.id, "b", Occupied)]).await;
    let first = claim(&store).await;
    assert_eq!(words(&first[0]), ["channel_occupied a 1"]);
    deliver(&store, &first[0]).await;
    assert_eq!(words(&claim(&store).await[0]), ["channel_occupied b 2"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_old_partition_is_dropped_when_nobody_waits_for_it(pool: PgPool) {
    let store = store(&pool).await;
    let (_, app) = tenant_with_app(&store, "Acme").await;
    endpoint(&store, &app, &OccurrenceType::ALL).await;
    sqlx::raw_sql(
        "create table webhook_events_20200101 partition of webhook_events
             for values from ('2020-01-01 00:00Z') to ('2020-01-02 00:00Z');
         create table webhook_events_20200102 partition of webhook_events
             for values from ('2020-01-02 00:00Z') to ('2020-01-03 00:00Z');
         insert into webhook_events select id, 1, gen_random_uuid(), 'n', 'c', '{}', '2020-01-01 12:00Z'
             from webhook_lanes;
         insert into webhook_events select id, 2, gen_random_uuid(), 'n', 'c', '{}', '2020-01-02 12:00Z'
             from webhook_lanes;
         update webhook_lanes set head = 2, cursor = 1;",
    )
    .execute(&pool)
    .await
    .unwrap();
    store.housekeep().await.unwrap();
    let left = partitions(&pool, "webhook_events").await;
    assert!(!left.contains(&"webhook_events_20200101".to_owned()), "{left:?}");
    assert!(left.contains(&"webhook_events_20200102".to_owned()), "{left:?}");

    sqlx::query("update webhook_lanes set cursor = 2").execute(&pool).await.unwrap();
    store.housekeep().await.unwrap();
    assert!(!partitions(&pool, "webhook_events").await.contains(&"webhook_events_20200102".to_owned()));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_lane_whose_events_expired_goes_on(pool: PgPool) {
    let store = store(&pool).await;
    let (_, app) = tenant_with_app(&store, "Acme").await;
    endpoint(&store, &app, &OccurrenceType::ALL).await;
    record(&store, vec![occurrence(app.id, "a", Occupied), occurrence(app.id, "b", Occupied)]).await;
    sqlx::query("delete from webhook_events").execute(&pool).await.unwrap();
    assert!(claim(&store).await.is_empty());
    record(&store, vec![occurrence(app.id, "c", Occupied)]).await;
    assert_eq!(words(&claim(&store).await[0]), ["channel_occupied c 3"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn partitions_come_and_go_while_events_are_recorded_read_and_settled(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let webhook = endpoint(&store, &app, &OccurrenceType::ALL).await;
    let roller = tokio::spawn({
        let (store, pool) = (store.clone(), pool.clone());
        async move {
            for _ in 0..8 {
                store.housekeep().await.unwrap();
                for table in ["webhook_events", "webhook_attempts", "webhook_deliveries"] {
                    let day = format!("drop table {table}_{}", today(&pool).await);
                    sqlx::query(sqlx::AssertSqlSafe(day)).execute(&pool).await.unwrap();
                }
            }
            store.housekeep().await.unwrap();
        }
    });
    let mut delivered = 0;
    while !roller.is_finished() || delivered == 0 {
        record(&store, vec![occurrence(app.id, "a", Occupied)]).await;
        for claim in claim(&store).await {
            deliver(&store, &claim).await;
            delivered += 1;
        }
        store.list_deliveries(tenant, app.id, webhook.id, &DeliveryQuery::default()).await.unwrap();
    }
    roller.await.unwrap();
}

async fn today(pool: &PgPool) -> String {
    sqlx::query_scalar("select to_char(now() at time zone 'UTC', 'YYYYMMDD')").fetch_one(pool).await.unwrap()
}
