use campanile_control::{Letter, MemberError, Role};
use secrecy::SecretString;
use sqlx::PgPool;

use crate::{
    fixture::store,
    people::{PASSWORD, as_person, join, letters, sign_up, tenant},
};

async fn link(store: &campanile_control::Store, email: &str) -> SecretString {
    let letters = letters(store, email).await;
    let token = letters.iter().rev().find_map(|letter| match letter {
        Letter::Invitation { token, .. } => Some(token.clone()),
        _ => None,
    });
    token.unwrap().into()
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_invitation_brings_a_new_person_in_once(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, _) = sign_up(&store, "ada@example.com").await;
    let invitation = store.invite(tenant(&ada), Role::Owner, "bob@example.com", Role::Support).await.unwrap();
    assert_eq!((invitation.role, invitation.email.as_str()), (Role::Support, "bob@example.com"));
    let token = link(&store, "bob@example.com").await;
    let stored: String = sqlx::query_scalar(
        "select (select json_agg(i)::text from invitations i) || coalesce((select json_agg(m)::text from mails m), '')",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert!(!stored.contains(secrecy::ExposeSecret::expose_secret(&token)));
    let invited = store.find_invitation(&token).await.unwrap();
    assert_eq!((invited.organisation.as_str(), invited.has_account), ("Acme", false));

    let password = || PASSWORD.to_owned().into();
    let (bob, _) = store.accept_as_new(&token, password()).await.unwrap();
    assert!(bob.is_verified);
    assert_eq!(bob.acting.as_ref().map(|acting| acting.role), Some(Role::Support));
    let again = store.accept_as_new(&token, password()).await;
    assert!(matches!(again, Err(MemberError::InvitationExpired)));
    let member = store.invite(tenant(&ada), Role::Owner, "BOB@example.com", Role::Admin).await;
    assert!(matches!(member, Err(MemberError::Member)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_invitation_is_for_the_invited_address_alone(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, _) = sign_up(&store, "ada@example.com").await;
    let (bob, bobs) = sign_up(&store, "Bob@example.com").await;
    let (eve, eves) = sign_up(&store, "eve@example.com").await;
    store.invite(tenant(&ada), Role::Owner, "bob@example.com", Role::Admin).await.unwrap();
    let token = link(&store, "bob@example.com").await;
    let stolen = store.accept_invitation(&token, &eve, eves.expose()).await;
    assert!(matches!(stolen, Err(MemberError::AnothersInvitation)));
    let taken_over = store.accept_as_new(&token, "another password".to_owned().into()).await;
    assert!(matches!(taken_over, Err(MemberError::HasAccount)));
    let joined = store.accept_invitation(&token, &bob, bobs.expose()).await.unwrap();
    assert_eq!(joined, tenant(&ada));
    let acting = store.find_session(bobs.expose()).await.unwrap().unwrap().acting.unwrap();
    assert_eq!((acting.tenant_id, acting.role), (joined, Role::Admin));
    assert_eq!(store.list_memberships(bob.user_id).await.unwrap().len(), 2);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_resent_a_revoked_and_an_old_link_open_nothing(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, _) = sign_up(&store, "ada@example.com").await;
    let acme = tenant(&ada);
    let invitation = store.invite(acme, Role::Owner, "bob@example.com", Role::Owner).await.unwrap();
    let first = link(&store, "bob@example.com").await;
    let by_admin = store.resend_invitation(acme, Role::Admin, invitation.id).await;
    assert!(matches!(by_admin, Err(MemberError::AboveYou(Role::Owner))));
    store.resend_invitation(acme, Role::Owner, invitation.id).await.unwrap();
    let second = link(&store, "bob@example.com").await;
    assert!(matches!(store.find_invitation(&first).await, Err(MemberError::InvitationExpired)));
    assert!(store.find_invitation(&second).await.is_ok());

    let age = "update invitations set expires_at = now() - interval '1 second'";
    sqlx::query(age).execute(&pool).await.unwrap();
    assert!(matches!(store.find_invitation(&second).await, Err(MemberError::InvitationExpired)));
    store.resend_invitation(acme, Role::Owner, invitation.id).await.unwrap();
    let third = link(&store, "bob@example.com").await;
    store.revoke_invitation(acme, Role::Owner, invitation.id).await.unwrap();
    assert!(matches!(store.find_invitation(&third).await, Err(MemberError::InvitationExpired)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_address_is_invited_ten_times_an_hour_whoever_invites(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, _) = sign_up(&store, "ada@example.com").await;
    let (eve, _) = sign_up(&store, "eve@example.com").await;
    for owner in [&ada, &eve] {
        for _ in 0..5 {
            let invited =
                store.invite(tenant(owner), Role::Owner, "bob@example.com", Role::Support).await.unwrap();
            store.revoke_invitation(tenant(owner), Role::Owner, invited.id).await.unwrap();
        }
    }
    let again = store.invite(tenant(&ada), Role::Owner, "Bob@example.com", Role::Support).await;
    assert!(matches!(again, Err(MemberError::TooOften)));
    store.invite(tenant(&ada), Role::Owner, "carol@example.com", Role::Support).await.unwrap();
    assert_eq!(letters(&store, "bob@example.com").await.len(), 10);
}

#[sqlx::test(migrations = "../../migrations")]
async fn invitations_are_their_organisations_own(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, _) = sign_up(&store, "ada@example.com").await;
    let (eve, _) = sign_up(&store, "eve@example.com").await;
    let invitation = store.invite(tenant(&ada), Role::Admin, "bob@example.com", Role::Admin).await.unwrap();
    assert_eq!(store.list_invitations(tenant(&eve)).await.unwrap().len(), 0);
    let foreign = store.revoke_invitation(tenant(&eve), Role::Owner, invitation.id).await;
    assert!(matches!(foreign, Err(MemberError::NotFound)));
    let above = store.invite(tenant(&ada), Role::Admin, "carol@example.com", Role::Owner).await;
    assert!(matches!(above, Err(MemberError::AboveYou(Role::Owner))));
}

#[sqlx::test(migrations = "../../migrations")]
async fn nobody_replaces_an_invitation_to_a_role_above_theirs(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, _) = sign_up(&store, "ada@example.com").await;
    let acme = tenant(&ada);
    store.invite(acme, Role::Owner, "bob@example.com", Role::Owner).await.unwrap();
    let by_admin = store.invite(acme, Role::Admin, "BOB@example.com", Role::Support).await;
    assert!(matches!(by_admin, Err(MemberError::AboveYou(Role::Owner))));
    assert_eq!(store.list_invitations(acme).await.unwrap()[0].role, Role::Owner);
    store.invite(acme, Role::Owner, "bob@example.com", Role::Support).await.unwrap();
    assert_eq!(store.list_invitations(acme).await.unwrap()[0].role, Role::Support);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_invitation_ends_when_who_made_it_could_not_make_it_any_more(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, _) = sign_up(&store, "ada@example.com").await;
    let (bob, _) = join(&store, &ada, "bob@example.com", Role::Owner).await;
    let acme = tenant(&ada);
    let invite = async |by: &campanile_control::Account, email: &str, role: Role| {
        let work = store.invite(acme, Role::Owner, email, role);
        campanile_control::acting(as_person(by), work).await.unwrap();
    };
    invite(&ada, "ada's@example.com", Role::Owner).await;
    invite(&bob, "owner@example.com", Role::Owner).await;
    invite(&bob, "admin@example.com", Role::Admin).await;
    let waiting = async || {
        let waiting = store.list_invitations(acme).await.unwrap();
        waiting.into_iter().map(|invitation| invitation.email).collect::<Vec<_>>()
    };
    store.change_role(acme, Role::Owner, bob.user_id, Role::Admin).await.unwrap();
    assert_eq!(waiting().await, ["admin@example.com", "ada's@example.com"]);
    store.change_role(acme, Role::Owner, bob.user_id, Role::Developer).await.unwrap();
    assert_eq!(waiting().await, ["ada's@example.com"]);
    invite(&bob, "third@example.com", Role::Support).await;
    store.remove_member(acme, Role::Owner, bob.user_id).await.unwrap();
    assert_eq!(waiting().await, ["ada's@example.com"]);
}
