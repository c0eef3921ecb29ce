use std::{
    io::{self, BufRead, BufReader, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::mpsc,
    thread,
};

use crate::exchange::PATIENCE;

/// A platform that forgets one header of its answers: passes everything else on, one exchange a connection.
pub(crate) struct Stripper {
    /// `127.0.0.1:PORT`.
    pub(crate) authority: String,
    passed: mpsc::Receiver<(usize, TcpStream)>,
}

impl Stripper {
    pub(crate) fn start(platform: &str, header: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let authority = listener.local_addr().unwrap().to_string();
        let (report, passed) = mpsc::channel();
        let platform = platform.to_owned();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let server = TcpStream::connect(&platform).unwrap();
                let (mut to, mut from) = (server.try_clone().unwrap(), client.try_clone().unwrap());
                thread::spawn(move || io::copy(&mut from, &mut to));
                let report = report.clone();
                thread::spawn(move || pass(server, client, header, &report));
            }
        });
        Self { authority, passed }
    }

    /// Waits until so many bytes of one answer's body have been passed on: the end where it can be cut.
    pub(crate) fn has_passed(&self, bytes: usize) -> TcpStream {
        loop {
            let (passed, connection) = self.passed.recv_timeout(PATIENCE).expect("the platform answers");
            if passed >= bytes {
                return connection;
            }
        }
    }
}

/// The answer: its head without the header, and its body as it comes.
fn pass(
    server: TcpStream,
    mut client: TcpStream,
    header: &str,
    report: &mpsc::Sender<(usize, TcpStream)>,
) -> io::Result<()> {
    let mut server = BufReader::new(server);
    let mut line = String::new();
    while line != "\r\n" {
        line.clear();
        server.read_line(&mut line)?;
        let name = line.split(':').next().unwrap_or_default();
        if !name.eq_ignore_ascii_case(header) {
            client.write_all(line.as_bytes())?;
        }
    }
    let mut passed = 0;
    loop {
        let bytes = server.fill_buf()?;
        let length = bytes.len();
        if length == 0 {
            return client.shutdown(Shutdown::Both);
        }
        client.write_all(bytes)?;
        server.consume(length);
        passed += length;
        // Nobody may be interested.
        let _ = report.send((passed, client.try_clone()?));
    }
}
