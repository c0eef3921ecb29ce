use std::{
    cell::RefCell,
    io,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use actix_codec::Decoder;
use actix_http::ws::{Codec, Frame as Received, Item, ProtocolError};
use bytes::{Bytes, BytesMut};
use bytestring::ByteString;
use campanile_protocol::{CloseCode, Frame, limits::CLIENT_MESSAGE_BYTES};
use campanile_realtime::{Inbound, Outlet, Sent};
use futures_util::Stream;

use crate::{outbox::Outbox, socket::Socket};

/// What a WebSocket's peer says. Answers control frames itself, and closes a peer that breaks the
/// protocol (RFC 6455, section 7.4.1). Holds no buffer between messages.
pub(super) struct Reader<S> {
    outbox: Rc<Outbox<S>>,
    codec: Codec,
    received: BytesMut,
    fragments: Option<Fragments>,
    is_ended: bool,
}

/// The beginning of a fragmented text message.
#[derive(Default)]
struct Fragments {
    text: BytesMut,
    count: usize,
}

/// More fragments than any client has a reason to send.
const MESSAGE_FRAGMENTS: usize = 4096;
/// One read takes at most this much.
const SCRATCH_BYTES: usize = 64 * 1024;

thread_local! {
    /// All connections of a worker read through one buffer, so that idle ones hold none.
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; SCRATCH_BYTES]);
}

/// What a frame means for the stream.
enum Meaning {
    Nothing,
    Inbound(Inbound),
    End,
    Fault(CloseCode),
}

impl<S: Socket> Reader<S> {
    /// Reads on after what the HTTP server has already received.
    pub(super) fn new(outbox: Rc<Outbox<S>>, received: &[u8]) -> Self {
        let codec = Codec::new().max_size(CLIENT_MESSAGE_BYTES);
        // The HTTP server's buffer is large; what is in it is rarely anything.
        let received = BytesMut::from(received);
        Self { outbox, codec, received, fragments: None, is_ended: false }
    }

    /// The next frame, if all of it has arrived. One that announces too much is refused before it
    /// does: the codec would wait for its end.
    fn decode(&mut self) -> Result<Option<Received>, ProtocolError> {
        if announced_length(&self.received).is_some_and(|length| length > CLIENT_MESSAGE_BYTES as u64) {
            return Err(ProtocolError::Overflow);
        }
        self.codec.decode(&mut self.received)
    }

    fn interpret(&mut self, frame: Received) -> Meaning {
        match frame {
            Received::Text(text) => message(text),
            Received::Continuation(item) => self.join(item),
            Received::Binary(_) => Meaning::Fault(CloseCode::UnsupportedData),
            Received::Ping(payload) => {
                match self.outbox.push(Frame::pong(&payload).websocket()) {
                    Sent::Taken => Meaning::Inbound(Inbound::Alive),
                    // It pings without reading.
                    Sent::Full => Meaning::Fault(CloseCode::OverCapacity),
                }
            }
            Received::Pong(_) => Meaning::Inbound(Inbound::Alive),
            Received::Close(reason) => {
                self.outbox.reply_close(reason.map(|reason| reason.code.into()));
                Meaning::End
            }
        }
    }

    /// Joins fragments. Bounded in bytes and in number: empty fragments cost too.
    fn join(&mut self, item: Item) -> Meaning {
        let (bytes, is_last) = match item {
            Item::FirstBinary(_) => return Meaning::Fault(CloseCode::UnsupportedData),
            Item::FirstText(bytes) => {
                self.fragments = Some(Fragments::default());
                (bytes, false)
            }
            Item::Continue(bytes) => (bytes, false),
            Item::Last(bytes) => (bytes, true),
        };
        let Some(fragments) = &mut self.fragments else { return Meaning::Fault(CloseCode::ProtocolError) };
        fragments.count += 1;
        if fragments.text.len() + bytes.len() > CLIENT_MESSAGE_BYTES || fragments.count > MESSAGE_FRAGMENTS {
            return Meaning::Fault(CloseCode::TooBig);
        }
        fragments.text.extend_from_slice(&bytes);
        if !is_last {
            return Meaning::Nothing;
        }
        message(self.fragments.take().unwrap_or_default().text.freeze())
    }

    fn fail(&mut self, code: CloseCode) {
        self.outbox.close(code);
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

/// The payload length in a frame's header, once that much has arrived (RFC 6455, section 5.2).
fn announced_length(frame: &[u8]) -> Option<u64> {
    match frame.get(1)? & 0x7f {
        126 => Some(u16::from_be_bytes(*frame.get(2..)?.first_chunk()?).into()),
        127 => Some(u64::from_be_bytes(*frame.get(2..)?.first_chunk()?)),
        short => Some(short.into()),
    }
}

/// A complete message, if it is UTF-8.
fn message(text: Bytes) -> Meaning {
    match ByteString::try_from(text) {
        Ok(text) => Meaning::Inbound(Inbound::Text(text)),
        Err(_) => Meaning::Fault(CloseCode::InvalidUtf8),
    }
}

fn fault(error: &ProtocolError) -> CloseCode {
    match error {
        ProtocolError::Overflow => CloseCode::TooBig,
        _ => CloseCode::ProtocolError,
    }
}

impl<S: Socket> Stream for Reader<S> {
    type Item = Inbound;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Inbound>> {
        let reader = &mut *self;
        while !reader.is_ended {
            let meaning = match reader.decode() {
                Ok(Some(frame)) => reader.interpret(frame),
                Err(error) => Meaning::Fault(fault(&error)),
                Ok(None) => {
                    if reader.received.is_empty() {
                        reader.received = BytesMut::new();
                    }
                    match reader.poll_read(context) {
                        Poll::Pending => return Poll::Pending,
                        Poll::Ready(true) => Meaning::Nothing,
                        Poll::Ready(false) => Meaning::End,
                    }
                }
            };
            match meaning {
                Meaning::Nothing => {}
                Meaning::Inbound(inbound) => return Poll::Ready(Some(inbound)),
                Meaning::End => {
                    // What is still to be written gets its time, and no more.
                    reader.outbox.finish(None);
                    reader.is_ended = true;
                }
                Meaning::Fault(code) => {
                    reader.fail(code);
                    reader.is_ended = true;
                }
            }
        }
        Poll::Ready(None)
    }
}
