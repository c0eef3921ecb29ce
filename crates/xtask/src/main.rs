//! `cargo xtask`: everything around the code that must work on a fresh computer. Few dependencies, so
//! that it builds in seconds.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "its output is what it is for")]

mod bench;
mod checks;
mod dashboard;
mod interrupt;
mod node;
mod process;
mod python;
mod root;
mod summary;
mod system;
mod tally;
mod up;

use std::{env, process::ExitCode};

const USAGE: &str = "\
Usage: cargo xtask <COMMAND>

Commands:
  up [-- ARGS...]   Set everything up, build, and run the platform until Ctrl-C.
                    ARGS go to `campanile serve`; DATABASE_URL names an existing PostgreSQL.
  test [STEP...]    Set everything up and run every check, or only the named steps:
                    fmt clippy dashboard build rust proxies deny monitoring node
                    python pysher openapi pusher-js-7 transports echo go java
                    pusher-js-browser browser
  bench [ROW...]    Measure the platform beside the floor, all rows or the named ones. Also:
                    --list     name the rows
                    --quick    once each instead of three times
                    --no-webhook
                    --peer URL,APP,KEY,SECRET,PID   another server in a column of its own";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("", [].as_slice()),
    };
    let outcome = match command {
        "up" => up::up(rest.strip_prefix(&["--".to_owned()]).unwrap_or(rest)),
        "test" => checks::run(rest),
        "bench" => bench::run(rest),
        "--help" | "-h" | "help" => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
