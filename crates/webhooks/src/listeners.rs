//! Endpoints without an address: someone holds a connection open and is handed each delivery, as it would
//! have been posted, and reports what became of it.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use campanile_control::{Attempt, Claim, ListenerRecord, NewListener, Store, StoreError, WebhookError};
use campanile_protocol::{AppId, OccurrenceType, TenantId};
use secrecy::SecretString;
use thiserror::Error;
use time::OffsetDateTime;
use tokio::{
    runtime::Handle,
    sync::{mpsc, oneshot, watch},
    time::{Instant, sleep, sleep_until},
};
use uuid::Uuid;

use crate::{
    bell::Bell,
    post::describe_status,
    schedule::{Circumstances, Verdict, decide, random_jitter},
    shares::Shares,
    signing::{Label, headers, to_plain},
};

/// How often a listener looks for deliveries that nobody rang for: retries, and those of other nodes.
const POLL: Duration = Duration::from_millis(250);
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(1);
/// Deliveries handed over and not taken yet.
const HANDED_OVER: usize = 4;
/// At least so long between two claims: the bell rings for all that happens on the node.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE_TO_DELETE: Duration = Duration::from_secs(30);
/// Those of one tenant on one node.
pub(crate) const MAX_LISTENERS_PER_TENANT: usize = 20;

/// Opens listeners, and takes their reports. Cloning shares it.
#[derive(Clone)]
pub struct Listeners {
    pub(crate) store: Store,
    pub(crate) incarnation: Uuid,
    pub(crate) bell: Bell,
    pub(crate) stop: watch::Receiver<bool>,
    /// Held by every listener: the end of the process waits until it is gone.
    pub(crate) alive: mpsc::WeakSender<()>,
    /// Where their tasks run, whichever thread opens them.
    pub(crate) runtime: Handle,
    pub(crate) shares: Shares<TenantId>,
    /// Those that someone holds. What the database has beside them is swept.
    pub(crate) live: Arc<Mutex<HashSet<Uuid>>>,
}

/// Why there is no listener.
#[derive(Debug, Error)]
pub enum ListenError {
    /// The tenant has as many as it may have on one node.
    #[error("there can be at most {0} listeners of one tenant")]
    TooMany(usize),
    /// There is no such app or webhook, or the app has as many as it may have.
    #[error(transparent)]
    Webhook(#[from] WebhookError),
}

/// What a listener is to hear.
#[derive(Clone, Debug, Default)]
pub struct ListenRequest {
    /// Which types; none for Pusher's, or those of the webhook.
    pub event_types: Vec<OccurrenceType>,
    /// The webhook whose filter, secret and headers are used.
    pub webhook: Option<Uuid>,
    /// Whether that one's deliveries come here instead.
    pub take: bool,
}

/// A listener that is open. Dropping it ends it.
#[derive(Debug)]
pub struct Listener {
    record: ListenerRecord,
    deliveries: mpsc::Receiver<ListenerDelivery>,
}

/// A request as it would have been posted.
#[derive(Clone, Debug)]
pub struct ListenerDelivery {
    /// Names it in the report.
    pub id: Uuid,
    /// All headers, signatures included.
    pub headers: BTreeMap<String, String>,
    /// The exact bytes that are signed.
    pub body: String,
    /// The channels of its events, to be shown.
    pub channels: Vec<String>,
    /// The types of its events, to be shown.
    pub event_types: Vec<String>,
}

/// What became of a delivery where it was forwarded to.
#[derive(Clone, Debug)]
pub struct ListenerReport {
    /// Which.
    pub id: Uuid,
    /// What was answered, if anything.
    pub status: Option<u16>,
    /// How long it took.
    pub duration: Duration,
    /// Why it failed.
    pub error: Option<String>,
}

impl Listeners {
    /// Opens a listener. It hears what happens from now on. Who stops waiting for it leaves nothing behind: it
    /// is made by a task of its own, which removes what nobody takes.
    pub async fn open(
        &self,
        tenant: TenantId,
        app: AppId,
        request: ListenRequest,
    ) -> Result<Listener, ListenError> {
        let ListenRequest { event_types, webhook, take } = request;
        let share = self.shares.take(tenant).ok_or(ListenError::TooMany(MAX_LISTENERS_PER_TENANT))?;
        let new =
            NewListener { incarnation: self.incarnation, event_types, stands_for: webhook, takes: take };
        let (taker, opened) = oneshot::channel();
        let (listeners, alive) = (self.clone(), self.alive.upgrade());
        self.runtime.spawn(async move {
            listeners.feed(tenant, app, new, taker).await;
            drop((share, alive));
        });
        // The task ends without a word only together with its node.
        Ok(opened.await.unwrap_or(Err(WebhookError::NotFound))?)
    }

    /// Makes a listener, hands it to who wants it, and feeds it until that one lets go of it.
    async fn feed(
        self,
        tenant: TenantId,
        app: AppId,
        new: NewListener,
        taker: oneshot::Sender<Result<Listener, WebhookError>>,
    ) {
        let record = match self.store.create_listener(tenant, app, new).await {
            Ok(record) => record,
            Err(error) => {
                let _ = taker.send(Err(error));
                return;
            }
        };
        let (sender, deliveries) = mpsc::channel(HANDED_OVER);
        let feeder = Feeder { id: record.id, sender, listeners: self };
        feeder.listeners.live().insert(feeder.id);
        // What nobody takes is dropped, here or with the channel, and has ended.
        let _ = taker.send(Ok(Listener { record, deliveries }));
        feeder.run().await;
    }

