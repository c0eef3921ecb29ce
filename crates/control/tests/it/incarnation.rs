use std::time::Duration;

use campanile_control::{Incarnation, RecordBatch, Store};
use campanile_protocol::{
    OccurrenceKind::{self, Occupied, Vacated},
    OccurrenceType,
};
use sqlx::PgPool;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use crate::fixture::{
    added, batching_endpoint, claim, deliver, endpoint, occurrence, store, tenant_with_app, words,
};

/// Reconciles until something dead was found: PostgreSQL needs a moment to see a closed connection.
async fn reconcile(store: &Store, living: Uuid) -> usize {
    let found = async {
        loop {
            match store.reconcile(living).await.unwrap() {
                0 => sleep(Duration::from_millis(20)).await,
                edges => return edges,
            }
        }
    };
    timeout(Duration::from_secs(30), found).await.expect("a dead incarnation is found")
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_a_dead_incarnation_left_is_told_once_members_first(pool: PgPool) {
    let store = store(&pool).await;
    let (_, app) = tenant_with_app(&store, "Acme").await;
    batching_endpoint(&store, &app).await;
    let life = Incarnation::begin(&store).await.unwrap();
    let occurrences = vec![
        occurrence(app.id, "presence-b", Occupied),
        occurrence(app.id, "presence-b", added("u")),
        occurrence(app.id, "presence-a", Occupied),
        occurrence(app.id, "presence-a", added("v")),
        occurrence(app.id, "presence-a", added("u")),
    ];
    store.record(&RecordBatch { incarnation: life.id(), number: 1, occurrences }).await.unwrap();
    assert_eq!(store.reconcile(Uuid::nil()).await.unwrap(), 0, "the living are left alone");

    drop(life);
    assert_eq!(reconcile(&store, Uuid::nil()).await, 5);
    assert_eq!(store.reconcile(Uuid::nil()).await.unwrap(), 0);
    sqlx::query("update webhook_lanes set next_at = now()").execute(&pool).await.unwrap();
    let claims = claim(&store).await;
    assert_eq!(
        words(&claims[0])[5..],
        [
            "member_removed presence-au 6",
            "member_removed presence-av 7",
            "channel_vacated presence-a 8",
            "member_removed presence-bu 9",
            "channel_vacated presence-b 10",
        ]
    );
    let left: i64 =
        sqlx::query_scalar("select (select count(*) from incarnations) + (select count(*) from occupancy)")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(left, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_a_living_incarnation_holds_too_is_not_told(pool: PgPool) {
    let store = store(&pool).await;
    let (_, app) = tenant_with_app(&store, "Acme").await;
    endpoint(&store, &app, &[OccurrenceType::ChannelVacated]).await;
    let (dying, living) =
        (Incarnation::begin(&store).await.unwrap(), Incarnation::begin(&store).await.unwrap());
    for (life, channels) in [(&dying, &["a", "b"][..]), (&living, &["b"])] {
        let occurrences = channels.iter().map(|name| occurrence(app.id, name, Occupied)).collect();
        store.record(&RecordBatch { incarnation: life.id(), number: 1, occurrences }).await.unwrap();
    }
    drop(dying);
    assert_eq!(reconcile(&store, living.id()).await, 1);
    let claims = claim(&store).await;
    assert_eq!(words(&claims[0]), ["channel_vacated a 1"]);
    deliver(&store, &claims[0]).await;
    assert!(claim(&store).await.is_empty());
}

/// A restart that is faster than the end of its predecessor is noticed: receivers believe the channel
/// occupied, and are told neither that it is nor, by the reconciliation, that it is not.
#[sqlx::test(migrations = "../../migrations")]
async fn edges_alternate_when_a_successor_records_before_the_reconciliation(pool: PgPool) {
    let store = store(&pool).await;
    let (_, app) = tenant_with_app(&store, "Acme").await;
    batching_endpoint(&store, &app).await;
    let [old, new] = [Incarnation::begin(&store).await.unwrap(), Incarnation::begin(&store).await.unwrap()];
    let record = async |incarnation: Uuid, number, kinds: &[(&str, OccurrenceKind)]| {
        let occurrences = kinds.iter().map(|(channel, kind)| occurrence(app.id, channel, kind.clone()));
        let batch = RecordBatch { incarnation, number, occurrences: occurrences.collect() };
        store.record(&batch).await.unwrap()
    };
    let arrivals = [("presence-a", Occupied), ("presence-a", added("u")), ("b", Occupied)];
    assert_eq!(record(old.id(), 1, &arrivals).await, 3);
    assert_eq!(record(new.id(), 1, &arrivals).await, 0, "they are there already");
    assert_eq!(record(new.id(), 2, &[("b", Vacated)]).await, 0, "it is still held");

    drop(old);
    assert_eq!(reconcile(&store, new.id()).await, 1);
    assert_eq!(record(new.id(), 3, &[("b", Occupied)]).await, 1);
    sqlx::query("update webhook_lanes set next_at = now()").execute(&pool).await.unwrap();
    let claims = claim(&store).await;
    assert_eq!(words(&claims[0])[3..], ["channel_vacated b 4", "channel_occupied b 5"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_lost_sign_of_life_is_taken_again(pool: PgPool) {
    let store = store(&pool).await;
    let life = Incarnation::begin(&store).await.unwrap();
    sqlx::query("insert into incarnations (id, lock_key) select gen_random_uuid(), -1")
        .execute(&pool)
        .await
        .unwrap();
    let holders = "select l.pid from pg_locks l join pg_database d on d.oid = l.database
                   where l.locktype = 'advisory' and l.granted and d.datname = current_database()";
    let first: i32 = sqlx::query_scalar(holders).fetch_one(&pool).await.unwrap();
    sqlx::query("select pg_terminate_backend($1)").bind(first).execute(&pool).await.unwrap();
    store.reconcile(life.id()).await.unwrap();
    let left: Vec<Uuid> = sqlx::query_scalar("select id from incarnations").fetch_all(&pool).await.unwrap();
    assert_eq!(left, [life.id()], "it does not take itself for dead");
    let taken_again = async {
        loop {
            let holder: Option<i32> = sqlx::query_scalar(holders).fetch_optional(&pool).await.unwrap();
            match holder {
                Some(pid) if pid != first => return,
                Some(_) | None => sleep(Duration::from_millis(50)).await,
            }
        }
    };
    timeout(Duration::from_secs(30), taken_again).await.expect("the lock is taken again");
    drop(life);
}
