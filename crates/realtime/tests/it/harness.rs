use std::{
    cell::{Cell, RefCell},
    net::IpAddr,
    rc::Rc,
    sync::{Arc, Mutex},
    task::Poll,
    time::Duration,
};

use bytes::Bytes;
use bytestring::ByteString;
use campanile_protocol::{
    App, AppId, AppSettings, ChannelName, CloseCode, Event, EventData, EventName, Occurrence, OccurrenceKind,
    OccurrenceType, SocketId, TenantId, TenantQuotas, Transport, signature::SigningKey,
};
use campanile_realtime::{
    Batch, InProcess, Inbound, NewConnection, Node, Observer, Outlet, Publication, PublishError, Realm, Sent,
    Source, Worker,
};
use futures_util::stream;
use serde_json::{Value, json};
use tokio::sync::{Notify, mpsc};
use uuid::Uuid;

/// A node with one worker on the test's own thread.
pub(crate) struct World {
    pub(crate) node: Arc<Node>,
    worker: Rc<Worker>,
    pub(crate) occurrences: Arc<Recorder>,
}

/// Keeps what webhooks would be told.
#[derive(Default)]
pub(crate) struct Recorder(Mutex<Vec<Occurrence>>);

impl Observer for Recorder {
    fn observe(&self, _: &App, occurrence: Occurrence) {
        let channel = occurrence.channel.as_ref().map_or("", ChannelName::as_str);
        assert!(channel != "poison", "a planted panic");
        self.0.lock().unwrap().push(occurrence);
    }
}

impl Recorder {
    /// What was told since the last time, as `type channel`.
    pub(crate) fn take(&self) -> Vec<String> {
        let told = std::mem::take(&mut *self.0.lock().unwrap());
        let describe = |told: &Occurrence| {
            let subject = match &told.kind {
                OccurrenceKind::ConnectionClosed { reason, .. } => reason,
                _ => told.channel.as_ref().map_or("", ChannelName::as_str),
            };
            format!("{} {subject}", told.kind.as_type()).trim().to_owned()
        };
        told.iter().map(describe).collect()
    }
}

impl World {
    pub(crate) fn new() -> Self {
        let occurrences = Arc::new(Recorder::default());
        let node = Node::new(1, occurrences.clone(), InProcess::new);
        let worker = node.join().unwrap();
        Self { node, worker, occurrences }
    }

    pub(crate) fn app(&self, id: i64) -> TestApp<'_> {
        self.app_of(id, TenantId(Uuid::nil()))
    }

    pub(crate) fn app_of(&self, id: i64, tenant_id: TenantId) -> TestApp<'_> {
        let app = App {
            id: AppId::from_number(id).unwrap(),
            tenant_id,
            enabled: true,
            is_suspended: false,
            settings: AppSettings {
                client_events: true,
                subscription_count: id == 3,
                watchlist: true,
                ..AppSettings::default()
            },
            tenant_quotas: TenantQuotas::default(),
            keys: vec![SigningKey::new(format!("key{id}").parse().unwrap(), "secret".into())],
            webhook_types: if id == 4 {
                OccurrenceType::ALL.into_iter().collect()
            } else {
                OccurrenceType::DEFAULT.into_iter().collect()
            },
        };
        TestApp { world: self, realm: self.node.realm(&app) }
    }
}

/// An app in use.
pub(crate) struct TestApp<'a> {
    world: &'a World,
    pub(crate) realm: Arc<Realm>,
}

impl TestApp<'_> {
    pub(crate) fn connect(&self) -> Client {
        let socket_id = self.world.worker.new_socket_id();
        let outlet = Rc::new(MemoryOutlet::default());
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let inbound = stream::poll_fn(move |context| receiver.poll_recv(context));
        self.world.worker.connect(NewConnection {
            place: self.realm.admit().unwrap(),
            socket_id,
            outlet: outlet.clone(),
            inbound,
            key: self.realm.app().keys[0].key().clone(),
            client: Some("test 1.0".to_owned()),
            transport: Transport::WebSocket,
            origin: None,
            address: Some(IpAddr::from([127, 0, 0, 1])),
        });
        let key = self.realm.app().keys[0].clone();
        Client { socket_id, outlet, sender: Some(sender), key }
    }

    pub(crate) fn publish(&self, channel: &str, name: &str) {
        self.publish_except(channel, name, None);
    }

    pub(crate) fn publish_except(&self, channel: &str, name: &str, except: Option<SocketId>) {
        self.publish_all(channel, name, "x", except);
    }

    pub(crate) fn publish_data(&self, channel: &str, name: &str, data: &str) {
        self.publish_all(channel, name, data, None);
    }

    /// Publishes an event with that data, if there is room.
    pub(crate) fn try_publish(&self, channel: &str, data: &str) -> Result<(), PublishError> {
        self.publication(channel, "posted", data, None)
    }

    fn publish_all(&self, channel: &str, name: &str, data: &str, except: Option<SocketId>) {
        self.publication(channel, name, data, except).unwrap();
    }

    fn publication(
        &self,
        channel: &str,
        name: &str,
        data: &str,
        except: Option<SocketId>,
    ) -> Result<(), PublishError> {
        let event = event(name, data);
        let channels = vec![ChannelName::parse(channel).unwrap()];
        let publication = Publication { event, channels, except, source: Source::Api };
        self.world.node.publish(self.realm.app().id, publication)
    }
}

