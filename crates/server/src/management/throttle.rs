use std::{
    hash::{BuildHasher, RandomState},
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, MutexGuard},
    time::{Duration, Instant},
};

use ahash::AHashMap;

use super::ManagementError;

/// Slows down whoever guesses passwords: each address and each account may fail a few times a minute.
///
/// An attempt counts before the password is hashed, which is what costs, and no more once it has succeeded: of
/// any number at once, as many are made as may fail.
#[derive(Default)]
pub(crate) struct Throttle {
    windows: Mutex<AHashMap<Subject, Window>>,
    /// Nobody else can tell which names share a hash.
    hasher: RandomState,
}

/// Of a fixed size, whatever a client sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Subject {
    Address(IpAddr),
    /// The hash of its name.
    Account(u64),
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

/// One try, which counts as a failure unless it is taken back.
#[must_use]
pub(super) struct Attempt<'a> {
    throttle: &'a Throttle,
    subjects: [Option<Subject>; 2],
}

impl Throttle {
    /// Counts an attempt, or refuses it where `address` or `account` has failed too often in the last minute.
    pub(super) fn attempt(
        &self,
        address: Option<IpAddr>,
        account: &str,
        now: Instant,
    ) -> Result<Attempt<'_>, ManagementError> {
        let account = Subject::Account(self.hasher.hash_one(account.trim().to_lowercase()));
        let subjects = [address.map(|address| Subject::Address(site(address))), Some(account)];
        let mut windows = self.windows();
        if windows.len() >= SUBJECTS {
            windows.retain(|_, window| window.left(now).is_some());
        }
        for subject in subjects.iter().flatten() {
            if let Some(window) = windows.get(subject)
                && let Some(left) = window.left(now)
                && window.failures >= subject.limit()
            {
                return Err(ManagementError::TooManyRequests { retry_after_seconds: left.as_secs() + 1 });
            }
        }
        for subject in subjects.into_iter().flatten() {
            if windows.len() >= SUBJECTS && !windows.contains_key(&subject) {
                continue;
            }
            let window = windows.entry(subject).or_insert(Window { since: now, failures: 0 });
            if window.left(now).is_none() {
                *window = Window { since: now, failures: 0 };
            }
            window.failures += 1;
        }
        Ok(Attempt { throttle: self, subjects })
    }

    fn windows(&self) -> MutexGuard<'_, AHashMap<Subject, Window>> {
        self.windows.lock().expect("no one panics holding it")
    }
}

impl Attempt<'_> {
    /// It was no failure.
    pub(super) fn take_back(self) {
        let mut windows = self.throttle.windows();
        for subject in self.subjects.iter().flatten() {
            if let Some(window) = windows.get_mut(subject) {
                window.failures = window.failures.saturating_sub(1);
            }
        }
    }

    /// It failed, or its like must not be repeated at will either.
    pub(super) fn keep(self) {}
}

impl Window {
    /// How long it goes on, if it does.
    fn left(&self, now: Instant) -> Option<Duration> {
        WINDOW.checked_sub(now.duration_since(self.since)).filter(|left| !left.is_zero())
    }
}

/// Those whom one client may use as it likes are one: whoever has an IPv6 address has 2^64 of them.
fn site(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
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

    fn fail(throttle: &Throttle, address: Option<IpAddr>, account: &str, now: Instant) -> bool {
        throttle.attempt(address, account, now).map(Attempt::keep).is_ok()
    }

    #[test]
    fn an_account_is_closed_for_a_minute_after_ten_failures() {
        let (throttle, start) = (Throttle::default(), Instant::now());
        for _ in 0..FAILURES_PER_ACCOUNT {
            assert!(fail(&throttle, None, "A@example.com", start));
        }
        assert!(!fail(&throttle, None, "a@example.com", start));
        assert!(fail(&throttle, None, "b@example.com", start));
        assert!(fail(&throttle, None, "a@example.com", start + WINDOW));
    }

    #[test]
    fn an_address_is_counted_over_all_accounts() {
        let (throttle, start) = (Throttle::default(), Instant::now());
        let address = Some(IpAddr::from([127, 0, 0, 1]));
        for index in 0..FAILURES_PER_ADDRESS {
            assert!(fail(&throttle, address, &format!("{index}@example.com"), start));
        }
        assert!(!fail(&throttle, address, "new@example.com", start));
        assert!(fail(&throttle, None, "new@example.com", start));
    }

    #[test]
    fn attempts_at_once_count_before_any_of_them_has_failed_and_a_success_does_not() {
        let (throttle, start) = (Throttle::default(), Instant::now());
        let under_way: Vec<_> =
            (0..2 * FAILURES_PER_ACCOUNT).map_while(|_| throttle.attempt(None, "a", start).ok()).collect();
        assert_eq!(under_way.len(), FAILURES_PER_ACCOUNT as usize);
        under_way.into_iter().for_each(Attempt::take_back);
        assert!(fail(&throttle, None, "a", start));
    }

    #[test]
    fn addresses_of_one_ipv6_network_are_one() {
        let (throttle, start) = (Throttle::default(), Instant::now());
        let of = |text: &str| Some(text.parse().unwrap());
        for index in 0..FAILURES_PER_ADDRESS {
            assert!(fail(&throttle, of(&format!("2001:db8:1:2::{index:x}")), &index.to_string(), start));
        }
        assert!(!fail(&throttle, of("2001:db8:1:2:ffff::1"), "new", start));
        assert!(fail(&throttle, of("2001:db8:1:3::1"), "new", start));
    }
}
