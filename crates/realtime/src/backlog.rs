use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

/// How many bytes wait inside the node: events in mailboxes, and frames in logs that some subscriber
/// has not been written. Mailboxes are no bounds, so this one is checked where load enters; when it
/// is reached, publishing is refused (503, `pusher:error`) until the hubs have caught up.
#[derive(Clone, Debug, Default)]
pub(crate) struct Backlog(Arc<AtomicUsize>);

/// One tenant's part of it. A tenant may hold as much as is free: alone half of all, two a third each,
/// so that there is room for the next one whatever the others do.
#[derive(Debug)]
pub(crate) struct Share {
    node: Backlog,
    bytes: AtomicUsize,
}

/// Some waiting bytes; they are gone when this is.
#[derive(Debug)]
pub(crate) struct Waiting {
    share: Arc<Share>,
    bytes: usize,
}

impl Backlog {
    pub(crate) const MAX_BYTES: usize = 64 << 20;

    /// How much waits.
    pub(crate) fn bytes(&self) -> usize {
        self.0.load(Relaxed)
    }

    /// An empty part of it.
    pub(crate) fn share(&self) -> Share {
        Share { node: self.clone(), bytes: AtomicUsize::new(0) }
    }
}

impl Share {
    /// What a waiting item costs beside its content.
    const ITEM_BYTES: usize = 256;

    pub(crate) fn is_full(&self) -> bool {
        let free = Backlog::MAX_BYTES.saturating_sub(self.node.0.load(Relaxed));
        self.bytes.load(Relaxed) >= free
    }

    /// How many of its bytes wait.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.load(Relaxed)
    }

    pub(crate) fn add(self: &Arc<Self>, bytes: usize) -> Waiting {
        let bytes = bytes + Self::ITEM_BYTES;
        self.bytes.fetch_add(bytes, Relaxed);
        self.node.0.fetch_add(bytes, Relaxed);
        Waiting { share: self.clone(), bytes }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.share.bytes.fetch_sub(self.bytes, Relaxed);
        self.share.node.0.fetch_sub(self.bytes, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds until there is no room.
    fn fill(share: &Arc<Share>) -> Vec<Waiting> {
        std::iter::from_fn(|| (!share.is_full()).then(|| share.add(1 << 16))).collect()
    }

    #[test]
    fn what_waits_is_counted_until_it_is_dropped() {
        let backlog = Backlog::default();
        let share = Arc::new(backlog.share());
        let small = share.add(1);
        let large = share.add(Backlog::MAX_BYTES);
        assert!(share.is_full());
        drop(large);
        assert!(!share.is_full());
        drop(small);
        assert_eq!((share.bytes.load(Relaxed), backlog.0.load(Relaxed)), (0, 0));
    }

    #[test]
    fn a_tenant_that_fills_its_share_leaves_room_for_the_others() {
        let backlog = Backlog::default();
        let shares: Vec<_> = (0..4).map(|_| Arc::new(backlog.share())).collect();
        let _held: Vec<_> = shares[..3].iter().map(fill).collect();
        assert!(shares[..3].iter().all(|share| share.is_full()));
        assert!(!shares[3].is_full());
        let mine = fill(&shares[3]);
        assert!(mine.len() > 16, "{} of 64 KiB each", mine.len());
        assert!(backlog.0.load(Relaxed) < Backlog::MAX_BYTES + (1 << 20));
    }
}
