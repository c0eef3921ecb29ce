use std::{
    net::{SocketAddr, TcpStream, ToSocketAddrs},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};

/// Where the server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    /// `host:port` as it was written, for the `Host` header.
    pub(crate) authority: String,
}

impl Target {
    /// Reads `http://HOST:PORT`. Other computers are refused unless they are meant: what this program does
    /// to a server that is not yours is an attack.
    pub(crate) fn parse(url: &str, allow_remote: bool) -> Result<Self> {
        let Some((scheme, rest)) = url.split_once("://") else { bail!("{url:?} is no URL") };
        ensure!(
            scheme == "http" || scheme == "ws",
            "only http:// is spoken, not {scheme}://: measure the server, not the TLS in front of it"
        );
        let authority = rest.trim_end_matches('/');
        ensure!(!authority.contains(['/', '?', '@']), "{url:?} must be just http://HOST:PORT");
        let with_port = match authority.rsplit_once(':') {
            Some((_, port)) if port.parse::<u16>().is_ok() => authority.to_owned(),
            _ => format!("{authority}:80"),
        };
        let addresses = with_port.to_socket_addrs().with_context(|| format!("no such host: {authority}"))?;
        let all: Vec<SocketAddr> = addresses.collect();
        let first = all.first().with_context(|| format!("{authority} has no address"))?;
        let allowed: Vec<SocketAddr> =
            all.iter().copied().filter(|address| allow_remote || address.ip().is_loopback()).collect();
        ensure!(
            !allowed.is_empty(),
            "{} is another computer; say --allow-remote if you may put load on it",
            first.ip()
        );
        Ok(Self { address: choose(&allowed), authority: authority.to_owned() })
    }
}

/// How long a server may take to be there, where it is not known at which address it is.
const PATIENCE: Duration = Duration::from_secs(1);

/// The first address that somebody listens at: `localhost` is two, and a server often has only one.
fn choose(addresses: &[SocketAddr]) -> SocketAddr {
    let is_there = |address: &&SocketAddr| TcpStream::connect_timeout(address, PATIENCE).is_ok();
    let found = if addresses.len() > 1 { addresses.iter().find(is_there) } else { None };
    *found.unwrap_or(&addresses[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_host_and_port() {
        let target = Target::parse("http://127.0.0.1:6001/", false).unwrap();
        assert_eq!((target.address.port(), &*target.authority), (6001, "127.0.0.1:6001"));
        assert_eq!(Target::parse("http://127.0.0.1", false).unwrap().address.port(), 80);
    }

    #[test]
    fn the_address_with_a_server_is_chosen() {
        let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let there = server.local_addr().unwrap();
        let elsewhere = SocketAddr::from(([127, 0, 0, 2], there.port()));
        assert_eq!(choose(&[elsewhere, there]), there);
        assert_eq!(choose(&[elsewhere]), elsewhere);
    }

    #[test]
    fn another_computer_must_be_meant() {
        let error = Target::parse("http://192.0.2.1:6001", false).unwrap_err().to_string();
        assert!(error.contains("--allow-remote"), "{error}");
        assert!(Target::parse("http://192.0.2.1:6001", true).is_ok());
    }

    #[test]
    fn what_cannot_be_spoken_is_refused() {
        for url in ["https://127.0.0.1", "127.0.0.1:6001", "http://127.0.0.1/app/x"] {
            assert!(Target::parse(url, true).is_err(), "{url}");
        }
    }
}
