use std::time::Duration;

use campanile_control::AppRecord;
use campanile_protocol::{Occurrence, OccurrenceKind, OccurrenceType, SocketId};
use campanile_webhooks::Inbox;
use sqlx::PgPool;
use tokio::time::sleep;

use crate::{
    fixture::{Occupied, Vacated, app, endpoint, push, push_with, start, store},
    receiver::Receiver,
};

const CONNECTIONS: [OccurrenceType; 2] = [OccurrenceType::ConnectionOpened, OccurrenceType::ConnectionClosed];

fn push_connection(inbox: &Inbox, app: &AppRecord, kind: OccurrenceKind) {
    inbox.push(Occurrence { app_id: app.id, channel: None, at_ms: 1, kind }, Duration::from_secs(3600));
}

fn opened(id: u64) -> OccurrenceKind {
    OccurrenceKind::ConnectionOpened { socket_id: SocketId::from_random(id) }
}

fn closed(id: u64) -> OccurrenceKind {
    let socket_id = SocketId::from_random(id);
    OccurrenceKind::ConnectionClosed {
        socket_id,
        user_id: Some("u".into()),
        reason: "4201 Pong reply not received".into(),
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn connections_are_told_to_who_asked_and_their_ends_also_after_a_crash(pool: PgPool) {
    let (store, mut receiver) = (store(&pool).await, Receiver::start().await);
    let acme = app(&store, "Acme").await;
    endpoint(&store, &acme, receiver.url("/hook"), &CONNECTIONS).await;
    let webhooks = start(&store).await;
    push_connection(&webhooks.inbox(), &acme, opened(1));
    push_connection(&webhooks.inbox(), &acme, opened(2));
    push_connection(&webhooks.inbox(), &acme, closed(1));
    for (name, socket, reason) in [
        ("connection_opened", "0.1", None),
        ("connection_opened", "0.2", None),
        ("connection_closed", "0.1", Some("4201 Pong reply not received")),
    ] {
        let request = receiver.next().await;
        let event = &request.events()[0];
        assert_eq!((event["name"].as_str(), event["socket_id"].as_str()), (Some(name), Some(socket)));
        assert_eq!((event["reason"].as_str(), event.get("channel")), (reason, None));
        assert_eq!(event["user_id"].as_str(), reason.map(|_| "u"));
        request.answer(200);
    }
    while store.backlog().await.unwrap().pending > 0 {
        sleep(Duration::from_millis(5)).await;
    }
    drop(webhooks);

    let _next = start(&store).await;
    let request = receiver.next().await;
    let event = &request.events()[0];
    assert_eq!(
        (event["name"].as_str(), event["socket_id"].as_str()),
        (Some("connection_closed"), Some("0.2"))
    );
    assert_eq!((event["reason"].as_str(), event.get("user_id")), (Some("crash"), None));
    request.answer(200);
    let left: i64 =
        sqlx::query_scalar("select count(*) from open_connections").fetch_one(&pool).await.unwrap();
    assert_eq!(left, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn each_app_decides_how_long_a_removal_waits(pool: PgPool) {
    let (store, mut receiver) = (store(&pool).await, Receiver::start().await);
    let acme = app(&store, "Acme").await;
    endpoint(&store, &acme, receiver.url("/hook"), &OccurrenceType::DEFAULT).await;
    let webhooks = start(&store).await;
    push(&webhooks.inbox(), &acme, "a", Occupied);
    push_with(&webhooks.inbox(), &acme, "b", Vacated, Duration::from_secs(3600));
    push_with(&webhooks.inbox(), &acme, "a", Vacated, Duration::ZERO);
    push_with(&webhooks.inbox(), &acme, "a", Occupied, Duration::ZERO);
    let told = ["channel_occupied a", "channel_vacated a", "channel_occupied a"];
    for words in told {
        assert_eq!(receiver.accept().await.1, [words]);
    }
}
