use std::sync::{Arc, OnceLock};

use campanile_protocol::AppId;
use uuid::Uuid;

/// A request to an endpoint that is about to be sent.
#[derive(Clone, Copy, Debug)]
pub struct Attempting {
    /// Whose endpoint.
    pub app_id: AppId,
    /// Which.
    pub webhook: Uuid,
    /// The delivery.
    pub delivery: Uuid,
    /// How many tries there were, this one included.
    pub attempt: u32,
}

/// Follows requests to endpoints from before they are sent, e.g. as spans of traces. It must neither block nor
/// fail.
pub trait Follow: Send + Sync + 'static {
    /// One begins; whether it is followed.
    fn begin(&self, attempting: &Attempting) -> Option<Box<dyn Followed>>;
}

/// One request that is followed; dropped without an end, it was not sent to the end.
pub trait Followed: Send {
    /// What the endpoint is told of it in `traceparent` (W3C Trace Context).
    fn traceparent(&self) -> String;

    /// It is over: the status, if there was an answer, and why it failed, if it did.
    fn end(self: Box<Self>, status: Option<u16>, error: Option<&str>);
}

/// Who follows. Set once the platform is put together; until then nobody.
#[derive(Clone, Default)]
pub(crate) struct Follower(Arc<OnceLock<Box<dyn Follow>>>);

impl Follower {
    /// The first one stays.
    pub(crate) fn set(&self, follow: Box<dyn Follow>) {
        let _ = self.0.set(follow);
    }

    pub(crate) fn begin(&self, attempting: &Attempting) -> Option<Box<dyn Followed>> {
        self.0.get()?.begin(attempting)
    }
}
