use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

/// Counts tries to send a mail. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub(crate) struct MailMeter(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    sent: AtomicU64,
    failed: AtomicU64,
    given_up: AtomicU64,
}

/// Tries from the start of the process. What only the log got is not among them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MailStats {
    pub(crate) sent: u64,
    /// Those that will be tried again.
    pub(crate) failed: u64,
    pub(crate) given_up: u64,
}

impl MailMeter {
    pub(super) fn add_sent(&self) {
        self.0.sent.fetch_add(1, Relaxed);
    }

    /// One failed; whether it will be tried again.
    pub(super) fn add_failed(&self, is_kept: bool) {
        let count = if is_kept { &self.0.failed } else { &self.0.given_up };
        count.fetch_add(1, Relaxed);
    }

    pub(crate) fn read(&self) -> MailStats {
        let Counts { sent, failed, given_up } = &*self.0;
        MailStats { sent: sent.load(Relaxed), failed: failed.load(Relaxed), given_up: given_up.load(Relaxed) }
    }
}
