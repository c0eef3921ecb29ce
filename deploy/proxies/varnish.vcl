# /etc/varnish/campanile.vcl
# The limit on silent WebSockets is an argument; the platform pings them after 150 s:
#   varnishd -a :80 -f /etc/varnish/campanile.vcl -p pipe_timeout=180
vcl 4.1;

backend campanile {
    .host = "127.0.0.1";
    .port = "6001";
    # Polls end, and streams beat, every 25 s.
    .first_byte_timeout = 75s;
    .between_bytes_timeout = 75s;
}

sub vcl_recv {
    # Varnish speaks no TLS: what terminates it in front says so in this header. Who the client is
    # (X-Forwarded-For) is added without being asked, and believed with `trusted_proxies` set.
    if (!req.http.X-Forwarded-Proto) {
        set req.http.X-Forwarded-Proto = "http";
    }
    if (req.http.Upgrade ~ "(?i)websocket") {
        return (pipe);
    }
    # Otherwise an app's server that asks twice within a second gets the first answer again, for two minutes.
    return (pass);
}

sub vcl_pipe {
    # Not passed on otherwise: they belong to one hop.
    set bereq.http.Upgrade = req.http.Upgrade;
    set bereq.http.Connection = req.http.Connection;
}
