use std::{
    fs::{self, File, Permissions},
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::{Pid, User, chown},
};
use tempfile::TempDir;

use crate::{
    configuration::{Places, fill_in, frame},
    proxy::Proxy,
};

/// Varnish compiles its configuration with a C compiler.
const START: Duration = Duration::from_secs(30);
const STOP: Duration = Duration::from_secs(5);
/// Somebody else may take the free port first.
const TRIES: usize = 3;

/// A proxy in the foreground, with everything it writes in a folder of its own. Dropped, it ends; if that
/// happens in a panic, its log is printed.
pub(crate) struct Running {
    /// `127.0.0.1:PORT`.
    pub(crate) authority: String,
    process: Child,
    dir: TempDir,
}

impl Running {
    pub(crate) fn start(proxy: Proxy, text: &str, upstream: &str) -> Self {
        (0..TRIES)
            .find_map(|_| Self::try_start(proxy, text, upstream))
            .unwrap_or_else(|| panic!("{proxy} does not start"))
    }

    fn try_start(proxy: Proxy, text: &str, upstream: &str) -> Option<Self> {
        let dir = tempfile::Builder::new().prefix("campanile-proxy-").tempdir().unwrap();
        let authority = free_authority();
        let mut command = prepare(proxy, text, &authority, upstream, &dir);
        let output = File::create(dir.path().join("output")).unwrap();
        command.stdout(output.try_clone().unwrap()).stderr(output).stdin(Stdio::null());
        let process = command.spawn().unwrap();
        let mut running = Self { authority, process, dir };
        if running.listens() {
            return Some(running);
        }
        println!("{}", running.log());
        None
    }

    /// Waits until it does, or has ended.
    fn listens(&mut self) -> bool {
        let deadline = Instant::now() + START;
        while Instant::now() < deadline && self.process.try_wait().unwrap().is_none() {
            if TcpStream::connect(&self.authority).is_ok() {
                return true;
            }
            thread::sleep(Duration::from_millis(5));
        }
        false
    }

    fn log(&self) -> String {
        let texts = ["output", "log"].map(|name| fs::read(self.dir.path().join(name)).unwrap_or_default());
        texts.map(|text| String::from_utf8_lossy(&text).into_owned()).concat()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let pid = Pid::from_raw(i32::try_from(self.process.id()).unwrap());
        // It may have ended by itself.
        let _ = kill(pid, Signal::SIGTERM);
        let deadline = Instant::now() + STOP;
        while Instant::now() < deadline && self.process.try_wait().is_ok_and(|status| status.is_none()) {
            thread::sleep(Duration::from_millis(5));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
        if thread::panicking() {
            println!("--- log of the proxy ---\n{}", self.log());
        }
    }
}

/// Writes its files, and says how it is run.
fn prepare(proxy: Proxy, text: &str, listen: &str, upstream: &str, dir: &TempDir) -> Command {
    let path = dir.path().to_str().unwrap();
    let places = Places { listen, upstream, dir: path };
    let file = format!("{path}/campanile");
    fs::write(&file, fill_in(proxy, text, &places)).unwrap();
    let main = frame(proxy, &file, &places).map_or(file.clone(), |text| {
        fs::write(format!("{path}/main"), text).unwrap();
        format!("{path}/main")
    });
    // Some of them give up being root.
    fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
    if proxy == Proxy::Squid
        && let Some(user) = User::from_name("proxy").unwrap()
    {
        // Only root can, and only as root it becomes that user.
        let _ = chown(dir.path(), Some(user.uid), Some(user.gid));
    }
    let mut command = Command::new(proxy.program().unwrap());
    match proxy {
        Proxy::Nginx => command.args(["-e", &format!("{path}/log"), "-c", &main]),
        Proxy::Haproxy => command.args(["-db", "-f", &main]),
        Proxy::Apache => command.args(["-DFOREGROUND", "-f", &main]),
        Proxy::Varnish => command
            .args([
                "-F",
                "-j",
                "none",
                "-T",
                "none",
                "-s",
                "malloc,64m",
                "-a",
                listen,
                "-n",
                path,
                "-f",
                &main,
            ])
            .args(advised_parameters(text)),
        Proxy::Caddy => command.args(["run", "--adapter", "caddyfile", "--config", &main]).env("HOME", path),
        // Its shared memory has a name.
        Proxy::Squid => command.args(["-N", "-n", &format!("t{}", port(listen)), "-f", &main]),
    };
    command
}

/// The `-p NAME=VALUE` of the command line in the head of the shipped VCL.
fn advised_parameters(text: &str) -> Vec<&str> {
    let line = text.lines().find(|line| line.starts_with('#') && line.contains("varnishd "));
    let words: Vec<&str> = line.unwrap_or_default().split_whitespace().collect();
    words.windows(2).filter(|pair| pair[0] == "-p").flatten().copied().collect()
}

fn free_authority() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

fn port(authority: &str) -> &str {
    authority.rsplit(':').next().unwrap()
}
