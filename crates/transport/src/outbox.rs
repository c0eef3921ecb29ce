use std::{
    cell::RefCell,
    collections::VecDeque,
    future::poll_fn,
    io::{self, IoSlice},
    net::Shutdown,
    rc::{Rc, Weak},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use campanile_protocol::{CloseCode, Frame, server_message};
use campanile_realtime::{Batch, Outlet, Sent};
use tokio::net::TcpStream;

use crate::socket::Socket;

/// Counts the sockets of a server that are still open, those included whose connection has ended and
/// that only deliver their last words.
#[derive(Clone, Debug, Default)]
pub struct Sockets(Arc<AtomicUsize>);

impl Sockets {
    /// How many there are.
    pub fn open(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn count(&self) -> OpenSocket {
        self.0.fetch_add(1, Ordering::Relaxed);
        OpenSocket(self.clone())
    }
}

/// One open socket.
pub(crate) struct OpenSocket(Sockets);

impl Drop for OpenSocket {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The writing side of a WebSocket, or of a response that goes on: writes at once, and keeps only what the
/// socket did not take. What is kept shares the buffers of the events, whoever else is behind.
pub(crate) struct Outbox<S> {
    pub(crate) socket: S,
    queue: RefCell<Queue>,
    /// For the task that writes what the socket did not take.
    this: Weak<Self>,
    peer: Peer,
    _open: OpenSocket,
}

/// What the other side understands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer {
    /// Clients of protocol 5 and older do not: they get a `pusher:error` first.
    pub(crate) reads_close_codes: bool,
    /// Compressed frames.
    pub(crate) inflates: bool,
}

#[derive(Default)]
struct Queue {
    unwritten: VecDeque<Bytes>,
    /// What `unwritten` costs.
    bytes: usize,
    /// A task writes: the socket was full, or the last words are under way. There is never more than
    /// one, because a socket wakes only one.
    is_served: bool,
    /// Nothing more is taken; when all is written, the socket is closed.
    is_closing: bool,
    /// Bytes that the socket refused for good.
    lost_bytes: usize,
}

/// What one connection may leave unread, beside what the kernel holds. Beyond it, the connection is
/// closed with 4100.
const UNREAD_BYTES: usize = 1 << 20;
/// What a waiting buffer costs beside its content.
const BUFFER_BYTES: usize = 64;
/// How long a closing connection may take to read on, and then to close its side.
const LINGER: Duration = Duration::from_secs(5);
/// What a peer may say where nobody listens.
const IDLE_TALK_BYTES: usize = 64 * 1024;
/// Buffers in one write.
const WRITE_BUFFERS: usize = 16;

impl<S: Socket> Outbox<S> {
    /// An outbox that writes `head` together with the first frame.
    pub(crate) fn new(socket: S, head: Bytes, peer: Peer, open: OpenSocket) -> Rc<Self> {
        let mut queue = Queue::default();
        queue.push(head);
        Rc::new_cyclic(|this| Self {
            socket,
            queue: RefCell::new(queue),
            this: this.clone(),
            peer,
            _open: open,
        })
    }

    /// Queues a frame and writes what the socket takes.
    pub(crate) fn push(&self, bytes: &Bytes) -> Sent {
        let mut queue = self.queue.borrow_mut();
        if queue.is_closing {
            return Sent::Taken;
        }
        if queue.is_served && queue.bytes > UNREAD_BYTES {
            return Sent::Full;
        }
        if queue.is_served || !queue.unwritten.is_empty() {
            queue.push(bytes.clone());
        } else {
            match write_now(&self.socket, bytes) {
                Ok(rest) => rest.into_iter().for_each(|rest| queue.push(rest)),
                Err(_) => queue.lost_bytes += bytes.len(),
            }
        }
        if !queue.is_served && !queue.write(&self.socket) {
            self.serve(&mut queue);
        }
        Sent::Taken
    }

    /// Writes what waits, where no frame follows that would take it along.
    pub(crate) fn flush(&self) {
        let mut queue = self.queue.borrow_mut();
        if !queue.is_served && !queue.write(&self.socket) {
            self.serve(&mut queue);
        }
    }

    /// Answers the peer's close frame and ends.
    pub(crate) fn reply_close(&self, code: Option<u16>) {
        self.finish(Some(&Frame::close_reply(code)));
    }

    /// Takes the last frame, if there is one, and leaves the socket to a task that ends it in order.
    pub(crate) fn finish(&self, last: Option<&Frame>) {
        self.end(last.map(|last| last.websocket().clone()));
    }

    /// What the socket did not take, and may never.
    pub(crate) fn unwritten_bytes(&self) -> usize {
        let queue = self.queue.borrow();
        queue.lost_bytes + queue.unwritten.iter().map(Bytes::len).sum::<usize>()
    }

    /// Takes the last bytes, if there are any, and leaves the socket to a task that ends it in order.
    pub(crate) fn end(&self, last: Option<Bytes>) {
        let mut queue = self.queue.borrow_mut();
        if queue.is_closing {
            return;
        }
        queue.is_closing = true;
        if let Some(last) = last {
            queue.push(last);
        }
        if !queue.is_served {
            self.serve(&mut queue);
        }
    }

    fn serve(&self, queue: &mut Queue) {
        let Some(this) = self.this.upgrade() else { return };
        queue.is_served = true;
        actix_rt::spawn(async move {
            this.write_all().await;
            if this.queue.borrow().is_closing {
                // Whoever else holds the socket learns of its end; it may be closed already.
                let _ = this.socket.shutdown(Shutdown::Both);
            }
        });
    }

    /// Writes until nothing is left, as the peer reads; then, if nothing more will come, closes.
    async fn write_all(&self) {
        while !self.queue.borrow_mut().write(&self.socket) {
            let writable = poll_fn(|context| self.socket.poll_writable(context));
            match tokio::time::timeout(LINGER, writable).await {
                Ok(Ok(())) => {}
                // The reading side sees the same error and ends the connection.
                Ok(Err(_)) => self.queue.borrow_mut().clear(),
                // A peer that does not read on loses the rest.
                Err(_) if self.queue.borrow().is_closing => return,
                Err(_) => {}
            }
        }
        {
            let mut queue = self.queue.borrow_mut();
            queue.is_served = queue.is_closing;
            if !queue.is_closing {
                return;
            }
        }
        let _ = tokio::time::timeout(LINGER, self.close()).await;
    }

    /// Closes our side first, and the socket only when the peer has closed its own: closing with unread
    /// bytes would destroy what the peer has not read.
    async fn close(&self) {
        if self.socket.shutdown(Shutdown::Write).is_err() {
            return;
        }
        let mut scratch = [0; 1024];
        loop {
            match self.socket.try_read(&mut scratch) {
                Ok(0) => return,
                // A peer that talks on must not keep the worker.
                Ok(_) => tokio::task::yield_now().await,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if poll_fn(|context| self.socket.poll_readable(context)).await.is_err() {
                        return;
                    }
                }
                Err(_) => return,
            }
        }
    }
}

/// Writes to a socket for which nothing waits, without keeping the bytes; returns what it did not take.
/// After an error, the reading side ends the connection.
fn write_now<S: Socket>(socket: &S, bytes: &Bytes) -> io::Result<Option<Bytes>> {
    match socket.try_write_vectored(&[IoSlice::new(bytes)]) {
        Ok(written) => Ok((written < bytes.len()).then(|| bytes.slice(written..))),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(Some(bytes.clone())),
        Err(error) => Err(error),
    }
}

impl Queue {
    fn push(&mut self, bytes: Bytes) {
        self.bytes += bytes.len() + BUFFER_BYTES;
        self.unwritten.push_back(bytes);
    }

    fn clear(&mut self) {
        self.lost_bytes += self.unwritten.iter().map(Bytes::len).sum::<usize>();
        self.unwritten = VecDeque::new();
        self.bytes = 0;
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
                Err(_) => self.clear(),
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
                self.bytes -= written;
                return;
            }
            written -= front.len();
            self.bytes -= front.len() + BUFFER_BYTES;
            self.unwritten.pop_front();
        }
    }
}

impl<S: Socket> Outlet for Outbox<S> {
    fn send(&self, batch: &Batch) -> Sent {
        self.push(if self.peer.inflates { batch.compressed() } else { batch.websocket() })
    }

    fn ping(&self) {
        // A full outbox is noticed by the next event, a dead peer by its missing pong.
        let _ = self.push(Frame::ping().websocket());
    }

    fn close(&self, code: CloseCode) {
        if code.is_protocol_level() && (!self.peer.reads_close_codes || code.is_announced()) {
            let _ = self.push(server_message::closing(code).websocket());
        }
        self.finish(Some(&Frame::close(code)));
    }
}

impl Outbox<TcpStream> {
    /// Returns when the peer has closed its side, or the socket is closed. What it says is dropped; it has
    /// nothing to say here, and one that talks on is not waited for.
    pub(crate) async fn until_peer_leaves(&self) {
        let (mut scratch, mut heard) = ([0; 256], 0);
        while heard < IDLE_TALK_BYTES && self.socket.readable().await.is_ok() {
            match self.socket.try_read(&mut scratch) {
                Ok(0) => return,
                Ok(count) => heard += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return,
            }
        }
    }
}
