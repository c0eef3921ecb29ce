use std::time::Duration;

use campanile_protocol::OccurrenceType;
use sqlx::{ConnectOptions, PgConnection, PgPool};
use tokio::time::{sleep, timeout};

use crate::{
    fixture::{Occupied, app, client_event, endpoint, push, start, store},
    receiver::Receiver,
};

/// Makes the test's database refuse everyone, or take them again.
async fn set_reachable(operator: &mut PgConnection, database: &str, reachable: bool) {
    sqlx::query("update pg_database set datallowconn = $1 where datname = $2")
        .bind(reachable)
        .bind(database)
        .execute(&mut *operator)
        .await
        .unwrap();
    if !reachable {
        sqlx::query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1")
            .bind(database)
            .execute(operator)
            .await
            .unwrap();
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_happens_while_the_database_is_away_is_told_when_it_returns(pool: PgPool) {
    let (store, mut receiver) = (store(&pool).await, Receiver::start().await);
    let acme = app(&store, "Acme").await;
    endpoint(&store, &acme, receiver.url("/hook"), &OccurrenceType::ALL).await;
    let webhooks = start(&store).await;
    let inbox = webhooks.inbox();
    push(&inbox, &acme, "before", Occupied);
    assert_eq!(receiver.accept().await.1, ["channel_occupied before"]);
    let settled = async {
        while store.backlog().await.unwrap().pending > 0 {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(30), settled).await.expect("the outcome is recorded");

    let options = (*pool.connect_options()).clone();
    let database = options.get_database().unwrap().to_owned();
    let mut operator = options.database("postgres").connect().await.unwrap();
    set_reachable(&mut operator, &database, false).await;
    push(&inbox, &acme, "presence-a", Occupied);
    push(&inbox, &acme, "presence-a", client_event("client-x"));
    let stats = webhooks.meter().read().await;
    assert_eq!(stats.backlog, None, "readings do not wait for the database");
    assert!(stats.inbox_occurrences >= 2, "{stats:?}");
    set_reachable(&mut operator, &database, true).await;

    assert_eq!(receiver.accept().await.1, ["channel_occupied presence-a"]);
    assert_eq!(receiver.accept().await.1, ["client_event presence-a u"]);
    webhooks.shutdown().await;
}
