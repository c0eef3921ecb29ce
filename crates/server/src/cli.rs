//! The command line: reads flags, environment and file, does one thing, says how it went.
//!
//! Everything but `serve`, `listen` and `doctor` is a client of the database and works beside a running
//! platform; `listen` is a client of the platform's API, `doctor` one like any user's, and both work from
//! anywhere.

mod app;
mod check;
mod connected;
mod database;
mod doctor;
mod failure;
mod help;
mod listen;
mod member;
mod migrate;
mod open_files;
mod openapi;
mod operator;
mod output;
mod plan;
mod routes;
mod serve;
mod signals;
mod sources;
mod tenant;
mod token;
mod webhook;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::{output::Output, sources::SourceArgs};

/// A hosted realtime platform that stock Pusher clients connect to.
#[derive(Debug, Parser)]
#[command(name = "campanile", version, after_help = help::SHORT, after_long_help = help::LONG)]
struct Cli {
    #[command(flatten)]
    sources: SourceArgs,
    #[command(flatten)]
    output: Output,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the platform until it is told to stop
    Serve(serve::ServeArgs),
    /// Bring the database's schema up to date, and do nothing else
    Migrate,
    /// Ask about the configuration
    #[command(subcommand)]
    Config(check::ConfigCommand),
    /// Organisations
    #[command(subcommand)]
    Tenant(tenant::TenantCommand),
    /// People of an organisation
    #[command(subcommand)]
    Member(member::MemberCommand),
    /// Operators: people who look after the whole installation
    #[command(subcommand)]
    Operator(operator::OperatorCommand),
    /// Plans: what organisations may use
    #[command(subcommand)]
    Plan(plan::PlanCommand),
    /// Apps of an organisation
    #[command(subcommand)]
    App(app::AppCommand),
    /// Management tokens of an organisation: for programs, and for `campanile listen`
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Webhook endpoints of an app
    #[command(subcommand)]
    Webhook(webhook::WebhookCommand),
    /// List the management API's routes and who may use them
    Routes,
    /// Print the OpenAPI document of an API
    #[command(subcommand)]
    Openapi(openapi::OpenapiCommand),
    /// Have an app's webhooks posted to a server on this computer
    Listen(listen::ListenArgs),
    /// Find out which transports users get, and what is in their way
    Doctor(doctor::DoctorArgs),
}

/// Runs the command that the process was started with.
pub(crate) fn main() -> ExitCode {
    let Cli { sources, output, command } = Cli::parse();
    let outcome = match command {
        Command::Serve(args) => {
            sources.read(args.flags()).map_err(Into::into).and_then(|config| serve::serve(&config, output))
        }
        Command::Migrate => migrate::migrate(&sources, output),
        Command::Config(command) => command.run(&sources, output),
        Command::Tenant(command) => connected::run(&sources, async |store| command.run(store, output).await),
        Command::Member(command) => connected::run(&sources, async |store| command.run(store, output).await),
        Command::Operator(command) => command.run(&sources, output),
        Command::Routes => routes::list(output),
        Command::Openapi(command) => command.run(),
        Command::Plan(command) => connected::run(&sources, async |store| command.run(store, output).await),
        Command::App(command) => connected::run(&sources, async |store| command.run(store, output).await),
        Command::Token(command) => connected::run(&sources, async |store| command.run(store, output).await),
        Command::Webhook(command) => connected::run(&sources, async |store| command.run(store, output).await),
        Command::Listen(args) => listen::listen(&args, output),
        Command::Doctor(args) => doctor::doctor(args, output),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failure::report(&error),
    }
}
