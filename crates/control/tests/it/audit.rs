use campanile_control::{
    AppChange, AuditEntry, AuditQuery, NewApp, NewToken, Role, Store, TokenScope, acting,
};
use campanile_protocol::TenantId;
use serde_json::json;
use sqlx::PgPool;

use crate::{
    fixture::{new_webhook, store},
    people::{as_person, join, sign_up, tenant},
};

async fn log(store: &Store, tenant: TenantId) -> Vec<AuditEntry> {
    store.list_audit(tenant, &AuditQuery { limit: 100, ..AuditQuery::default() }).await.unwrap()
}

fn actions(entries: &[AuditEntry]) -> Vec<&str> {
    entries.iter().rev().map(|entry| entry.action.as_str()).collect()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_change_is_recorded_with_who_made_it_and_what_it_was(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, _) = sign_up(&store, "ada@example.com").await;
    let acme = tenant(&ada);
    let work = async {
        let app = store.create_app(acme, NewApp { name: "Chat".into(), ..NewApp::default() }).await.unwrap();
        let change = AppChange { name: Some("Talk".into()), ..AppChange::default() };
        store.update_app(acme, app.id, change.clone()).await.unwrap();
        store.update_app(acme, app.id, change).await.unwrap();
        store.reveal_key(acme, app.id, app.keys[0].id).await.unwrap();
        store.delete_app(acme, app.id).await.unwrap();
        app
    };
    let app = acting(as_person(&ada), work).await;
    let entries = log(&store, acme).await;
    assert_eq!(
        actions(&entries),
        [
            "tenant.created",
            "member.created",
            "app.created",
            "key.created",
            "app.updated",
            "key.revealed",
            "app.deleted"
        ],
        "what changed nothing, and what went with the app, is not told"
    );
    let updated = entries.iter().find(|entry| entry.action == "app.updated").unwrap();
    assert_eq!(updated.before, Some(json!({ "name": "Chat" })));
    assert_eq!(updated.after, Some(json!({ "name": "Talk" })));
    assert_eq!((updated.actor_kind.as_str(), updated.actor_id), ("user", Some(ada.user_id)));
    assert_eq!(updated.actor_name.as_deref(), Some("ada@example.com"));
    assert_eq!(updated.request_id.as_deref(), Some("req-1"));
    assert_eq!(
        (updated.target_id.clone(), updated.app_id),
        (Some(app.id.to_string()), Some(app.id.number()))
    );
    assert_eq!(updated.target_name.as_deref(), Some("Talk"));
}

#[sqlx::test(migrations = "../../migrations")]
async fn no_secret_is_in_the_log(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, _) = sign_up(&store, "ada@example.com").await;
    let acme = tenant(&ada);
    let work = async {
        let app = store.create_app(acme, NewApp { name: "Chat".into(), ..NewApp::default() }).await.unwrap();
        let (webhook, _) = store.create_webhook(acme, app.id, new_webhook()).await.unwrap();
        store.rotate_webhook_secret(acme, app.id, webhook.id).await.unwrap();
        let scopes = vec![TokenScope::Read];
        let new = NewToken { name: "ci".into(), scopes, app_id: None, expires_at: None, created_by: None };
        store.create_token(acme, new).await.unwrap();
        store.invite(acme, Role::Owner, "bob@example.com", Role::Admin).await.unwrap();
    };
    acting(as_person(&ada), work).await;
    let entries = log(&store, acme).await;
    let text: String = entries.iter().map(|entry| format!("{:?}{:?}", entry.before, entry.after)).collect();
    assert!(!text.contains("_sealed") && !text.contains("_hash") && !text.contains("\\x"), "{text}");
    let rotated = entries.iter().find(|entry| entry.action == "webhook.updated").unwrap();
    assert_eq!(rotated.after.as_ref().unwrap()["secret"], json!("(secret)"));
    let made = entries.iter().find(|entry| entry.action == "token.created").unwrap();
    assert_eq!(made.after.as_ref().unwrap()["name"], json!("ci"));
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_log_is_not_changed_and_is_kept_for_a_year(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, _) = sign_up(&store, "ada@example.com").await;
    for forbidden in ["update audit_log set action = 'x'", "delete from audit_log", "truncate audit_log"] {
        let refused = sqlx::query(sqlx::AssertSqlSafe(forbidden)).execute(&pool).await;
        assert!(refused.is_err(), "{forbidden}");
    }
    sqlx::query(
        "insert into audit_log (tenant_id, at, actor_kind, action)
         values ($1, now() - interval '367 days', 'command_line', 'app.created'),
                ($1, now() - interval '364 days', 'command_line', 'app.deleted')",
    )
    .bind(tenant(&ada).0)
    .execute(&pool)
    .await
    .unwrap();
    store.housekeep().await.unwrap();
    let entries = log(&store, tenant(&ada)).await;
    assert_eq!(actions(&entries), ["tenant.created", "member.created", "app.deleted"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn entries_are_their_organisations_own_and_found_by_what_they_are(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, _) = sign_up(&store, "ada@example.com").await;
    let (eve, _) = sign_up(&store, "eve@example.com").await;
    let acme = tenant(&ada);
    let (bob, _) = join(&store, &ada, "bob@example.com", Role::Admin).await;
    let apps = async {
        for name in ["One", "Two"] {
            store.create_app(acme, NewApp { name: name.into(), ..NewApp::default() }).await.unwrap();
        }
    };
    acting(as_person(&bob), apps).await;
    let find = async |query: AuditQuery| {
        let found = store.list_audit(acme, &AuditQuery { limit: 100, ..query }).await.unwrap();
        found.into_iter().rev().map(|entry| entry.action).collect::<Vec<_>>()
    };
    let bobs = find(AuditQuery { actor: Some(bob.user_id), ..AuditQuery::default() }).await;
    assert_eq!(
        bobs,
        ["invitation.deleted", "member.created", "app.created", "key.created", "app.created", "key.created"]
    );
    let prefix = find(AuditQuery { action: Some("app".into()), ..AuditQuery::default() }).await;
    assert_eq!(prefix, ["app.created", "app.created"]);
    let target = AuditQuery { target: Some(bob.user_id.to_string()), ..AuditQuery::default() };
    assert_eq!(find(target).await, ["member.created"]);
    let page = store.list_audit(acme, &AuditQuery { limit: 2, ..AuditQuery::default() }).await.unwrap();
    let rest = AuditQuery { before_id: page.last().map(|entry| entry.id), ..AuditQuery::default() };
    assert_eq!(find(rest).await.len() + page.len(), log(&store, acme).await.len());
    assert_eq!(actions(&log(&store, tenant(&eve)).await), ["tenant.created", "member.created"]);
}