    /// Removes those of this node that nobody holds, and says how many.
    pub(crate) async fn sweep(&self) -> Result<u64, StoreError> {
        let live: Vec<Uuid> = self.live().iter().copied().collect();
        let removed = self.store.sweep_listeners(self.incarnation, &live).await?;
        if removed > 0 {
            self.bell.ring();
        }
        Ok(removed)
    }

    /// Tries until it succeeds: for as long as it is there, it may keep a webhook's deliveries. When the node
    /// stops, once more; what stays is swept after the next start.
    async fn delete(&self, listener: Uuid, mut stop: watch::Receiver<bool>) {
        let (mut pause, mut is_last) = (PAUSE_AFTER_ERROR, *stop.borrow());
        while let Err(error) = self.store.delete_listener(listener).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "a listener is not removed");
            if is_last {
                break;
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => is_last = true,
                () = sleep(pause) => {}
            }
            pause = (pause * 2).min(LONGEST_PAUSE_TO_DELETE);
        }
        // What it took goes its own way again.
        self.bell.ring();
    }

    fn live(&self) -> MutexGuard<'_, HashSet<Uuid>> {
        self.live.lock().expect("no one panics holding it")
    }

    /// Settles a delivery as its listener says: a 2xx is done, anything else is tried again by the ordinary
    /// schedule. What is not, or no longer, under way is [`WebhookError::NotFound`].
    pub async fn report(
        &self,
        tenant: TenantId,
        app: AppId,
        listener: Uuid,
        report: ListenerReport,
    ) -> Result<(), WebhookError> {
        let (ticket, recipient) = self.store.find_listened(tenant, app, listener, report.id).await?;
        let now = OffsetDateTime::now_utc();
        let circumstances = Circumstances {
            attempt: ticket.attempt,
            since: ticket.since.max(recipient.active_since),
            order: recipient.order,
            failing_since: None,
            may_disable: false,
        };
        let verdict = Verdict { status: report.status, retry_after: None };
        let outcome = decide(verdict, &circumstances, now, random_jitter());
        let explained = report.error.or_else(|| report.status.and_then(describe_status));
        let attempt = Attempt {
            at: now - report.duration.min(Duration::from_secs(3600)),
            duration: report.duration,
            status: report.status,
            error: explained,
            request_headers: BTreeMap::new(),
            response_headers: BTreeMap::new(),
            response_excerpt: None,
        };
        let settled = self.store.settle(&ticket, &attempt, outcome, None).await?;
        self.bell.ring();
        if settled.is_recorded { Ok(()) } else { Err(WebhookError::NotFound) }
    }
}

impl Listener {
    /// Names it in reports.
    pub fn id(&self) -> Uuid {
        self.record.id
    }

    /// What its deliveries are signed with, unless it stands for a webhook.
    pub fn signing_secret(&self) -> Option<&SecretString> {
        self.record.signing_secret.as_ref()
    }

    /// What it hears.
    pub fn event_types(&self) -> &[OccurrenceType] {
        &self.record.event_types
    }

    /// The next delivery. `None` when there will be none: the listener has ended. Cancel safe.
    pub async fn next(&mut self) -> Option<ListenerDelivery> {
        self.deliveries.recv().await
    }
}

/// Claims for one listener and hands over, until that one is gone.
struct Feeder {
    listeners: Listeners,
    id: Uuid,
    sender: mpsc::Sender<ListenerDelivery>,
}

impl Feeder {
    async fn run(self) {
        let mut stop = self.listeners.stop.clone();
        tokio::select! {
            () = self.feed() => {}
            () = self.sender.closed() => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
        let (listeners, id) = (self.listeners.clone(), self.id);
        // Its stream ends at once, and the sweeper may help.
        drop(self);
        listeners.delete(id, stop).await;
    }

    /// Ends when the listener was removed by someone else.
    async fn feed(&self) {
        let Listeners { store, incarnation, bell, .. } = &self.listeners;
        let mut ear = bell.listen();
        loop {
            let next_at = Instant::now() + SHORTEST_PAUSE;
            let pause = match store.claim_listened(self.id, *incarnation).await {
                Ok(None) => return,
                Ok(Some(claims)) => {
                    for claim in claims {
                        // A refusal means that nobody listens any more, which ends this at once.
                        let _ = self.sender.send(to_delivery(&claim)).await;
                    }
                    POLL
                }
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "a listener waits for the database"
                    );
                    PAUSE_AFTER_ERROR
                }
            };
            tokio::select! {
                () = ear.heard() => {}
                () = sleep(pause) => {}
            }
            sleep_until(next_at).await;
        }
    }
}

/// Also when its task panics: a listener that nobody feeds must not count as live.
impl Drop for Feeder {
    fn drop(&mut self) {
        self.listeners.live().remove(&self.id);
    }
}

fn to_delivery(claim: &Claim) -> ListenerDelivery {
    let body = claim.to_body();
    let label = Label::of(&claim.ticket);
    let headers = headers(&claim.recipient, &label, body.as_bytes(), OffsetDateTime::now_utc());
    let channels: BTreeSet<String> = claim.events.iter().filter_map(|event| event.channel.clone()).collect();
    let event_types: BTreeSet<String> = claim.events.iter().map(|event| event.name.clone()).collect();
    ListenerDelivery {
        id: claim.ticket.delivery_id,
        headers: to_plain(&headers),
        body,
        channels: channels.into_iter().collect(),
        event_types: event_types.into_iter().collect(),
    }
}
