#[cfg(test)]
mod tests;

use std::{fmt, net::IpAddr, str::FromStr, sync::Arc};

use actix_http::header::HeaderMap;
use ipnet::{IpNet, Ipv4Net};
use thiserror::Error;

use crate::forwarded::{Hops, forwarded_for, x_forwarded_for};

/// The proxies whose word about where a client is counts: those that the operator has put in front. Anyone
/// can send their headers, so of everybody else only the address of the connection is believed.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Arc<[TrustedProxy]>);

/// One proxy, or a network of them: `127.0.0.1`, `10.0.0.0/8`, `::1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrustedProxy(IpNet);

/// A text that is neither an address nor a network.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0:?} is neither an address such as 10.0.0.1 nor a network such as 10.0.0.0/8")]
pub struct InvalidProxy(String);

impl TrustedProxies {
    /// Whether nobody is trusted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The address of the client behind a connection from `peer`: `peer` itself, unless that is trusted.
    /// Then the nearest one that is not, on the way that `X-Forwarded-For` or `Forwarded` describe. The way
    /// ends at a hop that cannot be told, because what lies beyond it was told by nobody known.
    ///
    /// Proxies write one of the headers and pass the other on as a client sent it. Where they contradict
    /// each other one is forged, nobody can tell which, and `peer` counts.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.trust(peer) {
            return peer;
        }
        let told = [x_forwarded_for(headers), forwarded_for(headers)].map(|hops| self.follow(peer, &hops));
        match told {
            [Some(one), Some(other)] if one != other => peer,
            [one, other] => one.or(other).unwrap_or(peer),
        }
    }

    /// The first on the way who is not trusted, or else the last who is known. `None` if there is no way.
    fn follow(&self, peer: IpAddr, hops: &Hops) -> Option<IpAddr> {
        let mut nearest = peer;
        for hop in hops {
            let Some(address) = hop else { break };
            nearest = *address;
            if !self.trust(nearest) {
                break;
            }
        }
        (!hops.is_empty()).then_some(nearest)
    }

    fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|TrustedProxy(network)| network.contains(&address))
    }
}

impl FromIterator<TrustedProxy> for TrustedProxies {
    fn from_iter<I: IntoIterator<Item = TrustedProxy>>(proxies: I) -> Self {
        Self(proxies.into_iter().collect())
    }
}

impl FromStr for TrustedProxy {
    type Err = InvalidProxy;

    fn from_str(text: &str) -> Result<Self, InvalidProxy> {
        let address = || text.parse().map(|address: IpAddr| IpNet::from(address.to_canonical()));
        let network = text.parse().or_else(|_| address()).map_err(|_| InvalidProxy(text.to_owned()))?;
        Ok(Self(unmapped(network).trunc()))
    }
}

/// Peers are compared as IPv4 where they are; a network of `::ffff:…` addresses must be so too.
fn unmapped(network: IpNet) -> IpNet {
    let as_v4 = |network: ipnet::Ipv6Net| {
        let prefix = network.prefix_len().checked_sub(96)?;
        Ipv4Net::new(network.addr().to_ipv4_mapped()?, prefix).ok()
    };
    match network {
        IpNet::V4(_) => network,
        IpNet::V6(mapped) => as_v4(mapped).map_or(network, IpNet::V4),
    }
}

/// As one would write it: a single address without its length.
impl fmt::Display for TrustedProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(network) = self;
        if network.prefix_len() == network.max_prefix_len() { network.addr().fmt(f) } else { network.fmt(f) }
    }
}
