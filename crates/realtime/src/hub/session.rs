use std::{
    cell::{Cell, RefCell, RefMut},
    rc::Rc,
    sync::Arc,
    time::Instant,
};

use actix::{Addr, Message};
use campanile_protocol::{AppId, CloseCode, SocketId};

use super::liveness::{Liveness, Verdict};
use crate::{
    Batch, Outlet, Sent, connection::Connection, dialogue::Dialogue, facts::Facts, node::Present,
    quota::Usage,
};

/// A connection as its worker's hub knows it.
pub(crate) struct Session {
    pub(crate) app_id: AppId,
    pub(crate) socket_id: SocketId,
    pub(super) usage: Arc<Usage>,
    outlet: Rc<dyn Outlet>,
    address: Addr<Connection>,
    pub(super) facts: Facts,
    /// Messages that came in,
    received: Cell<u64>,
    /// and frames that went out, those of channels it is subscribed to excepted: their logs know them.
    sent: Cell<u64>,
    dialogue: RefCell<Dialogue>,
    liveness: Cell<Liveness>,
    /// Set once; nothing is sent afterwards.
    is_ending: Cell<bool>,
    /// Why, when it was the server that ended it.
    close_code: Cell<Option<CloseCode>>,
    _present: Present,
}

/// How to reach the peer and the actor of a connection, and where what it is sent counts.
pub(crate) struct Wiring {
    pub(crate) outlet: Rc<dyn Outlet>,
    pub(crate) address: Addr<Connection>,
    pub(crate) usage: Arc<Usage>,
    pub(crate) present: Present,
}

/// Asks a connection to end.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct End(pub(crate) CloseCode);

impl Session {
    pub(crate) fn new(app_id: AppId, socket_id: SocketId, facts: Facts, wiring: Wiring) -> Self {
        let Wiring { outlet, address, usage, present } = wiring;
        Self {
            app_id,
            socket_id,
            usage,
            outlet,
            address,
            facts,
            received: Cell::new(0),
            sent: Cell::new(0),
            dialogue: RefCell::new(Dialogue::new(socket_id)),
            liveness: Cell::new(Liveness::new(Instant::now())),
            is_ending: Cell::new(false),
            close_code: Cell::new(None),
            _present: present,
        }
    }

    pub(crate) fn dialogue(&self) -> RefMut<'_, Dialogue> {
        self.dialogue.borrow_mut()
    }

    /// Writes a batch. A peer that leaves too much unread is closed with 4100.
    pub(crate) fn send(&self, batch: &Batch) {
        self.offer(batch);
    }

    /// The same; whether it was taken.
    pub(super) fn offer(&self, batch: &Batch) -> bool {
        if self.is_ending.get() {
            return false;
        }
        self.count_sent(batch.len() as u64);
        let sent = self.outlet.send(batch);
        if sent == Sent::Full {
            self.close_slow_reader();
        }
        sent == Sent::Taken
    }

    /// Ends a connection whose peer leaves too much unread.
    pub(super) fn close_slow_reader(&self) {
        tracing::debug!(app.id = %self.app_id, socket.id = %self.socket_id, "slow reader closed");
        self.close(CloseCode::OverCapacity);
    }

    pub(super) fn outlet(&self) -> &Rc<dyn Outlet> {
        &self.outlet
    }

    /// Ends the connection: tells the peer now, and its actor with a message.
    pub(crate) fn close(&self, code: CloseCode) {
        if !self.is_ending.replace(true) {
            self.close_code.set(Some(code));
            self.outlet.close(code);
            self.address.do_send(End(code));
        }
    }

    /// Whether nothing is sent to it any more.
    pub(super) fn is_ending(&self) -> bool {
        self.is_ending.get()
    }

    /// What the server ended it with.
    pub(crate) fn close_code(&self) -> Option<CloseCode> {
        self.close_code.get()
    }

    /// The actor is gone, and whatever still refers to this session must not write. Where it went without
    /// a word, in a panic, its peer is told to come back.
    pub(super) fn end(&self) {
        if !self.is_ending.replace(true) {
            self.outlet.close(CloseCode::Restarting);
        }
    }

    /// Something came in.
    pub(crate) fn heard(&self, now: Instant) {
        self.liveness.set(Liveness::new(now));
    }

    /// When something last came in.
    pub(super) fn heard_at(&self) -> Instant {
        self.liveness.get().heard_at()
    }

    /// A message came in.
    pub(crate) fn count_received(&self) {
        self.received.set(self.received.get() + 1);
    }

    /// Frames went out.
    pub(super) fn count_sent(&self, frames: u64) {
        self.sent.set(self.sent.get() + frames);
    }

    /// Messages in, and frames out, those of channels it is subscribed to excepted.
    pub(super) fn counts(&self) -> (u64, u64) {
        (self.received.get(), self.sent.get())
    }

    /// Pings a silent peer, and closes one that does not answer.
    pub(super) fn probe(&self, now: Instant) {
        match self.liveness.get().judge(now) {
            Verdict::Fine => {}
            Verdict::Ask => {
                self.outlet.ping();
                self.liveness.set(self.liveness.get().asked(now));
            }
            Verdict::Gone => self.close(CloseCode::NoPong),
        }
    }
}
