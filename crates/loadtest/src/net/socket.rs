use std::{
    io::{self, ErrorKind, Write},
    net::{Ipv4Addr, SocketAddr},
};

use anyhow::{Context, Result};
use mio::net::TcpStream;
use socket2::{Domain, Protocol, SockAddr, Socket, Type};

/// Connections from one address before the next is used.
const PER_SOURCE: u64 = 10_000;
/// Addresses that are used in turn.
const SOURCES: u64 = 100;

/// Begins to connect. Told by writability; [`is_connected`] says how it went.
pub(super) fn connect(address: SocketAddr, source: Option<Ipv4Addr>) -> Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))
        .context("cannot make a socket")?;
    socket.set_nonblocking(true)?;
    socket.set_tcp_nodelay(true)?;
    if let Some(source) = source {
        #[cfg(target_os = "linux")]
        nix::sys::socket::setsockopt(&socket, nix::sys::socket::sockopt::IpBindAddressNoPort, &true)?;
        socket.bind(&SocketAddr::from((source, 0)).into())?;
    }
    match socket.connect(&SockAddr::from(address)) {
        Err(error) if !is_under_way(&error) => {
            Err(error).with_context(|| format!("cannot connect to {address}"))
        }
        _ => Ok(TcpStream::from_std(socket.into())),
    }
}

/// Where the connection with that number comes from, unless the system chooses. A port of an address that
/// was closed from this side is taken for a minute, and an address has only some 28,000; this computer has
/// many addresses of its own.
pub(super) fn source(target: SocketAddr, number: u64) -> Option<Ipv4Addr> {
    let SocketAddr::V4(target) = target else { return None };
    let place = number / PER_SOURCE % SOURCES;
    // Elsewhere the rest of 127.0.0.0/8 has to be set up first.
    (cfg!(target_os = "linux") && target.ip().is_loopback() && place > 0)
        .then(|| Ipv4Addr::new(127, 0, 1, place as u8))
}

fn is_under_way(error: &io::Error) -> bool {
    error.kind() == ErrorKind::WouldBlock || error.raw_os_error() == Some(nix::libc::EINPROGRESS)
}

/// Whether a connection that was begun is made.
pub(super) fn is_connected(stream: &TcpStream) -> io::Result<bool> {
    if let Some(error) = stream.take_error()? {
        return Err(error);
    }
    match stream.peer_addr() {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotConnected => Ok(false),
        Err(error) => Err(error),
    }
}

/// Writes what the socket takes and keeps the rest.
pub(super) fn write_or_keep(stream: &mut TcpStream, bytes: &[u8], unsent: &mut Vec<u8>) -> io::Result<()> {
    if !unsent.is_empty() {
        unsent.extend_from_slice(bytes);
        return Ok(());
    }
    let written = write(stream, bytes)?;
    unsent.extend_from_slice(&bytes[written..]);
    Ok(())
}

/// Writes what was kept.
pub(super) fn flush(stream: &mut TcpStream, unsent: &mut Vec<u8>) -> io::Result<()> {
    if !unsent.is_empty() {
        let written = write(stream, unsent)?;
        unsent.drain(..written);
    }
    Ok(())
}

fn write(stream: &mut TcpStream, bytes: &[u8]) -> io::Result<usize> {
    let mut written = 0;
    while written < bytes.len() {
        match stream.write(&bytes[written..]) {
            Ok(count) => written += count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(written)
}
