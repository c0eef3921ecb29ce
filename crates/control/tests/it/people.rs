//! People for tests: signed up, logged in, invited.

use campanile_control::{
    Account, Actor, Letter, LoggedIn, NewAccount, Origin, Role, SessionToken, Store, Who,
};
use campanile_protocol::TenantId;

pub(crate) const PASSWORD: &str = "correct horse";

pub(crate) fn account(email: &str) -> NewAccount {
    NewAccount { organisation: "Acme".into(), email: email.into(), password: PASSWORD.to_owned().into() }
}

pub(crate) async fn sign_up(store: &Store, email: &str) -> (Account, SessionToken) {
    store.sign_up(account(email)).await.unwrap()
}

pub(crate) async fn log_in(store: &Store, email: &str) -> (Account, SessionToken) {
    match store.log_in(email, PASSWORD.to_owned().into()).await.unwrap() {
        LoggedIn::Session(account, token) => (account, token),
        LoggedIn::SecondFactor(_) => panic!("a second factor is asked for"),
    }
}

/// Where the person acts.
pub(crate) fn tenant(account: &Account) -> TenantId {
    account.acting.as_ref().unwrap().tenant_id
}

pub(crate) fn as_person(account: &Account) -> Actor {
    let who = Who::User { id: account.user_id, name: account.email.clone() };
    let origin = Origin { request_id: Some("req-1".into()), ..Origin::default() };
    Actor { who, origin }
}

/// A second person of the first one's organisation.
pub(crate) async fn join(store: &Store, owner: &Account, email: &str, role: Role) -> (Account, SessionToken) {
    store.invite(tenant(owner), Role::Owner, email, role).await.unwrap();
    let token = letters(store, email).await.into_iter().find_map(|letter| match letter {
        Letter::Invitation { token, .. } => Some(token),
        _ => None,
    });
    store.accept_as_new(&token.unwrap().into(), PASSWORD.to_owned().into()).await.unwrap()
}

/// What waits to be mailed to an address; it waits no longer.
pub(crate) async fn letters(store: &Store, email: &str) -> Vec<Letter> {
    let mut letters = Vec::new();
    for mail in store.claim_mails(100).await.unwrap() {
        store.mail_sent(mail.id).await.unwrap();
        if mail.recipient == email {
            letters.push(mail.letter);
        }
    }
    letters
}
