use std::{
    fmt::Debug,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use actix_codec::Framed;
use actix_http::{HttpService, Request, h1};
use actix_server::{Server, ServerHandle};
use actix_service::{IntoServiceFactory, ServiceFactory, fn_service, map_config};
use actix_web::{App as WebApp, dev::AppConfig};
use bytes::Bytes;
use campanile_protocol::{
    App, AppId, AppSettings, ChannelName, CloseCode, Event, EventData, EventName, Occurrence,
    OccurrenceTypes, TenantId, TenantQuotas, signature::SigningKey,
};
use campanile_realtime::{InProcess, Node, Observer, Publication, Realm, Source, Worker};
use campanile_transport::{
    Admission, ConnectRequest, Detachable, Entrance, Homes, Sessions, Sockets, TrustedProxies,
    WebSocketUpgrade, accept, http,
};
use tokio::net::TcpStream as TokioStream;
use uuid::Uuid;

/// A server with one app, whose key is `key`; the key `off` stands for a disabled one, and `page` for one
/// that lets in pages of `https://page.test`.
pub(crate) struct TestServer {
    pub(crate) address: SocketAddr,
    pub(crate) node: Arc<Node>,
    pub(crate) realm: Arc<Realm>,
    pub(crate) sockets: Sockets,
    /// Nobody new is let in.
    pub(crate) is_closed: Arc<AtomicBool>,
    handle: ServerHandle,
}

struct Deaf;

impl Observer for Deaf {
    fn observe(&self, _: &App, _: Occurrence) {}
}

/// Knows one app; it may be closed to newcomers.
#[derive(Clone)]
pub(crate) struct OneApp(pub(crate) Arc<Realm>, pub(crate) Arc<AtomicBool>);

impl Admission for OneApp {
    async fn admit(&self, request: &ConnectRequest) -> Result<Arc<Realm>, CloseCode> {
        match request.key.as_str() {
            "key" => Ok(self.0.clone()),
            "off" => Err(CloseCode::AppDisabled),
            "page" if request.source.origin.as_deref() != Some("https://page.test") => {
                Err(CloseCode::OriginNotAllowed)
            }
            "page" => Ok(self.0.clone()),
            _ => Err(CloseCode::UnknownApp),
        }
    }

    fn lets_in(&self) -> Result<(), CloseCode> {
        if self.1.load(Ordering::SeqCst) { Err(CloseCode::Restarting) } else { Ok(()) }
    }
}

impl TestServer {
    pub(crate) fn start() -> Self {
        Self::of(&one_app())
    }

    /// A server with this app.
    pub(crate) fn of(app: &App) -> Self {
        let node = node();
        let realm = node.realm(app);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, receiver) = std::sync::mpsc::channel();
        let sockets = Sockets::default();
        let is_closed = Arc::<AtomicBool>::default();
        let admission = OneApp(realm.clone(), is_closed.clone());
        let (workers, counted) = (node.clone(), sockets.clone());
        thread::spawn(move || {
            actix_rt::System::new().block_on(async move {
                let server = serve(listener, workers, admission, counted);
                sender.send(server.handle()).unwrap();
                server.await.unwrap();
            });
        });
        Self { address, node, realm, sockets, is_closed, handle: receiver.recv().unwrap() }
    }

    pub(crate) fn connect(&self) -> Client {
        let mut client = self.open("/app/key?protocol=7&client=js&version=8.4.0&flash=false");
        assert_eq!(client.status(), "HTTP/1.1 101 Switching Protocols");
        assert!(client.text().contains("pusher:connection_established"));
        client
    }

    /// Sends a well-formed handshake for this path.
    pub(crate) fn open(&self, path: &str) -> Client {
        Client::open(self.address, path)
    }

    pub(crate) fn send(&self, request: &str) -> Client {
        Client::request(self.address, request)
    }

    /// Waits until so many sockets are left open.
    pub(crate) fn until_open_sockets(&self, count: usize) {
        for _ in 0..3000 {
            if self.sockets.open() == count {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("{} sockets are still open", self.sockets.open());
    }

    pub(crate) fn publish(&self, channel: &str, data: &str) {
        self.node.publish(self.realm.app().id, publication(channel, data)).unwrap();
    }
}

pub(crate) fn publication(channel: &str, data: &str) -> Publication {
    let body = Bytes::from(format!("\"{data}\""));
    let data = EventData::published(serde_json::from_slice(&body).unwrap(), &body, 10_240).unwrap();
    let event = Event { name: EventName::parse("posted").unwrap(), data };
    let channels = vec![ChannelName::parse(channel).unwrap()];
    Publication { event, channels, except: None, source: Source::Api }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

/// A node with one worker.
pub(crate) fn node() -> Arc<Node> {
    Node::new(1, Arc::new(Deaf), InProcess::new)
}

pub(crate) fn one_app() -> App {
    App {
        id: AppId::from_number(1).unwrap(),
        tenant_id: TenantId(Uuid::nil()),
        enabled: true,
        is_suspended: false,
        settings: AppSettings { client_events: true, ..AppSettings::default() },
        keys: vec![SigningKey::new("key".parse().unwrap(), "secret".into())],
        tenant_quotas: TenantQuotas::default(),
        webhook_types: OccurrenceTypes::default(),
    }
}

fn serve(listener: TcpListener, node: Arc<Node>, admission: OneApp, sockets: Sockets) -> Server {
    listener.set_nonblocking(true).unwrap();
    let service = move || service(node.join().unwrap(), admission.clone(), sockets.clone());
    Server::build().workers(1).disable_signals().listen("test", listener, service).unwrap().run()
}

/// What one worker does with a TCP connection.
pub(crate) fn service(
    worker: Rc<Worker>,
    admission: OneApp,
    sockets: Sockets,
) -> impl ServiceFactory<TokioStream, Config = (), Response = (), Error: Debug, InitError: Debug> {
    let entrance = Rc::new(Entrance::new(worker, admission, sockets, TrustedProxies::default()));
    let upgrade = Rc::new(WebSocketUpgrade::new(entrance.clone(), true));
    let sessions = Sessions::start(entrance, Homes::default());
    let app = WebApp::new().configure(http::routes(sessions, true));
    let http = HttpService::build()
        .h1_allow_half_closed(false)
        .on_connect_ext(|stream: &Detachable, data| {
            data.insert(stream.grip());
        })
        .upgrade(fn_service(move |(request, framed): (Request, Framed<Detachable, h1::Codec>)| {
            let upgrade = upgrade.clone();
            async move {
                upgrade.serve(&request, framed).await;
                Ok::<_, actix_web::Error>(())
            }
        }))
        .h1(map_config(app.into_factory(), |_| AppConfig::default()));
    accept(http)
}

/// A client that sees every byte.
pub(crate) struct Client {
    pub(crate) socket: TcpStream,
    received: Vec<u8>,
}

impl Client {
    pub(crate) fn open(address: SocketAddr, path: &str) -> Self {
        Self::open_with(address, path, "")
    }

    /// Opens with more headers, each with its line break.
    pub(crate) fn open_with(address: SocketAddr, path: &str, headers: &str) -> Self {
        Self::request(
            address,
            &format!(
                "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n\
                 Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n"
            ),
        )
    }

    pub(crate) fn request(address: SocketAddr, request: &str) -> Self {
        let mut socket = TcpStream::connect(address).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        socket.write_all(request.as_bytes()).unwrap();
        Self { socket, received: Vec::new() }
    }

    fn read_until(&mut self, enough: impl Fn(&[u8]) -> Option<usize>) -> Vec<u8> {
        loop {
            if let Some(end) = enough(&self.received) {
                return self.received.drain(..end).collect();
            }
            let mut chunk = [0; 16 * 1024];
            let count = self.socket.read(&mut chunk).expect("the server answers in time");
            assert!(count > 0, "closed after {:?}", String::from_utf8_lossy(&self.received));
            self.received.extend_from_slice(&chunk[..count]);
        }
    }

    /// What was received and not looked at.
    pub(crate) fn unread(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.received)
    }

    /// The whole head of the HTTP response.
    pub(crate) fn head(&mut self) -> String {
        let end = |bytes: &[u8]| bytes.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4);
        String::from_utf8(self.read_until(end)).unwrap()
    }

    /// What comes after the head, until the server closes.
    pub(crate) fn rest(mut self) -> String {
        self.socket.read_to_end(&mut self.received).unwrap();
        String::from_utf8(self.received).unwrap()
    }

    pub(crate) fn status(&mut self) -> String {
        self.head().lines().next().unwrap().to_owned()
    }

    /// The content of the next chunk of a response.
    pub(crate) fn chunk(&mut self) -> String {
        let head = |bytes: &[u8]| {
            let end = bytes.windows(2).position(|two| two == b"\r\n")?;
            let length = usize::from_str_radix(std::str::from_utf8(&bytes[..end]).unwrap(), 16).unwrap();
            Some((end + 2, length))
        };
        let chunk = self.read_until(|bytes| {
            let (start, length) = head(bytes)?;
            (bytes.len() >= start + length + 2).then_some(start + length + 2)
        });
        let (start, length) = head(&chunk).unwrap();
        String::from_utf8(chunk[start..start + length].to_vec()).unwrap()
    }

    /// The next frame: first byte and payload.
    pub(crate) fn frame(&mut self) -> (u8, Vec<u8>) {
        let length = |bytes: &[u8]| -> Option<(usize, usize)> {
            match bytes.get(1)? {
                126 => Some((4, usize::from(u16::from_be_bytes(*bytes.get(2..)?.first_chunk()?)))),
                127 => Some((10, u64::from_be_bytes(*bytes.get(2..)?.first_chunk()?) as usize)),
                short => Some((2, usize::from(*short))),
            }
        };
        let end = |bytes: &[u8]| {
            let (header, payload) = length(bytes)?;
            (bytes.len() >= header + payload).then_some(header + payload)
        };
        let frame = self.read_until(end);
        let (header, _) = length(&frame).unwrap();
        (frame[0], frame[header..].to_vec())
    }

    pub(crate) fn text(&mut self) -> String {
        let (opcode, payload) = self.frame();
        assert_eq!(opcode, 0x81, "{payload:?}");
        String::from_utf8(payload).unwrap()
    }

    /// The code of the close frame that must come next, and then the end of the stream.
    pub(crate) fn closed(&mut self) -> u16 {
        let (opcode, payload) = self.frame();
        assert_eq!(opcode, 0x88, "{:?}", String::from_utf8_lossy(&payload));
        assert!(payload.len() <= 125);
        let mut rest = Vec::new();
        assert_eq!(self.socket.read_to_end(&mut rest).unwrap(), 0, "{rest:?}");
        u16::from_be_bytes([payload[0], payload[1]])
    }

    /// Sends a masked frame.
    pub(crate) fn send(&mut self, first: u8, payload: &[u8]) {
        let frame = masked(first, payload);
        self.socket.write_all(&frame).unwrap();
    }

    pub(crate) fn say(&mut self, text: &str) {
        self.send(0x81, text.as_bytes());
    }

    pub(crate) fn subscribe(&mut self, channel: &str) {
        self.say(&format!(r#"{{"event":"pusher:subscribe","data":{{"channel":"{channel}"}}}}"#));
        assert!(self.text().contains("subscription_succeeded"));
    }

    /// Proves that the connection still works, and that nothing else was sent.
    pub(crate) fn fence(&mut self) {
        self.say(r#"{"event":"pusher:ping"}"#);
        assert_eq!(self.text(), r#"{"event":"pusher:pong","data":{}}"#);
    }
}

pub(crate) fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match payload.len() {
        short @ 0..=125 => frame.push(0x80 | short as u8),
        medium @ 126..=0xffff => {
            frame.push(0x80 | 126);
            frame.extend_from_slice(&(medium as u16).to_be_bytes());
        }
        long => {
            frame.push(0x80 | 127);
            frame.extend_from_slice(&(long as u64).to_be_bytes());
        }
    }
    let mask = [1, 2, 3, 4];
    frame.extend_from_slice(&mask);
    frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}
