//! Runs the cluster of a directory until its standard input ends, and says how to connect:
//!
//! ```text
//! $ cargo run --package campanile-cluster -- target/database
//! DATABASE_URL=postgres:///campanile?host=…
//! ```

use std::{
    env,
    io::{self, Read, Write},
    path::Path,
    process::ExitCode,
};

use campanile_cluster::Cluster;

fn main() -> ExitCode {
    let Some(data_dir) = env::args_os().nth(1) else {
        return fail("usage: campanile-cluster DIR");
    };
    match hold(Path::new(&data_dir)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string()),
    }
}

fn hold(data_dir: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let cluster = Cluster::start(data_dir)?;
    writeln!(io::stdout(), "DATABASE_URL={}", cluster.url())?;
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(cluster.stop()?)
}

fn fail(message: &str) -> ExitCode {
    // Nobody is left to tell when standard error is closed.
    let _ = writeln!(io::stderr(), "{message}");
    ExitCode::FAILURE
}
