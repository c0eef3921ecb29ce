use std::{sync::Arc, thread::available_parallelism};

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version, password_hash::phc::PasswordHash,
};
use secrecy::{ExposeSecret, SecretString};
use tokio::{sync::Semaphore, task::spawn_blocking};

/// How many callers may wait for their turn; the next one is refused at once.
const MAX_WAITING: usize = 64;
/// Longest password in bytes: what is longer only costs.
pub(crate) const MAX_PASSWORD_BYTES: usize = 1024;
/// Verified when there is no account, so that its absence cannot be told from the time it takes.
/// Nobody knows a password for it.
const NOBODYS_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$gzRt/gL1yxKaQEw/XoT69A$uN8TAd1N3KqCZug1rItJq4e7COPZXIhyfxaB8jcyCo4";

/// Hashes passwords with Argon2id (19 MiB, 2 passes), off the caller's thread, at most one per core
/// at a time: a storm of logins costs its own callers, not the sockets.
#[derive(Clone)]
pub(crate) struct Passwords {
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
}

/// Too many callers wait already.
#[derive(Debug)]
pub(crate) struct Busy;

impl Passwords {
    pub(crate) fn new() -> Self {
        let cores = available_parallelism().map_or(1, usize::from);
        Self { places: Arc::new(Semaphore::new(cores + MAX_WAITING)), turns: Arc::new(Semaphore::new(cores)) }
    }

    pub(crate) async fn hash(&self, password: SecretString) -> Result<String, Busy> {
        self.in_turn(move || {
            let hash = hasher().hash_password(password.expose_secret().as_bytes());
            hash.expect("length and parameters are within Argon2's bounds").to_string()
        })
        .await
    }

    /// Whether `password` made `hash`. Without a hash it takes as long and is never true.
    pub(crate) async fn verify(&self, password: SecretString, hash: Option<String>) -> Result<bool, Busy> {
        self.in_turn(move || {
            let stored = hash.as_deref().unwrap_or(NOBODYS_HASH);
            let matches = PasswordHash::new(stored)
                .map(|parsed| hasher().verify_password(password.expose_secret().as_bytes(), &parsed))
                .is_ok_and(|verified| verified.is_ok());
            matches && hash.is_some()
        })
        .await
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Busy)?;
        let turn = Arc::clone(&self.turns).acquire_owned().await.expect("never closed");
        // The permits go with the work: a caller that gives up does not make room for another yet.
        let done = spawn_blocking(move || {
            let _permits = (place, turn);
            work()
        });
        done.await.map_err(|_| Busy)
    }
}

fn hasher() -> Argon2<'static> {
    let params = Params::new(19_456, 2, 1, None).expect("within bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_verifies_against_its_own_hash_only() {
        let passwords = Passwords::new();
        let hash = passwords.hash("correct horse".to_owned().into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(passwords.verify("correct horse".to_owned().into(), Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify("wrong horse".to_owned().into(), Some(hash)).await.unwrap());
        assert!(!passwords.verify("correct horse".to_owned().into(), None).await.unwrap());
    }

    #[test]
    fn nobodys_hash_costs_what_a_real_one_does() {
        let parsed = PasswordHash::new(NOBODYS_HASH).unwrap();
        let params = Params::try_from(&parsed).unwrap();
        assert_eq!((params.m_cost(), params.t_cost(), params.p_cost()), (19_456, 2, 1));
        assert_eq!(parsed.hash.unwrap().as_ref().len(), 32);
    }

    #[tokio::test]
    async fn more_callers_than_places_are_refused_at_once() {
        let passwords = Passwords { places: Arc::new(Semaphore::new(1)), turns: Arc::new(Semaphore::new(0)) };
        let waiting = tokio::spawn({
            let passwords = passwords.clone();
            async move { passwords.hash("x".to_owned().into()).await }
        });
        while passwords.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert!(passwords.hash("y".to_owned().into()).await.is_err());
        passwords.turns.add_permits(1);
        assert!(waiting.await.unwrap().is_ok());
    }
}
