//! Streaming clients. The floor knows only WebSockets, so a bridge stands in front of it.

use std::{
    collections::HashMap,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use crate::{
    faults::{forward, frame_end, head_end},
    floor::{Floor, Run, output, run},
};

#[test]
fn streaming_subscribers_get_every_event() {
    let floor = Floor::start();
    let bridge = Bridge::start(&floor, false);
    for more in [&["fanout", "--subscribers", "7"][..], &["many", "--channels", "5", "--subscribers", "2"]] {
        let run = bridge.run(&[more, &["--events", "40", "--duration", "20"]].concat());
        run.expect_clean();
        assert_eq!(run.report["transport"], "xhr_streaming");
        assert_eq!(run.number("/operations"), run.number("/latency_us/count"), "{more:?}");
    }
    assert_eq!(bridge.hand_overs(), 0);
}

#[test]
fn nothing_is_lost_where_a_session_goes_on_with_another_response() {
    let floor = Floor::start();
    let bridge = Bridge::start(&floor, false);
    let run = bridge.run(&LONG);
    assert_eq!(run.expect_clean().number("/operations"), 180);
    assert!(bridge.hand_overs() >= 3 * 2, "{}", bridge.hand_overs());
    // Each of them begins with a heartbeat; what answers the last may be on its way.
    let signs_of_life = bridge.signs_of_life.load(Ordering::Relaxed);
    assert!((1..=bridge.hand_overs()).contains(&signs_of_life), "{signs_of_life}");
}

#[test]
fn what_is_lost_with_a_response_is_noticed() {
    let floor = Floor::start();
    let bridge = Bridge::start(&floor, true);
    let run = bridge.run(&LONG);
    let [lost, duplicated, _] = run.ledger();
    assert_eq!((run.exit_code, duplicated), (1, 0), "{}", run.report);
    assert!(lost > 0, "{}", run.report);
}

#[test]
fn idle_sessions_are_counted() {
    let floor = Floor::start();
    let bridge = Bridge::start(&floor, false);
    let run = bridge.run(&["idle", "--connections", "40", "--seconds", "0.1"]);
    assert_eq!(run.expect_clean().number("/connections"), 40);
}

#[test]
fn a_mode_without_streaming_clients_says_so() {
    for mode in ["connect", "trigger", "client-events", "presence", "storm", "slow"] {
        let output = output("http://127.0.0.1:1", &[mode, "--transport", "xhr_streaming"]);
        assert_eq!(output.status.code(), Some(2), "{mode}");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(error.contains("fanout, many and idle"), "{mode}: {error}");
    }
}

/// So much for each of three subscribers that it takes several responses.
const LONG: [&str; 11] = [
    "fanout",
    "--subscribers",
    "3",
    "--events",
    "60",
    "--bytes",
    "15000",
    "--window",
    "4",
    "--duration",
    "20",
];
/// After so much, clients leave a response.
const RESPONSE_BYTES: usize = 256 * 1024;

/// Speaks pusher-js's `xhr_streaming` and forwards all that is said over WebSockets to the floor.
struct Bridge {
    authority: String,
    responses: Arc<AtomicU64>,
    sessions: Sessions,
    signs_of_life: Arc<AtomicU64>,
}

type Sessions = Arc<Mutex<HashMap<String, Arc<Session>>>>;

struct Session {
    to_floor: TcpStream,
    due: Mutex<Vec<String>>,
    is_due: Condvar,
}

/// What one connection of a client needs.
#[derive(Clone)]
struct Desk {
    floor: String,
    sessions: Sessions,
    responses: Arc<AtomicU64>,
    signs_of_life: Arc<AtomicU64>,
    /// The first message of every response after a session's first is lost.
    forgets: bool,
}

impl Bridge {
    fn start(floor: &Floor, forgets: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let authority = listener.local_addr().expect("it is bound").to_string();
        let desk = Desk {
            floor: floor.authority.clone(),
            sessions: Sessions::default(),
            responses: Arc::default(),
            signs_of_life: Arc::default(),
            forgets,
        };
        let Desk { sessions, responses, signs_of_life, .. } = desk.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let desk = desk.clone();
                thread::spawn(move || desk.serve(client));
            }
        });
        Self { authority, responses, sessions, signs_of_life }
    }

    fn run(&self, arguments: &[&str]) -> Run {
        run(&self.authority, &[arguments, &["--transport", "xhr_streaming", "--warmup", "0"]].concat())
    }

    /// How often a session was given another response.
    fn hand_overs(&self) -> u64 {
        let sessions = self.sessions.lock().expect("nobody panicked").len() as u64;
        self.responses.load(Ordering::Relaxed) - sessions
    }
}

