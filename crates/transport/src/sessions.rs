use std::{
    cell::RefCell,
    rc::Rc,
    time::{Duration, Instant},
};

use ahash::AHashMap;
use bytestring::ByteString;
use campanile_realtime::Outlet;
use tokio::sync::{mpsc, oneshot};

use crate::{
    entrance::{Admission, Entrance},
    homes::{Homes, Opening, Order, Said, SessionKey},
    reception::Reception,
    session::{Policy, Receiver, Session, framing::Telling},
};

/// The sessions of HTTP transports whose home is this worker.
pub struct Sessions<A> {
    worker: usize,
    homes: Homes,
    entrance: Rc<Entrance<A>>,
    here: RefCell<AHashMap<SessionKey, Rc<Session>>>,
}

/// How often heartbeats and deadlines are looked for.
const TICK: Duration = Duration::from_millis(500);
/// Sessions of one worker; beyond it, clients are told to try again.
const SESSIONS: usize = 250_000;
/// What a second receiver waits: the first may be gone, with the news of it on its way.
const SECOND_THOUGHT: Duration = Duration::from_millis(100);
/// SockJS: what a second receiver is told.
const STILL_OPEN: Telling<'static> = Telling::Close { code: 2010, reason: "Another connection still open" };

impl<A: Admission> Sessions<A> {
    /// Sessions of this worker's runtime; `homes` is the node's.
    pub fn start(entrance: Rc<Entrance<A>>, homes: Homes) -> Rc<Self> {
        let (worker, orders) = homes.join();
        let sessions = Rc::new(Self { worker, homes, entrance, here: RefCell::default() });
        actix_rt::spawn(sessions.clone().obey(orders));
        actix_rt::spawn(sessions.clone().tick_forever());
        sessions
    }

    pub(crate) fn homes(&self) -> &Homes {
        &self.homes
    }

    pub(crate) fn entrance(&self) -> &Rc<Entrance<A>> {
        &self.entrance
    }

    /// Whether another session may begin.
    pub(crate) fn has_room(&self) -> bool {
        self.here.borrow().len() < SESSIONS
    }

    /// Begins or goes on with a session, wherever its home is.
    pub(crate) fn receive(self: &Rc<Self>, key: SessionKey, reception: Box<Reception>, opening: Opening) {
        let home = self.homes.claim(&key, self.worker);
        if home == self.worker {
            return self.receive_here(key, *reception, opening);
        }
        // Otherwise its socket is closed by now.
        if let Ok(reception) = reception.depart() {
            self.homes.ask(home, Order::Receive { key, reception, opening });
        }
    }

    /// Whether a session is there and can go on after so many messages.
    pub(crate) async fn keeps(&self, key: SessionKey, number: u64) -> bool {
        let Some(home) = self.homes.find(&key) else { return false };
        if home == self.worker {
            return self.keeps_here(&key, number);
        }
        let (keeps, is_kept) = oneshot::channel();
        self.homes.ask(home, Order::Keep { key, number, keeps });
        is_kept.await.unwrap_or(false)
    }

    /// Goes on with a session that was there a moment ago, after the messages its client has received. If
    /// it is gone, so is the reception.
    pub(crate) fn resume(self: &Rc<Self>, key: SessionKey, number: u64, reception: Box<Reception>) {
        match self.homes.find(&key) {
            Some(home) if home == self.worker => self.resume_here(key, number, *reception),
            Some(home) => {
                if let Ok(reception) = reception.depart() {
                    self.homes.ask(home, Order::Resume { key, number, reception });
                }
            }
            None => {}
        }
    }

    /// Takes messages of a client.
    pub(crate) async fn say(&self, key: SessionKey, messages: Vec<ByteString>) -> Said {
        let Some(home) = self.homes.find(&key) else { return Said::Unknown };
        if home == self.worker {
            return self.say_here(&key, messages);
        }
        let (said, is_said) = oneshot::channel();
        self.homes.ask(home, Order::Say { key, messages, said });
        is_said.await.unwrap_or(Said::Unknown)
    }

    /// A reception has ended without an answer.
    pub(crate) fn lose(&self, key: SessionKey, reception_id: u64) {
        match self.homes.find(&key) {
            Some(home) if home == self.worker => self.lose_here(&key, reception_id),
            Some(home) => self.homes.ask(home, Order::Lose { key, reception_id }),
            None => {}
        }
    }

