//! The program `campanile`: the platform and its command line.

mod cli;

use std::process::ExitCode;

use campanile_server::{config, telemetry};

/// Every connection is a handful of small allocations, on many threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::main()
}
