use std::{
    cell::Cell,
    future::ready,
    rc::{Rc, Weak},
    time::{Duration, Instant},
};

use campanile_protocol::{CloseCode, Frame, server_message};
use campanile_realtime::{Batch, Inbound, Outlet, Sent};
use futures_util::{Stream, StreamExt, stream};

use super::reader::{Message, MessageReader};
use crate::{
    http::socket_messages,
    outbox::Outbox,
    service::Client,
    session::framing::{Telling, frame},
    socket::Socket,
};

/// A client that speaks SockJS over a WebSocket (SockJS 0.3.3).
pub(super) struct SockJsOutlet<S> {
    outbox: Rc<Outbox<S>>,
    announces_close: bool,
    heard_at: Cell<Instant>,
}

/// Longest silence: some proxies cut off after 30 s.
const HEARTBEAT: Duration = Duration::from_secs(25);
/// How long the client may take to show that it is there.
const PONG_TIMEOUT: Duration = Duration::from_secs(10);

impl<S: Socket> SockJsOutlet<S> {
    /// Tells the client that the connection is open, and that it still is, from time to time.
    pub(super) fn open(outbox: Rc<Outbox<S>>, announces_close: bool) -> Rc<Self> {
        let outlet = Rc::new(Self { outbox, announces_close, heard_at: Cell::new(Instant::now()) });
        let _ = outlet.tell(Telling::Open);
        actix_rt::spawn(beat(Rc::downgrade(&outlet)));
        outlet
    }

    /// What the client says. Broken framing ends the connection.
    pub(super) fn inbound(
        self: &Rc<Self>,
        messages: MessageReader<S>,
    ) -> impl Stream<Item = Inbound> + Unpin + use<S> {
        let outlet = self.clone();
        let inbound = messages.map(move |message| {
            outlet.heard_at.set(Instant::now());
            let Message::Text(text) = message else { return Some(vec![Inbound::Alive]) };
            let messages = socket_messages(&text);
            if messages.is_none() {
                outlet.end(3000, "Broken framing.");
            }
            Some(messages?.into_iter().map(Inbound::Text).collect())
        });
        let whole = inbound.take_while(|messages| ready(messages.is_some()));
        Box::pin(whole.flat_map(|messages| stream::iter(messages.unwrap_or_default())))
    }

    fn tell(&self, telling: Telling<'_>) -> Sent {
        self.outbox.push(Frame::text(&frame(telling)).websocket())
    }
}

/// Keeps proxies from cutting the connection off, and ends it when its client is gone.
async fn beat<S: Socket>(outlet: Weak<SockJsOutlet<S>>) {
    loop {
        actix_rt::time::sleep(HEARTBEAT).await;
        let Some(open) = outlet.upgrade() else { return };
        let asked_at = Instant::now();
        open.ping();
        drop(open);
        actix_rt::time::sleep(PONG_TIMEOUT).await;
        let Some(open) = outlet.upgrade() else { return };
        if open.heard_at.get() < asked_at {
            return open.end(3000, "No response from heartbeat");
        }
    }
}

impl<S: Socket> Outlet for SockJsOutlet<S> {
    fn send(&self, batch: &Batch) -> Sent {
        self.tell(Telling::Messages { frames: batch.frames().iter().collect(), first: 0 })
    }

    fn ping(&self) {
        // A dead peer is noticed by its missing pong.
        let _ = self.outbox.push(Frame::ping().websocket());
        let _ = self.tell(Telling::Heartbeat { next: 0 });
    }

    fn close(&self, code: CloseCode) {
        if self.announces_close || code.is_announced() {
            let _ = self.send(&Batch::from(server_message::closing(code)));
        }
        self.end(code.code(), &code.reason());
    }
}

impl<S: Socket> Client for SockJsOutlet<S> {
    fn end(&self, code: u16, reason: &str) {
        let _ = self.tell(Telling::Close { code, reason });
        self.outbox.finish(Some(&Frame::close_with(code, reason)));
    }
}

/// A client that speaks the app's messages as they are.
impl<S: Socket> Client for Outbox<S> {
    fn end(&self, code: u16, reason: &str) {
        self.finish(Some(&Frame::close_with(code, reason)));
    }
}
