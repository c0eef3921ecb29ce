use std::{collections::HashMap, time::Duration};

use campanile_control::{NewWebhook, WebhookError};
use campanile_protocol::OccurrenceType;
use campanile_webhooks::{ListenRequest, Ping, WorkbenchError};
use sqlx::PgPool;

use crate::{
    fixture::{app, create, deliveries, new_webhook, signatures, start, store},
    receiver::Receiver,
};

#[sqlx::test(migrations = "../../migrations")]
async fn a_test_is_signed_like_a_delivery_and_is_none(pool: PgPool) {
    let (store, mut receiver) = (store(&pool).await, Receiver::start().await);
    let acme = app(&store, "Acme").await;
    let headers = vec![("x-token".into(), "hush".into())];
    let (webhook, secret) =
        create(&store, &acme, NewWebhook { headers, ..new_webhook(receiver.url("/hook")) }).await;
    let webhooks = start(&store).await;
    let workbench = webhooks.workbench();
    let kind = Some(OccurrenceType::MemberAdded);
    let sending = tokio::spawn({
        let workbench = workbench.clone();
        async move { workbench.send_test(acme.tenant_id, acme.id, webhook.id, kind).await.unwrap() }
    });
    let request = receiver.next().await;
    assert_eq!(request.words(), ["member_added presence-test user-1"]);
    assert_eq!((request.header("webhook-test"), request.header("x-token")), ("1", "hush"));
    assert_eq!(request.header("webhook-signature"), signatures(&secret, &request));
    let (headers, body) = (request.headers.clone(), request.body.clone());
    request.answer_with(418, "x-tea: yes\r\n", "short and stout");
    let result = sending.await.unwrap();
    assert_eq!((result.status, result.error.as_deref()), (Some(418), Some("the endpoint answered 418")));
    assert_eq!((&result.request_body, result.request_headers["x-token"].as_str()), (&body, "•••"));
    let response = result.response.unwrap();
    assert_eq!((response.headers["x-tea"].as_str(), response.excerpt.as_str()), ("yes", "short and stout"));
    assert!(deliveries(&store, &acme, webhook.id).await.is_empty());

    let verify = async |headers: &HashMap<String, String>, body: &str| {
        workbench.verify(acme.tenant_id, acme.id, webhook.id, headers, body).await.unwrap()
    };
    let right = verify(&headers, &body).await;
    assert!(right.pusher.valid && right.standard.valid, "{right:?}");
    let wrong = verify(&headers, "{}").await;
    assert!(!wrong.pusher.valid && !wrong.standard.valid);
    assert!(wrong.standard.expected.unwrap().starts_with("v1,"));
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_address_is_tried_before_it_is_saved(pool: PgPool) {
    let (store, mut receiver) = (store(&pool).await, Receiver::start().await);
    let acme = app(&store, "Acme").await;
    let rival = app(&store, "Rival").await;
    let webhooks = start(&store).await;
    let workbench = webhooks.workbench();
    let (url, token) = (receiver.url("/hook"), ("x-token".to_owned(), "hush".into()));
    let ping = Ping { url, headers: vec![token], timeout: Some(Duration::from_secs(2)) };
    let foreign = workbench.ping(rival.tenant_id, acme.id, ping.clone()).await;
    assert!(matches!(foreign, Err(WorkbenchError::Webhook(WebhookError::NotFound))));
    let sending = tokio::spawn({
        let (workbench, ping) = (workbench.clone(), ping.clone());
        async move { workbench.ping(acme.tenant_id, acme.id, ping).await.unwrap() }
    });
    let request = receiver.next().await;
    assert_eq!((request.header("webhook-test"), request.header("x-token")), ("1", "hush"));
    assert_eq!(request.header("x-pusher-key"), acme.keys[0].key.as_str());
    request.answer(200);
    assert_eq!(sending.await.unwrap().error, None);
    let invalid = Ping { headers: vec![("host".into(), "x".into())], ..ping.clone() };
    let refused = workbench.ping(acme.tenant_id, acme.id, invalid).await;
    assert!(matches!(refused, Err(WorkbenchError::Webhook(WebhookError::InvalidHeader(_)))));

    let held: Vec<_> = (0..4)
        .map(|_| {
            let (workbench, ping) = (workbench.clone(), ping.clone());
            tokio::spawn(async move { workbench.ping(acme.tenant_id, acme.id, ping).await })
        })
        .collect();
    let mut requests = Vec::new();
    for _ in 0..4 {
        requests.push(receiver.next().await);
    }
    let busy = workbench.ping(acme.tenant_id, acme.id, ping.clone()).await;
    assert!(matches!(busy, Err(WorkbenchError::Busy)));
    let other = tokio::spawn({
        let workbench = workbench.clone();
        async move { workbench.ping(rival.tenant_id, rival.id, ping).await }
    });
    requests.push(receiver.next().await);
    requests.into_iter().for_each(|request| request.answer(200));
    for held in held {
        assert!(held.await.unwrap().is_ok());
    }
    assert!(other.await.unwrap().is_ok(), "one tenant's trials are not another's");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_listener_is_no_webhook_to_try(pool: PgPool) {
    let store = store(&pool).await;
    let acme = app(&store, "Acme").await;
    let webhooks = start(&store).await;
    let (tenant, app) = (acme.tenant_id, acme.id);
    let listener = webhooks.listeners().open(tenant, app, ListenRequest::default()).await.unwrap();
    let workbench = webhooks.workbench();
    let sent = workbench.send_test(tenant, app, listener.id(), None).await;
    assert!(matches!(sent, Err(WorkbenchError::Webhook(WebhookError::NotFound))));
    let verified = workbench.verify(tenant, app, listener.id(), &HashMap::new(), "").await;
    assert!(matches!(verified, Err(WebhookError::NotFound)));
}
