//! What an event, a message and an idle connection may cost, counted instead of timed: a change that
//! makes them dearer fails here, on any machine.

use std::{net::SocketAddr, rc::Rc, sync::Arc, thread};

use actix_rt::{System, SystemRunner};
use actix_service::{Service, ServiceFactory};
use allocation_counter::{AllocationInfo, measure};
use campanile_protocol::{App, AppSettings, signature::SigningKey};
use campanile_realtime::{Counters, Node, Realm};
use campanile_transport::Sockets;
use tokio::{net::TcpListener, sync::oneshot, task::yield_now};

use crate::{
    compression::OFFER,
    harness::{Client, OneApp, node, one_app, publication, service},
};

/// A worker on the test's own thread, where every allocation is counted; clients have theirs.
struct World {
    system: SystemRunner,
    node: Arc<Node>,
    realm: Arc<Realm>,
    address: SocketAddr,
}

impl World {
    fn start() -> Self {
        Self::of(&one_app())
    }

    fn of(app: &App) -> Self {
        let (system, node) = (System::new(), node());
        let realm = node.realm(app);
        let address = system.block_on(async {
            let admission = OneApp(realm.clone(), Arc::default());
            let service = service(node.join().unwrap(), admission, Sockets::default());
            let service = Rc::new(service.new_service(()).await.unwrap());
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            actix_rt::spawn(async move {
                while let Ok((socket, _)) = listener.accept().await {
                    actix_rt::spawn(service.call(socket));
                }
            });
            address
        });
        Self { system, node, realm, address }
    }

    /// Serves while clients do something; what they made, and what the worker allocated.
    fn serve<T: Send>(&self, clients: impl FnOnce(SocketAddr) -> T + Send) -> (T, AllocationInfo) {
        let address = self.address;
        thread::scope(|scope| {
            let (done, is_done) = oneshot::channel();
            let clients = scope.spawn(move || {
                let made = clients(address);
                done.send(()).unwrap();
                made
            });
            let info = measure(|| self.system.block_on(is_done).unwrap());
            (clients.join().unwrap(), info)
        })
    }

    fn subscribers(&self, count: usize) -> Vec<Client> {
        self.serve(|address| (0..count).map(|_| subscribed(address, "news")).collect()).0
    }

    /// Publishes events, each when everybody has the one before, or all at once; what was allocated, and
    /// what was written.
    fn publish(&self, events: u64, subscribers: u64, at_once: bool) -> (AllocationInfo, Counters) {
        self.publish_data(&"x".repeat(100), events, subscribers, at_once)
    }

    fn publish_data(
        &self,
        data: &str,
        events: u64,
        subscribers: u64,
        at_once: bool,
    ) -> (AllocationInfo, Counters) {
        let publications: Vec<_> = (0..events).map(|_| publication("news", data)).collect();
        let before = self.node.counters();
        let info = measure(|| {
            self.system.block_on(async {
                let mut due = before.messages_out;
                for publication in publications {
                    self.node.publish(self.realm.app().id, publication).unwrap();
                    due += subscribers;
                    while !at_once && self.node.counters().messages_out < due {
                        yield_now().await;
                    }
                }
                while self.node.counters().messages_out < due {
                    yield_now().await;
                }
            });
        });
        let after = self.node.counters();
        let writes = after.writes - before.writes;
        (info, Counters { writes, messages_out: after.messages_out - before.messages_out, ..after })
    }
}

fn subscribed(address: SocketAddr, channel: &str) -> Client {
    let mut client = connected(address).0;
    client.subscribe(channel);
    client
}

/// Subscribes over a connection that reads compressed frames.
fn inflating(address: SocketAddr, channel: &str) -> Client {
    let mut client = Client::open_with(address, "/app/key", OFFER);
    assert!(client.head().contains("permessage-deflate"));
    client.text();
    client.subscribe(channel);
    client
}

fn connected(address: SocketAddr) -> (Client, String) {
    let mut client = Client::open(address, "/app/key?protocol=7&client=js&version=8.4.0");
    client.head();
    let socket_id = client.text().split("\\\"").nth(3).unwrap().to_owned();
    (client, socket_id)
}

