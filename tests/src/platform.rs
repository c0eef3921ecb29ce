use std::{
    env,
    fs::{self, File, Permissions},
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};
use campanile_cluster::Cluster;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    app::{App, Webhook, text},
    binary, database,
};

const START: Duration = Duration::from_secs(60);
const STOP: Duration = Duration::from_secs(30);

/// What a test wants otherwise than by default.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Use the embedded database even if `DATABASE_URL` offers another.
    pub embedded: bool,
    /// Use this database instead of a fresh one.
    pub database_url: Option<String>,
    /// Environment of the platform, e.g. `CAMPANILE_WORKERS`.
    pub environment: Vec<(&'static str, String)>,
}

/// The real program with its own data directory and database, on free ports of this computer.
///
/// Dropped, it is stopped; if that happens in a panic, its log is printed.
#[derive(Debug)]
pub struct Platform {
    dir: TempDir,
    database_url: Option<String>,
    environment: Vec<(&'static str, String)>,
    abort_at: Option<String>,
    process: Option<Child>,
    /// `127.0.0.1:PORT` of the public port; stays the same over restarts.
    pub authority: String,
    /// The same of the internal port.
    pub internal_authority: String,
}

impl Platform {
    /// Starts one; it serves when this returns.
    pub fn spawn() -> anyhow::Result<Self> {
        Self::spawn_with(Options::default())
    }

    /// Starts one that differs from the default.
    pub fn spawn_with(options: Options) -> anyhow::Result<Self> {
        let dir = tempfile::Builder::new().prefix("campanile-e2e-").tempdir()?;
        // As `up` would make it: so that the account that runs the database can enter.
        fs::set_permissions(dir.path(), Permissions::from_mode(0o755))?;
        let mut platform = Self {
            dir,
            database_url: match options.database_url {
                None if !options.embedded => database::fresh()?,
                chosen => chosen,
            },
            environment: options.environment,
            abort_at: None,
            process: None,
            authority: "127.0.0.1:0".to_owned(),
            internal_authority: "127.0.0.1:0".to_owned(),
        };
        platform.start()?;
        Ok(platform)
    }

    /// Starts it again after [`Self::kill`] or [`Self::stop`], on the same ports.
    pub fn start(&mut self) -> anyhow::Result<()> {
        ensure!(self.process.is_none(), "it is running");
        let log = File::options().create(true).append(true).open(self.log_path())?;
        let mut serve = self.command(&["serve", "--json", "--listen", &self.authority]);
        serve.args(["--internal-listen", &self.internal_authority]).stderr(log).stdout(Stdio::piped());
        serve.envs(self.abort_at.take().map(|boundary| ("CAMPANILE_ABORT_AT", boundary)));
        let process = self.process.insert(serve.spawn()?);
        let stdout = process.stdout.take().context("it is piped")?;
        let ready = first_line(stdout).and_then(|line| Ok(serde_json::from_str::<Value>(&line)?));
        let ready = ready.with_context(|| format!("the platform did not start:\n{}", self.log()))?;
        self.authority = text(&ready, "address")?;
        self.internal_authority = authority(&text(&ready, "internal_url")?)?;
        Ok(())
    }

    /// Has the next start, and commands from now on, differ.
    pub fn set_environment(&mut self, environment: Vec<(&'static str, String)>) {
        self.environment = environment;
    }

    /// Has the next start end, as by SIGKILL, when it passes a boundary between two steps for the `n`-th time;
    /// only programs built for debugging do. Their names are in the sources: `boundary("…")`.
    pub fn abort_at(&mut self, boundary: &str, n: u32) {
        self.abort_at = Some(format!("{boundary}:{n}"));
    }

    /// Waits until it has ended by itself. `None` if it still runs.
    pub fn wait_for_end(&mut self, patience: Duration) -> anyhow::Result<Option<ExitStatus>> {
        let process = self.process.as_mut().context("it is not running")?;
        let status = wait(process, patience)?;
        if status.is_some() {
            self.process = None;
        }
        Ok(status)
    }

    /// Its process, while it runs.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(Child::id)
    }

    /// SIGTERM, without waiting for what becomes of it.
    pub fn terminate(&self) -> anyhow::Result<()> {
        let process = self.process.as_ref().context("it is not running")?;
        Ok(kill(Pid::from_raw(i32::try_from(process.id())?), Signal::SIGTERM)?)
    }

    /// SIGKILL: the process gets no chance to tidy up.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        let mut process = self.process.take().context("it is not running")?;
        process.kill()?;
        process.wait()?;
        Ok(())
    }

