use std::{
    net::IpAddr,
    sync::Mutex,
    time::{Duration, Instant},
};

use ahash::AHashMap;

use super::ManagementError;

/// Slows down whoever guesses passwords: each address and each account may fail a few times a minute.
/// Checked before the password is hashed, which is what costs.
#[derive(Default)]
pub(crate) struct Throttle {
    failures: Mutex<AHashMap<Subject, Window>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Subject {
    Address(IpAddr),
    Account(String),
}

struct Window {
    since: Instant,
    failures: u32,
}

const WINDOW: Duration = Duration::from_secs(60);
const FAILURES_PER_ACCOUNT: u32 = 10;
const FAILURES_PER_ADDRESS: u32 = 50;
/// Subjects that are remembered at once. When there are more, old windows are dropped; if that does not
/// help, new subjects are not slowed down: the hashing's own queue still bounds the cost.
const SUBJECTS: usize = 100_000;

impl Throttle {
    /// Refuses those who have failed too often in the last minute.
    pub(super) fn check(
        &self,
        address: Option<IpAddr>,
        email: &str,
        now: Instant,
    ) -> Result<(), ManagementError> {
        let failures = self.failures.lock().expect("no one panics holding it");
        for subject in subjects(address, email) {
            if let Some(window) = failures.get(&subject)
                && now.duration_since(window.since) < WINDOW
                && window.failures >= subject.limit()
            {
                let left = WINDOW.saturating_sub(now.duration_since(window.since));
                return Err(ManagementError::TooManyRequests { retry_after_seconds: left.as_secs() + 1 });
            }
        }
        Ok(())
    }

    /// Remembers a failure to log in.
    pub(super) fn failed(&self, address: Option<IpAddr>, email: &str, now: Instant) {
        self.count(subjects(address, email), now);
    }

    /// Remembers an attempt to sign up, whether it succeeded or not: one who signs up by the hundred is
    /// slowed down, and so is one who asks which addresses have accounts.
    pub(super) fn signed_up(&self, address: Option<IpAddr>, now: Instant) {
        self.count(address.map(Subject::Address).into_iter(), now);
    }

    fn count(&self, subjects: impl Iterator<Item = Subject>, now: Instant) {
        let mut failures = self.failures.lock().expect("no one panics holding it");
        if failures.len() >= SUBJECTS {
            failures.retain(|_, window| now.duration_since(window.since) < WINDOW);
        }
        for subject in subjects {
            if failures.len() >= SUBJECTS && !failures.contains_key(&subject) {
                continue;
            }
            let window = failures.entry(subject).or_insert(Window { since: now, failures: 0 });
            if now.duration_since(window.since) >= WINDOW {
                *window = Window { since: now, failures: 0 };
            }
            window.failures += 1;
        }
    }
}

fn subjects(address: Option<IpAddr>, email: &str) -> impl Iterator<Item = Subject> {
    let account = Subject::Account(email.trim().to_lowercase());
    address.map(Subject::Address).into_iter().chain([account])
}

impl Subject {
    fn limit(&self) -> u32 {
        match self {
            Self::Address(_) => FAILURES_PER_ADDRESS,
            Self::Account(_) => FAILURES_PER_ACCOUNT,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_closed_for_a_minute_after_ten_failures() {
        let (throttle, start) = (Throttle::default(), Instant::now());
        for _ in 0..FAILURES_PER_ACCOUNT {
            assert!(throttle.check(None, "a@example.com", start).is_ok());
            throttle.failed(None, "A@example.com", start);
        }
        assert!(throttle.check(None, "a@example.com", start).is_err());
        assert!(throttle.check(None, "b@example.com", start).is_ok());
        assert!(throttle.check(None, "a@example.com", start + WINDOW).is_ok());
    }

    #[test]
    fn an_address_is_counted_over_all_accounts() {
        let (throttle, start) = (Throttle::default(), Instant::now());
        let address = Some(IpAddr::from([127, 0, 0, 1]));
        for index in 0..FAILURES_PER_ADDRESS {
            throttle.failed(address, &format!("{index}@example.com"), start);
        }
        assert!(throttle.check(address, "new@example.com", start).is_err());
        assert!(throttle.check(None, "new@example.com", start).is_ok());
    }
}
