use std::sync::Mutex;

use ahash::AHashSet;
use campanile_protocol::AppId;
use time::OffsetDateTime;
use uuid::Uuid;

/// Programs that have sent events of an app within a UTC hour. That they do is worth a line in the audit log, not
/// a line for each event.
#[derive(Default)]
pub(crate) struct Senders(Mutex<(i64, AHashSet<(Uuid, AppId)>)>);

impl Senders {
    /// Whether a token has sent none yet in this hour, as far as this process knows.
    pub(super) fn is_first(&self, token: Uuid, app: AppId, now: OffsetDateTime) -> bool {
        let hour = now.unix_timestamp().div_euclid(3_600);
        let mut known = self.0.lock().expect("no one panics holding it");
        if known.0 != hour {
            *known = (hour, AHashSet::new());
        }
        known.1.insert((token, app))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_token_is_told_once_an_hour_and_app() {
        let (senders, token) = (Senders::default(), Uuid::from_u128(1));
        let [chat, shop] = [1, 2].map(|id| AppId::from_number(id).unwrap());
        let noon = OffsetDateTime::from_unix_timestamp(12 * 3_600).unwrap();
        assert!(senders.is_first(token, chat, noon));
        assert!(!senders.is_first(token, chat, noon + time::Duration::minutes(59)));
        assert!(senders.is_first(token, shop, noon) && senders.is_first(Uuid::from_u128(2), chat, noon));
        assert!(senders.is_first(token, chat, noon + time::Duration::HOUR));
    }
}
