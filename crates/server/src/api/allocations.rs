//! What a trigger may allocate, counted instead of timed: one that costs more fails here, on any machine.

use std::{env, sync::Arc, time::SystemTime};

use actix_http::Request;
use actix_rt::System;
use actix_web::test::TestRequest;
use allocation_counter::measure;
use campanile_control::{MasterKey, Store};
use campanile_protocol::{
    App, AppId, AppSettings, Occurrence, OccurrenceTypes, TenantId, TenantQuotas, signature::SigningKey,
};
use campanile_realtime::{InProcess, Node, Observer};
use tokio::task::yield_now;
use uuid::Uuid;

use super::hot::Triggers;
use crate::directory::Directory;

struct Deaf;

impl Observer for Deaf {
    fn observe(&self, _: &App, _: Occurrence) {}
}

/// What is published.
const BODY: &str = r#"{"name":"posted","channels":["nobody"],"data":"{\"a\":1}"}"#;
const BODY_MD5: &str = "ff220889f7206c7ea7dc0450852c2622";

fn app() -> App {
    App {
        id: AppId::from_number(1).unwrap(),
        tenant_id: TenantId(Uuid::nil()),
        enabled: true,
        is_suspended: false,
        settings: AppSettings::default(),
        keys: vec![SigningKey::new("key".parse().unwrap(), "secret".into())],
        tenant_quotas: TenantQuotas::default(),
        webhook_types: OccurrenceTypes::default(),
    }
}

fn request() -> Request {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let query = format!("auth_key=key&auth_timestamp={now}&auth_version=1.0&body_md5={BODY_MD5}");
    let signed = format!("POST\n/apps/1/events\n{query}");
    let signature = app().keys[0].sign([signed.as_bytes()]);
    let uri = format!("/apps/1/events?{query}&auth_signature={signature}");
    TestRequest::post().uri(&uri).set_payload(BODY).to_request()
}

#[test]
fn a_trigger_costs_few_allocations() {
    let database = env::var("DATABASE_URL").expect("the test command sets it");
    let system = System::new();
    let triggers = system.block_on(async {
        let key = MasterKey::from_text(&"07".repeat(32).into()).unwrap();
        let store = Store::connect(&database, key).await.unwrap();
        let node = Node::new(1, Arc::new(Deaf), InProcess::new);
        node.join().unwrap();
        let directory = Directory::knowing(store, node.clone(), app());
        Triggers { directory, node }
    });
    let answer = |request| {
        let Ok(answer) = triggers.take(request) else { panic!("a trigger is not recognised") };
        system.block_on(async {
            assert_eq!(answer.await.status(), 200);
            // Until the channel's owner has had its turn, too.
            for _ in 0..4 {
                yield_now().await;
            }
        });
    };
    let requests: Vec<_> = (0..128).map(|_| request()).collect();
    let mut counts: Vec<_> =
        requests.into_iter().map(|request| measure(|| answer(request)).count_total).collect();
    // Other tasks of the thread are counted where they run: not in most of the runs.
    counts.sort_unstable();
    let usual = counts[counts.len() / 2];
    assert!(usual <= 18, "{usual} allocations");
}
