pub(super) const SHORT: &str = "\
campanile --help says more: the database, the environment, files and signals.";

pub(super) const LONG: &str = "\
Database:
  With DATABASE_URL (or database_url in the file) an existing PostgreSQL is used,
  e.g. postgres://user:password@host:5432/campanile.
  Without it, the platform runs one of its own: a private PostgreSQL cluster in the
  data directory, on a Unix socket only. This needs PostgreSQL's server programs to
  be installed, but no running server. Started by root, it runs as an unprivileged
  user. It is stopped with the platform, and survives a kill of it.

  The other commands use the same database and work beside a running platform:
  give them the same DATABASE_URL or --data-dir.

Environment (flags override it, it overrides the file):
  DATABASE_URL                      existing PostgreSQL
  CAMPANILE_CONFIG                  configuration file
  CAMPANILE_LISTEN                  public address         [default: 127.0.0.1:6001]
  CAMPANILE_INTERNAL_LISTEN         metrics and health     [default: 127.0.0.1:9601]
  CAMPANILE_DATA_DIR                data directory         [default: .campanile]
  CAMPANILE_MASTER_KEY              key that seals secrets: 32 bytes, hex or base64
  CAMPANILE_MASTER_KEY_FILE         file with that key     [default: DATA_DIR/master.key]
  CAMPANILE_PUBLIC_URL              address behind a proxy; https marks cookies Secure
  CAMPANILE_TRUSTED_PROXIES         addresses and networks of proxies, between commas,
                                    whose X-Forwarded-For or Forwarded tells where a
                                    client is, e.g. 127.0.0.1,10.0.0.0/8 [default: none]
  CAMPANILE_WORKERS                 worker threads         [default: one per core]
  CAMPANILE_SHUTDOWN_GRACE          patience at the end    [default: 10s]
  CAMPANILE_CONFORMANCE_ECHO        true | false: echo services for suites of protocol
                                    tests; never in public [default: false]
  CAMPANILE_WEBHOOKS_ALLOW_TARGETS  public | loopback | private
                                    [default: loopback with the embedded database,
                                    otherwise public]
  CAMPANILE_WEBHOOKS_METRICS_BY_ENDPOINT
                                    true | false: metrics of each webhook endpoint,
                                    labelled with its id   [default: false]
  CAMPANILE_MAIL_SMTP_URL           smtps://user:password@host, or smtp://… with
                                    ?tls=required; without it, mails go to the log
  CAMPANILE_MAIL_FROM               e.g. Campanile <no-reply@example.com>
  CAMPANILE_TELEMETRY_OTLP_ENDPOINT traces go there by OTLP over HTTP, to /v1/traces,
                                    e.g. http://127.0.0.1:4318 [default: no traces]
  CAMPANILE_TELEMETRY_SAMPLE_RATIO  share of traces that is followed [default: 0.05]
  CAMPANILE_LOG_FORMAT              text | json            [default: text]
  CAMPANILE_LOG_FILTER              levels by module, e.g. info,campanile_webhooks=debug
                                    [default: info, quieter for libraries]
  CAMPANILE_TOKEN                   management token of `campanile listen`
  CAMPANILE_APP_SECRET              secret of the key that `campanile doctor` examines
  Any other name that begins with CAMPANILE_ is an error.

File (--config, TOML): the same fields, e.g.
  listen = \"0.0.0.0:6001\"
  public_url = \"https://push.example.com\"
  trusted_proxies = [\"127.0.0.1\", \"10.0.0.0/8\"]
  [webhooks]
  allow_targets = \"public\"
  [log]
  format = \"json\"

Files in the data directory:
  master.key    made at the first start, mode 600. Back it up, apart from the
                database: without it no stored secret can be opened
  postgres/     the embedded cluster and its server.log; a link where the user that
                runs it cannot reach the data directory
  *.lock        who uses the directory

Signals:
  SIGTERM, SIGINT (Ctrl-C)   stop: sockets are told to reconnect, open requests end

Exit codes:
  0 done   1 failed   2 wrong usage or configuration";

#[cfg(test)]
mod tests {
    use crate::config::VARIABLES;

    #[test]
    fn the_help_names_every_variable() {
        for variable in &VARIABLES {
            assert!(super::LONG.contains(variable.name), "{}", variable.name);
        }
    }
}