    /// SIGTERM, and waits for the end.
    pub fn stop(&mut self) -> anyhow::Result<ExitStatus> {
        self.terminate()?;
        let mut process = self.process.take().context("it is not running")?;
        if let Some(status) = wait(&mut process, STOP)? {
            return Ok(status);
        }
        process.kill()?;
        process.wait()?;
        bail!("the platform did not stop on SIGTERM")
    }

    /// Kills it and starts it again.
    pub fn crash_and_restart(&mut self) -> anyhow::Result<()> {
        self.kill()?;
        self.start()
    }

    /// A command line beside it, as an operator would type it.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary::path());
        for (name, _) in env::vars().filter(|(name, _)| name.starts_with("CAMPANILE_")) {
            command.env_remove(name);
        }
        command.env_remove("DATABASE_URL").envs(self.environment.iter().map(|(name, value)| (name, value)));
        if let Some(url) = &self.database_url {
            // As with the embedded database, unless the test says otherwise.
            let is_set = self.environment.iter().any(|(name, _)| *name == "CAMPANILE_WEBHOOKS_ALLOW_TARGETS");
            command.env("DATABASE_URL", url);
            if !is_set {
                command.env("CAMPANILE_WEBHOOKS_ALLOW_TARGETS", "loopback");
            }
        }
        command.args(arguments).arg("--data-dir").arg(self.dir.path()).stdin(Stdio::null());
        command
    }

    /// Runs such a command with `--json` and returns what it prints.
    pub fn run(&self, arguments: &[&str]) -> anyhow::Result<Value> {
        let output = self.command(arguments).arg("--json").output()?;
        let error = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "campanile {}: {error}", arguments.join(" "));
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// Makes a tenant and returns its id.
    pub fn create_tenant(&self, name: &str) -> anyhow::Result<String> {
        text(&self.run(&["tenant", "create", "--name", name])?, "id")
    }

    /// Makes an app; `more` are further flags, e.g. `--setting client_events=true`.
    pub fn create_app(&self, tenant: &str, name: &str, more: &[&str]) -> anyhow::Result<App> {
        let arguments = ["app", "create", "--tenant", tenant, "--name", name];
        App::from_json(&self.run(&[&arguments, more].concat())?)
    }

    /// Makes a webhook endpoint for all events; `more` are further flags.
    pub fn create_webhook(&self, app: &App, url: &str, more: &[&str]) -> anyhow::Result<Webhook> {
        let arguments = ["webhook", "create", "--app", &app.id, "--url", url];
        Webhook::from_json(&self.run(&[&arguments, more].concat())?)
    }

    /// Makes a management token.
    pub fn create_token(&self, tenant: &str) -> anyhow::Result<String> {
        text(&self.run(&["token", "create", "--tenant", tenant, "--name", "A test's own"])?, "token")
    }

    /// Everything it has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    /// Its data directory.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        self.dir.path()
    }

    /// Where it logs; without a mail server, its mails as well.
    #[must_use]
    pub fn log_path(&self) -> PathBuf {
        self.dir.path().join("platform.log")
    }

    fn clear_away(&mut self) -> anyhow::Result<()> {
        if self.process.is_some() {
            self.stop()?;
        }
        if self.dir.path().join("postgres").exists() {
            // A killed platform leaves its database running.
            Cluster::join(self.dir.path())?.stop()?;
        }
        Ok(())
    }
}

impl Drop for Platform {
    #[expect(clippy::print_stderr, reason = "the log of a failed test belongs to what the test prints")]
    fn drop(&mut self) {
        let outcome = self.clear_away();
        if thread::panicking() {
            eprintln!("--- log of the platform ---\n{}", self.log());
        }
        if let Err(error) = outcome {
            eprintln!("the platform was not stopped: {error:#}");
        }
    }
}

fn wait(process: &mut Child, patience: Duration) -> anyhow::Result<Option<ExitStatus>> {
    let deadline = Instant::now() + patience;
    while Instant::now() < deadline {
        if let Some(status) = process.try_wait()? {
            return Ok(Some(status));
        }
        thread::sleep(Duration::from_millis(10));
    }
    Ok(None)
}

/// The first line, or an error when none comes in time. Reads on, so that the writer never blocks.
fn first_line(stream: impl std::io::Read + Send + 'static) -> anyhow::Result<String> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            // Only the first is waited for.
            let _ = sender.send(line);
        }
    });
    lines.recv_timeout(START).context("it printed nothing")
}

fn authority(url: &str) -> anyhow::Result<String> {
    url.strip_prefix("http://").map(str::to_owned).with_context(|| format!("{url} is no http URL"))
}
