use std::{
    fs,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::{
    ClusterError, account::Account, home::Home, postmaster::Postmaster, programs::Programs, settings,
    socket_dir::socket_dir,
};

/// The role that owns everything in the cluster. It has no password: whoever can enter the socket's
/// directory is let in.
pub(crate) const USER: &str = "campanile";
/// There is no TCP port; this number is only part of the socket's name.
pub(crate) const PORT: u16 = 5432;

/// After a crash the server first replays its journal.
const START: Duration = Duration::from_secs(300);
const FAST_STOP: Duration = Duration::from_secs(30);
const IMMEDIATE_STOP: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(25);
/// A log beyond this is set aside at the next start.
const LOG_MAX_BYTES: u64 = 10 * 1024 * 1024;

/// A server process that answers.
#[derive(Debug)]
pub(crate) struct Server {
    pid: i32,
    /// `None` for a server that another process of ours started.
    child: Option<Child>,
    pub(crate) socket_dir: PathBuf,
}

/// What it takes to run one.
#[derive(Debug)]
pub(crate) struct Launcher {
    pub(crate) programs: Programs,
    pub(crate) account: Account,
    pub(crate) home: Home,
}

impl Launcher {
    /// Makes the cluster, complete or not at all: a kill in the middle leaves only what is removed here
    /// the next time.
    pub(crate) fn create(&self) -> Result<(), ClusterError> {
        let unfinished = self.home.unfinished_data();
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).map_err(ClusterError::io("remove", &unfinished))?;
        }
        let mut initdb = self.command("initdb");
        initdb.arg("-D").arg(&unfinished).args(["-U", USER, "--encoding=UTF8", "--locale=C"]);
        // By the socket, whose directory is the check; by the network not at all.
        initdb.args(["--auth-local=trust", "--auth-host=reject"]);
        run("initdb", &mut initdb)?;
        fs::rename(&unfinished, self.home.data()).map_err(ClusterError::io("rename", &unfinished))
    }

    /// The server of this cluster: the one that runs (it outlives a platform that was killed), or a new
    /// one. The flag says whether it was running.
    pub(crate) fn ensure(&self) -> Result<(Server, bool), ClusterError> {
        let deadline = Instant::now() + START;
        while Instant::now() < deadline {
            let found = Postmaster::read(&self.home.data());
            match &found {
                Some(running) if running.is_alive() => {
                    if running.is_ready && self.answers(&running.socket_dir) {
                        let socket_dir = running.socket_dir.clone();
                        return Ok((Server { pid: running.pid, child: None, socket_dir }, true));
                    }
                }
                _ => {
                    if let Some(server) = self.launch(found.as_ref(), deadline)? {
                        return Ok((server, false));
                    }
                }
            }
            thread::sleep(POLL);
        }
        Err(self.not_started())
    }

    /// `None` if it could not start *yet*.
    fn launch(&self, stale: Option<&Postmaster>, deadline: Instant) -> Result<Option<Server>, ClusterError> {
        let socket_dir = socket_dir(self.home.dir(), self.account)?;
        let mut child = self.spawn(&socket_dir, stale)?;
        let pid = i32::try_from(child.id()).expect("a process id fits pid_t");
        while Instant::now() < deadline {
            if let Some(_status) = child.try_wait().map_err(ClusterError::io("wait for", self.home.dir()))? {
                // Of a server that was killed, the last workers may still hold the shared memory. They
                // notice soon; until then starting is refused, to protect the data.
                let transient = self.log_tail().contains("pre-existing shared memory block");
                return if transient { Ok(None) } else { Err(self.not_started()) };
            }
            let told = Postmaster::read(&self.home.data());
            if told.is_some_and(|it| it.pid == pid && it.is_ready) && self.answers(&socket_dir) {
                return Ok(Some(Server { pid, child: Some(child), socket_dir }));
            }
            thread::sleep(POLL);
        }
        let mut server = Server { pid, child: Some(child), socket_dir };
        server.stop()?;
        Err(self.not_started())
    }

    fn spawn(&self, socket_dir: &Path, stale: Option<&Postmaster>) -> Result<Child, ClusterError> {
        self.rotate_log();
        // The account opens its own log: root does not write where another account could put a link.
        let mut command = self.account.command(Path::new("/bin/sh"), self.home.dir());
        command.args(["-c", "umask 077; log=$1; shift; exec \"$@\" >>\"$log\" 2>&1", "sh"]);
        command.arg(self.home.log()).arg(self.programs.path("postgres"));
        command.args(settings::arguments(&self.home.data(), socket_dir));
        if let Some(other) = stale.filter(|it| it.is_impersonated()) {
            // PostgreSQL takes any process of that number and of its own account for a running server.
            // This tells it that this one is not, and keeps its other checks.
            command.env("PG_GRANDPARENT_PID", other.pid.to_string());
        }
        // Away from the terminal's process group: Ctrl-C is for the platform, which stops it in order.
        command.process_group(0).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().map_err(ClusterError::io("start", self.programs.path("postgres")))
    }

    fn answers(&self, socket_dir: &Path) -> bool {
        let mut pg_isready = self.command("pg_isready");
        pg_isready.arg("-q").arg("-h").arg(socket_dir).args(["-p", &PORT.to_string(), "-U", USER]);
        pg_isready.status().is_ok_and(|status| status.success())
    }

    /// Makes a database unless it exists.
    pub(crate) fn create_database(&self, socket_dir: &Path, name: &str) -> Result<(), ClusterError> {
        let mut createdb = self.command("createdb");
        createdb.arg("-h").arg(socket_dir).args(["-p", &PORT.to_string(), "-U", USER]);
        createdb.args(["--maintenance-db=postgres", "--", name]);
        match run("createdb", &mut createdb) {
            Err(ClusterError::Program { message, .. }) if message.contains("already exists") => Ok(()),
            other => other,
        }
    }

    fn command(&self, program: &str) -> Command {
        self.account.command(&self.programs.path(program), self.home.dir())
    }

    fn rotate_log(&self) {
        let log = self.home.log();
        if log.metadata().is_ok_and(|it| it.len() > LOG_MAX_BYTES) {
            // A log that cannot be set aside only grows.
            let _ = fs::rename(&log, log.with_extension("log.1"));
        }
    }

    fn log_tail(&self) -> String {
        let text = fs::read(self.home.log()).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(10)..].join("\n")
    }

    fn not_started(&self) -> ClusterError {
        ClusterError::NotStarted { log: self.home.log(), tail: self.log_tail() }
    }
}

