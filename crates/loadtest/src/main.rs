//! `campanile-loadtest`: puts load on an installation of Campanile, or on a peer that speaks the Pusher
//! protocol, and keeps account of every event.
//!
//! It shares no code with what it measures. It is one thread with raw sockets, so cheap that the server
//! is the limit: frames are looked at in the buffer they were read into, requests are written over in
//! place, and one comparison per delivery tells loss, duplicates and order ([`ledger`]). What the machine
//! could do at best is told by its own `floor` peer.

mod broadcast;
mod cli;
mod clock;
mod credentials;
mod flights;
mod floor;
mod http;
mod latency;
mod ledger;
mod limits;
mod mark;
mod message;
mod meter;
mod modes;
mod net;
mod pace;
mod process;
mod progress;
mod ramp;
mod report;
mod session;
mod sockjs;
mod standing;
mod target;
mod transport;
mod trigger_request;
mod troubles;
mod websocket;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::Parser;

use self::{
    cli::{Cli, Command, CommonArgs},
    report::Report,
};

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            // There is nobody else to tell.
            let _ = writeln!(io::stderr(), "error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Whether all went well.
fn run(command: Command) -> anyhow::Result<bool> {
    match command {
        Command::Fanout(args) => tell(&args.common, modes::fanout::fanout(&args)),
        Command::Many(args) => tell(&args.common, modes::fanout::many(&args)),
        Command::Idle(args) => tell(&args.common, modes::idle::run(&args)),
        Command::Connect(args) => tell(&args.common, modes::connect::run(&args)),
        Command::Trigger(args) => tell(&args.common, modes::trigger::run(&args)),
        Command::ClientEvents(args) => tell(&args.common, modes::client_events::run(&args)),
        Command::Presence(args) => tell(&args.common, modes::presence::run(&args)),
        Command::Storm(args) => tell(&args.common, modes::storm::run(&args)),
        Command::Slow(args) => tell(&args.common, modes::slow::run(&args)),
        Command::Floor(args) => floor::run(&args).map(|()| true),
    }
}

fn tell(common: &CommonArgs, report: anyhow::Result<Report>) -> anyhow::Result<bool> {
    let report = report?;
    report.publish(common.json.as_deref())?;
    Ok(report.is_clean())
}
