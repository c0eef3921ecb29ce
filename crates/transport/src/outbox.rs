use std::{
    cell::RefCell,
    collections::VecDeque,
    future::poll_fn,
    io::{self, IoSlice},
    rc::Rc,
    time::Duration,
};

use bytes::Bytes;
use campanile_protocol::{CloseCode, Frame, server_message};
use campanile_realtime::{Batch, Outlet, Sent};

use crate::socket::Socket;

/// The writing side of a WebSocket: writes at once, and keeps only what the socket did not take.
/// What is kept shares the buffers of the events, whoever else is behind.
pub(crate) struct Outbox<S> {
    socket: Rc<S>,
    queue: RefCell<Queue>,
    /// Clients of protocol 5 and older read no close codes: they get a `pusher:error` first.
    announces_close: bool,
}

#[derive(Default)]
struct Queue {
    unwritten: VecDeque<Bytes>,
    phase: Phase,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Phase {
    /// Whatever is queued goes out with the next write.
    #[default]
    Open,
    /// The socket is full; a task waits for it.
    Draining,
    /// The last frame is queued; nothing more is taken.
    Closing,
}

/// What one connection may leave unread, beside what the kernel holds. Beyond it, the connection is
/// closed with 4100.
const UNREAD_BYTES: usize = 1 << 20;
/// How long a closing connection may take to read what is left and to close its side.
const LINGER: Duration = Duration::from_secs(5);
/// Buffers in one write.
const WRITE_BUFFERS: usize = 16;

impl<S: Socket> Outbox<S> {
    /// An outbox that writes `head` together with the first frame.
    pub(crate) fn new(socket: Rc<S>, head: Bytes, announces_close: bool) -> Rc<Self> {
        let queue = Queue { unwritten: VecDeque::from([head]), phase: Phase::Open };
        Rc::new(Self { socket, queue: RefCell::new(queue), announces_close })
    }

    /// Queues a frame and writes what the socket takes.
    pub(crate) fn push(self: &Rc<Self>, bytes: &Bytes) -> Sent {
        let mut queue = self.queue.borrow_mut();
        match queue.phase {
            Phase::Closing => Sent::Taken,
            Phase::Draining if queue.bytes() > UNREAD_BYTES => Sent::Full,
            Phase::Draining => {
                queue.unwritten.push_back(bytes.clone());
                Sent::Taken
            }
            Phase::Open => {
                queue.unwritten.push_back(bytes.clone());
                if !queue.write(&*self.socket) {
                    queue.phase = Phase::Draining;
                    actix_rt::spawn(self.clone().drain());
                }
                Sent::Taken
            }
        }
    }

    /// Answers the peer's close frame and ends.
    pub(crate) fn reply_close(self: &Rc<Self>, code: Option<u16>) {
        self.finish(&Frame::close_reply(code));
    }

    /// Queues the last frame, and leaves the socket to a task that ends it in order.
    pub(crate) fn finish(self: &Rc<Self>, last: &Frame) {
        let mut queue = self.queue.borrow_mut();
        if queue.phase != Phase::Closing {
            queue.unwritten.push_back(last.websocket().clone());
            queue.phase = Phase::Closing;
            actix_rt::spawn(self.clone().linger());
        }
    }

    /// Writes until nothing is left, as the peer reads.
    async fn drain(self: Rc<Self>) {
        self.flush().await;
        let mut queue = self.queue.borrow_mut();
        if queue.phase == Phase::Draining {
            queue.phase = Phase::Open;
        }
    }

    async fn flush(&self) {
        while !self.queue.borrow_mut().write(&*self.socket) {
            if poll_fn(|context| self.socket.poll_writable(context)).await.is_err() {
                // The reading side sees the same error and ends the connection.
                self.queue.borrow_mut().unwritten.clear();
            }
        }
    }

    /// Delivers what is queued, then closes: our side first, and the socket only when the peer has
    /// closed its own, because closing with unread bytes would destroy what the peer has not read.
    async fn linger(self: Rc<Self>) {
        let ending = async {
            self.flush().await;
            if self.socket.shutdown_write().is_err() {
                return;
            }
            let mut scratch = [0; 1024];
            loop {
                match self.socket.try_read(&mut scratch) {
                    Ok(0) => return,
                    Ok(_) => {}
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                        if poll_fn(|context| self.socket.poll_readable(context)).await.is_err() {
                            return;
                        }
                    }
                    Err(_) => return,
                }
            }
        };
        // A peer that does not read or close in time loses the rest.
        let _ = tokio::time::timeout(LINGER, ending).await;
    }
}

impl Queue {
    fn bytes(&self) -> usize {
        self.unwritten.iter().map(Bytes::len).sum()
    }

    /// Writes until nothing is left (true) or the socket is full (false). After an error nothing is
    /// left: the reading side ends the connection.
    fn write<S: Socket>(&mut self, socket: &S) -> bool {
        while !self.unwritten.is_empty() {
            let mut buffers = [IoSlice::new(&[]); WRITE_BUFFERS];
            let count = self.unwritten.len().min(WRITE_BUFFERS);
            for (buffer, bytes) in buffers.iter_mut().zip(&self.unwritten) {
                *buffer = IoSlice::new(bytes);
            }
            match socket.try_write_vectored(&buffers[..count]) {
                Ok(written) => self.advance(written),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return false,
                Err(_) => self.unwritten.clear(),
            }
        }
        // An idle connection holds no memory for what it might write.
        self.unwritten.shrink_to(0);
        true
    }

    fn advance(&mut self, mut written: usize) {
        while let Some(front) = self.unwritten.front_mut() {
            if written < front.len() {
                *front = front.slice(written..);
                return;
            }
            written -= front.len();
            self.unwritten.pop_front();
        }
    }
}

/// The outlet of a WebSocket connection. A handle, because ending spawns a task that outlives it.
pub(crate) struct WebSocketOutlet<S>(pub(crate) Rc<Outbox<S>>);

impl<S: Socket> Outlet for WebSocketOutlet<S> {
    fn send(&self, batch: &Batch) -> Sent {
        self.0.push(batch.websocket())
    }

    fn ping(&self) {
        // A full outbox is noticed by the next event, a dead peer by its missing pong.
        let _ = self.0.push(Frame::ping().websocket());
    }

    fn close(&self, code: CloseCode) {
        if self.0.announces_close && code.is_protocol_level() {
            let _ = self.0.push(server_message::closing(code).websocket());
        }
        self.0.finish(&Frame::close(code));
    }
}
