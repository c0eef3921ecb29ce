use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard},
};

/// At most so many of something for each owner, at once. Cloning shares it.
#[derive(Clone, Debug)]
pub(crate) struct Shares<K> {
    most: usize,
    taken: Arc<Mutex<HashMap<K, usize>>>,
}

/// One of them; free again when dropped.
#[derive(Debug)]
pub(crate) struct Share<K: Copy + Eq + Hash> {
    shares: Shares<K>,
    owner: K,
}

impl<K: Copy + Eq + Hash> Shares<K> {
    pub(crate) fn new(most: usize) -> Self {
        Self { most, taken: Arc::default() }
    }

    /// None when that owner has them all.
    pub(crate) fn take(&self, owner: K) -> Option<Share<K>> {
        let mut taken = self.taken();
        let count = taken.entry(owner).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Share { shares: self.clone(), owner })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<K, usize>> {
        self.taken.lock().expect("no one panics holding it")
    }
}

impl<K: Copy + Eq + Hash> Drop for Share<K> {
    fn drop(&mut self) {
        let mut taken = self.shares.taken();
        if let Some(count) = taken.get_mut(&self.owner) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.owner);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_owner_has_as_many_and_gets_them_back() {
        let shares = Shares::new(2);
        let (first, second) = (shares.take(1), shares.take(1));
        assert!(first.is_some() && second.is_some() && shares.take(1).is_none());
        assert!(shares.take(2).is_some());
        drop(first);
        assert!(shares.take(1).is_some());
        drop(second);
        assert!(shares.taken().is_empty());
    }
}
