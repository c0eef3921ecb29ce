//! How many names are looked up at once, and for whom.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use campanile_protocol::TenantId;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// Names looked up at once. The system's resolver keeps a thread of the blocking pool for each, for as long
/// as its name servers are silent: longer than the request that wanted to know.
const MAX_LOOKUPS: usize = 64;
/// Those of who has not succeeded yet: the rest is kept for those that have.
const MAX_NOT_PROVEN: usize = 32;
/// Those of one tenant, over all of its apps: apps are free to make.
const MAX_PER_TENANT: usize = 8;
/// How long a place is waited for. Then the try has failed.
const PATIENCE: Duration = Duration::from_secs(2);

/// Cloning shares it.
#[derive(Clone, Debug)]
pub(crate) struct Lookups {
    all: Arc<Semaphore>,
    not_proven: Arc<Semaphore>,
    tenants: Arc<Mutex<HashMap<TenantId, Arc<Semaphore>>>>,
}

/// A place taken; free again when dropped.
#[derive(Debug)]
pub(crate) struct LookupPlace {
    _permits: [Option<OwnedSemaphorePermit>; 3],
}

impl Lookups {
    pub(crate) fn new() -> Self {
        Self {
            all: Arc::new(Semaphore::new(MAX_LOOKUPS)),
            not_proven: Arc::new(Semaphore::new(MAX_NOT_PROVEN)),
            tenants: Arc::default(),
        }
    }

    /// None when none became free in time.
    pub(crate) async fn take(&self, tenant: TenantId, is_proven: bool) -> Option<LookupPlace> {
        let taking = async {
            // The narrowest first, so that who waits for his own keeps nobody else waiting.
            let of_tenant = self.of_tenant(tenant).acquire_owned().await.ok()?;
            let not_proven = match is_proven {
                true => None,
                false => Some(Arc::clone(&self.not_proven).acquire_owned().await.ok()?),
            };
            let any = Arc::clone(&self.all).acquire_owned().await.ok()?;
            Some(LookupPlace { _permits: [Some(of_tenant), not_proven, Some(any)] })
        };
        timeout(PATIENCE, taking).await.ok().flatten()
    }

    fn of_tenant(&self, tenant: TenantId) -> Arc<Semaphore> {
        let mut tenants = self.tenants.lock().expect("no one panics holding it");
        if let Some(semaphore) = tenants.get(&tenant) {
            return Arc::clone(semaphore);
        }
        // Whoever waits or looks up holds a second reference.
        tenants.retain(|_, semaphore| Arc::strong_count(semaphore) > 1);
        let semaphore = Arc::new(Semaphore::new(MAX_PER_TENANT));
        tenants.insert(tenant, Arc::clone(&semaphore));
        semaphore
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    async fn fill(lookups: &Lookups, from: u128, count: usize, is_proven: bool) -> Vec<LookupPlace> {
        let mut places = Vec::new();
        for n in 0..count {
            let tenant = TenantId(Uuid::from_u128(from + n as u128));
            places.push(lookups.take(tenant, is_proven).await.unwrap());
        }
        places
    }

    #[tokio::test]
    async fn a_tenant_whose_names_hang_leaves_the_others_theirs() {
        let (lookups, greedy) = (Lookups::new(), TenantId(Uuid::nil()));
        let mut held = Vec::new();
        for _ in 0..MAX_PER_TENANT {
            held.push(lookups.take(greedy, true).await.unwrap());
        }
        let (refused, other) =
            tokio::join!(lookups.take(greedy, true), lookups.take(TenantId(Uuid::max()), true));
        assert!(refused.is_none() && other.is_some());
        held.pop();
        assert!(lookups.take(greedy, true).await.is_some());
    }

    #[tokio::test]
    async fn many_tenants_whose_names_hang_leave_half_to_those_who_succeeded() {
        let lookups = Lookups::new();
        let unproven = fill(&lookups, 1, MAX_NOT_PROVEN, false).await;
        assert!(lookups.take(TenantId(Uuid::max()), false).await.is_none());
        let proven = fill(&lookups, 1, MAX_LOOKUPS - MAX_NOT_PROVEN, true).await;
        assert!(lookups.take(TenantId(Uuid::max()), true).await.is_none());
        drop((unproven, proven));
        assert!(lookups.take(TenantId(Uuid::max()), false).await.is_some());
        assert!(lookups.tenants.lock().unwrap().len() <= MAX_LOOKUPS + 1);
    }
}
