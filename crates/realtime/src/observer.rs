use campanile_protocol::{App, Occurrence};

/// Learns what webhooks may tell, in the step in which it becomes true and in order per channel.
///
/// Called on worker threads: it must neither block nor fail.
pub trait Observer: Send + Sync + 'static {
    /// Takes one occurrence of an app, which is as it was then.
    fn observe(&self, app: &App, occurrence: Occurrence);
}
