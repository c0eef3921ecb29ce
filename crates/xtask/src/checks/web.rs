use crate::{
    dashboard, node,
    process::{run, run_reading},
    summary,
    tally::Tally,
};

/// The dashboard: types, tests, build.
pub(super) fn dashboard() -> anyhow::Result<Tally> {
    let dir = dashboard::dir();
    node::install(&dir)?;
    let mut tally = Tally::one(run(&mut node::npm(&dir, &["run", "typecheck"]))?.success());
    let (status, output) = run_reading(&mut node::npm(&dir, &["test"]))?;
    tally += summary::vitest(&output).agreeing_with(status.success());
    tally += Tally::one(dashboard::build().inspect_err(|error| println!("{error:#}")).is_ok());
    Ok(tally)
}
