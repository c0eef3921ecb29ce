//! Runs a command beside a fresh platform with an app and a webhook, and passes its exit code on:
//!
//! ```text
//! with-platform [--setting NAME=VALUE]... npm test
//! ```
//!
//! The app has client events enabled; further settings are given as for `campanile app create`.
//!
//! The command finds all it needs in its environment: `PLATFORM_URL`, `PLATFORM_HOST`, `PLATFORM_PORT`,
//! `PLATFORM_LOG`, a file, which has the mails; `PLATFORM_PROGRAM` and `PLATFORM_DATA`, the `--data-dir`, for the
//! command line beside it; `APP_ID`, `APP_KEY`, `APP_SECRET`; for a server of its own that
//! receives the app's webhooks `WEBHOOK_PORT`, `WEBHOOK_ID` and `WEBHOOK_SECRET`; and for the management API
//! `MANAGEMENT_TOKEN`.

use std::{env, net::TcpListener, process::Command, process::ExitCode};

use anyhow::Context;
use campanile_tests::{Options, Platform};

fn main() -> anyhow::Result<ExitCode> {
    let mut arguments = env::args().skip(1).peekable();
    let mut settings = vec!["--setting".to_owned(), "client_events=true".to_owned()];
    while arguments.next_if(|argument| argument == "--setting").is_some() {
        settings.extend(["--setting".to_owned(), arguments.next().context("--setting NAME=VALUE")?]);
    }
    let program =
        arguments.next().context("usage: with-platform [--setting NAME=VALUE]... COMMAND [ARGS...]")?;
    let platform = Platform::spawn_with(Options { embedded: true, ..Options::default() })?;
    let tenant = platform.create_tenant("Stock clients")?;
    let app = platform.create_app(
        &tenant,
        "Black box",
        &settings.iter().map(String::as_str).collect::<Vec<_>>(),
    )?;
    let webhook_port = free_port()?;
    let webhook = platform.create_webhook(&app, &format!("http://127.0.0.1:{webhook_port}/webhooks"), &[])?;
    let (host, port) = platform.authority.split_once(':').context("host:port")?;

    let mut command = Command::new(program);
    command.args(arguments);
    command.env("PLATFORM_URL", format!("http://{}", platform.authority));
    command.env("PLATFORM_HOST", host).env("PLATFORM_PORT", port);
    command.env("PLATFORM_LOG", platform.log_path());
    let beside = platform.command(&[]);
    command.env("PLATFORM_PROGRAM", beside.get_program());
    command.env("PLATFORM_DATA", beside.get_args().last().context("--data-dir")?);
    command.env("APP_ID", app.id).env("APP_KEY", app.key).env("APP_SECRET", app.secret);
    command.env("WEBHOOK_PORT", webhook_port.to_string());
    command.env("WEBHOOK_ID", webhook.id).env("WEBHOOK_SECRET", webhook.signing_secret);
    command.env("MANAGEMENT_TOKEN", platform.create_token(&tenant)?);
    let status = command.status().context("the command cannot be run")?;
    // A command that was ended by a signal has no code.
    Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)))
}

/// A port that nobody uses right now: the command listens there, once it has started.
fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
