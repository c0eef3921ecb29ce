//! Operators, what they do to organisations, and where it is written.

use campanile_control::{
    AuditEntry, AuditQuery, GrantError, NewAccount, Store, TenantSearch, TermsChange, TermsError, Who,
    acting_as,
};
use campanile_protocol::{OccurrenceKind, TenantId, TenantQuotas};
use sqlx::PgPool;
use uuid::Uuid;

use crate::fixture::{endpoint, occurrence, record, store, tenant_with_app};

fn operator() -> Who {
    Who::Operator { id: Uuid::from_u128(7), name: "op@example.com".to_owned() }
}

async fn log_of(store: &Store, tenant: TenantId) -> Vec<AuditEntry> {
    store.list_audit(tenant, &AuditQuery { limit: 50, ..AuditQuery::default() }).await.unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_has_an_account_becomes_an_operator_and_stops_being_one(pool: PgPool) {
    let store = store(&pool).await;
    let new = NewAccount {
        organisation: "Acme".into(),
        email: "Ada@example.com".into(),
        password: "correct horse".into(),
    };
    let (account, token) = store.sign_up(new).await.unwrap();
    assert!(!account.is_operator);
    let nobody = store.grant_operator("nobody@example.com", false).await;
    assert!(matches!(nobody, Err(GrantError::NoAccount)));
    let too_little = store.grant_operator("ada@example.com", true).await;
    assert!(matches!(too_little, Err(GrantError::NoFactor)));
    assert!(store.list_operators().await.unwrap().is_empty());
    acting_as(Who::CommandLine, async {
        for _ in 0..2 {
            let granted = store.grant_operator(" ada@example.com", false).await.unwrap();
            assert_eq!((granted.user_id, granted.has_second_factor), (account.user_id, false));
        }
        assert!(store.find_session(token.expose()).await.unwrap().unwrap().is_operator);
        assert!(store.revoke_operator("ada@example.com").await.unwrap());
        assert!(!store.revoke_operator("ada@example.com").await.unwrap());
    })
    .await;
    assert!(!store.find_session(token.expose()).await.unwrap().unwrap().is_operator);
    let log = store.list_operator_log(None, None, 10).await.unwrap();
    let entries: Vec<_> =
        log.iter().map(|entry| (entry.action.as_str(), entry.target_name.as_deref())).collect();
    let name = Some("Ada@example.com");
    assert_eq!(entries, [("operator.revoked", name), ("operator.granted", name)]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_suspension_reaches_its_own_apps_only_and_both_logs(pool: PgPool) {
    let store = store(&pool).await;
    let (acme, app) = tenant_with_app(&store, "Acme").await;
    let (_, neighbour) = tenant_with_app(&store, "Rival").await;
    acting_as(operator(), async { store.suspend_tenant(acme, "Unpaid").await.unwrap() }).await;
    let found = store.find_app(app.id).await.unwrap().unwrap();
    assert_eq!((found.enabled, found.is_suspended), (false, true));
    let found = store.find_app(neighbour.id).await.unwrap().unwrap();
    assert_eq!((found.enabled, found.is_suspended), (true, false));
    let since = store.find_tenant_account(acme).await.unwrap().unwrap().suspension.unwrap();
    store.suspend_tenant(acme, "Abuse").await.unwrap();
    let now = store.find_tenant_account(acme).await.unwrap().unwrap().suspension.unwrap();
    assert_eq!((now.at, now.reason.as_str()), (since.at, "Abuse"));
    store.resume_tenant(acme).await.unwrap();
    assert!(store.find_app(app.id).await.unwrap().unwrap().enabled);
    assert!(store.suspend_tenant(TenantId(Uuid::nil()), "x").await.is_err());

    let theirs = log_of(&store, acme).await;
    let seen = (theirs[0].actor_kind.as_str(), theirs[0].actor_id, theirs[0].actor_name.as_deref());
    assert_eq!(seen, ("operator", None, None));
    let ours = store.list_operator_log(Some(acme), None, 10).await.unwrap();
    assert_eq!(ours.len(), 1);
    assert_eq!(ours[0].actor_name.as_deref(), Some("op@example.com"));
}

#[sqlx::test(migrations = "../../migrations")]
async fn terms_change_in_one_step_or_not_at_all(pool: PgPool) {
    let store = store(&pool).await;
    let tenant = store.create_tenant("Acme").await.unwrap();
    let limits = |own: TenantQuotas| TenantQuotas { max_connections: Some(3), ..own };
    let refused = store.change_terms(tenant, TermsChange { plan: Some(Some("none".into())), limits }).await;
    assert!(matches!(refused, Err(TermsError::NoSuchPlan)));
    assert_eq!(store.own_limits(tenant).await.unwrap(), Some(TenantQuotas::default()));
    store.change_terms(tenant, TermsChange { plan: None, limits }).await.unwrap();
    assert_eq!(store.own_limits(tenant).await.unwrap().unwrap().max_connections, Some(3));
    let nobody = store.change_terms(TenantId(Uuid::nil()), TermsChange { plan: None, limits }).await;
    assert!(matches!(nobody, Err(TermsError::NotFound)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn organisations_come_newest_first_and_are_found_by_name_address_and_id(pool: PgPool) {
    let store = store(&pool).await;
    let mut tenants = Vec::new();
    for name in ["Acme", "100% Rival", "Acme again"] {
        tenants.push(store.create_tenant(name).await.unwrap());
    }
    let find = async |text: &str, after: Option<TenantId>| {
        let search = TenantSearch { text: text.into(), after, limit: 2, ..TenantSearch::default() };
        let found = store.search_tenants(&search).await.unwrap();
        found.into_iter().map(|account| account.id).collect::<Vec<_>>()
    };
    assert_eq!(find("", None).await, [tenants[2], tenants[1]]);
    assert_eq!(find("", Some(tenants[1])).await, [tenants[0]]);
    assert_eq!(find("acme", None).await, [tenants[2], tenants[0]]);
    // No pattern: what is typed is what is meant.
    assert_eq!(find("0%", None).await, [tenants[1]]);
    assert_eq!(find("_", None).await, []);
    assert_eq!(find(&tenants[1].0.to_string(), None).await, [tenants[1]]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn lanes_that_wait_are_told_by_organisation_the_furthest_behind_first(pool: PgPool) {
    let store = store(&pool).await;
    let (acme, app) = tenant_with_app(&store, "Acme").await;
    let (rival, other) = tenant_with_app(&store, "Rival").await;
    let kinds = [campanile_protocol::OccurrenceType::ChannelOccupied];
    endpoint(&store, &app, &kinds).await;
    endpoint(&store, &other, &kinds).await;
    assert!(store.lanes_by_tenant(10).await.unwrap().is_empty());
    let occupied = |app, channel| occurrence(app, channel, OccurrenceKind::Occupied);
    record(&store, vec![occupied(app.id, "a"), occupied(other.id, "b"), occupied(other.id, "c")]).await;
    let lanes = store.lanes_by_tenant(10).await.unwrap();
    let seen: Vec<_> = lanes.iter().map(|lanes| (lanes.tenant, lanes.lanes, lanes.events)).collect();
    assert_eq!(seen, [(rival, 1, 2), (acme, 1, 1)]);
    assert_eq!(store.lanes_by_tenant(1).await.unwrap().len(), 1);
}
