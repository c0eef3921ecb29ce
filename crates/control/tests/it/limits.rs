use std::time::Duration;

use campanile_control::{AppChanged, Plan, PlanError, Store};
use campanile_protocol::{AppId, SettingsChange, TenantQuotas};
use serde_json::json;
use sqlx::PgPool;
use tokio::time::timeout;

use crate::fixture::{store, tenant_with_app};

fn plan(name: &str, is_default: bool, max_connections: u32) -> Plan {
    let limits = TenantQuotas {
        max_connections: Some(max_connections),
        max_event_bytes: Some(5_000),
        ..TenantQuotas::default()
    };
    Plan { name: name.into(), is_default, limits }
}

async fn quotas(store: &Store, app: AppId) -> TenantQuotas {
    store.find_app(app).await.unwrap().unwrap().tenant_quotas
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_tenant_has_its_plans_limits_but_where_it_has_its_own(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    assert_eq!(quotas(&store, app.id).await, TenantQuotas::default());
    store.put_plan(&plan("small", false, 100)).await.unwrap();
    store.give_plan(tenant, Some("small")).await.unwrap();
    assert_eq!(quotas(&store, app.id).await.max_connections, Some(100));
    let own = TenantQuotas { max_connections: Some(500), ..TenantQuotas::default() };
    store.limit_tenant(tenant, own).await.unwrap();
    let in_force = quotas(&store, app.id).await;
    assert_eq!((in_force.max_connections, in_force.max_event_bytes), (Some(500), Some(5_000)));
    let told = store.tenant_limits(tenant).await.unwrap();
    assert_eq!((told.plan.as_deref(), told.limits), (Some("small"), in_force));
    assert!(matches!(store.give_plan(tenant, Some("none")).await, Err(PlanError::NotFound)));
    store.give_plan(tenant, None).await.unwrap();
    assert_eq!(quotas(&store, app.id).await, own);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_apps_settings_are_lowered_to_what_its_tenant_may_use(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let limits =
        TenantQuotas { max_event_bytes: Some(500), max_presence_members: Some(7), ..Default::default() };
    store.limit_tenant(tenant, limits).await.unwrap();
    let settings = store.find_app(app.id).await.unwrap().unwrap().settings;
    assert_eq!((settings.max_event_bytes, settings.max_presence_members), (500, 7));
    let given = json!({ "max_event_bytes": 400, "max_presence_members": 1000 });
    let change = SettingsChange::parse(given.as_object().unwrap().clone()).unwrap();
    let change = campanile_control::AppChange { settings: Some(change), ..Default::default() };
    store.update_app(tenant, app.id, change).await.unwrap();
    let settings = store.find_app(app.id).await.unwrap().unwrap().settings;
    assert_eq!((settings.max_event_bytes, settings.max_presence_members), (400, 7));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_new_tenant_gets_the_default_plan_of_which_there_is_one(pool: PgPool) {
    let store = store(&pool).await;
    let (early, _) = tenant_with_app(&store, "Early").await;
    store.put_plan(&plan("small", true, 100)).await.unwrap();
    store.put_plan(&plan("free", true, 10)).await.unwrap();
    let defaults: Vec<_> =
        store.list_plans().await.unwrap().into_iter().map(|plan| (plan.name, plan.is_default)).collect();
    assert_eq!(defaults, [("free".into(), true), ("small".into(), false)]);
    let (late, _) = tenant_with_app(&store, "Late").await;
    assert_eq!(store.tenant_limits(late).await.unwrap().plan.as_deref(), Some("free"));
    assert_eq!(store.tenant_limits(early).await.unwrap().plan, None);
    store.put_plan(&plan("free", false, 20)).await.unwrap();
    let (latest, _) = tenant_with_app(&store, "Latest").await;
    let limits = store.tenant_limits(latest).await.unwrap();
    assert_eq!((limits.plan.as_deref(), limits.limits.max_connections), (Some("free"), Some(20)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_data_plane_is_told_of_each_app_whose_limits_changed(pool: PgPool) {
    let store = store(&pool).await;
    let (tenant, app) = tenant_with_app(&store, "Acme").await;
    let (_, other) = tenant_with_app(&store, "Other").await;
    store.put_plan(&plan("small", false, 100)).await.unwrap();
    let mut changes = store.app_changes();
    assert_eq!(changes.recv().await, Some(AppChanged::All));
    store.give_plan(tenant, Some("small")).await.unwrap();
    store.put_plan(&plan("small", false, 200)).await.unwrap();
    store.put_plan(&plan("small", false, 200)).await.unwrap();
    store
        .limit_tenant(other.tenant_id, TenantQuotas { max_connections: Some(1), ..Default::default() })
        .await
        .unwrap();
    for expected in [app.id, app.id, other.id] {
        let change = timeout(Duration::from_secs(10), changes.recv()).await.unwrap();
        assert_eq!(change, Some(AppChanged::One(expected)));
    }
}
