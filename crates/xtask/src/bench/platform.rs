use std::{
    cell::Cell,
    fs::{self, File, Permissions},
    os::unix::fs::PermissionsExt,
    process::Command,
};

use anyhow::{Context, ensure};
use campanile_cluster::Cluster;
use serde_json::Value;
use tempfile::TempDir;

use super::{
    cores::Cores,
    receiver,
    server::{Endpoint, Server},
};
use crate::{process::run_quietly, root};

/// What the endpoint is told of. Not of client events: each would be a row of the database.
const WEBHOOK_EVENTS: [&str; 4] = ["channel_occupied", "channel_vacated", "member_added", "member_removed"];
/// So that the service's own limits are not what is measured.
const SETTINGS: [&str; 3] =
    ["client_events=true", "max_client_events_per_second=1000", "max_presence_members=1000"];

/// The platform as it is run in production, everything on: a database, an app, a webhook endpoint. Every
/// server gets a database of its own, so that none finds work that another left behind.
pub(super) struct Platform {
    cluster: Cluster,
    dir: TempDir,
    cores: Cores,
    /// Where webhooks go.
    receiver: Option<String>,
    databases: Cell<u32>,
}

impl Platform {
    /// Starts the database server.
    pub(super) fn prepare(cores: Cores, with_webhook: bool) -> anyhow::Result<Self> {
        let dir = tempfile::Builder::new().prefix("campanile-bench-").tempdir()?;
        // So that the account that runs the database can enter.
        fs::set_permissions(dir.path(), Permissions::from_mode(0o755))?;
        let cluster = Cluster::start(dir.path())?;
        let receiver = with_webhook.then(receiver::start).transpose()?;
        fs::create_dir_all(root::target("bench"))?;
        Ok(Self { cluster, dir, cores, receiver, databases: Cell::new(0) })
    }

    pub(super) fn cores(&self) -> &Cores {
        &self.cores
    }

    /// Starts a server, on cores of its own if there are as many.
    pub(super) fn serve(&self, workers: usize) -> anyhow::Result<Installation<'_>> {
        let database = format!("bench_{}", self.databases.replace(self.databases.get() + 1));
        self.cluster.create_database(&database)?;
        let url = self.cluster.url_of(&database);
        let tenant = self.create_tenant(&url, "Bench", &[])?;
        let app = self.create_app(&url, &tenant)?;
        let mut serve = self.command(&url, &["serve", "--json", "--listen", "127.0.0.1:0"]);
        serve.args(["--internal-listen", "127.0.0.1:0"]).env("CAMPANILE_WORKERS", workers.to_string());
        serve.stderr(File::options().create(true).append(true).open(root::target("bench/server.log"))?);
        self.cores.enter_server(workers)?;
        let started = Server::start(&mut serve);
        self.cores.enter_load()?;
        let (process, line) = started?;
        let ready: Value = serde_json::from_str(&line)?;
        let endpoint = endpoint(&app, text(&ready, "/url")?, process.id())?;
        Ok(Installation { platform: self, database: url, tenant, server: Server::new(process, endpoint) })
    }

    pub(super) fn stop(self) -> anyhow::Result<()> {
        self.cluster.stop()?;
        Ok(self.dir.close()?)
    }

    fn create_tenant(&self, database: &str, name: &str, options: &[&str]) -> anyhow::Result<String> {
        self.ask(database, &["migrate"])?;
        text(&self.ask(database, &[&["tenant", "create", "--name", name], options].concat())?, "/id")
    }

    fn create_app(&self, database: &str, tenant: &str) -> anyhow::Result<Value> {
        let mut create = vec!["app", "create", "--tenant", tenant, "--name", "Bench"];
        SETTINGS.iter().for_each(|setting| create.extend(["--setting", setting]));
        let app = self.ask(database, &create)?;
        if let Some(receiver) = &self.receiver {
            let id = text(&app, "/id")?;
            let mut create = vec!["webhook", "create", "--batching", "--app", &id, "--url", receiver];
            WEBHOOK_EVENTS.iter().for_each(|event| create.extend(["--event", event]));
            self.ask(database, &create)?;
        }
        Ok(app)
    }

    fn ask(&self, database: &str, arguments: &[&str]) -> anyhow::Result<Value> {
        let (status, output) = run_quietly(self.command(database, arguments).arg("--json"))?;
        ensure!(status.success(), "campanile {} failed: {status}", arguments.join(" "));
        Ok(serde_json::from_str(&output).unwrap_or(Value::Null))
    }

    fn command(&self, database: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(root::target("release/campanile"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CAMPANILE_")) {
            command.env_remove(name);
        }
        command.env("DATABASE_URL", database);
        command.env("CAMPANILE_WEBHOOKS_ALLOW_TARGETS", "loopback").env("CAMPANILE_LOG_FILTER", "warn");
        command.args(arguments).arg("--data-dir").arg(self.dir.path());
        command
    }
}

/// A server with a database of its own.
pub(super) struct Installation<'a> {
    platform: &'a Platform,
    database: String,
    tenant: String,
    server: Server,
}

impl Installation<'_> {
    pub(super) fn endpoint(&self) -> &Endpoint {
        self.server.endpoint()
    }

    /// A management token of the app's organisation.
    pub(super) fn create_token(&self) -> anyhow::Result<String> {
        let create = ["token", "create", "--tenant", &self.tenant, "--name", "Bench"];
        text(&self.platform.ask(&self.database, &create)?, "/token")
    }

    /// An app of another organisation, which may publish so many messages a second.
    pub(super) fn create_neighbour(&self, per_second: &str) -> anyhow::Result<Endpoint> {
        let options = ["--max-messages-per-second", per_second];
        let tenant = self.platform.create_tenant(&self.database, "Neighbour", &options)?;
        let app = self.platform.create_app(&self.database, &tenant)?;
        let Endpoint { url, pid, .. } = self.endpoint();
        endpoint(&app, url.clone(), *pid)
    }
}

fn endpoint(app: &Value, url: String, pid: u32) -> anyhow::Result<Endpoint> {
    let [app, key, secret] = ["/id", "/keys/0/key", "/keys/0/secret"].map(|pointer| text(app, pointer));
    Ok(Endpoint { url, app: app?, key: key?, secret: secret?, pid })
}

fn text(value: &Value, pointer: &str) -> anyhow::Result<String> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.map(str::to_owned).with_context(|| format!("no text at {pointer} in {value}"))
}
