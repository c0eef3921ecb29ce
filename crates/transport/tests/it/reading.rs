use std::{
    io::{Read, Write},
    thread,
    time::Duration,
};

use campanile_protocol::CloseCode;

use crate::harness::TestServer;

#[test]
fn nothing_is_lost_when_the_reader_is_slower_than_the_socket_buffer() {
    let server = TestServer::start();
    let mut client = server.connect();
    client.subscribe("news");
    let data = "x".repeat(10_000);
    for index in 0..60 {
        server.publish("news", &format!("{index}{data}"));
    }
    for index in 0..60 {
        assert!(client.text().contains(&format!(r#""data":"{index}x"#)), "{index}");
    }
    client.fence();
}

#[test]
fn a_peer_that_stops_reading_is_closed_while_another_gets_everything() {
    let server = TestServer::start();
    let (mut slow, mut quick) = (server.connect(), server.connect());
    slow.subscribe("news");
    quick.subscribe("news");
    let data = "x".repeat(10_000);
    let mut published = 0;
    while server.node.counters().connections == 2 {
        server.publish("news", &data);
        assert!(quick.text().contains("posted"));
        published += 1;
        assert!(published < 10_000, "never closed");
    }
    quick.fence();
    // What had been written before can still be read; the close frame may be lost.
    let mut rest = Vec::new();
    let _ = slow.socket.read_to_end(&mut rest);
    assert!(rest.len() < published * 11_000);
    server.until_open_sockets(1);
}

#[test]
fn a_peer_that_never_reads_again_does_not_keep_its_socket() {
    let server = TestServer::start();
    let mut slow = server.connect();
    slow.subscribe("news");
    let data = "x".repeat(10_000);
    while server.node.counters().connections == 1 {
        server.publish("news", &data);
        thread::sleep(Duration::from_millis(1));
    }
    // Not a byte is read: only the server's patience ends this.
    server.until_open_sockets(0);
}

#[test]
fn a_peer_that_pings_without_reading_is_closed() {
    let server = TestServer::start();
    let mut client = server.connect();
    // The welcome may be read before the connection is counted.
    client.fence();
    let pings = crate::harness::masked(0x89, b"").repeat(10_000);
    // Writing fails once the server has closed.
    while client.socket.write_all(&pings).is_ok() && server.node.counters().connections == 1 {}
    server.until_open_sockets(0);
}

#[test]
fn a_peer_that_closes_its_side_while_it_does_not_read_is_not_kept() {
    let server = TestServer::start();
    let mut client = server.connect();
    client.subscribe("news");
    let data = "x".repeat(10_000);
    (0..500).for_each(|_| server.publish("news", &data));
    client.socket.shutdown(std::net::Shutdown::Write).unwrap();
    server.until_open_sockets(0);
}

#[test]
fn a_peer_that_vanishes_leaves_nothing_behind() {
    let server = TestServer::start();
    let mut client = server.connect();
    client.subscribe("news");
    drop(client);
    server.until_open_sockets(0);
    assert_eq!(server.node.counters().connections, 0);
}

#[test]
fn closing_everything_tells_everyone_to_come_back() {
    let server = TestServer::start();
    let mut clients: Vec<_> = (0..200).map(|_| server.connect()).collect();
    server.node.close_connections(None, CloseCode::Restarting);
    for client in &mut clients {
        assert_eq!(client.closed(), 4200);
    }
}

#[test]
fn old_protocols_read_the_reason_before_the_end() {
    let server = TestServer::start();
    let mut client = server.open("/app/key?protocol=5");
    client.head();
    client.text();
    server.node.close_connections(None, CloseCode::Restarting);
    assert!(client.text().contains("4200"));
    assert_eq!(client.closed(), 4200);
}
