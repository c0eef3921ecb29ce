use reqwest::header::HeaderMap;

/// Headers by which those between a client and the platform give themselves away.
const TRACES: [&str; 6] = ["server", "via", "x-cache", "x-served-by", "cf-ray", "x-squid-error"];

/// A program known to stand between clients and platforms, and what to write into its configuration.
#[derive(Debug)]
pub(crate) struct Proxy {
    /// How it calls itself in a header, in lower case.
    marks: &'static [&'static str],
    pub(crate) upgrade: &'static str,
    pub(crate) streaming: &'static str,
}

const KNOWN: [Proxy; 5] = [
    Proxy {
        marks: &["squid"],
        upgrade: "squid: `http_upgrade_request_protocols websocket allow all`, in lower case; better, offer TLS \
                  on port 443, which squid passes through unseen.",
        streaming: "squid: let responses of the platform's address through unread, or offer TLS on port 443.",
    },
    Proxy {
        marks: &["varnish"],
        upgrade: "varnish: in vcl_recv `if (req.http.upgrade ~ \"(?i)websocket\") { return (pipe); }`, in vcl_pipe \
                  copy `req.http.upgrade` and `connection` to `bereq`.",
        streaming: "varnish: `return (pass)` for /pusher/, /sockjs/ and /apps/, with `beresp.do_stream = true`.",
    },
    Proxy {
        marks: &["cloudflare"],
        upgrade: "Cloudflare: switch WebSockets on for the zone (Network).",
        streaming: "Cloudflare: no buffering features (Polish, Rocket Loader, scanning) on the platform's paths.",
    },
    Proxy {
        marks: &["apache"],
        upgrade: "apache: `ProxyPass / http://platform:6001/ upgrade=websocket flushpackets=on timeout=75`.",
        streaming: "apache: `flushpackets=on` at ProxyPass, and no mod_deflate or mod_buffer on these paths.",
    },
    Proxy { marks: &["nginx", "openresty", "tengine"], upgrade: NGINX_UPGRADE, streaming: NGINX_STREAMING },
];

const NGINX_UPGRADE: &str = "nginx: `proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; \
    proxy_set_header Connection $connection_upgrade; proxy_read_timeout 75s;` with a map that makes \
    `$connection_upgrade` \"upgrade\" where $http_upgrade is set.";

const NGINX_STREAMING: &str =
    "nginx: `proxy_buffering off; proxy_http_version 1.1;`, and no `proxy_ignore_headers X-Accel-Buffering`.";

/// The one that answered; the innermost names itself in `Server`, the others in `Via`.
pub(crate) fn of(headers: &HeaderMap) -> Option<&'static Proxy> {
    let traces = seen(headers)?.to_ascii_lowercase();
    KNOWN.iter().find(|proxy| proxy.marks.iter().any(|mark| traces.contains(mark)))
}

/// What to change so that upgrades pass.
pub(crate) fn upgrade_advice(headers: &HeaderMap) -> String {
    let known = of(headers).map_or(NGINX_UPGRADE, |proxy| proxy.upgrade);
    format!("Have every proxy in between pass `Upgrade` and `Connection` on. {known}")
}

/// What to change so that responses flow.
pub(crate) fn streaming_advice(headers: &HeaderMap) -> String {
    of(headers).map_or(NGINX_STREAMING, |proxy| proxy.streaming).to_owned()
}

/// `Server: nginx, Via: 1.1 varnish`.
pub(crate) fn seen(headers: &HeaderMap) -> Option<String> {
    let traces = TRACES.iter().filter_map(|name| {
        let value = headers.get(*name)?.to_str().ok()?;
        Some(format!("{}: {}", titled(name), crate::text::shown(value)))
    });
    let seen: Vec<String> = traces.collect();
    (!seen.is_empty()).then(|| seen.join(", "))
}

fn titled(name: &str) -> String {
    let words = name.split('-').map(|word| word[..1].to_uppercase() + &word[1..]);
    words.collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_advice_is_for_the_proxy_that_was_seen() {
        for (name, value, expected) in [
            ("server", "nginx/1.22.1", "nginx:"),
            ("via", "1.1 edge (squid/5.7)", "squid:"),
            ("via", "1.1 varnish (Varnish/7.1)", "varnish:"),
            ("server", "Apache/2.4", "apache:"),
            ("x-other", "", "nginx:"),
        ] {
            let headers = HeaderMap::from_iter([(name.parse().unwrap(), value.parse().unwrap())]);
            assert!(upgrade_advice(&headers).contains(expected), "{value}");
            assert!(streaming_advice(&headers).starts_with(expected), "{value}");
        }
    }

    #[test]
    fn traces_are_named_as_they_are_written() {
        let pairs = [("via", "1.1 varnish"), ("server", "nginx"), ("x-cache", "MISS"), ("date", "now")];
        let headers =
            pairs.into_iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        assert_eq!(seen(&headers).as_deref(), Some("Server: nginx, Via: 1.1 varnish, X-Cache: MISS"));
    }
}