impl Server {
    /// Fast shutdown: ends sessions, writes a checkpoint. If that hangs, the immediate one, after which
    /// the next start replays the journal.
    pub(crate) fn stop(&mut self) -> Result<(), ClusterError> {
        if self.signal_and_wait(Signal::SIGINT, FAST_STOP)
            || self.signal_and_wait(Signal::SIGQUIT, IMMEDIATE_STOP)
        {
            Ok(())
        } else {
            Err(ClusterError::NotStopped { pid: self.pid })
        }
    }

    fn signal_and_wait(&mut self, signal: Signal, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        // Failing means that it is gone, which is looked at next.
        let _ = kill(Pid::from_raw(self.pid), signal);
        while Instant::now() < deadline {
            if self.has_ended() {
                return true;
            }
            thread::sleep(POLL);
        }
        false
    }

    fn has_ended(&mut self) -> bool {
        match &mut self.child {
            Some(child) => matches!(child.try_wait(), Ok(Some(_))),
            None => {
                let process = Postmaster { pid: self.pid, socket_dir: PathBuf::new(), is_ready: false };
                !process.is_alive()
            }
        }
    }
}

fn run(program: &'static str, command: &mut Command) -> Result<(), ClusterError> {
    let output = command.output().map_err(ClusterError::io("run", program))?;
    if output.status.success() {
        return Ok(());
    }
    let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(ClusterError::Program { program, message })
}
