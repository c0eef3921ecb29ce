use std::{
    rc::Rc,
    sync::Arc,
    time::{Duration, Instant},
};

use actix::{Actor, ActorContext, AsyncContext, Context, Handler, StreamHandler, fut::wrap_future};
use bytestring::ByteString;
use campanile_protocol::{
    ChannelName, CloseCode, Occurrence, OccurrenceKind, OccurrenceType,
    server_message::{self, ErrorMessage},
};
use tokio::time::sleep;

use crate::{
    Batch, Realm, Source, Worker,
    activity::ActivityKind,
    channels::{ChannelCommand, Subscribe},
    dialogue::{Action, CLIENT_EVENT_REJECTED, Farewell, Reason, SignIn},
    engine::Envelope,
    hub::{End, Session},
    node::now_ms,
    realm::OpenConnection,
};

/// How long a connection reads nothing when its tenant has all the room inside the node that it may have.
const UNTIL_ROOM: Duration = Duration::from_millis(5);

/// What a transport hears from its peer. The stream ends when the peer is gone.
#[derive(Debug)]
pub enum Inbound {
    /// A complete text message.
    Text(ByteString),
    /// Any other sign of life, e.g. a pong.
    Alive,
}

/// One client's session on this worker: takes what comes in, and does what the dialogue decides.
/// What goes out is written by the hub.
pub(crate) struct Connection {
    worker: Rc<Worker>,
    realm: Arc<Realm>,
    session: Rc<Session>,
    open: OpenConnection,
}

impl Connection {
    /// Makes the connection known to its worker.
    pub(crate) fn new(
        worker: Rc<Worker>,
        realm: Arc<Realm>,
        session: Rc<Session>,
        open: OpenConnection,
    ) -> Self {
        worker.table().register(session.clone());
        let connection = Self { worker, realm, session, open };
        connection.observe(OccurrenceType::ConnectionOpened, |session| {
            let socket_id = session.socket_id;
            OccurrenceKind::ConnectionOpened { socket_id }
        });
        connection
    }

    /// Tells webhooks, if any endpoint listens; otherwise it costs a look.
    fn observe(&self, kind: OccurrenceType, describe: impl FnOnce(&Session) -> OccurrenceKind) {
        let app = self.realm.app();
        if app.webhook_types.contains(kind) {
            let kind = describe(&self.session);
            let occurrence = Occurrence { app_id: app.id, channel: None, at_ms: now_ms(), kind };
            self.worker.node().observer().observe(&app, occurrence);
        }
    }

    fn receive(&mut self, text: &ByteString) {
        self.worker.table().counters().add_in();
        self.session.count_received();
        let action = self.session.dialogue().receive(text, &self.realm.app(), Instant::now());
        let socket_id = self.session.socket_id;
        match action {
            Action::Nothing => {}
            Action::Send(frame) => self.session.send(&Batch::from(frame)),
            Action::Refuse(frame, Reason { channel, message }) => {
                self.session.send(&Batch::from(frame));
                let (channel, message) = (channel.map(Arc::from), Arc::from(message));
                let socket_id = Some(socket_id);
                self.realm.feed().tell(|| ActivityKind::Refused { socket_id, channel, message });
            }
            Action::Subscribe { channel, number, member } => {
                let worker = self.worker.index();
                self.join(Subscribe { channel, socket_id, worker, number, member });
            }
            Action::Unsubscribe(channel) => self.leave(channel),
            Action::SignIn(sign_in) => self.sign_in(sign_in),
            Action::Publish(sent) => {
                let envelope = Envelope {
                    app_id: self.session.app_id,
                    channel: sent.channel,
                    event: sent.event,
                    except: Some(socket_id),
                    source: Source::Client { socket_id, user_id: sent.user_id },
                };
                self.publish(envelope);
            }
        }
        self.count_if_authorized();
    }

    /// Joins the user's own channel before the client learns that it is signed in: an event that is
    /// published to the user from then on finds it there.
    fn sign_in(&self, SignIn { join, watch, answer }: SignIn) {
        let (socket_id, worker) = (self.session.socket_id, self.worker.index());
        let is_new = join.is_some();
        if let Some((channel, number)) = join {
            self.join(Subscribe { channel, socket_id, worker, number, member: None });
        }
        self.session.send(&Batch::new(answer));
        if is_new && let Some(user_id) = self.session.dialogue().user_id().cloned() {
            self.realm.feed().tell(|| ActivityKind::SignedIn { socket_id, user_id });
        }
        if watch.is_empty() {
            return;
        }
        let by_owner = self.realm.by_owner(&watch);
        self.session.dialogue().await_watched(watch, by_owner.len());
        for (owner, users) in by_owner {
            owner.do_send(ChannelCommand::Watch { users, socket_id, worker });
        }
    }