impl Desk {
    fn serve(&self, mut client: TcpStream) {
        let mut start = [0; 12];
        let is_of_client = client.peek(&mut start).is_ok() && &start == b"POST /pusher";
        if !is_of_client {
            let server = TcpStream::connect(&self.floor).expect("the floor is there");
            let (from, to) = (client.try_clone().expect("open"), server.try_clone().expect("open"));
            thread::spawn(move || forward(from, to, None));
            return forward(server, client, None);
        }
        let mut unread = Vec::new();
        while let Some((head, body)) = read_request(&mut client, &mut unread) {
            let path: Vec<&str> = head.split([' ', '?', '/']).collect();
            let [name, action] = [path[6], path[7]];
            if action == "xhr_streaming" {
                return self.stream(name, client);
            }
            self.say(name, &body);
            client.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").expect("it waits for an answer");
        }
    }

    fn say(&self, name: &str, body: &str) {
        let messages: Vec<String> = serde_json::from_str(body).expect("it is an array");
        if messages.is_empty() {
            self.signs_of_life.fetch_add(1, Ordering::Relaxed);
        }
        let sessions = self.sessions.lock().expect("nobody panicked");
        for message in messages {
            // The mask is zero.
            let length = u16::try_from(message.len()).expect("it is short").to_be_bytes();
            let frame = [&[0x81, 0x80 | 126], &length[..], &[0; 4], message.as_bytes()].concat();
            (&sessions[name].to_floor).write_all(&frame).expect("the floor is there");
        }
    }

    /// Writes one response until it is long enough for the client to leave.
    fn stream(&self, name: &str, mut client: TcpStream) {
        self.responses.fetch_add(1, Ordering::Relaxed);
        let (session, is_new) = self.session(name);
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        client.write_all(head.as_bytes()).expect("it waits for an answer");
        let mut written =
            chunk(&mut client, &format!("{}\n{}", "h".repeat(2048), if is_new { "o\n" } else { "" }));
        let mut forgets = self.forgets && !is_new;
        while written <= RESPONSE_BYTES {
            let due = session.due.lock().expect("nobody panicked");
            let mut due = session.is_due.wait_while(due, |due| due.is_empty()).expect("nobody panicked");
            let message = due.remove(0);
            drop(due);
            if !std::mem::take(&mut forgets) {
                written += chunk(&mut client, &format!("a{}\n", serde_json::json!([message])));
            }
        }
        let _ = client.read(&mut [0; 1]);
    }

    fn session(&self, name: &str) -> (Arc<Session>, bool) {
        let mut sessions = self.sessions.lock().expect("nobody panicked");
        if let Some(session) = sessions.get(name) {
            return (session.clone(), false);
        }
        let mut to_floor = TcpStream::connect(&self.floor).expect("the floor is there");
        let from_floor = to_floor.try_clone().expect("it is open");
        to_floor
            .write_all(b"GET /app/k HTTP/1.1\r\nSec-WebSocket-Key: x\r\n\r\n")
            .expect("the floor is there");
        let session = Arc::new(Session { to_floor, due: Mutex::default(), is_due: Condvar::new() });
        sessions.insert(name.to_owned(), session.clone());
        let reader = session.clone();
        thread::spawn(move || reader.read(from_floor));
        (session, true)
    }
}

impl Session {
    /// Keeps what the floor sends.
    fn read(&self, mut from_floor: TcpStream) {
        let (mut unread, mut chunk, mut is_upgraded) = (Vec::new(), [0; 4096], false);
        while let Ok(count @ 1..) = from_floor.read(&mut chunk) {
            unread.extend_from_slice(&chunk[..count]);
            while let Some(end) = if is_upgraded { frame_end(&unread) } else { head_end(&unread) } {
                let frame: Vec<u8> = unread.drain(..end).collect();
                if std::mem::replace(&mut is_upgraded, true) {
                    let start = if frame[1] == 126 { 4 } else { 2 };
                    let text = String::from_utf8(frame[start..].to_vec()).expect("it is text");
                    self.due.lock().expect("nobody panicked").push(text);
                    self.is_due.notify_all();
                }
            }
        }
    }
}

/// Writes a chunk, if the client is still there: the bytes of its content.
fn chunk(client: &mut TcpStream, content: &str) -> usize {
    let _ = client.write_all(format!("{:x}\r\n{content}\r\n", content.len()).as_bytes());
    content.len()
}

/// The head and the body of the next request.
fn read_request(client: &mut TcpStream, unread: &mut Vec<u8>) -> Option<(String, String)> {
    let mut chunk = [0; 4096];
    loop {
        if let Some(end) = head_end(unread) {
            let head = String::from_utf8_lossy(&unread[..end]).into_owned();
            let length =
                head.split("Content-Length: ").nth(1)?.split("\r\n").next()?.parse::<usize>().ok()?;
            if unread.len() >= end + length {
                let request: Vec<u8> = unread.drain(..end + length).collect();
                return Some((head, String::from_utf8_lossy(&request[end..]).into_owned()));
            }
        }
        let count = client.read(&mut chunk).ok().filter(|count| *count > 0)?;
        unread.extend_from_slice(&chunk[..count]);
    }
}
