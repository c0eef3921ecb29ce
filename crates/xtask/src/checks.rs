//! `cargo xtask test`: every level, each counted, going on after failures.

mod clients;
mod database;
mod monitoring;
mod proxies;
mod rust;
mod web;

use std::{process::ExitCode, time::Instant};

use anyhow::bail;

use crate::{interrupt, tally::Tally};

/// One step: its name, and what it does.
type Step = (&'static str, fn() -> anyhow::Result<Tally>);

const STEPS: [Step; 19] = [
    ("fmt", rust::fmt),
    ("clippy", rust::clippy),
    ("dashboard", web::dashboard),
    ("build", rust::build),
    ("rust", rust::test),
    ("proxies", proxies::test),
    ("deny", rust::deny),
    ("monitoring", monitoring::test),
    ("node", clients::node),
    ("python", clients::python),
    ("pysher", clients::pysher),
    ("openapi", clients::openapi),
    ("pusher-js-7", clients::pusher_js_7),
    ("transports", clients::transports),
    ("echo", clients::echo),
    ("go", clients::go),
    ("java", clients::java),
    ("pusher-js-browser", clients::pusher_js_browser),
    ("browser", clients::browser),
];

/// Runs the named steps, or all of them.
pub(crate) fn run(names: &[String]) -> anyhow::Result<ExitCode> {
    if let Some(unknown) = names.iter().find(|name| !STEPS.iter().any(|(step, _)| step == name)) {
        bail!("there is no step {unknown:?}; see `cargo xtask help`");
    }
    interrupt::catch()?;
    let chosen = STEPS.iter().filter(|(step, _)| names.is_empty() || names.iter().any(|name| name == step));
    let mut results = Vec::new();
    let mut total = Tally::default();
    for (name, step) in chosen {
        let begin = Instant::now();
        let tally = step().unwrap_or_else(|error| {
            println!("{name}: {error:#}");
            Tally::one(false)
        });
        if interrupt::happened() {
            return Ok(ExitCode::from(130));
        }
        total += tally;
        results.push(format!("{name:<18}{tally} ({:.0} s)", begin.elapsed().as_secs_f32()));
    }
    println!("\n{}\n\n{total}", results.join("\n"));
    Ok(if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
