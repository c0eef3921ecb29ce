use std::{sync::Arc, time::Duration};

use campanile_control::{Incarnation, Store};
use tokio::{
    runtime::Handle,
    sync::{Semaphore, mpsc, watch},
    task::JoinHandle,
    time::timeout,
};

use crate::{
    Attempted, Follow, Inbox, Listeners, Meter, StartError, WebhookConfig, Workbench,
    attempted::AttemptListener,
    bell::Bell,
    counters::Counters,
    debounce::Debounce,
    deliver::{Courier, FAILURES_AT_ONCE},
    dispatcher::Dispatcher,
    follow::Follower,
    listeners::MAX_LISTENERS_PER_TENANT,
    places::Places,
    post::Poster,
    shares::Shares,
    upkeep,
    workbench::Trials,
    writer::Writer,
};

/// How long the end of the process waits for listeners to be removed.
const LISTENERS_WITHIN: Duration = Duration::from_secs(2);

/// The running webhooks of one node. Dropping it stops them at once, as a crash would: nothing is
/// lost that was recorded. [`shutdown`](Self::shutdown) also records what is still in memory.
pub struct Webhooks {
    inbox: Inbox,
    meter: Meter,
    workbench: Workbench,
    listener: AttemptListener,
    follower: Follower,
    listeners: Listeners,
    listeners_alive: mpsc::Sender<()>,
    listeners_ended: mpsc::Receiver<()>,
    writer: Task,
    stop_writer: watch::Sender<bool>,
    dispatcher: Task,
    stop_dispatcher: watch::Sender<bool>,
    _upkeep: [Task; 3],
    _incarnation: Incarnation,
}

/// A task that ends with its owner.
struct Task(JoinHandle<()>);

impl Task {
    fn spawn(work: impl Future<Output = ()> + Send + 'static) -> Self {
        Self(tokio::spawn(work))
    }

    async fn end(mut self) {
        if let Err(error) = (&mut self.0).await {
            tracing::error!(error = &error as &dyn std::error::Error, "a webhook task had failed");
        }
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Webhooks {
    /// Starts the tasks on the current tokio runtime. The database need not be there at this moment.
    pub fn start(store: Store, incarnation: Incarnation, config: &WebhookConfig) -> Result<Self, StartError> {
        let (inbox, receiver) = Inbox::new(config.inbox_bytes);
        let (counters, bell) = (Arc::new(Counters::new(config.metrics_by_endpoint)), Bell::new());
        let (stop_writer, writer_stops) = watch::channel(false);
        let (stop_dispatcher, dispatcher_stops) = watch::channel(false);
        let (listeners_alive, listeners_ended) = mpsc::channel(1);
        let poster = Poster::new(config)?;
        let writer = Writer {
            store: store.clone(),
            incarnation: incarnation.id(),
            receiver,
            debounce: Debounce::within(config.inbox_bytes),
            counters: Arc::clone(&counters),
            bell: bell.clone(),
            stop: writer_stops,
        };
        let (listener, follower) = (AttemptListener::default(), Follower::default());
        let courier = Courier {
            store: store.clone(),
            incarnation: incarnation.id(),
            poster: poster.clone(),
            counters: Arc::clone(&counters),
            bell: bell.clone(),
            failures: Arc::new(Semaphore::new(FAILURES_AT_ONCE)),
            listener: listener.clone(),
            follower: follower.clone(),
        };
        let (places, stop) = (Places::new(bell.clone()), dispatcher_stops.clone());
        let listeners = Listeners {
            store: store.clone(),
            incarnation: incarnation.id(),
            bell: bell.clone(),
            stop: dispatcher_stops,
            alive: listeners_alive.downgrade(),
            runtime: Handle::current(),
            shares: Shares::new(MAX_LISTENERS_PER_TENANT),
            live: Arc::default(),
        };
        let sweep = upkeep::sweep(listeners.clone());
        Ok(Self {
            meter: Meter { counters, gauge: Arc::clone(inbox.gauge()), store: store.clone() },
            inbox,
            workbench: Workbench { store: store.clone(), poster, trials: Trials::new() },
            listener,
            follower,
            listeners,
            listeners_alive,
            listeners_ended,
            writer: Task::spawn(writer.run()),
            stop_writer,
            dispatcher: Task::spawn(Dispatcher { courier, places, stop }.run()),
            stop_dispatcher,
            _upkeep: [
                Task::spawn(upkeep::reconcile(store.clone(), incarnation.id(), bell)),
                Task::spawn(upkeep::housekeep(store)),
                Task::spawn(sweep),
            ],
            _incarnation: incarnation,
        })
    }

    /// Where occurrences go in.
    pub fn inbox(&self) -> Inbox {
        self.inbox.clone()
    }

    /// Reads how it goes.
    pub fn meter(&self) -> Meter {
        self.meter.clone()
    }

    /// Sends examples and checks signatures.
    pub fn workbench(&self) -> Workbench {
        self.workbench.clone()
    }

    /// Tells someone of every request that is over; only the first who asks. It must neither block nor fail.
    pub fn on_attempt(&self, listener: impl Fn(Attempted) + Send + Sync + 'static) {
        self.listener.set(Box::new(listener));
    }

    /// Has someone follow each request from before it is sent; only the first who asks.
    pub fn follow(&self, follow: impl Follow) {
        self.follower.set(Box::new(follow));
    }

    /// Opens listeners.
    pub fn listeners(&self) -> Listeners {
        self.listeners.clone()
    }

    /// Records what is in memory, removals without their delay, then lets requests under way end for
    /// a few seconds. To be called when the sockets are closed: what is pushed afterwards is lost.
    /// What is recorded and not delivered is delivered after the next start.
    pub async fn shutdown(mut self) {
        let _ = self.stop_writer.send(true);
        self.writer.end().await;
        let _ = self.stop_dispatcher.send(true);
        self.dispatcher.end().await;
        drop(self.listeners_alive);
        // What is not removed by then is swept after the next start.
        let _ = timeout(LISTENERS_WITHIN, self.listeners_ended.recv()).await;
    }
}
