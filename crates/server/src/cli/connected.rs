use anyhow::Context;
use campanile_control::{Actor, MasterKey, Store, Who, acting};
use secrecy::ExposeSecret;

use super::{database::Database, sources::SourceArgs};
use crate::config::Config;

/// Runs a command with the platform's store.
pub(super) fn run(
    sources: &SourceArgs,
    command: impl AsyncFnOnce(&Store) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let config = sources.read([])?;
    let database = Database::for_command(&config)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let outcome = runtime.block_on(async {
        let store = open(&config, &database).await?;
        if config.is_embedded() {
            // The platform's own database is as new as its program. An operator's database is changed
            // only by `serve` and `migrate`, not by a command that asks for a list.
            store.migrate().await?;
        } else {
            store.verify_master_key().await.context("is the schema up to date? See `campanile migrate`")?;
        }
        let operator = Actor { who: Who::CommandLine, ..Actor::default() };
        let outcome = acting(operator, command(&store)).await;
        store.close().await;
        outcome
    });
    database.close()?;
    outcome
}

/// Connects, without looking at the schema.
pub(super) async fn open(config: &Config, database: &Database) -> anyhow::Result<Store> {
    let master_key = load_master_key(config)?;
    Store::connect(database.url().expose_secret(), master_key).await.context("cannot connect to the database")
}

fn load_master_key(config: &Config) -> anyhow::Result<MasterKey> {
    if let Some(text) = &config.master_key {
        return Ok(MasterKey::from_text(text)?);
    }
    if config.master_key_file.is_none() {
        std::fs::create_dir_all(&config.data_dir)
            .with_context(|| format!("cannot create {}", config.data_dir.display()))?;
    }
    Ok(MasterKey::load_or_create(&config.master_key_path())?)
}