/// Subscribes to a private channel as the app's server would allow it.
fn join(client: &mut Client, socket_id: &str, channel: &str) {
    let key = SigningKey::new("key".parse().unwrap(), "secret".into());
    let signature = key.sign([socket_id.as_bytes(), b":", channel.as_bytes()]);
    let data = format!(r#"{{"channel":"{channel}","auth":"key:{signature}"}}"#);
    client.say(&format!(r#"{{"event":"pusher:subscribe","data":{data}}}"#));
    assert!(client.text().contains("subscription_succeeded"));
}

const EVENTS: u64 = 64;

#[test]
fn an_event_costs_one_write_for_each_subscriber_and_no_allocation() {
    let allocations = [10, 200].map(|count| {
        let world = World::start();
        let _clients = world.subscribers(count);
        world.publish(EVENTS, count as u64, false);
        let (info, counters) = world.publish(EVENTS, count as u64, false);
        assert_eq!((counters.messages_out, counters.writes), (EVENTS * count as u64, EVENTS * count as u64));
        info.count_total
    });
    assert_eq!(allocations[0], allocations[1], "what an event costs depends on who receives it");
    assert!(allocations[0] <= EVENTS * 4 + 8, "{} for {EVENTS} events", allocations[0]);
}

#[test]
fn an_event_is_compressed_once_whoever_receives_it() {
    let data = "ding dong ".repeat(50);
    let allocations = [10, 100].map(|count| {
        let app = one_app();
        let world = World::of(&App { settings: AppSettings { compression: true, ..app.settings }, ..app });
        let connect = |address| {
            (0..count).flat_map(|_| [inflating(address, "news"), subscribed(address, "news")]).collect()
        };
        let mut clients: Vec<_> = world.serve(connect).0;
        let receivers = 2 * count as u64;
        world.publish_data(&data, EVENTS, receivers, false);
        let (info, counters) = world.publish_data(&data, EVENTS, receivers, false);
        assert_eq!(counters.writes, EVENTS * receivers);
        assert_eq!([clients[0].frame().0, clients[1].frame().0], [0xc1, 0x81]);
        info.count_total
    });
    assert_eq!(allocations[0], allocations[1], "what an event costs depends on who receives it");
    assert!(allocations[0] <= EVENTS * 8 + 8, "{} for {EVENTS} events", allocations[0]);
}

#[test]
fn events_that_wait_together_are_joined_into_one_write() {
    let world = World::start();
    let _clients = world.subscribers(50);
    world.publish(16, 50, true);
    let (_, counters) = world.publish(16, 50, true);
    assert_eq!((counters.messages_out, counters.writes), (16 * 50, 50));
}

#[test]
fn a_client_event_costs_few_allocations() {
    let world = World::start();
    let (mut pair, _) = world.serve(|address| {
        [(); 2].map(|()| {
            let (mut client, socket_id) = connected(address);
            join(&mut client, &socket_id, "private-pair");
            client
        })
    });
    let mut talk = |rounds: usize| {
        let [ann, ben] = &mut pair;
        let talk = |_| {
            for _ in 0..rounds {
                ann.say(r#"{"event":"client-a","channel":"private-pair","data":{"a":1}}"#);
                assert!(ben.text().contains("client-a"));
            }
        };
        world.serve(talk).1.count_total
    };
    talk(1);
    // More would be refused: ten a second.
    let allocations = talk(8);
    assert!(allocations <= 8 * 9, "{allocations} for 8 client events");
}

#[test]
fn an_idle_connection_with_its_own_private_channel_holds_little() {
    const CLIENTS: usize = 200;
    let world = World::start();
    let connect = |address, name: &'static str| {
        (0..CLIENTS)
            .map(|index| {
                let (mut client, socket_id) = connected(address);
                join(&mut client, &socket_id, &format!("private-{name}-{index}"));
                client
            })
            .collect::<Vec<_>>()
    };
    let (_first, _) = world.serve(|address| connect(address, "first"));
    let (_second, info) = world.serve(|address| connect(address, "second"));
    let bytes = info.bytes_current / CLIENTS as i64;
    assert!((500..2600).contains(&bytes), "{bytes} bytes");
}

/// Begins a session that streams, and subscribes it as its client would.
fn streaming(address: SocketAddr, session: &str) -> Client {
    let path = format!("/pusher/app/key/1/{session}");
    let post = |path: &str, body: &str| {
        let length = body.len();
        Client::request(
            address,
            &format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{body}"),
        )
    };
    let mut client = post(&format!("{path}/xhr_streaming?protocol=7"), "");
    client.head();
    while !client.chunk().contains("connection_established") {}
    let subscribe = r#"["{\"event\":\"pusher:subscribe\",\"data\":{\"channel\":\"news\"}}"]"#;
    assert!(post(&format!("{path}/xhr_send"), subscribe).status().contains("204"));
    while !client.chunk().contains("subscription_succeeded") {}
    client
}

#[test]
fn an_event_costs_one_write_for_each_stream_and_few_allocations() {
    let world = World::start();
    let (_clients, _) = world
        .serve(|address| (0..50).map(|index| streaming(address, &format!("s{index}"))).collect::<Vec<_>>());
    world.publish(EVENTS, 50, false);
    let (info, counters) = world.publish(EVENTS, 50, false);
    assert_eq!((counters.messages_out, counters.writes), (EVENTS * 50, EVENTS * 50));
    assert!(info.count_total <= EVENTS * 10, "{} for {EVENTS} events", info.count_total);
}

#[test]
fn an_idle_stream_holds_little() {
    const CLIENTS: usize = 200;
    let world = World::start();
    let connect = |address, name: &'static str| {
        (0..CLIENTS).map(|index| streaming(address, &format!("{name}{index}"))).collect::<Vec<_>>()
    };
    let (_first, _) = world.serve(|address| connect(address, "first"));
    let (_second, info) = world.serve(|address| connect(address, "second"));
    let bytes = info.bytes_current / CLIENTS as i64;
    assert!((500..5000).contains(&bytes), "{bytes} bytes");
}
