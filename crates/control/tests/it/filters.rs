use campanile_control::{NewWebhook, RecordedOccurrence, Store};
use campanile_protocol::{
    AppId, Occurrence, OccurrenceKind, OccurrenceKind::Occupied, OccurrenceType, SocketId,
};
use sqlx::PgPool;
use uuid::Uuid;

use crate::fixture::{
    added, claim, create, deliver, new_webhook, occurrence, record, store, tenant_with_app, words,
};

/// Everything that is due, lane by lane.
async fn drain(store: &Store) -> Vec<Vec<String>> {
    let mut told: Vec<(Uuid, Vec<String>)> = Vec::new();
    loop {
        let claims = claim(store).await;
        if claims.is_empty() {
            return told.into_iter().map(|(_, words)| words).collect();
        }
        for claim in claims {
            // By lane: the events of one are numbered from 1.
            let words = words(&claim);
            match told.iter_mut().find(|(id, told)| {
                *id == claim.recipient.id && i64::try_from(told.len()) == Ok(claim.ticket.first_seq - 1)
            }) {
                Some((_, told)) => told.extend(words),
                None => told.push((claim.recipient.id, words)),
            }
            deliver(store, &claim).await;
        }
    }
}

fn of_connection(app_id: AppId, kind: OccurrenceKind) -> RecordedOccurrence {
    RecordedOccurrence {
        id: Uuid::now_v7(),
        occurrence: Occurrence { app_id, channel: None, at_ms: 1, kind },
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_a_filter_leaves_out_takes_no_number(pool: PgPool) {
    let store = store(&pool).await;
    let (_, app) = tenant_with_app(&store, "Acme").await;
    let channels = vec!["room-*".into(), "*-eu".into()];
    create(&store, &app, NewWebhook { channels, ..new_webhook() }).await;
    let names = ["room-1", "lobby", "news-eu", "room", "presence-room-1", "room-2-eu"];
    assert_eq!(
        record(&store, names.iter().map(|name| occurrence(app.id, name, Occupied)).collect()).await,
        3
    );
    let told = drain(&store).await;
    assert_eq!(
        told,
        [["channel_occupied room-1 1", "channel_occupied news-eu 2", "channel_occupied room-2-eu 3"]]
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_channel_is_always_in_the_same_lane(pool: PgPool) {
    let store = store(&pool).await;
    let (_, app) = tenant_with_app(&store, "Acme").await;
    create(&store, &app, NewWebhook { lanes: Some(8), batching: true, ..new_webhook() }).await;
    for round in 0..3 {
        let user = format!("u{round}");
        let all = (0..40).map(|n| occurrence(app.id, &format!("presence-{n}"), added(&user)));
        record(&store, all.collect()).await;
    }
    sqlx::query("update webhook_lanes set next_at = now()").execute(&pool).await.unwrap();
    let lanes: Vec<(i64, i64)> =
        sqlx::query_as("select count(distinct lane_id), count(*) from webhook_events group by channel")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(lanes, [(1, 3); 40]);
    let claims = claim(&store).await;
    assert_eq!(claims.len(), 8, "forty channels spread over all lanes, which are sent side by side");
    for claim in claims {
        let seqs: Vec<i64> = claim.events.iter().map(|event| event.seq).collect();
        assert_eq!(seqs, (1..=i64::try_from(seqs.len()).unwrap()).collect::<Vec<_>>());
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn connections_are_told_past_the_channel_filter_to_who_asked(pool: PgPool) {
    let store = store(&pool).await;
    let (_, app) = tenant_with_app(&store, "Acme").await;
    create(&store, &app, NewWebhook { channels: vec!["room-*".into()], ..new_webhook() }).await;
    let default = OccurrenceType::DEFAULT.to_vec();
    create(&store, &app, NewWebhook { event_types: default, ..new_webhook() }).await;
    let socket_id = SocketId::from_random(7);
    let closed = OccurrenceKind::ConnectionClosed { socket_id, user_id: None, reason: "left".into() };
    let both = vec![
        of_connection(app.id, OccurrenceKind::ConnectionOpened { socket_id }),
        of_connection(app.id, closed),
    ];
    assert_eq!(record(&store, both).await, 2);
    let claims = claim(&store).await;
    assert_eq!(claims.len(), 1);
    assert_eq!(claims[0].events[0].channel, None);
    assert_eq!(words(&claims[0]), ["connection_opened  1"]);
}
