use std::{env, fmt, path::PathBuf};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proxy {
    Nginx,
    Haproxy,
    Apache,
    Varnish,
    Caddy,
    /// A forward proxy: clients know of it and ask for absolute URIs.
    Squid,
}

pub(crate) const PROXIES: [Proxy; 6] =
    [Proxy::Nginx, Proxy::Haproxy, Proxy::Apache, Proxy::Varnish, Proxy::Caddy, Proxy::Squid];

/// Whose configuration a proxy runs with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Setup {
    /// The file in `deploy/proxies`.
    Shipped,
    /// What someone writes who was told nothing, on top of what Debian ships.
    Default,
}

impl Proxy {
    /// Its program, if it is installed. Debian has most of them where only root's `PATH` points.
    pub(crate) fn program(self) -> Option<PathBuf> {
        let name = match self {
            Self::Nginx => "nginx",
            Self::Haproxy => "haproxy",
            Self::Apache => "apache2",
            Self::Varnish => "varnishd",
            Self::Caddy => "caddy",
            Self::Squid => "squid",
        };
        let path = env::var_os("PATH").unwrap_or_default();
        let dirs = env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
        dirs.map(|dir| dir.join(name)).find(|program| program.is_file())
    }

    pub(crate) fn is_installed(self) -> bool {
        self.program().is_some()
    }

    pub(crate) fn passes_upgrades_by_default(self) -> bool {
        matches!(self, Self::Haproxy | Self::Caddy)
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nginx => "nginx",
            Self::Haproxy => "haproxy",
            Self::Apache => "apache",
            Self::Varnish => "varnish",
            Self::Caddy => "caddy",
            Self::Squid => "squid",
        })
    }
}
