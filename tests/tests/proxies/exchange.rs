use std::{
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    time::Duration,
};

use socket2::{Domain, Socket, Type};

use crate::{
    answer::{Body, header},
    proxy::Proxy,
};

/// Between something and the next thing: what is live comes in milliseconds, what is buffered never.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// How a client reaches the platform.
#[derive(Clone)]
pub(crate) struct Route {
    /// What it connects to.
    pub(crate) connect_to: String,
    /// What it calls it.
    pub(crate) host: String,
    /// What stands before each path: for a forward proxy, scheme and host.
    prefix: String,
    /// Its own address, on a computer with many.
    from: Option<Ipv4Addr>,
    /// What its system takes before it has read: small for a slow reader.
    receive_buffer: Option<usize>,
}

impl Route {
    pub(crate) fn through(proxy: Proxy, authority: &str, upstream: &str) -> Self {
        if proxy == Proxy::Squid {
            let prefix = format!("http://{upstream}");
            Self { prefix, host: upstream.to_owned(), ..Self::direct(authority) }
        } else {
            Self::direct(authority)
        }
    }

    pub(crate) fn direct(authority: &str) -> Self {
        let (connect_to, host) = (authority.to_owned(), authority.to_owned());
        Self { connect_to, host, prefix: String::new(), from: None, receive_buffer: None }
    }

    pub(crate) fn from(&self, address: Ipv4Addr) -> Self {
        Self { from: Some(address), ..self.clone() }
    }

    pub(crate) fn with_receive_buffer(&self, bytes: usize) -> Self {
        Self { receive_buffer: Some(bytes), ..self.clone() }
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        if let Some(bytes) = self.receive_buffer {
            socket.set_recv_buffer_size(bytes).unwrap();
        }
        if let Some(address) = self.from {
            socket.bind(&SocketAddr::from((address, 0)).into()).unwrap();
        }
        socket.connect(&self.connect_to.parse::<SocketAddr>().unwrap().into()).unwrap();
        let stream = TcpStream::from(socket);
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }
}

/// A request as it will be sent.
pub(crate) struct Ask {
    method: &'static str,
    target: String,
    version: &'static str,
    headers: Vec<String>,
    body: Vec<u8>,
}

impl Ask {
    pub(crate) fn new(method: &'static str, target: &str) -> Self {
        Self { method, target: target.to_owned(), version: "1.1", headers: Vec::new(), body: Vec::new() }
    }

    pub(crate) fn header(mut self, line: &str) -> Self {
        self.headers.push(line.to_owned());
        self
    }

    /// With a body, which may be empty, as JSON.
    pub(crate) fn json(self, body: &str) -> Self {
        if self.method == "GET" {
            return self;
        }
        let length = format!("Content-Length: {}", body.len());
        Self {
            body: body.as_bytes().to_vec(),
            ..self.header("Content-Type: application/json").header(&length)
        }
    }

    pub(crate) fn accepting_gzip(self) -> Self {
        self.header("Accept-Encoding: gzip")
    }

    pub(crate) fn in_http_1_0(self) -> Self {
        Self { version: "1.0", ..self }
    }

    pub(crate) fn bytes(&self, route: &Route) -> Vec<u8> {
        let headers = self.headers.iter().map(|line| format!("{line}\r\n")).collect::<String>();
        let (method, target, version, prefix) = (self.method, &self.target, self.version, &route.prefix);
        let head =
            format!("{method} {prefix}{target} HTTP/{version}\r\nHost: {}\r\n{headers}\r\n", route.host);
        [head.as_bytes(), &self.body].concat()
    }
}

/// A request on a connection of its own, its answer read as it comes. Dropped, the client leaves.
pub(crate) struct Exchange {
    pub(crate) status: u16,
    /// Status line and headers as they came.
    pub(crate) head: String,
    body: Body,
}

impl Exchange {
    /// Sends the request and reads the head of the answer.
    pub(crate) fn begin(route: &Route, ask: &Ask) -> Self {
        let mut stream = route.connect();
        stream.write_all(&ask.bytes(route)).unwrap();
        Self::read(BufReader::new(stream))
    }

    /// Reads an answer from its beginning.
    pub(crate) fn read(mut reader: BufReader<TcpStream>) -> Self {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            let read = reader.read_line(&mut head).expect("an answer begins in time");
            assert!(read > 0, "the answer ended in its head: {head:?}");
        }
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("it has a status");
        Self { status, body: Body::new(&head, reader), head }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }

    /// The next line of the body, without its end. `None` at the end of the body.
    pub(crate) fn line(&mut self) -> Option<String> {
        let mut line = Vec::new();
        let read = self.body.read_until(b'\n', &mut line).expect("the next line comes in time");
        let text = String::from_utf8(line).unwrap();
        (read > 0).then(|| text.trim_end_matches(['\r', '\n']).to_owned())
    }

    /// All that is left of the body.
    pub(crate) fn rest(&mut self) -> String {
        let mut text = String::new();
        std::io::Read::read_to_string(&mut self.body, &mut text).expect("the body ends in time, and whole");
        text
    }

    /// The connection, after the switch to another protocol, and what was read of it already.
    pub(crate) fn switched(self) -> (TcpStream, Vec<u8>) {
        self.body.into_socket()
    }
}