pub(crate) fn event(name: &str, data: &str) -> Event {
    let body = Bytes::from(format!("\"{data}\""));
    let data = EventData::published(serde_json::from_slice(&body).unwrap(), &body, 10_240).unwrap();
    Event { name: EventName::parse(name).unwrap(), data }
}

/// A client whose socket is a queue.
pub(crate) struct Client {
    pub(crate) socket_id: SocketId,
    pub(crate) outlet: Rc<MemoryOutlet>,
    sender: Option<mpsc::UnboundedSender<Inbound>>,
    key: SigningKey,
}

impl Client {
    pub(crate) fn say(&self, message: &Value) {
        let text = ByteString::from(message.to_string());
        self.sender.as_ref().unwrap().send(Inbound::Text(text)).unwrap();
    }

    pub(crate) fn request(&self, channel: &str, data: Option<&str>) {
        let socket_id = self.socket_id;
        let signed = match data {
            Some(data) => format!("{socket_id}:{channel}:{data}"),
            None => format!("{socket_id}:{channel}"),
        };
        let auth = format!("{}:{}", self.key.key(), self.key.sign([signed.as_bytes()]));
        let data = json!({ "channel": channel, "auth": auth, "channel_data": data });
        self.say(&json!({ "event": "pusher:subscribe", "data": data }));
    }

    pub(crate) fn request_sign_in(&self, user_data: &str) {
        let signed = format!("{}::user::{user_data}", self.socket_id);
        let auth = format!("{}:{}", self.key.key(), self.key.sign([signed.as_bytes()]));
        self.say(&json!({ "event": "pusher:signin", "data": { "auth": auth, "user_data": user_data } }));
    }

    /// Subscribes and returns the data of `subscription_succeeded`.
    pub(crate) async fn subscribe(&self, channel: &str, data: Option<&str>) -> Value {
        self.request(channel, data);
        let frame = self.next().await;
        assert_eq!(frame["event"], "pusher_internal:subscription_succeeded", "{frame}");
        serde_json::from_str(frame["data"].as_str().unwrap()).unwrap()
    }

    /// The next frame.
    pub(crate) async fn next(&self) -> Value {
        let next = async {
            loop {
                if let Some(text) = self.outlet.frames.borrow_mut().pop_front() {
                    return serde_json::from_str(&text).unwrap();
                }
                self.outlet.changed.notified().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), next).await.expect("no frame came")
    }

    /// The name of the next event.
    pub(crate) async fn next_event(&self) -> String {
        self.next().await["event"].as_str().unwrap().to_owned()
    }

    /// Proves that everything the client said has been acted upon, and that nothing else was sent.
    pub(crate) async fn fence(&self) {
        self.say(&json!({ "event": "pusher:ping" }));
        assert_eq!(self.next_event().await, "pusher:pong");
    }

    /// The code the connection was closed with.
    pub(crate) async fn closed(&self) -> CloseCode {
        let closed = async {
            loop {
                if let Some(code) = self.outlet.closed.get() {
                    return code;
                }
                self.outlet.changed.notified().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), closed).await.expect("not closed")
    }

    /// The peer goes without a word.
    pub(crate) fn vanish(&mut self) {
        self.sender = None;
    }
}

#[derive(Default)]
pub(crate) struct MemoryOutlet {
    frames: RefCell<std::collections::VecDeque<String>>,
    pub(crate) writes: Cell<usize>,
    pub(crate) is_full: Cell<bool>,
    pub(crate) panics: Cell<bool>,
    /// Where the bytes of the last write are: equal for clients that share a buffer.
    pub(crate) last_buffer: Cell<usize>,
    closed: Cell<Option<CloseCode>>,
    changed: Notify,
}

impl Outlet for MemoryOutlet {
    fn send(&self, batch: &Batch) -> Sent {
        assert!(!self.panics.get(), "a planted panic");
        if self.is_full.get() {
            return Sent::Full;
        }
        let mut bytes = batch.websocket().clone();
        self.writes.set(self.writes.get() + 1);
        self.last_buffer.set(bytes.as_ptr() as usize);
        while !bytes.is_empty() {
            let (header, length) = match bytes[1] {
                126 => (4, usize::from(u16::from_be_bytes([bytes[2], bytes[3]]))),
                127 => panic!("no test sends so much"),
                short => (2, usize::from(short)),
            };
            let frame = bytes.split_to(header + length);
            self.frames.borrow_mut().push_back(String::from_utf8(frame[header..].to_vec()).unwrap());
        }
        self.changed.notify_one();
        Sent::Taken
    }

    fn ping(&self) {}

    fn close(&self, code: CloseCode) {
        self.closed.set(Some(code));
        self.changed.notify_one();
    }
}

/// Lets everything that is ready run, until a condition holds.
pub(crate) async fn until(mut condition: impl FnMut() -> bool) {
    let holds = std::future::poll_fn(|context| {
        if condition() {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    });
    tokio::time::timeout(Duration::from_secs(10), holds).await.expect("the condition never held");
}