    fn join(&self, request: Subscribe) {
        let waiting = self.realm.usage().share.add(request.channel.as_str().len());
        self.realm.owner(&request.channel).do_send(ChannelCommand::Subscribe { request, waiting });
    }

    fn leave(&self, channel: ChannelName) {
        let (socket_id, realm) = (self.session.socket_id, self.realm.clone());
        let waiting = self.realm.usage().share.add(channel.as_str().len());
        self.realm.owner(&channel).do_send(ChannelCommand::Unsubscribe {
            channel,
            socket_id,
            realm,
            waiting,
        });
    }

    /// Counts the connection towards its quota from the moment at which it is authorised, where the app
    /// wants that; if there is no room then, it must go.
    fn count_if_authorized(&mut self) {
        if !self.open.is_counted()
            && self.session.dialogue().is_authorized()
            && let Err(over) = self.open.count()
        {
            self.session.close(CloseCode::OverQuota(over.limit));
        }
    }

    /// Publishes a client event, or tells the client which limit is in its way.
    fn publish(&self, envelope: Envelope) {
        if self.realm.usage().share.is_full() {
            return self.reject(&envelope, "The server is overloaded");
        }
        match self.realm.allow(1) {
            Ok(()) => self.worker.node().publish_client_event(envelope),
            Err(over) => self.reject(&envelope, &format!("Client event rejected - {over}")),
        }
    }

    fn reject(&self, envelope: &Envelope, message: &str) {
        let channel = Some(envelope.channel.as_str());
        let error = ErrorMessage { code: CLIENT_EVENT_REJECTED, message, channel };
        self.session.send(&Batch::from(server_message::error(&error)));
        let channel = channel.map(Arc::from);
        let socket_id = Some(self.session.socket_id);
        self.realm.feed().tell(|| ActivityKind::Refused { socket_id, channel, message: Arc::from(message) });
    }
}

impl Actor for Connection {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Self::Context) {
        let app = self.realm.app();
        if !app.enabled {
            // Since it was admitted: whoever closed the app's connections did not find this one yet.
            self.session.close(CloseCode::AppDisabled);
        }
        let settings = &app.settings;
        if settings.authorized_connections {
            let timeout = Duration::from_secs(settings.authorization_timeout_seconds.into());
            context.run_later(timeout, |connection, _| {
                if !connection.session.dialogue().is_authorized() {
                    connection.session.close(CloseCode::NotAuthorized);
                }
            });
        }
    }
}

impl StreamHandler<Inbound> for Connection {
    fn handle(&mut self, inbound: Inbound, context: &mut Self::Context) {
        self.session.heard(Instant::now());
        match inbound {
            Inbound::Text(text) => self.receive(&text),
            Inbound::Alive => {}
        }
        if self.realm.usage().share.is_full() {
            // Nothing more is read until there is room again: what waits is the peer's to keep.
            context.wait(wrap_future(sleep(UNTIL_ROOM)));
        }
    }

    fn finished(&mut self, context: &mut Self::Context) {
        context.stop();
    }
}

impl Handler<End> for Connection {
    type Result = ();

    fn handle(&mut self, End(code): End, context: &mut Self::Context) {
        tracing::debug!(socket.id = %self.session.socket_id, %code, "connection closed by the server");
        context.stop();
    }
}

/// The one exit, whether the peer left, the server closed or a handler panicked: afterwards no map
/// knows the `socket_id`.
impl Drop for Connection {
    fn drop(&mut self) {
        let socket_id = self.session.socket_id;
        self.observe(OccurrenceType::ConnectionClosed, |session| {
            let user_id = session.dialogue().user_id().map(|user_id| user_id.as_str().to_owned());
            let reason = session.close_code().map_or_else(|| "left".to_owned(), |code| code.to_string());
            OccurrenceKind::ConnectionClosed { socket_id: session.socket_id, user_id, reason }
        });
        let user_id = self.session.dialogue().user_id().cloned();
        let Farewell { channels, watched } = self.session.dialogue().end();
        channels.into_iter().for_each(|channel| self.leave(channel));
        for (owner, users) in self.realm.by_owner(&watched) {
            owner.do_send(ChannelCommand::Unwatch { users, socket_id, realm: self.realm.clone() });
        }
        self.worker.table().deregister(&self.session);
        let reason = self.session.close_code();
        if let Some(code) = reason {
            self.worker.node().count_closed(code);
        }
        self.realm.feed().tell(|| ActivityKind::Disconnected { socket_id, user_id, reason });
    }
}
