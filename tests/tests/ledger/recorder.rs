//! A receiver that keeps every request, and misbehaves as it is told to.

use std::{
    collections::HashMap,
    io::{BufReader, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

use socket2::SockRef;

use crate::{manner::Manner, request_head::Head};

/// A request that came in full.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// The header `webhook-id`.
    pub(crate) id: String,
    /// Whether it is a repetition that somebody asked for.
    pub(crate) is_replay: bool,
    pub(crate) body: Vec<u8>,
    /// What was, or at least began to be, answered.
    pub(crate) status: Option<u16>,
}

/// Listens until the process ends.
pub(crate) struct Recorder {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    requests: Mutex<Vec<Request>>,
    connections: Mutex<HashMap<SocketAddr, TcpStream>>,
    /// What it does with the next requests, over and over.
    manners: Mutex<Vec<Manner>>,
    count: AtomicUsize,
    is_down: AtomicBool,
}

impl Recorder {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared::default());
        serve(listener, &shared);
        Self { address, shared }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/webhooks", self.address)
    }

    /// Treats the next requests so, one after the other, and then again from the first.
    pub(crate) fn behave(&self, manners: &[Manner]) {
        *self.shared.manners.lock().unwrap() = manners.to_vec();
        self.shared.count.store(0, SeqCst);
    }

    /// Every request so far, in the order in which they came.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests_now().clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.requests_now().len()
    }

    /// Whether a request holds that text.
    pub(crate) fn has(&self, text: &str) -> bool {
        let requests = self.requests_now();
        let is_in =
            |request: &Request| request.body.windows(text.len()).any(|bytes| bytes == text.as_bytes());
        requests.iter().rev().any(is_in)
    }

    /// Refuses connections and ends those it has.
    pub(crate) fn go_down(&self) {
        self.shared.is_down.store(true, SeqCst);
        // The listener notices with its next connection.
        let _ = TcpStream::connect(self.address);
        for (_, stream) in self.shared.connections.lock().unwrap().drain() {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Listens again at the same address.
    pub(crate) fn come_up(&self) {
        self.shared.is_down.store(false, SeqCst);
        serve(TcpListener::bind(self.address).unwrap(), &self.shared);
    }

    fn requests_now(&self) -> MutexGuard<'_, Vec<Request>> {
        self.shared.requests.lock().unwrap()
    }
}

fn serve(listener: TcpListener, shared: &Arc<Shared>) {
    let shared = Arc::clone(shared);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            if shared.is_down.load(SeqCst) {
                break;
            }
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let Ok(peer) = stream.peer_addr() else { return };
                shared.connections.lock().unwrap().insert(peer, stream.try_clone().unwrap());
                // A connection that breaks delivers nothing; the sender tries again.
                let _ = shared.converse(&stream);
                shared.connections.lock().unwrap().remove(&peer);
            });
        }
    });
}

impl Shared {
    fn converse(&self, stream: &TcpStream) -> std::io::Result<()> {
        let mut reader = BufReader::new(stream.try_clone()?);
        while let Some(head) = Head::read(&mut reader)? {
            let number = self.count.fetch_add(1, SeqCst);
            let manner = {
                let manners = self.manners.lock().unwrap();
                *manners.get(number % manners.len().max(1)).unwrap_or(&Manner::Answer(200))
            };
            if matches!(manner, Manner::ResetHalfway) {
                reader.read_exact(&mut vec![0; head.length / 2])?;
                return reset_at_end(stream);
            }
            let mut body = vec![0; head.length];
            reader.read_exact(&mut body)?;
            let status = match manner {
                Manner::Answer(status) | Manner::Later(status, _) => Some(status),
                Manner::ResetUnanswered => None,
                _ => Some(200),
            };
            self.keep(Request { id: head.id, is_replay: head.is_replay, body, status }, manner);
            let answer = match manner {
                Manner::ResetUnanswered | Manner::ResetHalfway => return reset_at_end(stream),
                Manner::ResetInAnswer => {
                    (&mut &*stream).write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")?;
                    return reset_at_end(stream);
                }
                Manner::Later(status, seconds) => format!("{status} Later\r\nRetry-After: {seconds}"),
                Manner::Answer(status) => format!("{status} Answer"),
                Manner::Slow(pause) => {
                    thread::sleep(pause);
                    "200 OK".to_owned()
                }
                Manner::Forget | Manner::Swap => "200 OK".to_owned(),
            };
            // In one piece: the system holds the second of two small ones back.
            let answer = format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n");
            (&mut &*stream).write_all(answer.as_bytes())?;
        }
        Ok(())
    }

    fn keep(&self, request: Request, manner: Manner) {
        let mut requests = self.requests.lock().unwrap();
        match manner {
            Manner::Forget => {}
            Manner::Swap => {
                let before = requests.len().saturating_sub(1);
                requests.insert(before, request);
            }
            _ => requests.push(request),
        }
    }
}

/// Its last handle, closed, resets it instead of ending it.
fn reset_at_end(stream: &TcpStream) -> std::io::Result<()> {
    SockRef::from(stream).set_linger(Some(Duration::ZERO))
}
