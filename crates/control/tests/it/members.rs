use campanile_control::{MemberError, Role};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    fixture::store,
    people::{join, sign_up, tenant},
};

#[sqlx::test(migrations = "../../migrations")]
async fn the_last_owner_neither_leaves_nor_steps_down(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, _) = sign_up(&store, "ada@example.com").await;
    let acme = tenant(&ada);
    let leave = store.leave_tenant(acme, ada.user_id).await;
    assert!(matches!(leave, Err(MemberError::LastOwner)));
    let demote = store.change_role(acme, Role::Owner, ada.user_id, Role::Admin).await;
    assert!(matches!(demote, Err(MemberError::LastOwner)));

    let (bob, _) = join(&store, &ada, "bob@example.com", Role::Owner).await;
    store.change_role(acme, Role::Owner, ada.user_id, Role::Admin).await.unwrap();
    let leave = store.leave_tenant(acme, bob.user_id).await;
    assert!(matches!(leave, Err(MemberError::LastOwner)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_two_owners_who_leave_at_once_one_stays(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, _) = sign_up(&store, "ada@example.com").await;
    let (bob, _) = join(&store, &ada, "bob@example.com", Role::Owner).await;
    let acme = tenant(&ada);
    let (first, second) =
        tokio::join!(store.leave_tenant(acme, ada.user_id), store.leave_tenant(acme, bob.user_id));
    assert_eq!(u8::from(first.is_ok()) + u8::from(second.is_ok()), 1);
    assert_eq!(store.list_members(acme).await.unwrap().len(), 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn nobody_decides_about_those_above_them_or_of_another_organisation(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, _) = sign_up(&store, "ada@example.com").await;
    let (bob, _) = join(&store, &ada, "bob@example.com", Role::Admin).await;
    let (eve, _) = sign_up(&store, "eve@example.com").await;
    let acme = tenant(&ada);
    let above = |result: Result<(), MemberError>| matches!(result, Err(MemberError::AboveYou(Role::Owner)));
    assert!(above(store.change_role(acme, Role::Admin, ada.user_id, Role::Support).await));
    assert!(above(store.change_role(acme, Role::Admin, bob.user_id, Role::Owner).await));
    assert!(above(store.remove_member(acme, Role::Admin, ada.user_id).await));
    for stranger in [eve.user_id, Uuid::nil()] {
        let unknown = store.remove_member(acme, Role::Owner, stranger).await;
        assert!(matches!(unknown, Err(MemberError::NotFound)));
        let unknown = store.change_role(acme, Role::Owner, stranger, Role::Billing).await;
        assert!(matches!(unknown, Err(MemberError::NotFound)));
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_change_of_role_and_a_removal_reach_open_sessions_at_once(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, _) = sign_up(&store, "ada@example.com").await;
    let (bob, session) = join(&store, &ada, "bob@example.com", Role::Admin).await;
    let acme = tenant(&ada);
    let acting = async || store.find_session(session.expose()).await.unwrap().unwrap().acting;
    assert_eq!(acting().await.unwrap().role, Role::Admin);
    store.change_role(acme, Role::Owner, bob.user_id, Role::Billing).await.unwrap();
    assert_eq!(acting().await.unwrap().role, Role::Billing);
    store.remove_member(acme, Role::Owner, bob.user_id).await.unwrap();
    assert_eq!(acting().await, None, "they belong to none, and are still logged in");

    let own = store.create_own_tenant(bob.user_id, "Bob's").await.unwrap();
    let foreign = store.switch_tenant(session.expose(), acme).await;
    assert!(matches!(foreign, Err(MemberError::NotFound)));
    store.switch_tenant(session.expose(), own).await.unwrap();
    assert_eq!(acting().await.unwrap().tenant_name, "Bob's");
}

#[sqlx::test(migrations = "../../migrations")]
async fn when_an_organisation_ends_its_people_act_elsewhere(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, session) = sign_up(&store, "ada@example.com").await;
    let (_, bobs) = join(&store, &ada, "bob@example.com", Role::Developer).await;
    let second = store.create_own_tenant(ada.user_id, "Second").await.unwrap();
    assert!(store.delete_tenant(tenant(&ada)).await.unwrap());
    let acting = async |token: &str| store.find_session(token).await.unwrap().unwrap().acting;
    assert_eq!(acting(session.expose()).await.unwrap().tenant_id, second);
    assert_eq!(acting(bobs.expose()).await, None);
}
