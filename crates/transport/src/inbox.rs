use std::{
    cell::RefCell,
    collections::VecDeque,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use bytestring::ByteString;
use campanile_realtime::Inbound;
use futures_util::Stream;

/// What a client has said in requests of its own, until its connection hears it.
#[derive(Clone, Default)]
pub(crate) struct Inbox(Rc<RefCell<State>>);

#[derive(Default)]
struct State {
    waiting: VecDeque<Inbound>,
    bytes: usize,
    waker: Option<Waker>,
    is_ended: bool,
}

/// What may wait. A connection hears at once what is said, so more than this waits only where its app is
/// not known yet.
const WAITING_BYTES: usize = 1 << 20;
/// What a message costs beside its text.
const MESSAGE_BYTES: usize = 64;

/// Too much waits.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Full;

impl Inbox {
    pub(crate) fn push(&self, inbound: Inbound) -> Result<(), Full> {
        let mut state = self.0.borrow_mut();
        if state.bytes > WAITING_BYTES {
            return Err(Full);
        }
        state.take(inbound);
        Ok(())
    }

    /// Takes all of them or none: who is refused tries again with all.
    pub(crate) fn push_all(&self, texts: Vec<ByteString>) -> Result<(), Full> {
        if self.0.borrow().bytes > WAITING_BYTES {
            return Err(Full);
        }
        texts.into_iter().for_each(|text| self.0.borrow_mut().take(Inbound::Text(text)));
        Ok(())
    }

    /// Nothing more will come.
    pub(crate) fn end(&self) {
        let mut state = self.0.borrow_mut();
        state.is_ended = true;
        state.wake();
    }
}

impl State {
    fn take(&mut self, inbound: Inbound) {
        // Nobody hears what is said after the end.
        if !self.is_ended {
            self.bytes += cost(&inbound);
            self.waiting.push_back(inbound);
            self.wake();
        }
    }

    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

fn cost(inbound: &Inbound) -> usize {
    MESSAGE_BYTES
        + match inbound {
            Inbound::Text(text) => text.len(),
            Inbound::Alive => 0,
        }
}

impl Stream for Inbox {
    type Item = Inbound;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Inbound>> {
        let mut state = self.0.borrow_mut();
        if let Some(inbound) = state.waiting.pop_front() {
            state.bytes -= cost(&inbound);
            if state.waiting.is_empty() {
                // An idle connection holds no memory for what it might hear.
                state.waiting.shrink_to(0);
            }
            return Poll::Ready(Some(inbound));
        }
        if state.is_ended {
            return Poll::Ready(None);
        }
        state.waker = Some(context.waker().clone());
        Poll::Pending
    }
}
