use std::sync::Arc;

use campanile_control::{Incarnation, Store};
use tokio::{
    sync::{Notify, watch},
    task::JoinHandle,
};

use crate::{
    Inbox, Meter, StartError, WebhookConfig, counters::Counters, debounce::Debounce, dispatcher::Dispatcher,
    post::Poster, upkeep, writer::Writer,
};

/// The running webhooks of one node. Dropping it stops them at once, as a crash would: nothing is
/// lost that was recorded. [`shutdown`](Self::shutdown) also records what is still in memory.
pub struct Webhooks {
    inbox: Inbox,
    meter: Meter,
    writer: Task,
    stop_writer: watch::Sender<bool>,
    dispatcher: Task,
    stop_dispatcher: watch::Sender<bool>,
    _upkeep: [Task; 2],
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
    pub fn start(store: Store, incarnation: Incarnation, config: WebhookConfig) -> Result<Self, StartError> {
        let (inbox, receiver) = Inbox::new(config.inbox_bytes);
        let (counters, recorded) = (Arc::new(Counters::default()), Arc::new(Notify::new()));
        let (stop_writer, writer_stops) = watch::channel(false);
        let (stop_dispatcher, dispatcher_stops) = watch::channel(false);
        let timeout = config.timeout;
        let writer = Writer {
            store: store.clone(),
            incarnation: incarnation.id(),
            receiver,
            debounce: Debounce::new(config.debounce),
            counters: Arc::clone(&counters),
            recorded: Arc::clone(&recorded),
            stop: writer_stops,
        };
        let dispatcher = Dispatcher {
            store: store.clone(),
            incarnation: incarnation.id(),
            poster: Poster::new(config)?,
            counters: Arc::clone(&counters),
            recorded: Arc::clone(&recorded),
            timeout,
            stop: dispatcher_stops,
        };
        let meter = Meter { counters, gauge: Arc::clone(inbox.gauge()), store: store.clone() };
        Ok(Self {
            inbox,
            meter,
            writer: Task::spawn(writer.run()),
            stop_writer,
            dispatcher: Task::spawn(dispatcher.run()),
            stop_dispatcher,
            _upkeep: [
                Task::spawn(upkeep::reconcile(store.clone(), incarnation.id(), recorded)),
                Task::spawn(upkeep::housekeep(store)),
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

    /// Records what is in memory, removals without their delay, then lets requests under way end for
    /// a few seconds. To be called when the sockets are closed: what is pushed afterwards is lost.
    /// What is recorded and not delivered is delivered after the next start.
    pub async fn shutdown(self) {
        let _ = self.stop_writer.send(true);
        self.writer.end().await;
        let _ = self.stop_dispatcher.send(true);
        self.dispatcher.end().await;
    }
}
