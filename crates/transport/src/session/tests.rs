use std::{io::Read, net::TcpStream as Peer, time::Duration};

use bytes::Bytes;
use campanile_protocol::Frame;
use tokio::net::{TcpListener, TcpStream};

use super::{framing::Framing, *};
use crate::outbox::{self, Outbox, Sockets};

/// A streaming response, and the client's side of it.
async fn stream(id: u64) -> (Receiver, Peer) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let peer = Peer::connect(listener.local_addr().unwrap()).unwrap();
    peer.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let socket: TcpStream = listener.accept().await.unwrap().0;
    let understands = outbox::Peer { reads_close_codes: true, inflates: false };
    let outbox = Outbox::new(socket, Bytes::new(), understands, Sockets::default().count());
    (Receiver::stream(id, Framing::Xhr, outbox, true, 0), peer)
}

fn say(session: &Session, text: &str) {
    assert_eq!(session.send(&Batch::from(Frame::text(text))), Sent::Taken);
}

/// Reads until that text has come.
async fn read_until(peer: &mut Peer, text: &'static str) {
    let mut peer = peer.try_clone().unwrap();
    let read = tokio::task::spawn_blocking(move || {
        let (mut seen, mut chunk) = (String::new(), vec![0; 1 << 16]);
        while !seen.contains(text) {
            let count = peer.read(&mut chunk).unwrap();
            assert!(count > 0, "ended before {text}");
            seen.push_str(&String::from_utf8_lossy(&chunk[..count]));
        }
    });
    read.await.unwrap();
}

#[actix_rt::test]
async fn a_client_that_changes_over_after_a_doubt_loses_nothing() {
    let session = Session::new(Policy::PusherJs, false);
    let (receiver, mut first) = stream(1).await;
    assert!(session.attach(receiver).is_ok());
    say(&session, &"x".repeat(HAND_OVER_UNITS));
    say(&session, "waits");
    session.ping();
    read_until(&mut first, "h\n").await;
    // It answers the heartbeat and leaves in the same moment; what waited goes nowhere.
    drop(first);
    session.hear(Vec::new()).unwrap();
    let (receiver, mut second) = stream(2).await;
    assert!(session.attach(receiver).is_ok());
    read_until(&mut second, "waits").await;
}

#[actix_rt::test]
async fn a_client_that_changes_over_as_it_should_is_told_nothing_twice() {
    let session = Session::new(Policy::PusherJs, false);
    let (receiver, mut first) = stream(1).await;
    assert!(session.attach(receiver).is_ok());
    say(&session, &"x".repeat(HAND_OVER_UNITS - 10));
    say(&session, "crosses");
    say(&session, "waits");
    read_until(&mut first, "crosses").await;
    drop(first);
    let (receiver, mut second) = stream(2).await;
    assert!(session.attach(receiver).is_ok());
    let mut told = vec![0; 64];
    let count = second.read(&mut told).unwrap();
    assert_eq!(String::from_utf8_lossy(&told[..count]), "b\r\na[\"waits\"]\n\r\n");
}
