use std::{io, rc::Rc};

use bytes::Bytes;
use tokio::{net::TcpStream, sync::oneshot};

use crate::{
    outbox::{Outbox, Peer, Sockets},
    session::{Receiver, framing::Framing},
};

/// A receiver on its way to its session's home.
pub(crate) struct Reception {
    pub(crate) id: u64,
    pub(crate) framing: Framing,
    pub(crate) way: Way,
}

/// How it will be told.
pub(crate) enum Way {
    /// By a response that goes on.
    Stream(Response),
    /// By one answer.
    Poll(oneshot::Sender<Bytes>),
}

/// A response that has begun.
pub(crate) struct Response {
    pub(crate) socket: Travelling,
    /// The response's head, and what precedes the frames.
    pub(crate) head: Bytes,
    pub(crate) is_chunked: bool,
    /// What precedes the frames, in UTF-16 units.
    pub(crate) prelude_units: usize,
}

/// A stream that may change workers.
pub(crate) enum Travelling {
    /// It belongs to this worker.
    Here(TcpStream),
    /// It belongs to none.
    Between(std::net::TcpStream),
}

impl Reception {
    /// Ready to go to another worker.
    pub(crate) fn depart(mut self: Box<Self>) -> io::Result<Box<Self>> {
        if let Way::Stream(response) = self.way {
            let socket = match response.socket {
                Travelling::Here(stream) => Travelling::Between(stream.into_std()?),
                between @ Travelling::Between(_) => between,
            };
            self.way = Way::Stream(Response { socket, ..response });
        }
        Ok(self)
    }

    /// At home: ready to be told.
    pub(crate) fn arrive(self, sockets: &Sockets) -> io::Result<Receiver> {
        let Self { id, framing, way } = self;
        let response = match way {
            Way::Poll(reply) => return Ok(Receiver::poll(id, framing, reply)),
            Way::Stream(response) => response,
        };
        let socket = match response.socket {
            Travelling::Here(stream) => stream,
            Travelling::Between(stream) => TcpStream::from_std(stream)?,
        };
        let peer = Peer { reads_close_codes: true, inflates: false };
        let outbox: Rc<Outbox<TcpStream>> = Outbox::new(socket, response.head, peer, sockets.count());
        Ok(Receiver::stream(id, framing, outbox, response.is_chunked, response.prelude_units))
    }
}