    /// Begins a session of that name here.
    pub(crate) fn receive_here(self: &Rc<Self>, key: SessionKey, reception: Reception, opening: Opening) {
        let found = self.find(&key);
        let Ok(receiver) = reception.arrive(self.entrance.sockets()) else {
            if found.is_none() {
                self.homes.forget(&key);
            }
            return;
        };
        let is_new = found.is_none();
        let session =
            found.unwrap_or_else(|| self.open(&key, opening.policy, opening.service.announces_close()));
        self.attach(key, &session, receiver);
        if is_new {
            let (entrance, inbox) = (self.entrance.clone(), session.inbox().clone());
            actix_rt::spawn(async move { opening.service.attend(session, inbox, &entrance).await });
        }
    }

    /// Keeps a new session.
    pub(crate) fn open(&self, key: &SessionKey, policy: Policy, announces_close: bool) -> Rc<Session> {
        self.homes.claim(key, self.worker);
        let session = Rc::new(Session::new(policy, announces_close));
        self.here.borrow_mut().insert(key.clone(), session.clone());
        session
    }

    /// Hands what is due to a receiver; one that may not take over is told so.
    pub(crate) fn attach(self: &Rc<Self>, key: SessionKey, session: &Session, receiver: Receiver) {
        let (id, outbox) = (receiver.id, receiver.outbox().cloned());
        match session.attach(receiver) {
            Ok(()) => {
                if let Some(outbox) = outbox {
                    // The head of the response must not wait until something is due.
                    outbox.flush();
                    let sessions = self.clone();
                    actix_rt::spawn(async move {
                        outbox.until_peer_leaves().await;
                        sessions.lose_here(&key, id);
                    });
                }
            }
            Err(receiver) => {
                actix_rt::spawn(self.clone().attach_or_refuse(key, receiver));
            }
        }
    }

    async fn attach_or_refuse(self: Rc<Self>, key: SessionKey, receiver: Receiver) {
        tokio::time::sleep(SECOND_THOUGHT).await;
        match self.find(&key) {
            Some(session) if session.is_busy() => receiver.refuse(STILL_OPEN),
            Some(session) => self.attach(key, &session, receiver),
            // The session has ended with the receiver it had.
            None => receiver.refuse(Telling::Close { code: 1002, reason: "Connection interrupted" }),
        }
    }

    fn find(&self, key: &str) -> Option<Rc<Session>> {
        self.here.borrow().get(key).cloned()
    }

    fn keeps_here(&self, key: &str, number: u64) -> bool {
        self.find(key).is_some_and(|session| session.keeps(number))
    }

    fn resume_here(self: &Rc<Self>, key: SessionKey, number: u64, reception: Reception) {
        // Otherwise its socket is closed by now.
        let Ok(receiver) = reception.arrive(self.entrance.sockets()) else { return };
        if let Some(session) = self.find(&key).filter(|session| session.resume(number)) {
            self.attach(key, &session, receiver);
        }
    }

    fn say_here(&self, key: &str, messages: Vec<ByteString>) -> Said {
        match self.find(key).map(|session| session.hear(messages)) {
            Some(Ok(())) => Said::Taken,
            Some(Err(_)) => Said::Full,
            None => Said::Unknown,
        }
    }

    fn lose_here(&self, key: &str, reception_id: u64) {
        let Some(session) = self.find(key) else { return };
        session.lose(reception_id);
        if session.is_over() {
            self.forget(key);
        }
    }

    fn forget(&self, key: &str) {
        self.here.borrow_mut().remove(key);
        self.homes.forget(key);
    }

    async fn obey(self: Rc<Self>, mut orders: mpsc::UnboundedReceiver<Order>) {
        while let Some(order) = orders.recv().await {
            match order {
                Order::Receive { key, reception, opening } => self.receive(key, reception, opening),
                Order::Keep { key, number, keeps } => {
                    let _ = keeps.send(self.keeps_here(&key, number));
                }
                Order::Resume { key, number, reception } => self.resume_here(key, number, *reception),
                Order::Say { key, messages, said } => {
                    let _ = said.send(self.say_here(&key, messages));
                }
                Order::CloseAll(code) => {
                    let all: Vec<_> = self.here.borrow().values().cloned().collect();
                    all.iter().for_each(|session| Outlet::close(&**session, code));
                }
                Order::Lose { key, reception_id } => self.lose_here(&key, reception_id),
            }
        }
    }

    async fn tick_forever(self: Rc<Self>) {
        let mut ticks = tokio::time::interval(TICK);
        loop {
            ticks.tick().await;
            let now = Instant::now();
            let over: Vec<_> = {
                let here = self.here.borrow();
                here.iter().filter(|(_, session)| !session.tick(now)).map(|(key, _)| key.clone()).collect()
            };
            over.iter().for_each(|key| self.forget(key));
        }
    }
}
