//! The bare peer: one epoll loop that writes what Campanile writes to the same number of sockets, one `send`
//! per event and socket. The frames of events have the same fields and so the same length. On presence
//! channels the floor writes less: who joins is not told who is there already. No authentication, no limits, no counting, no keeping of anything. It
//! speaks just enough of the protocol for every mode of the generator, and tells what this machine's
//! kernel costs; what a real server takes beyond it is the server's.

mod peer;
mod rest;
mod rooms;
mod talk;

use std::{
    io::{self, ErrorKind, Write},
    mem,
    net::SocketAddr,
};

use anyhow::{Context, Result};
use clap::Args;
use mio::{Events, Interest, Poll, Token, net::TcpListener};
use socket2::{Domain, Socket, Type};

use self::{
    peer::{Peer, PeerId},
    rooms::Rooms,
};
use crate::{limits, websocket};

#[derive(Args, Debug)]
pub(crate) struct FloorArgs {
    /// Where to listen; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Stay on this core
    #[arg(long)]
    core: Option<usize>,
}

const LISTENER: Token = Token(usize::MAX);
const BACKLOG: i32 = 4096;
const SCRATCH_BYTES: usize = 64 << 10;
/// What a peer may leave unread; not a service but a bound, because there is one mode whose clients do
/// not read.
const UNREAD_BYTES: usize = 1 << 20;

struct Floor {
    poll: Poll,
    listener: TcpListener,
    peers: Vec<Option<Peer>>,
    free: Vec<PeerId>,
    freed: Vec<PeerId>,
    rooms: Rooms,
    /// The frame that is being sent.
    frame: Vec<u8>,
    payload: Vec<u8>,
    next_socket_id: u64,
}

/// Serves until it is killed.
pub(crate) fn run(args: &FloorArgs) -> Result<()> {
    limits::need_sockets(0)?;
    if let Some(core) = args.core {
        limits::pin(core)?;
    }
    let mut listener = listen(args.listen).with_context(|| format!("cannot listen at {}", args.listen))?;
    let poll = Poll::new()?;
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
    let mut out = io::stdout();
    writeln!(out, "{}", listener.local_addr()?)?;
    out.flush()?;
    let mut floor = Floor {
        poll,
        listener,
        peers: Vec::new(),
        free: Vec::new(),
        freed: Vec::new(),
        rooms: Rooms::default(),
        frame: Vec::new(),
        payload: Vec::new(),
        next_socket_id: 1,
    };
    floor.serve()
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(TcpListener::from_std(socket.into()))
}

impl Floor {
    fn serve(&mut self) -> Result<()> {
        let mut events = Events::with_capacity(1024);
        let mut scratch = vec![0; SCRATCH_BYTES];
        loop {
            match self.poll.poll(&mut events, None) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                outcome => outcome?,
            }
            for event in &events {
                match event.token() {
                    LISTENER => self.accept()?,
                    Token(id) => {
                        if event.is_writable() {
                            self.flush(id);
                        }
                        if event.is_readable() || event.is_read_closed() {
                            self.read(id, event.is_read_closed(), &mut scratch);
                        }
                    }
                }
            }
            self.free.append(&mut self.freed);
        }
    }

    fn accept(&mut self) -> Result<()> {
        loop {
            let mut stream = match self.listener.accept() {
                Ok((stream, _)) => stream,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::ConnectionAborted => continue,
                Err(error) => return Err(error).context("cannot accept"),
            };
            let _ = stream.set_nodelay(true);
            let id = self.free.pop().unwrap_or(self.peers.len());
            let interest = Interest::READABLE | Interest::WRITABLE;
            self.poll.registry().register(&mut stream, Token(id), interest)?;
            if id == self.peers.len() {
                self.peers.push(None);
            }
            self.peers[id] = Some(Peer::new(stream));
        }
    }

    /// Reads what is there and answers it; at the end, until the end.
    fn read(&mut self, id: PeerId, is_closed: bool, scratch: &mut Vec<u8>) {
        while let Some(peer) = &mut self.peers[id] {
            let Some((filled, is_empty)) = peer.fill(scratch) else { return self.end(id) };
            if filled == 0 {
                return;
            }
            let outcome = match peer.is_websocket {
                true => self.take_messages(id, &mut scratch[..filled]),
                false => self.take_request(id, &mut scratch[..filled]),
            };
            match (outcome, &mut self.peers[id]) {
                (Ok(taken), Some(peer)) => peer.keep(&scratch[taken..filled]),
                (Ok(_), None) => return,
                (Err(_), _) => return self.end(id),
            }
            if is_empty && !is_closed {
                return;
            }
        }
    }

    /// Sends a text frame to one.
    fn tell(&mut self, id: PeerId, text: &[u8]) {
        self.frame.clear();
        websocket::push_server_frame(&mut self.frame, websocket::TEXT, text);
        self.send_frame(id);
    }

    fn send_frame(&mut self, id: PeerId) {
        let outcome = self.peers[id].as_mut().map(|peer| peer.write(&self.frame, UNREAD_BYTES));
        if outcome == Some(false) {
            self.end(id);
        }
    }

    /// Sends the text to all of a room but one, a write each.
    fn tell_room(&mut self, room: usize, except: Option<PeerId>) {
        self.frame.clear();
        websocket::push_server_frame(&mut self.frame, websocket::TEXT, &self.payload);
        let members = mem::take(self.rooms.members(room));
        let mut fallen = Vec::new();
        for id in members.iter().copied().filter(|id| Some(*id) != except) {
            if let Some(peer) = &mut self.peers[id]
                && !peer.write(&self.frame, UNREAD_BYTES)
            {
                fallen.push(id);
            }
        }
        *self.rooms.members(room) = members;
        fallen.into_iter().for_each(|id| self.end(id));
    }

    fn flush(&mut self, id: PeerId) {
        if let Some(peer) = &mut self.peers[id] {
            // A broken connection is told by its reading side.
            let _ = peer.flush();
        }
    }

    fn end(&mut self, id: PeerId) {
        if let Some(peer) = self.peers[id].take() {
            self.freed.push(id);
            for membership in &peer.memberships {
                self.leave(id, membership);
            }
        }
    }
}
