//! Which addresses a tenant may have this server post to.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    ops::RangeInclusive,
};

use serde::Deserialize;
use thiserror::Error;
use url::{Host, Url};

/// What the operator allows beside the public internet; never a tenant's to decide.
///
/// Link-local and metadata addresses, multicast and reserved ranges are never allowed.
///
/// On the public internet only ports where web servers are: 80, 443, and from 1024 on those that do not belong
/// to another well-known service (`OTHERS_PORTS`). A webhook is not a way to talk to someone's database or
/// mail server from here. What the operator allows beside the public internet is reached on any port.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TargetPolicy {
    /// This machine itself, for development.
    pub allow_loopback: bool,
    /// Private networks (RFC 1918, shared address space, unique local).
    pub allow_private: bool,
}

/// The address, or that port of it, may not be posted to. It says nothing of which address that is: a
/// tenant must not learn what a name means inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the URL leads to an address or a port that webhooks may not be sent to")]
pub struct ForbiddenTarget;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    Public,
    Private,
    Loopback,
    Never,
}

impl TargetPolicy {
    /// Whether a connection to that address and port may be opened.
    pub fn allows(self, address: IpAddr, port: u16) -> bool {
        let reach = match address {
            IpAddr::V4(address) => reach_v4(address),
            IpAddr::V6(address) => reach_v6(address),
        };
        self.allows_reach(reach) && (reach != Reach::Public || is_web_port(port))
    }

    /// Refuses a URL whose host is a forbidden address in any spelling, or this machine by name, or whose port
    /// is forbidden wherever the name may lead. Other names are judged by what they resolve to, at each
    /// connection. Returns the port.
    pub fn check_url(self, url: &str) -> Result<u16, ForbiddenTarget> {
        let url = Url::parse(url).map_err(|_| ForbiddenTarget)?;
        let port = url.port_or_known_default().ok_or(ForbiddenTarget)?;
        let is_allowed = match url.host() {
            Some(Host::Ipv4(address)) => self.allows(address.into(), port),
            Some(Host::Ipv6(address)) => self.allows(address.into(), port),
            Some(Host::Domain(name)) if is_localhost(name) => self.allows_reach(Reach::Loopback),
            Some(Host::Domain(_)) => is_web_port(port) || self.allow_loopback || self.allow_private,
            None => false,
        };
        if is_allowed { Ok(port) } else { Err(ForbiddenTarget) }
    }

    fn allows_reach(self, reach: Reach) -> bool {
        match reach {
            Reach::Public => true,
            Reach::Private => self.allow_private,
            Reach::Loopback => self.allow_loopback,
            Reach::Never => false,
        }
    }
}

/// Ports from 1024 on that belong to something else than the web: databases, caches, queues, what runs
/// containers, remote desktops, file shares, telephony and chat.
const OTHERS_PORTS: [RangeInclusive<u16>; 35] = [
    1080..=1080,   // SOCKS
    1433..=1434,   // SQL Server
    1521..=1521,   // Oracle
    1719..=1723,   // H.323, PPTP
    1883..=1883,   // MQTT
    2049..=2049,   // NFS
    2181..=2181,   // ZooKeeper
    2375..=2377,   // Docker
    2379..=2380,   // etcd
    3306..=3306,   // MySQL
    3389..=3389,   // RDP
    3659..=3659,   // Apple SASL
    4045..=4045,   // lockd
    4190..=4190,   // ManageSieve
    4369..=4369,   // Erlang
    5060..=5061,   // SIP
    5432..=5432,   // PostgreSQL
    5671..=5672,   // AMQP
    5900..=5910,   // VNC
    5984..=5986,   // CouchDB, WinRM
    6000..=6063,   // X11
    6379..=6380,   // Redis
    6432..=6432,   // PgBouncer
    6443..=6443,   // Kubernetes
    6566..=6566,   // SANE
    6660..=6697,   // IRC
    8500..=8501,   // Consul
    9042..=9042,   // Cassandra
    9092..=9093,   // Kafka
    9200..=9300,   // Elasticsearch
    10080..=10080, // Amanda
    10250..=10255, // kubelet
    11211..=11211, // memcached
    26379..=26379, // Redis Sentinel
    27017..=27019, // MongoDB
];

fn is_web_port(port: u16) -> bool {
    matches!(port, 80 | 443) || (port >= 1024 && !OTHERS_PORTS.iter().any(|ports| ports.contains(&port)))
}

fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name == "localhost" || name.ends_with(".localhost")
}

/// Metadata services that lie in otherwise ordinary ranges (Azure, Alibaba).
const METADATA_V4: [Ipv4Addr; 2] = [Ipv4Addr::new(168, 63, 129, 16), Ipv4Addr::new(100, 100, 100, 200)];
/// The metadata service of AWS, among unique local addresses.
const METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

/// By the IANA registry of special-purpose addresses.
fn reach_v4(address: Ipv4Addr) -> Reach {
    if METADATA_V4.contains(&address) {
        return Reach::Never;
    }
    match address.octets() {
        [127, ..] => Reach::Loopback,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] => Reach::Private,
        // this network, link-local, protocol assignments, documentation, 6to4 relays, benchmarks,
        // multicast, reserved
        [0, ..]
        | [169, 254, ..]
        | [192, 0, 0 | 2, _]
        | [192, 88, 99, _]
        | [198, 18..=19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _]
        | [224..=255, ..] => Reach::Never,
        _ => Reach::Public,
    }
}

fn reach_v6(address: Ipv6Addr) -> Reach {
    if address == METADATA_V6 {
        return Reach::Never;
    }
    let embedded = |high: u16, low: u16| {
        let [[a, b], [c, d]] = [high.to_be_bytes(), low.to_be_bytes()];
        reach_v4(Ipv4Addr::new(a, b, c, d))
    };
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 1] => Reach::Loopback,
        // IPv4-mapped, and NAT64: the embedded address is where it leads.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => embedded(high, low),
        // 6to4
        [0x2002, high, low, ..] => embedded(high, low),
        // unique local
        [0xfc00..=0xfdff, ..] => Reach::Private,
        // protocol assignments with Teredo, and documentation
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Reach::Never,
        // global unicast is all that is left to allow
        [0x2000..=0x3fff, ..] => Reach::Public,
        _ => Reach::Never,
    }
}

#[cfg(test)]
mod tests;
