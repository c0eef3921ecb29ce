use thiserror::Error;
use url::Url;

/// An address that cannot be examined.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0} is no address with http, https, ws or wss and a host")]
pub struct AddressError(pub Url);

/// Where the platform is for clients: scheme, host, port, and the path before everything else, if a proxy
/// gives it one.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    /// With http or https; its path ends without a slash.
    base: Url,
    key: String,
}

impl Address {
    pub(crate) fn new(url: &Url, key: &str) -> Result<Self, AddressError> {
        let refused = || AddressError(url.clone());
        let scheme = match url.scheme() {
            "http" | "ws" => "http",
            "https" | "wss" => "https",
            _ => return Err(refused()),
        };
        let mut base = url.clone();
        base.set_scheme(scheme).map_err(|()| refused())?;
        base.host_str().filter(|host| !host.is_empty()).ok_or_else(refused)?;
        base.set_query(None);
        base.set_fragment(None);
        Ok(Self { base, key: key.to_owned() })
    }

    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    pub(crate) fn is_tls(&self) -> bool {
        self.base.scheme() == "https"
    }

    /// Without the brackets of IPv6.
    pub(crate) fn host(&self) -> &str {
        self.base.host_str().unwrap_or_default().trim_matches(['[', ']'])
    }

    pub(crate) fn port(&self) -> u16 {
        self.base.port_or_known_default().unwrap_or_default()
    }

    /// The path before all others, without a slash at its end; empty for most.
    pub(crate) fn prefix(&self) -> &str {
        self.base.path().trim_end_matches('/')
    }

    /// `http(s)://host/prefix/…`.
    pub(crate) fn http(&self, segments: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }

    /// `ws(s)://host/prefix/app/KEY?…`, as pusher-js asks.
    pub(crate) fn websocket(&self) -> Url {
        let mut url = self.http(&["app", &self.key]);
        let scheme = if self.is_tls() { "wss" } else { "ws" };
        url.set_scheme(scheme).expect("http and ws are of one kind, as are https and wss");
        introduce(&mut url);
        url
    }
}

/// Adds the parameters with which a client introduces itself.
pub(crate) fn introduce(url: &mut Url) {
    let version = env!("CARGO_PKG_VERSION");
    let mut query = url.query_pairs_mut();
    query
        .append_pair("protocol", "7")
        .append_pair("client", "campanile-doctor")
        .append_pair("version", version);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_stands_before_every_path() {
        for (url, expected) in [
            ("wss://push.example", "wss://push.example/app/k%2F1?protocol=7"),
            ("https://push.example/", "wss://push.example/app/k%2F1?protocol=7"),
            ("http://[::1]:6001/realtime/?x=1#y", "ws://[::1]:6001/realtime/app/k%2F1?protocol=7"),
        ] {
            let address = Address::new(&url.parse().unwrap(), "k/1").unwrap();
            assert!(address.websocket().as_str().starts_with(expected), "{}", address.websocket());
        }
    }

    #[test]
    fn only_addresses_of_the_web_are_taken() {
        for url in ["ftp://example", "mailto:a@example", "file:///x"] {
            assert!(Address::new(&url.parse().unwrap(), "k").is_err(), "{url}");
        }
    }
}
