use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// How many bytes wait inside the node: events in mailboxes, and frames in logs that some subscriber
/// has not been written. Mailboxes are no bounds, so this one is checked where load enters; when it
/// is reached, publishing is refused (503, `pusher:error`) until the hubs have caught up.
#[derive(Clone, Debug, Default)]
pub(crate) struct Backlog(Arc<AtomicUsize>);

/// Some waiting bytes; they are gone when this is.
#[derive(Debug)]
pub(crate) struct Waiting {
    backlog: Backlog,
    bytes: usize,
}

impl Backlog {
    const MAX_BYTES: usize = 64 << 20;
    /// What a waiting item costs beside its content.
    const ITEM_BYTES: usize = 256;

    pub(crate) fn is_full(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= Self::MAX_BYTES
    }

    pub(crate) fn add(&self, bytes: usize) -> Waiting {
        let bytes = bytes + Self::ITEM_BYTES;
        self.0.fetch_add(bytes, Ordering::Relaxed);
        Waiting { backlog: self.clone(), bytes }
    }

    #[cfg(test)]
    pub(crate) fn bytes(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.backlog.0.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_counted_until_it_is_dropped() {
        let backlog = Backlog::default();
        let small = backlog.add(1);
        let large = backlog.add(Backlog::MAX_BYTES);
        assert!(backlog.is_full());
        drop(large);
        assert!(!backlog.is_full());
        drop(small);
        assert_eq!(backlog.bytes(), 0);
    }
}
