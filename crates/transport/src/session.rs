//! A connection whose client comes and goes: what is due to it waits in a log, whichever request happens
//! to receive it.

pub(crate) mod framing;
mod log;
mod receiver;

use std::{
    cell::RefCell,
    time::{Duration, Instant},
};

use bytestring::ByteString;
use campanile_protocol::{CloseCode, server_message};
use campanile_realtime::{Batch, Inbound, Outlet, Sent};

pub(crate) use self::receiver::Receiver;
use self::{framing::Telling, log::Log};
use crate::{
    inbox::{Full, Inbox},
    service::Client,
};

/// What the sessions of a mount agree on with their clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    /// SockJS 0.3.3: a second receiver is refused, an aborted one ends the session, and a response ends
    /// after so many bytes of frames.
    SockJs { response_bytes: usize },
    /// pusher-js's own transports (Pusher reference, section 8.2): the newest receiver takes over, and a
    /// response never ends in order. The client hands over to a new one when it has read more than
    /// 256 KiB; to lose nothing, nothing more is written until it does.
    PusherJs,
    /// The client names what it has received; the newest receiver takes over.
    Cursor,
}

/// One session. Used only on the worker that is its home.
pub(crate) struct Session {
    policy: Policy,
    inbox: Inbox,
    /// Told as a message why the session ends, since the client reads no close codes.
    announces_close: bool,
    state: RefCell<State>,
}

struct State {
    log: Log,
    receiver: Option<Receiver>,
    /// The client has been told that the session is open.
    is_open: bool,
    close: Option<(u16, String)>,
    /// Nothing is left to tell.
    is_over: bool,
    /// When the receiver left, or was last told something.
    quiet_since: Instant,
    /// The client reads on elsewhere before it is told more.
    hand_over: HandOver,
    /// A heartbeat was told, and the client has not answered it.
    is_asked: bool,
    /// When it was last looked whether what is written arrives, and how much had.
    looked: (Instant, u64),
    /// The poll that was answered last: its client may turn out not to have received the answer.
    answered: Option<u64>,
    /// When handed messages were last forgotten for their age, and how many there had been.
    aged: (Instant, u64),
}

/// Whether pusher-js is about to change to a new response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum HandOver {
    No,
    Awaited,
    /// A heartbeat was told since. A client that answers it reads on, whatever the rule says.
    Doubted,
    /// It read on. When it changes after all, that says nothing of what it has read since.
    Waived,
}

/// Longest silence on a response: the shortest patience of a proxy is 30 s.
const HEARTBEAT: Duration = Duration::from_secs(25);
/// A session that was told nothing for so long gives back what a burst needed.
const REST: Duration = Duration::from_millis(500);
/// How long a session waits for its next receiver.
const PATIENCE: Duration = Duration::from_secs(5);
/// The same, where browsers wait before they come back.
const CURSOR_PATIENCE: Duration = Duration::from_secs(15);
/// How long a message is kept for a client that may not have received it.
const AGE: Duration = Duration::from_secs(60);
/// What may be due to a client, received or not.
const DUE_BYTES: usize = 1 << 20;
/// pusher-js changes to a new response when it has read all of one that is longer than this.
const HAND_OVER_UNITS: usize = 256 * 1024;

impl Session {
    pub(crate) fn new(policy: Policy, announces_close: bool) -> Self {
        let state = State {
            log: Log::default(),
            receiver: None,
            is_open: policy == Policy::Cursor,
            close: None,
            is_over: false,
            quiet_since: Instant::now(),
            hand_over: HandOver::No,
            is_asked: false,
            looked: (Instant::now(), 0),
            answered: None,
            aged: (Instant::now(), 0),
        };
        Self { policy, inbox: Inbox::default(), announces_close, state: RefCell::new(state) }
    }

    /// What the client says.
    pub(crate) fn inbox(&self) -> &Inbox {
        &self.inbox
    }

