//! What goes on beside a run, so that its price shows: the same run without it stands beside.

use std::{
    io::{Read, Write, copy, sink},
    net::{Shutdown, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context, ensure};

use super::{platform::Installation, rows::Beside, server::Endpoint};
use crate::{process::spawn, root};

/// Goes on until this is dropped.
#[derive(Debug)]
pub(super) enum Companion {
    Console(TcpStream),
    Neighbour(Child),
}

/// What the neighbour may publish, and how many requests it has under way to publish more.
const NEIGHBOUR_PER_SECOND: &str = "500";
const NEIGHBOUR_REQUESTS: &str = "64";
/// So long does the generator run if nobody ends it.
const AT_MOST: &str = "120";
/// Until the neighbour stands at its limit.
const SETTLE: Duration = Duration::from_secs(1);

impl Companion {
    pub(super) fn start(beside: Beside, installation: &Installation) -> anyhow::Result<Self> {
        match beside {
            Beside::Console => watch(installation).map(Self::Console),
            Beside::Neighbour => {
                press(&installation.create_neighbour(NEIGHBOUR_PER_SECOND)?).map(Self::Neighbour)
            }
        }
    }
}

impl Drop for Companion {
    fn drop(&mut self) {
        // Either may be gone already.
        match self {
            Self::Console(stream) => drop(stream.shutdown(Shutdown::Both)),
            Self::Neighbour(generator) => {
                let _ = generator.kill();
                let _ = generator.wait();
            }
        }
    }
}

/// Opens the console's stream of the app and reads it to the end.
fn watch(installation: &Installation) -> anyhow::Result<TcpStream> {
    let endpoint = installation.endpoint();
    let host = endpoint.url.strip_prefix("http://").context("the platform listens without TLS")?;
    let token = installation.create_token()?;
    let mut stream = TcpStream::connect(host)?;
    write!(
        stream,
        "GET /api/v1/apps/{}/live HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n",
        endpoint.app
    )?;
    let mut status = [0; 12];
    stream.read_exact(&mut status)?;
    ensure!(&status == b"HTTP/1.1 200", "the console was refused: {}", String::from_utf8_lossy(&status));
    let mut reader = stream.try_clone()?;
    thread::spawn(move || drop(copy(&mut reader, &mut sink())));
    Ok(stream)
}

/// Publishes as fast as it is let.
fn press(endpoint: &Endpoint) -> anyhow::Result<Child> {
    let mut generator = Command::new(root::target("release/campanile-loadtest"));
    generator.args(["trigger", "--window", NEIGHBOUR_REQUESTS, "--duration", AT_MOST]);
    endpoint.point(&mut generator);
    // Its own account is of no interest: that it is refused most of the time is the point.
    let child = spawn(generator.stdout(Stdio::null()).stderr(Stdio::null()))?;
    thread::sleep(SETTLE);
    Ok(child)
}
