use std::{rc::Rc, sync::Arc, time::Instant};

use actix::{Actor, ActorContext, Context, Handler, StreamHandler};
use bytestring::ByteString;

use crate::{
    Batch, Realm, Source, Worker,
    activity::ActivityKind,
    channels::ChannelCommand,
    dialogue::Action,
    engine::Envelope,
    hub::{End, Session},
    realm::OpenConnection,
};

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
    _open: OpenConnection,
}

impl Connection {
    /// Makes the connection known to its worker.
    pub(crate) fn new(worker: Rc<Worker>, realm: Arc<Realm>, session: Rc<Session>) -> Self {
        worker.table().register(session.clone());
        let open = realm.open();
        Self { worker, realm, session, _open: open }
    }

    fn receive(&self, text: &ByteString) {
        self.worker.table().counters().add_in();
        let action = self.session.dialogue().receive(text, &self.realm.app(), Instant::now());
        let socket_id = self.session.socket_id;
        match action {
            Action::Nothing => {}
            Action::Send(frame) => self.session.send(&Batch::from(frame)),
            Action::Refuse(frame, message) => {
                self.session.send(&Batch::from(frame));
                self.realm.feed().tell(|| ActivityKind::Refused { socket_id: Some(socket_id), message });
            }
            Action::Subscribe(channel, member) => {
                let (owner, worker) = (self.realm.owner(&channel), self.worker.index());
                owner.do_send(ChannelCommand::Subscribe { channel, socket_id, worker, member });
            }
            Action::Unsubscribe(channel) => {
                self.realm.owner(&channel).do_send(ChannelCommand::Unsubscribe { channel, socket_id });
            }
            Action::Publish(sent) => {
                let envelope = Envelope {
                    app_id: self.session.app_id,
                    channel: sent.channel,
                    event: sent.event,
                    except: Some(socket_id),
                    source: Source::Client { socket_id, user_id: sent.user_id },
                };
                self.worker.node().publish_client_event(envelope, &self.session);
            }
        }
    }
}

impl Actor for Connection {
    type Context = Context<Self>;
}

impl StreamHandler<Inbound> for Connection {
    fn handle(&mut self, inbound: Inbound, _: &mut Self::Context) {
        self.session.heard(Instant::now());
        match inbound {
            Inbound::Text(text) => self.receive(&text),
            Inbound::Alive => {}
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
        for channel in self.session.dialogue().end() {
            self.realm.owner(&channel).do_send(ChannelCommand::Unsubscribe { channel, socket_id });
        }
        self.worker.table().deregister(socket_id);
        self.realm.feed().tell(|| ActivityKind::Disconnected { socket_id });
    }
}
