use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use campanile_control::{AppRecord, NewWebhook, RecordBatch, RecordedOccurrence, Store};
use campanile_protocol::{ChannelName, Occurrence, OccurrenceKind};
use sqlx::PgPool;
use tokio::{
    sync::mpsc,
    time::{sleep, timeout},
};
use uuid::Uuid;

use crate::{
    fixture::{alone, app, create, new_webhook, start, store},
    sink::Sink,
};

/// A part of what an hour at 200 events/s leaves behind; the whole is 720,000.
const BACKLOG: u64 = 60_000;

/// Records client events as an outage of the receiver would leave them: `n` in their data counts them.
async fn record_backlog(store: &Store, app: &AppRecord, count: u64) {
    let incarnation = Uuid::new_v4();
    for (number, first) in (0..count).step_by(500).enumerate() {
        let occurrence = |n: u64| Occurrence {
            app_id: app.id,
            channel: ChannelName::parse(&format!("private-{}", n % 50)).ok(),
            at_ms: n,
            kind: OccurrenceKind::ClientEvent {
                event: "client-move".into(),
                data: format!("{{\"n\":{n},\"x\":123.5,\"y\":99.25}}"),
                socket_id: "1234.5678".into(),
                user_id: None,
            },
        };
        let occurrences = (first..first + 500)
            .map(|n| RecordedOccurrence { id: Uuid::now_v7(), occurrence: occurrence(n) });
        let number = i64::try_from(number).unwrap() + 1;
        store.record(&RecordBatch { incarnation, number, occurrences: occurrences.collect() }).await.unwrap();
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_backlog_is_delivered_in_order_and_fast(pool: PgPool) {
    let _alone = alone().await;
    let store = store(&pool).await;
    let acme = app(&store, "Acme").await;
    let (bodies, mut received) = mpsc::unbounded_channel();
    let sink = Sink::start(move |body| {
        let _ = bodies.send(body);
    })
    .await;
    create(&store, &acme, NewWebhook { batching: true, ..new_webhook(sink.url()) }).await;
    record_backlog(&store, &acme, BACKLOG).await;
    store.housekeep().await.unwrap();

    let began = Instant::now();
    let webhooks = start(&store).await;
    let mut expected = 0;
    while expected < BACKLOG {
        let body = timeout(Duration::from_secs(30), received.recv()).await.expect("it goes on").unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        for event in body["events"].as_array().unwrap() {
            expected += 1;
            assert_eq!(event["seq"], expected, "in order, none twice, none left out");
        }
    }
    let rate = expected as f64 / began.elapsed().as_secs_f64();
    println!("{expected} events in {:?}: {rate:.0} events/s", began.elapsed());
    webhooks.shutdown().await;
    assert_eq!(store.backlog().await.unwrap().pending, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn without_batching_each_event_is_a_request_and_the_lane_never_rests(pool: PgPool) {
    let _alone = alone().await;
    let store = store(&pool).await;
    let acme = app(&store, "Acme").await;
    let count = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&count);
    let sink = Sink::start(move |_| {
        counted.fetch_add(1, Relaxed);
    })
    .await;
    create(&store, &acme, new_webhook(sink.url())).await;
    record_backlog(&store, &acme, 1_000).await;
    let began = Instant::now();
    let webhooks = start(&store).await;
    let done = async {
        while count.load(Relaxed) < 1_000 {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(60), done).await.expect("all are delivered");
    println!("1000 requests in {:?}", began.elapsed());
    // With a pause between them, of 50 ms at least, it would take longer.
    assert!(began.elapsed() < Duration::from_secs(40), "{:?}", began.elapsed());
    webhooks.shutdown().await;
}
