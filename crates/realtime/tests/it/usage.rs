//! What counts for whom, and that tenants take turns.

use campanile_protocol::{AppSettings, LimitName, LimitScope, TenantId, TenantQuotas};
use campanile_realtime::{Metered, UsageCounts, UsageKind};
use serde_json::json;
use uuid::Uuid;

use crate::harness::{Client, TestApp, World, until};

fn tenant(number: u128) -> TenantId {
    TenantId(Uuid::from_u128(number))
}

/// What an app used since it was asked last.
fn taken(world: &World, of: Metered) -> UsageCounts {
    let readings = world.node.take_usage(false);
    readings.into_iter().find(|reading| reading.of == of).map(|reading| reading.counts).unwrap_or_default()
}

fn app_of(app: &TestApp<'_>) -> Metered {
    Metered::app(app.realm.app().tenant_id, app.realm.app().id)
}

#[actix_rt::test]
async fn what_is_written_counts_once_by_kind_for_the_app_and_its_tenant() {
    let world = World::new();
    let (app, sibling) = (world.app_of(1, tenant(1)), world.app_of(2, tenant(1)));
    let (ann, ben) = (app.connect(), app.connect());
    ann.subscribe("presence-room", Some(r#"{"user_id":"a"}"#)).await;
    ben.subscribe("presence-room", Some(r#"{"user_id":"b"}"#)).await;
    assert_eq!(ann.next_event().await, "pusher_internal:member_added");
    app.publish("presence-room", "posted");
    app.publish_except("presence-room", "posted", Some(ann.socket_id));
    ben.say(&json!({ "event": "client-said", "channel": "presence-room", "data": "x" }));
    for expected in ["posted", "client-said"] {
        assert_eq!(ann.next_event().await, expected);
    }
    ann.fence().await;
    ben.next_event().await;
    ben.next_event().await;
    ben.fence().await;
    let mut expected = UsageCounts::of(UsageKind::ClientEvents, 1);
    expected.add(UsageKind::DeliveredPresence, 1);
    expected.add(UsageKind::DeliveredEvents, 3);
    expected.add(UsageKind::DeliveredClientEvents, 1);
    let readings = world.node.take_usage(false);
    let counts = |of| readings.iter().find(|reading| reading.of == of).map(|reading| reading.counts);
    assert_eq!(counts(app_of(&app)), Some(expected));
    assert_eq!(counts(Metered::tenant(tenant(1))), Some(expected));
    assert_eq!(counts(app_of(&sibling)), None, "it was not used");
    assert_eq!(taken(&world, app_of(&app)), UsageCounts::default(), "nothing counts twice");
}

#[actix_rt::test]
async fn what_a_slow_reader_does_not_take_is_not_counted() {
    let world = World::new();
    let app = world.app_of(1, tenant(1));
    let (slow, quick) = (app.connect(), app.connect());
    slow.subscribe("news", None).await;
    quick.subscribe("news", None).await;
    slow.outlet.is_full.set(true);
    app.publish("news", "posted");
    quick.next_event().await;
    until(|| app.realm.connections() == 1).await;
    assert_eq!(taken(&world, app_of(&app))[UsageKind::DeliveredEvents], 1);
}

#[actix_rt::test]
async fn connections_of_all_apps_share_their_tenants_places_and_client_events_its_rate() {
    let world = World::new();
    let (one, two) = (world.app_of(1, tenant(1)), world.app_of(2, tenant(1)));
    let quotas = TenantQuotas {
        max_connections: Some(2),
        max_messages_per_second: Some(1),
        ..TenantQuotas::default()
    };
    for app in [&one, &two] {
        let mut changed = (**app.realm.app()).clone();
        changed.tenant_quotas = quotas;
        changed.settings = AppSettings { client_events: true, ..AppSettings::default() };
        app.realm.update(changed);
    }
    let (mut ann, ben) = (one.connect(), two.connect());
    let refused = one.realm.admit().unwrap_err();
    assert_eq!((refused.limit.name, refused.limit.scope), (LimitName::MaxConnections, LimitScope::Tenant));
    ann.subscribe("private-a", None).await;
    ben.subscribe("private-a", None).await;
    assert!(one.realm.allow(1).is_ok());
    let over = two.realm.allow(1).unwrap_err();
    assert_eq!((over.limit.name, over.retry_after_seconds()), (LimitName::MaxMessagesPerSecond, Some(1)));
    ben.say(&json!({ "event": "client-said", "channel": "private-a", "data": "x" }));
    let rejected = ben.next().await;
    assert_eq!(rejected["data"]["code"], 4301);
    ann.vanish();
    until(|| one.realm.admit().is_ok()).await;
}

#[actix_rt::test]
async fn a_tenant_waits_for_one_slice_of_another_however_much_that_one_has_due() {
    const APPS: i64 = 40;
    const CHANNELS: usize = 25;
    let world = World::new();
    let loud: Vec<_> = (0..APPS).map(|id| world.app_of(10 + id, tenant(1))).collect();
    let quiet = world.app_of(1, tenant(2));
    let mut crowd: Vec<Client> = Vec::new();
    for app in &loud {
        let client = app.connect();
        for channel in 0..CHANNELS {
            client.subscribe(&format!("news-{channel}"), None).await;
        }
        crowd.push(client);
    }
    let listener = quiet.connect();
    listener.subscribe("news", None).await;
    let written = || crowd.iter().map(|client| client.outlet.writes.get()).sum::<usize>();
    let before = written();
    for app in &loud {
        (0..CHANNELS).for_each(|channel| app.publish(&format!("news-{channel}"), "posted"));
    }
    quiet.publish("news", "posted");
    assert_eq!(listener.next_event().await, "posted");
    let (ahead, all) = (written() - before, crowd.len() * CHANNELS);
    assert!(ahead < all / 4, "{ahead} writes of {all} came first");
    until(|| written() - before == all).await;
}

#[actix_rt::test]
async fn a_tenant_that_fills_the_backlog_leaves_room_for_another() {
    let world = World::new();
    let (loud, quiet) = (world.app_of(1, tenant(1)), world.app_of(2, tenant(2)));
    let listener = quiet.connect();
    listener.subscribe("news", None).await;
    // Nothing is taken from the mailboxes while the test runs on.
    let data = "x".repeat(10_000);
    let accepted = (0..10_000).take_while(|_| loud.try_publish("news", &data).is_ok()).count();
    assert!((1_000..9_000).contains(&accepted), "{accepted}");
    assert!(quiet.try_publish("news", "posted").is_ok(), "the other's backlog is in the way");
    assert_eq!(listener.next_event().await, "posted");
    until(|| loud.try_publish("news", "x").is_ok()).await;
}
