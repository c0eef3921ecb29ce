use std::{
    cell::{Cell, RefCell, RefMut},
    rc::Rc,
    time::Instant,
};

use actix::{Addr, Message};
use campanile_protocol::{AppId, CloseCode, SocketId};

use super::liveness::{Liveness, Verdict};
use crate::{Batch, Outlet, Sent, connection::Connection, dialogue::Dialogue};

/// A connection as its worker's hub knows it.
pub(crate) struct Session {
    pub(crate) app_id: AppId,
    pub(crate) socket_id: SocketId,
    outlet: Rc<dyn Outlet>,
    address: Addr<Connection>,
    dialogue: RefCell<Dialogue>,
    liveness: Cell<Liveness>,
    /// Set once; nothing is sent afterwards.
    is_ending: Cell<bool>,
    /// Why, when it was the server that ended it.
    close_code: Cell<Option<CloseCode>>,
}

/// Asks a connection to end.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct End(pub(crate) CloseCode);

impl Session {
    pub(crate) fn new(
        app_id: AppId,
        socket_id: SocketId,
        outlet: Rc<dyn Outlet>,
        address: Addr<Connection>,
    ) -> Self {
        Self {
            app_id,
            socket_id,
            outlet,
            address,
            dialogue: RefCell::new(Dialogue::new(socket_id)),
            liveness: Cell::new(Liveness::HeardAt(Instant::now())),
            is_ending: Cell::new(false),
            close_code: Cell::new(None),
        }
    }

    pub(crate) fn dialogue(&self) -> RefMut<'_, Dialogue> {
        self.dialogue.borrow_mut()
    }

    /// Writes a batch. A peer that leaves too much unread is closed with 4100.
    pub(crate) fn send(&self, batch: &Batch) {
        if self.is_ending.get() {
            return;
        }
        match self.outlet.send(batch) {
            Sent::Taken => {}
            Sent::Full => self.close_slow_reader(),
        }
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
        self.liveness.set(Liveness::HeardAt(now));
    }

    /// Pings a silent peer, and closes one that does not answer.
    pub(super) fn probe(&self, now: Instant) {
        match self.liveness.get().judge(now) {
            Verdict::Fine => {}
            Verdict::Ask => {
                self.outlet.ping();
                self.liveness.set(Liveness::AskedAt(now));
            }
            Verdict::Gone => self.close(CloseCode::NoPong),
        }
    }
}
