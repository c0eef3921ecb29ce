use std::sync::{Arc, OnceLock};

use campanile_protocol::AppId;
use uuid::Uuid;

/// A request to an endpoint that is over, for who watches.
#[derive(Clone, Debug)]
pub struct Attempted {
    /// Whose endpoint.
    pub app_id: AppId,
    /// Which.
    pub webhook: Uuid,
    /// The delivery.
    pub delivery: Uuid,
    /// The status, if there was an answer.
    pub status: Option<u16>,
    /// Why it failed; absent when it did not.
    pub error: Option<String>,
}

type Listener = Box<dyn Fn(Attempted) + Send + Sync>;

/// Who hears of each request that is over. Set once the platform is put together; until then nobody.
#[derive(Clone, Default)]
pub(crate) struct AttemptListener(Arc<OnceLock<Listener>>);

impl AttemptListener {
    /// The first one stays.
    pub(crate) fn set(&self, listener: Listener) {
        let _ = self.0.set(listener);
    }

    pub(crate) fn tell(&self, attempted: impl FnOnce() -> Attempted) {
        if let Some(listener) = self.0.get() {
            listener(attempted());
        }
    }
}
