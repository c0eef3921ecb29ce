use std::{collections::HashMap, time::Duration};

use campanile_control::{Busy, Claim, ClaimLimits, ClaimNext, Outcome, Standing};
use campanile_protocol::{OccurrenceKind::Occupied, OccurrenceType};
use sqlx::PgPool;
use uuid::Uuid;

use crate::fixture::{
    attempt, claim, create, endpoint, limits, make_due, new_webhook, occurrence, record, store,
    tenant_with_app, words,
};

fn standings(claims: &[Claim]) -> HashMap<Standing, usize> {
    claims.iter().fold(HashMap::new(), |mut counts, claim| {
        *counts.entry(claim.standing).or_default() += 1;
        counts
    })
}

#[sqlx::test(migrations = "../../migrations")]
async fn lanes_that_failed_get_a_bounded_share_and_go_last(pool: PgPool) {
    let store = store(&pool).await;
    let (_, app) = tenant_with_app(&store, "Acme").await;
    let (_, other) = tenant_with_app(&store, "Other").await;
    for app in [&app, &other] {
        for _ in 0..6 {
            endpoint(&store, app, &OccurrenceType::ALL).await;
        }
    }
    let tell = async || {
        for app in [&app, &other] {
            record(&store, vec![occurrence(app.id, "a", Occupied)]).await;
        }
    };
    tell().await;
    let first = claim(&store).await;
    assert_eq!(standings(&first), HashMap::from([(Standing::Unproven, 12)]));
    for (n, claim) in first.iter().enumerate() {
        let outcome = if n % 3 == 0 { Outcome::Delivered } else { Outcome::RetryIn(Duration::ZERO) };
        // The third succeeded, but took its time.
        let mut attempt = attempt(200);
        if n % 6 == 3 {
            attempt.duration = Duration::from_secs(3);
        }
        store.settle(&claim.ticket, &attempt, outcome, None).await.unwrap();
    }
    tell().await;
    let proven = standings(&first_of(&store, ClaimLimits { laggards: 0, ..limits(100) }, &pool).await);
    assert_eq!(proven, HashMap::from([(Standing::Proven, 2)]));
    let some = first_of(&store, ClaimLimits { laggards: 4, ..limits(100) }, &pool).await;
    assert_eq!(standings(&some), HashMap::from([(Standing::Proven, 2), (Standing::Laggard, 4)]));
    let apps: usize = some.iter().filter(|claim| claim.recipient.app_id == app.id).count();
    assert_eq!(apps, 3, "shared between the apps");
    let capped = ClaimLimits {
        laggards_per_app: 3,
        busy: vec![Busy { app_id: app.id, requests: 2, laggards: 2 }],
        ..limits(100)
    };
    let claims = first_of(&store, capped, &pool).await;
    let laggards = |id| {
        let is = |claim: &&Claim| claim.recipient.app_id == id && claim.standing == Standing::Laggard;
        claims.iter().filter(is).count()
    };
    assert_eq!((laggards(app.id), laggards(other.id)), (1, 3));
    let not_proven = first_of(&store, ClaimLimits { not_proven: 1, ..limits(100) }, &pool).await;
    assert_eq!(not_proven.len(), 3);
}

/// Claims, and gives everything back.
async fn first_of(store: &campanile_control::Store, limits: ClaimLimits, pool: &PgPool) -> Vec<Claim> {
    let claims = store.claim(&limits).await.unwrap();
    make_due(pool).await;
    claims
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_lane_is_claimed_again_in_the_transaction_that_settles_it(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let webhook = create(&store, &app, new_webhook()).await;
    record(&store, ["a", "b", "c"].map(|name| occurrence(app.id, name, Occupied)).into()).await;
    let next = Some(ClaimNext { incarnation: Uuid::nil() });
    let first = claim(&store).await.remove(0);
    let settled = store.settle(&first.ticket, &attempt(200), Outcome::Delivered, next).await.unwrap();
    let second = settled.next.unwrap();
    assert_eq!(words(&second), ["channel_occupied b 2"]);
    assert!(claim(&store).await.is_empty(), "its holder keeps the lane");
    let retry = Outcome::RetryIn(Duration::ZERO);
    let settled = store.settle(&second.ticket, &attempt(500), retry, next).await.unwrap();
    assert!(settled.is_recorded && settled.next.is_none(), "a failed batch waits its time");
    let second = claim(&store).await.remove(0);
    store.pause_webhook(tenant, app.id, webhook.id).await.unwrap();
    let settled = store.settle(&second.ticket, &attempt(200), Outcome::Delivered, next).await.unwrap();
    assert!(settled.next.is_none(), "paused meanwhile");
    let stale = store.settle(&second.ticket, &attempt(200), Outcome::Delivered, next).await.unwrap();
    assert!(!stale.is_recorded && stale.next.is_none());
    store.resume_webhook(tenant, app.id, webhook.id).await.unwrap();
    let third = claim(&store).await.remove(0);
    let settled = store.settle(&third.ticket, &attempt(200), Outcome::Delivered, next).await.unwrap();
    assert!(settled.is_recorded && settled.next.is_none(), "nothing is left");
}

/// Sleeping, paused and leased lanes are not looked at, however many there are.
#[sqlx::test(migrations = "../../migrations")]
async fn a_claim_costs_what_is_due_not_what_there_is(pool: PgPool) {
    let store = store(&pool).await;
    let (_, app) = tenant_with_app(&store, "Acme").await;
    let webhook = create(&store, &app, new_webhook()).await;
    sqlx::query(
        "insert into webhook_lanes (endpoint_id, app_id, n, head, next_at, is_held)
         select $1, $2, (n % 30000)::smallint + 1, 1, now() + interval '1 hour' * (n % 2), n % 2 = 0
         from generate_series(1, 30000) n",
    )
    .bind(webhook.id)
    .bind(app.id.number())
    .execute(&pool)
    .await
    .unwrap();
    sqlx::query("analyze webhook_lanes").execute(&pool).await.unwrap();
    record(&store, vec![occurrence(app.id, "a", Occupied)]).await;
    sqlx::query("update webhook_lanes set head = 1, next_at = now() where n = 0")
        .execute(&pool)
        .await
        .unwrap();
    let plan: Vec<String> = sqlx::query_scalar(
        "explain (analyze, timing off, summary off)
         select l.id from webhook_lanes l
         where l.standing = 1 and l.cursor < l.head and not l.is_held and l.next_at <= now()
           and (l.locked_until is null or l.locked_until <= now()) order by l.next_at limit 2000",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let plan = plan.join("\n");
    assert!(plan.contains("webhook_lanes_due_idx") && !plan.contains("Seq Scan"), "{plan}");
    assert!(plan.contains("actual rows=1"), "{plan}");
}
