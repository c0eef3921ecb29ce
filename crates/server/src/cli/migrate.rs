use serde_json::json;

use super::{connected, database::Database, output::Output, sources::SourceArgs};

/// `campanile migrate`: what `serve` does first, for deployments that want it as a step of its own.
pub(super) fn migrate(sources: &SourceArgs, output: Output) -> anyhow::Result<()> {
    let config = sources.read([])?;
    let database = Database::for_command(&config)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let store = connected::open(&config, &database).await?;
        store.migrate().await?;
        store.close().await;
        anyhow::Ok(())
    })?;
    database.close()?;
    output.print(&json!({ "migrated": true }), "The schema is up to date.")?;
    Ok(())
}
