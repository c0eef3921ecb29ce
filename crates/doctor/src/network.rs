use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
    time::Instant,
};
use tokio_rustls::TlsConnector;

use crate::{
    address::Address,
    deadline::Deadline,
    failure::{Awaited, Failure},
    finding::{Explanation, Finding, Step},
    text, tls,
};

/// A connection, with TLS or without.
pub(crate) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// The way to the platform, once it is known that there is one.
pub(crate) struct Network {
    peer: SocketAddr,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    host: String,
}

/// Walks the way for the first time and tells a finding for each part of it, which may take `patience`. `None`
/// if it ends.
pub(crate) async fn explore(
    address: &Address,
    patience: Duration,
    mut tell: impl FnMut(Finding),
) -> Option<Network> {
    let addresses = resolve(address, Deadline::after(patience), &mut tell).await?;
    let (stream, peer) = connect(&addresses, Deadline::after(patience), &mut tell).await?;
    let host = address.host().to_owned();
    if !address.is_tls() {
        tell(Finding::skipped(Step::Tls, "not used: browsers refuse ws:// on pages that came over https://"));
        return Some(Network { peer, tls: None, host });
    }
    let start = Instant::now();
    let network = match prepare_tls(host.clone()) {
        Ok(tls) => Network { peer, tls: Some(tls), host },
        Err(explanation) => {
            tell(Finding::failed(Step::Tls, explanation));
            return None;
        }
    };
    let finding = match network.secure(stream, Deadline::after(patience)).await {
        Ok(_) => Finding::passed(Step::Tls, format!("{} shows a certificate that is trusted", network.host)),
        Err(failure) => Finding::failed(Step::Tls, explain(failure)),
    };
    let is_secure = finding.works();
    tell(finding.took(start.elapsed()));
    is_secure.then_some(network)
}

async fn resolve(
    address: &Address,
    deadline: Deadline,
    tell: &mut impl FnMut(Finding),
) -> Option<Vec<SocketAddr>> {
    let (host, port, start) = (address.host(), address.port(), Instant::now());
    if let Ok(ip) = host.parse::<IpAddr>() {
        tell(Finding::skipped(Step::Name, format!("{ip} is an address already")));
        return Some(vec![SocketAddr::new(ip, port)]);
    }
    let found = deadline.wait(lookup_host((host, port))).await;
    let (addresses, finding): (Vec<SocketAddr>, _) = match found {
        Some(Ok(found)) => {
            let addresses: Vec<SocketAddr> = found.collect();
            let list = addresses.iter().map(|it| it.ip().to_string()).collect::<Vec<_>>().join(", ");
            (addresses, Finding::passed(Step::Name, format!("{host} is {list}")))
        }
        Some(Err(error)) => (Vec::new(), unknown_name(host, &text::cause(&error))),
        None => (Vec::new(), unknown_name(host, "no answer in time")),
    };
    tell(finding.took(start.elapsed()));
    (!addresses.is_empty()).then_some(addresses)
}

fn unknown_name(host: &str, cause: &str) -> Finding {
    let advice = "Check the spelling, the DNS record, and which name server this computer asks.";
    Finding::failed(Step::Name, Explanation::new(format!("{host} has no address: {cause}"), advice))
}

/// Tries one address after the other, the next one after a share of the time.
async fn connect(
    addresses: &[SocketAddr],
    deadline: Deadline,
    tell: &mut impl FnMut(Finding),
) -> Option<(TcpStream, SocketAddr)> {
    let (start, mut dead) = (Instant::now(), Vec::new());
    for (index, &peer) in addresses.iter().enumerate() {
        let share = deadline.share(addresses.len() - index);
        match share.wait(TcpStream::connect(peer)).await {
            Some(Ok(stream)) => {
                tell(connected(peer, &dead).took(start.elapsed()));
                return Some((stream, peer));
            }
            Some(Err(error)) => dead.push(format!("{peer}: {}", text::cause(&error))),
            None => dead.push(format!("{peer}: no answer in time")),
        }
    }
    let advice = "Does the platform or the proxy listen there, on this port and not only on 127.0.0.1? Does a \
                  firewall let the port through?";
    let words = format!("nobody answers at {}", dead.join("; "));
    tell(Finding::failed(Step::Connect, Explanation::new(words, advice)).took(start.elapsed()));
    None
}

fn connected(peer: SocketAddr, dead: &[String]) -> Finding {
    if dead.is_empty() {
        return Finding::passed(Step::Connect, format!("{peer} answers"));
    }
    let words = format!("{peer} answers, but not {}", dead.join("; "));
    let advice = "Take the dead addresses out of the DNS record: users may lose seconds on them.";
    Finding::warned(Step::Connect, Explanation::new(words, advice))
}

fn prepare_tls(host: String) -> Result<(TlsConnector, ServerName<'static>), Explanation> {
    let name = ServerName::try_from(host)
        .map_err(|_| Explanation::plain("a certificate cannot be for this host name"))?;
    Ok((tls::connector()?, name))
}

fn explain(failure: Failure) -> Explanation {
    match failure {
        Failure::Untrusted(explanation) => explanation,
        _ => Explanation::new(
            "the connection is there, but TLS is not spoken on it",
            "Is this the port on which TLS is spoken? A firewall may also hold TLS back.",
        ),
    }
}

impl Network {
    /// One more connection.
    pub(crate) async fn open(&self, deadline: Deadline) -> Result<Box<dyn Duplex>, Failure> {
        let stream = deadline.wait(TcpStream::connect(self.peer)).await;
        let stream = stream.ok_or(Failure::Silent(Awaited::Connection))?;
        let stream = stream.map_err(|error| Failure::Unreachable(text::cause(&error)))?;
        self.secure(stream, deadline).await
    }

    async fn secure(&self, stream: TcpStream, deadline: Deadline) -> Result<Box<dyn Duplex>, Failure> {
        // What is measured is the way, not this computer's patience with small packets.
        let _ = stream.set_nodelay(true);
        let Some((connector, name)) = &self.tls else { return Ok(Box::new(stream)) };
        let agreed = deadline.wait(connector.connect(name.clone(), stream)).await;
        match agreed.ok_or(Failure::Silent(Awaited::Agreement))? {
            Ok(stream) => Ok(Box::new(stream)),
            Err(error) => Err(Failure::Untrusted(tls::explain(&error, &self.host))),
        }
    }
}