    pub(crate) fn is_over(&self) -> bool {
        self.state.borrow().is_over
    }

    /// Whether a receiver waits whose place another may not take.
    pub(crate) fn is_busy(&self) -> bool {
        let state = self.state.borrow();
        matches!(self.policy, Policy::SockJs { .. })
            && state.close.is_none()
            && state.receiver.as_ref().is_some_and(Receiver::is_waiting)
    }

    /// Hands what is due to that receiver, from now on. It is returned if it may not take over.
    pub(crate) fn attach(&self, mut receiver: Receiver) -> Result<(), Receiver> {
        if self.is_busy() {
            return Err(receiver);
        }
        let mut state = self.state.borrow_mut();
        state.dismiss(self.policy);
        if self.policy == Policy::PusherJs {
            receiver.track();
        }
        // What precedes the frames of a stream is a heartbeat to pusher-js, and answered once a session is open.
        let begins_with_heartbeat = self.policy == Policy::PusherJs && !receiver.is_poll();
        state.receiver = Some(receiver);
        state.quiet_since = Instant::now();
        state.looked = (state.quiet_since, 0);
        state.is_asked = begins_with_heartbeat && state.is_open;
        state.answered = None;
        state.serve(self.policy);
        drop(state);
        // Whoever asks is there. Too many signs of life change nothing.
        let _ = self.inbox.push(Inbound::Alive);
        Ok(())
    }

    /// Whether it can go on after so many messages. A closed session whose client knows it cannot.
    pub(crate) fn keeps(&self, number: u64) -> bool {
        let state = self.state.borrow();
        state.log.keeps(number) && !(state.close.is_some() && state.log.end() == number)
    }

    /// Goes on after the messages that the client has received; false if it cannot.
    pub(crate) fn resume(&self, number: u64) -> bool {
        self.keeps(number) && self.state.borrow_mut().log.resume(number)
    }

    /// The receiver of that number is gone without having been told to.
    pub(crate) fn lose(&self, receiver_id: u64) {
        let mut state = self.state.borrow_mut();
        if self.policy == Policy::PusherJs && state.answered == Some(receiver_id) && state.receiver.is_none()
        {
            state.log.rewind();
        }
        if state.receiver.as_ref().is_none_or(|receiver| receiver.id != receiver_id) {
            return;
        }
        state.dismiss(self.policy);
        state.quiet_since = Instant::now();
        if matches!(self.policy, Policy::SockJs { .. }) && state.close.is_none() {
            state.is_over = true;
            drop(state);
            self.inbox.end();
        }
    }

    /// Takes messages of the client; an empty list is a sign of life.
    pub(crate) fn hear(&self, messages: Vec<ByteString>) -> Result<(), Full> {
        if messages.is_empty() {
            self.state.borrow_mut().heartbeat_answered(self.policy);
            return self.inbox.push(Inbound::Alive);
        }
        self.inbox.push_all(messages)
    }

    /// Ends the session with a code and a reason.
    pub(crate) fn close(&self, code: u16, reason: &str) {
        let mut state = self.state.borrow_mut();
        if state.close.is_some() || state.is_over {
            return;
        }
        state.close = Some((code, reason.to_owned()));
        state.quiet_since = Instant::now();
        state.hand_over = HandOver::No;
        state.serve(self.policy);
        drop(state);
        self.inbox.end();
    }

