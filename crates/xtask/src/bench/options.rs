use std::env;

use anyhow::{Context, bail};

use super::server::Endpoint;

/// Everybody on the machine sees arguments, so the peer's secret may stand here instead.
const PEER_SECRET: &str = "CAMPANILE_BENCH_PEER_SECRET";

/// What the command line asks for.
#[derive(Debug, Default)]
pub(super) struct Options {
    pub(super) rows: Vec<String>,
    pub(super) list: bool,
    pub(super) quick: bool,
    pub(super) with_webhook: bool,
    pub(super) peer: Option<Endpoint>,
}

impl Options {
    pub(super) fn parse(arguments: &[String]) -> anyhow::Result<Self> {
        let mut options = Self { with_webhook: true, ..Self::default() };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--list" => options.list = true,
                "--quick" => options.quick = true,
                "--no-webhook" => options.with_webhook = false,
                "--peer" => {
                    let peer = arguments.next().context(
                        "--peer wants URL,APP,KEY,SECRET,PID, or URL,APP,KEY,PID and the secret in \
                         CAMPANILE_BENCH_PEER_SECRET",
                    )?;
                    options.peer = Some(Endpoint::parse(peer, env::var(PEER_SECRET).ok())?);
                }
                flag if flag.starts_with('-') => bail!("unknown option {flag}"),
                row => options.rows.push(row.to_owned()),
            }
        }
        Ok(options)
    }
}
