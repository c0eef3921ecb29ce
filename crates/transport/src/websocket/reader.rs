use std::{
    cell::RefCell,
    io,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use bytes::{Bytes, BytesMut};
use bytestring::ByteString;
use campanile_protocol::{CloseCode, Frame};
use campanile_realtime::{Outlet, Sent};
use futures_util::Stream;

use super::decoder::{Decoder, MessageLimits, Received};
use crate::{outbox::Outbox, socket::Socket};

/// What a WebSocket's peer says, until it ends. Answers control frames itself, and closes a peer that breaks
/// the protocol (RFC 6455, section 7.4.1). Holds no buffer between messages.
pub(crate) struct MessageReader<S> {
    outbox: Rc<Outbox<S>>,
    decoder: Decoder,
    received: BytesMut,
    is_ended: bool,
}

/// What is left of it for those who do not care about frames.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Message {
    Text(ByteString),
    /// Only where the limits take it.
    Binary(Bytes),
    /// A ping, which is answered already, or a pong.
    Alive,
}

/// One read takes at most this much.
const SCRATCH_BYTES: usize = 64 * 1024;

thread_local! {
    /// All connections of a worker read through one buffer, so that idle ones hold none.
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; SCRATCH_BYTES]);
}

impl<S: Socket> MessageReader<S> {
    /// Reads on after what the HTTP server has already received.
    pub(crate) fn new(outbox: Rc<Outbox<S>>, received: &[u8], limits: MessageLimits) -> Self {
        // The HTTP server's buffer is large; what is in it is rarely anything.
        let received = BytesMut::from(received);
        Self { outbox, decoder: Decoder::new(limits), received, is_ended: false }
    }

    /// What is to be told of it; nothing where the peer closed.
    fn answer(&mut self, received: Received) -> Result<Option<Message>, CloseCode> {
        match received {
            Received::Text(text) => Ok(Some(Message::Text(text))),
            Received::Binary(bytes) => Ok(Some(Message::Binary(bytes))),
            Received::Pong => Ok(Some(Message::Alive)),
            Received::Ping(payload) => match self.outbox.push(Frame::pong(&payload).websocket()) {
                Sent::Taken => Ok(Some(Message::Alive)),
                // It pings without reading.
                Sent::Full => Err(CloseCode::OverCapacity),
            },
            Received::Close(code) => {
                self.outbox.reply_close(code);
                Ok(None)
            }
        }
    }

    /// The next message that has arrived: pending if more must arrive first, none at the end.
    fn poll_message(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Message>, CloseCode>> {
        loop {
            match self.decoder.decode(&mut self.received) {
                Ok(Some(received)) => return Poll::Ready(self.answer(received)),
                Ok(None) => {}
                Err(code) => return Poll::Ready(Err(code)),
            }
            if self.received.is_empty() {
                self.received = BytesMut::new();
            }
            match self.poll_read(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(true) => {}
                Poll::Ready(false) => return Poll::Ready(Ok(None)),
            }
        }
    }

    /// Reads what is there into `received`; false at the end of the stream.
    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<bool> {
        loop {
            match self.outbox.socket.poll_readable(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Err(_)) => return Poll::Ready(false),
                Poll::Ready(Ok(())) => {}
            }
            let read = SCRATCH.with_borrow_mut(|scratch| {
                let count = self.outbox.socket.try_read(scratch)?;
                self.received.extend_from_slice(&scratch[..count]);
                Ok::<_, io::Error>(count)
            });
            match read {
                Ok(0) => return Poll::Ready(false),
                Ok(_) => return Poll::Ready(true),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return Poll::Ready(false),
            }
        }
    }
}

impl<S: Socket> Stream for MessageReader<S> {
    type Item = Message;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Message>> {
        let reader = &mut *self;
        if reader.is_ended {
            return Poll::Ready(None);
        }
        match reader.poll_message(context) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Ok(Some(message))) => return Poll::Ready(Some(message)),
            // What is still to be written gets its time, and no more.
            Poll::Ready(Ok(None)) => reader.outbox.finish(None),
            Poll::Ready(Err(code)) => reader.outbox.close(code),
        }
        reader.is_ended = true;
        reader.received = BytesMut::new();
        Poll::Ready(None)
    }
}