    /// Does what is due at this time; false once nobody needs the session any more.
    pub(crate) fn tick(&self, now: Instant) -> bool {
        let gone = self
            .state
            .borrow()
            .receiver
            .as_ref()
            .filter(|receiver| !receiver.is_waiting())
            .map(|gone| gone.id);
        if let Some(receiver_id) = gone {
            self.lose(receiver_id);
        }
        let mut state = self.state.borrow_mut();
        let quiet = now.saturating_duration_since(state.quiet_since);
        if quiet >= REST && state.log.holds_memory() {
            state.rest(self.policy);
        }
        if self.policy == Policy::Cursor {
            state.forget_aged(now);
        }
        if state.receiver.is_some() {
            let is_there = self.policy != Policy::PusherJs && state.is_reading(now);
            if quiet >= HEARTBEAT {
                state.heartbeat(self.policy);
            }
            drop(state);
            if is_there {
                let _ = self.inbox.push(Inbound::Alive);
            }
            return true;
        }
        let patience = if self.policy == Policy::Cursor { CURSOR_PATIENCE } else { PATIENCE };
        state.is_over |= quiet >= patience;
        let is_over = state.is_over;
        drop(state);
        if is_over {
            self.inbox.end();
        }
        !is_over
    }
}

impl HandOver {
    /// Whether the response may go on.
    fn may_tell(self) -> bool {
        matches!(self, Self::No | Self::Waived)
    }
}

impl State {
    /// Tells the receiver what it can be told.
    fn serve(&mut self, policy: Policy) {
        if !self.is_open && self.reachable().is_some() {
            self.is_open = true;
            self.tell(policy, Telling::Open);
        }
        if self.hand_over.may_tell() && !self.log.is_all_handed() {
            let first = self.log.next();
            if let Some(receiver) = self.receiver.as_mut().filter(|receiver| receiver.is_waiting()) {
                let sent = receiver.tell_messages(self.log.unhanded(), first);
                self.log.hand_over();
                self.told(policy);
                self.bear(sent);
            }
        }
        let close = self.close.clone().filter(|_| self.reachable().is_some());
        if let Some((code, reason)) = close {
            self.tell(policy, Telling::Close { code, reason: &reason });
            self.release();
        }
    }

    /// The receiver, if it is there; one that has just gone is about to be reported.
    fn reachable(&mut self) -> Option<&mut Receiver> {
        self.receiver.as_mut().filter(|receiver| receiver.is_waiting())
    }

    fn tell(&mut self, policy: Policy, telling: Telling<'_>) {
        let Some(receiver) = self.reachable() else { return };
        let sent = receiver.tell(telling);
        self.told(policy);
        self.bear(sent);
    }

    /// A receiver that does not read loses its response: what was due stays.
    fn bear(&mut self, sent: Sent) {
        if sent == Sent::Full {
            self.log.rewind();
            self.release();
        }
    }

    /// What a telling changes.
    fn told(&mut self, policy: Policy) {
        self.quiet_since = Instant::now();
        let Some(receiver) = &mut self.receiver else { return };
        let is_done = match policy {
            Policy::SockJs { response_bytes } => {
                // Its client comes back only when it has read a response to the end.
                self.log.confirm(self.log.next());
                receiver.frame_bytes() >= response_bytes
            }
            Policy::PusherJs => {
                if receiver.units() > HAND_OVER_UNITS && self.hand_over == HandOver::No {
                    self.hand_over = HandOver::Awaited;
                }
                if let Some(number) = receiver.arrived_lately() {
                    self.log.confirm(number);
                }
                false
            }
            Policy::Cursor => false,
        };
        let is_poll = receiver.is_poll();
        if is_poll {
            self.answered = Some(receiver.id);
        }
        if is_done || is_poll {
            self.release();
        }
    }

    /// Whether more has arrived than when this was last asked: the only sign of life of clients that answer
    /// no heartbeats. Asked rarely, since there is always something to arrive in that time.
    fn is_reading(&mut self, now: Instant) -> bool {
        let (since, before) = self.looked;
        if now.saturating_duration_since(since) < HEARTBEAT {
            return false;
        }
        let arrived = self.receiver.as_ref().map_or(0, Receiver::arrived_bytes);
        self.looked = (now, arrived);
        arrived > before
    }

    /// Forgets what has arrived.
    fn rest(&mut self, policy: Policy) {
        if let Some(receiver) = self.receiver.as_mut().filter(|_| policy == Policy::PusherJs) {
            if let Some(number) = receiver.arrived() {
                self.log.confirm(number);
            }
            receiver.shrink();
        }
        self.log.shrink();
    }

