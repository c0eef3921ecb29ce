//! What the proxies read: the shipped files with ports filled in, and the frames that Debian puts around them.

use std::{fs, path::Path};

use crate::proxy::{Proxy, Setup};

/// What is replaced in a configuration.
pub(crate) struct Places<'a> {
    /// Where the proxy listens, `127.0.0.1:PORT`.
    pub(crate) listen: &'a str,
    /// What stands behind it, `127.0.0.1:PORT`.
    pub(crate) upstream: &'a str,
    /// A folder of its own.
    pub(crate) dir: &'a str,
}

/// A configuration as an operator would write it, with the ports of `deploy/proxies`.
pub(crate) fn text(proxy: Proxy, setup: Setup) -> String {
    match setup {
        Setup::Shipped => {
            let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
            fs::read_to_string(root.join("deploy/proxies").join(file_name(proxy))).unwrap()
        }
        Setup::Default => default(proxy).to_owned(),
    }
}

fn file_name(proxy: Proxy) -> &'static str {
    match proxy {
        Proxy::Nginx => "nginx.conf",
        Proxy::Haproxy => "haproxy.cfg",
        Proxy::Apache => "apache.conf",
        Proxy::Varnish => "varnish.vcl",
        Proxy::Caddy => "Caddyfile",
        Proxy::Squid => "squid.conf",
    }
}

fn default(proxy: Proxy) -> &'static str {
    match proxy {
        Proxy::Nginx => "server { listen 80; location / { proxy_pass http://127.0.0.1:6001; } }",
        // The defaults of Debian.
        Proxy::Haproxy => {
            "defaults\n mode http\n timeout connect 5000\n timeout client 50000\n timeout server 50000\n\
             frontend f\n bind :80\n default_backend b\nbackend b\n server one 127.0.0.1:6001\n"
        }
        Proxy::Apache => "<VirtualHost *:80>\nProxyPass / http://127.0.0.1:6001/\n</VirtualHost>\n",
        Proxy::Varnish => "vcl 4.1;\nbackend b {\n .host = \"127.0.0.1\";\n .port = \"6001\";\n}\n",
        Proxy::Caddy => "realtime.example.com {\n reverse_proxy 127.0.0.1:6001\n}\n",
        Proxy::Squid => "",
    }
}

/// The text with the places in it; every place must be there, or the test would test something else.
pub(crate) fn fill_in(proxy: Proxy, text: &str, places: &Places) -> String {
    let Places { listen, upstream, .. } = places;
    let port = upstream.rsplit(':').next().unwrap();
    let replacements: &[(&str, String)] = &match proxy {
        Proxy::Nginx => {
            vec![("listen 80;", format!("listen {listen};")), ("127.0.0.1:6001", (*upstream).to_owned())]
        }
        Proxy::Haproxy => {
            vec![("bind :80", format!("bind {listen}")), ("127.0.0.1:6001", (*upstream).to_owned())]
        }
        Proxy::Apache => vec![
            ("<VirtualHost *:80>", format!("<VirtualHost {listen}>")),
            ("127.0.0.1:6001", (*upstream).to_owned()),
        ],
        Proxy::Varnish => vec![("\"6001\"", format!("\"{port}\""))],
        Proxy::Caddy => vec![
            ("realtime.example.com {", format!("http://{listen} {{")),
            ("127.0.0.1:6001", (*upstream).to_owned()),
        ],
        Proxy::Squid if text.is_empty() => vec![],
        Proxy::Squid => vec![("port 6001", format!("port {port}"))],
    };
    replacements.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{proxy}: no {from:?} in\n{text}");
        text.replace(from, to)
    })
}

/// What stands around the operator's file, which is at `file`, as in Debian: paths and ports aside.
pub(crate) fn frame(proxy: Proxy, file: &str, places: &Places) -> Option<String> {
    let Places { listen, dir, .. } = places;
    match proxy {
        Proxy::Haproxy | Proxy::Varnish => None,
        Proxy::Nginx => Some(format!(
            "daemon off; master_process off; pid {dir}/pid; error_log {dir}/log;\n\
             events {{ worker_connections 768; }}\n\
             http {{ sendfile on; tcp_nopush on; gzip on; access_log off;\n\
             client_body_temp_path {dir}/a; proxy_temp_path {dir}/b; fastcgi_temp_path {dir}/c;\n\
             uwsgi_temp_path {dir}/d; scgi_temp_path {dir}/e;\ninclude {file}; }}\n"
        )),
        Proxy::Apache => Some(apache(file, listen, dir)),
        // Its own address for management is the same for all.
        Proxy::Caddy => Some(format!("{{\n admin off\n}}\nimport {file}\n")),
        Proxy::Squid => Some(squid(file, listen, dir)),
    }
}

/// The modules that Debian enables, as far as they touch requests, and what `a2enmod` in our file adds.
fn apache(file: &str, listen: &str, dir: &str) -> String {
    let modules = [
        "mpm_event",
        "authn_core",
        "authz_core",
        "reqtimeout",
        "filter",
        "deflate",
        "mime",
        "env",
        "setenvif",
        "headers",
        "proxy",
        "proxy_http",
    ];
    let load =
        modules.map(|name| format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"));
    format!(
        "{}ServerRoot {dir}\nServerName localhost\nPidFile {dir}/pid\nDefaultRuntimeDir {dir}\n\
         Mutex file:{dir} default\nUser www-data\nGroup www-data\nListen {listen}\nErrorLog {dir}/log\n\
         TypesConfig /dev/null\nTimeout 300\nRequestReadTimeout header=20-40,minrate=500\n\
         RequestReadTimeout body=10,minrate=500\n\
         AddOutputFilterByType DEFLATE text/html text/plain text/xml text/css text/javascript\n\
         AddOutputFilterByType DEFLATE application/x-javascript application/javascript\n\
         Include {file}\n",
        load.concat()
    )
}

fn squid(file: &str, listen: &str, dir: &str) -> String {
    format!(
        "acl SSL_ports port 443\nacl Safe_ports port 80\nacl Safe_ports port 443\n\
         acl Safe_ports port 1025-65535\nhttp_access deny !Safe_ports\n\
         http_access deny CONNECT !SSL_ports\nhttp_access allow localhost manager\n\
         http_access deny manager\ninclude {file}\nhttp_access allow localhost\nhttp_access deny all\n\
         http_port {listen}\ncoredump_dir {dir}\nrefresh_pattern . 0 20% 4320\n\
         pid_filename {dir}/pid\ncache_log {dir}/log\naccess_log none\npinger_enable off\n\
         netdb_filename none\nvisible_hostname localhost\nshutdown_lifetime 0 seconds\n"
    )
}
