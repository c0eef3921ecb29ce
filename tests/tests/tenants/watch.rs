//! Who only listens: receivers of webhooks and watchers of live streams.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    thread::{self, JoinHandle},
};

use crate::{
    register::Witness,
    wire::{Ask, connect},
};

/// A house's own server, for webhooks. It ends with the process.
pub(crate) struct Receiver {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    witness: Mutex<Witness>,
    requests: AtomicU64,
}

impl Receiver {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&theirs);
                // A connection that breaks delivers nothing; the sender tries again.
                thread::spawn(move || shared.converse(&stream).unwrap_or_default());
            }
        });
        Self { address, shared }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/webhooks", self.address)
    }

    /// How many deliveries came; tests are none.
    pub(crate) fn requests(&self) -> u64 {
        self.shared.requests.load(SeqCst)
    }

    /// What came so far.
    pub(crate) fn take(&self) -> Witness {
        std::mem::take(&mut self.shared.witness.lock().unwrap())
    }
}

impl Shared {
    fn converse(&self, stream: &TcpStream) -> std::io::Result<()> {
        let mut reader = BufReader::new(stream.try_clone()?);
        loop {
            let (mut head, mut length) = (String::new(), 0);
            loop {
                let begin = head.len();
                if reader.read_line(&mut head)? == 0 {
                    return Ok(());
                }
                let line = head[begin..].to_ascii_lowercase();
                if let Some(value) = line.strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap_or(0);
                }
                if line == "\r\n" {
                    break;
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body)?;
            let is_delivery = head.contains("webhook-id:") && !head.contains("webhook-test:");
            self.requests.fetch_add(u64::from(is_delivery), SeqCst);
            let mut witness = self.witness.lock().unwrap();
            witness.receives("a webhook", head.as_bytes());
            witness.receives("a webhook", &body);
            drop(witness);
            // What the endpoint answers is kept and shown: to its own house only.
            (&mut &*stream).write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")?;
        }
    }
}

/// Someone who watches an app, until told to end.
pub(crate) struct Watcher {
    stream: TcpStream,
    thread: JoinHandle<(Witness, u64)>,
}

impl Watcher {
    pub(crate) fn open(authority: &str, ask: &Ask) -> Self {
        let mut reader = connect(authority);
        let head = format!("GET {} HTTP/1.1\r\nHost: x\r\n{}\r\n\r\n", ask.target, ask.proof);
        reader.get_mut().write_all(head.as_bytes()).unwrap();
        let stream = reader.get_ref().try_clone().unwrap();
        let thread = thread::spawn(move || {
            let (mut witness, mut lines, mut line) = (Witness::default(), 0, Vec::new());
            while reader.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
                witness.receives("a live stream", &line);
                lines += 1;
                line.clear();
            }
            (witness, lines)
        });
        Self { stream, thread }
    }

    /// What was seen, and in how many lines.
    pub(crate) fn end(self) -> (Witness, u64) {
        // Already closed is closed.
        let _ = self.stream.shutdown(Shutdown::Both);
        self.thread.join().unwrap()
    }
}