    /// Forgets what was handed over more than [`AGE`] ago.
    fn forget_aged(&mut self, now: Instant) {
        let (since, number) = self.aged;
        if now.saturating_duration_since(since) >= AGE {
            self.log.confirm(number);
            self.aged = (now, self.log.next());
        }
    }

    /// Ends the receiver's response; the session waits for the next.
    fn release(&mut self) {
        self.hand_over = HandOver::No;
        if let Some(receiver) = self.receiver.take() {
            receiver.finish();
        }
    }

    /// Another receiver takes over, or this one is gone: what may not have arrived is handed over again.
    fn dismiss(&mut self, policy: Policy) {
        let has_read_all =
            !self.hand_over.may_tell() && self.receiver.as_ref().is_some_and(Receiver::is_written);
        if policy == Policy::PusherJs {
            match self.receiver.as_mut() {
                // The client leaves such a response only when it has read all of it.
                Some(_) if has_read_all => self.log.confirm(self.log.next()),
                Some(receiver) if receiver.is_poll() => {}
                Some(receiver) => {
                    if let Some(number) = receiver.arrived() {
                        self.log.confirm(number);
                    }
                    self.log.rewind();
                }
                // The poll before was answered, and its client has read the answer.
                None => self.log.confirm(self.log.next()),
            }
        }
        self.release();
    }

    fn heartbeat(&mut self, policy: Policy) {
        self.is_asked = true;
        if self.hand_over == HandOver::Awaited {
            self.hand_over = HandOver::Doubted;
        }
        self.tell_heartbeat(policy);
    }

    fn tell_heartbeat(&mut self, policy: Policy) {
        let next = self.log.next();
        self.tell(policy, Telling::Heartbeat { next });
    }

    /// The client says that it is there. Where it was not asked, it wants to hear the same of us.
    fn heartbeat_answered(&mut self, policy: Policy) {
        if self.hand_over == HandOver::Doubted {
            self.hand_over = HandOver::Waived;
            self.serve(policy);
        }
        let was_asked = std::mem::take(&mut self.is_asked);
        if !was_asked && policy == Policy::PusherJs {
            // pusher-js answers every heartbeat, this one too; that answer must not be answered again.
            self.is_asked = true;
            self.tell_heartbeat(policy);
        }
    }

    fn send(&mut self, policy: Policy, batch: &Batch) -> Sent {
        let is_next = self.log.is_all_handed() && self.is_open && self.hand_over.may_tell();
        // What waits already counts, not what comes: a WebSocket takes any batch too, if nothing waits.
        if !self.log.fit(DUE_BYTES) {
            return Sent::Full;
        }
        self.log.append(batch.frames());
        match &mut self.receiver {
            Some(receiver) if is_next && receiver.is_waiting() => {
                let next = self.log.next() + batch.frames().len() as u64;
                let sent = receiver.tell_batch(batch, next);
                self.log.hand_over();
                self.told(policy);
                sent
            }
            _ => {
                self.serve(policy);
                Sent::Taken
            }
        }
    }
}

impl Client for Session {
    fn end(&self, code: u16, reason: &str) {
        Self::close(self, code, reason);
    }
}

impl Outlet for Session {
    fn send(&self, batch: &Batch) -> Sent {
        let mut state = self.state.borrow_mut();
        if state.close.is_some() || state.is_over {
            return Sent::Taken;
        }
        state.send(self.policy, batch)
    }

    fn ping(&self) {
        self.state.borrow_mut().heartbeat(self.policy);
    }

    fn close(&self, code: CloseCode) {
        if self.announces_close || code.is_announced() || self.policy == Policy::Cursor {
            let _ = self.send(&Batch::from(server_message::closing(code)));
        }
        Self::close(self, code.code(), &code.reason());
    }
}

#[cfg(test)]
mod tests;
