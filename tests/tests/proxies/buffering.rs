use std::{
    io::{BufReader, ErrorKind, Write},
    net::Shutdown,
};

use crate::{
    behind::Behind,
    configuration,
    exchange::{Ask, Exchange},
    proxy::{Proxy, Setup},
    session::Session,
    stage::Stage,
    stream::{Stream, Style},
    stripper::Stripper,
};

pub(crate) const QUESTION: (&str, fn()) =
    ("streams_need_the_header_against_buffering", streams_need_the_header_against_buffering);

/// The header is what makes streams live behind an nginx that nobody set up for them: without it nothing
/// arrives, not even the head, until the answer ends. The other half is `a_stream_is_live` by default.
fn streams_need_the_header_against_buffering() {
    const PRELUDE: usize = 2049;
    let platform = Stage::shared().platform.authority.clone();
    let stripper = Stripper::start(&platform, "X-Accel-Buffering");
    let text = configuration::text(Proxy::Nginx, Setup::Default);
    let behind =
        Behind::start_with(Proxy::Nginx, &text, &stripper.authority, "nginx, header lost".to_owned());

    let session = Session::of_pusher_js(&behind);
    let mut client = behind.route.connect();
    client.write_all(&session.receive("xhr_streaming").bytes(&behind.route)).unwrap();
    let connection = stripper.has_passed(PRELUDE + "o\n".len());
    // nginx has one worker, so what it answers now it answers after it has seen all that.
    assert!(behind.ask(&Ask::new("GET", "/")).status < 400);
    client.set_nonblocking(true).unwrap();
    let seen = client.peek(&mut [0]).map_err(|error| error.kind());
    assert_eq!(seen, Err(ErrorKind::WouldBlock), "it is live without the header: the header is needless");

    client.set_nonblocking(false).unwrap();
    connection.shutdown(Shutdown::Both).unwrap();
    let mut stream = Stream::new(Exchange::read(BufReader::new(client)), Style::Lines);
    assert_eq!(stream.frame(), "o");
}
