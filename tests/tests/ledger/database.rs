//! A PostgreSQL of the test's own, that can be stopped, hung and killed.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    thread,
    time::Duration,
};

use campanile_cluster::Cluster;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tempfile::TempDir;

pub(crate) struct Postgres {
    cluster: Option<Cluster>,
    dir: TempDir,
    pub(crate) url: String,
}

impl Postgres {
    pub(crate) fn start() -> Self {
        let dir = tempfile::Builder::new().prefix("campanile-ledger-").tempdir().unwrap();
        // So that the account that runs it can enter.
        fs::set_permissions(dir.path(), Permissions::from_mode(0o755)).unwrap();
        let cluster = Cluster::start(dir.path()).unwrap();
        let url = cluster.url();
        Self { cluster: Some(cluster), dir, url }
    }

    /// In order: sessions are ended.
    pub(crate) fn stop(&mut self) {
        self.cluster.take().unwrap().stop().unwrap();
    }

    /// At the same place as before.
    pub(crate) fn start_again(&mut self) {
        drop(self.cluster.take());
        self.cluster = Some(Cluster::start(self.dir.path()).unwrap());
        assert_eq!(self.cluster.as_ref().unwrap().url(), self.url);
    }

    /// SIGSTOP of all its processes: connections are taken and nothing answers.
    pub(crate) fn hang(&self) {
        self.signal(Signal::SIGSTOP);
    }

    pub(crate) fn go_on(&self) {
        self.signal(Signal::SIGCONT);
    }

    /// SIGKILL, as when the computer's memory is full.
    pub(crate) fn kill(&self) {
        self.signal(Signal::SIGKILL);
        while is_alive(self.postmaster()) {
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The postmaster first, so that it does not replace the others.
    fn signal(&self, signal: Signal) {
        let postmaster = self.postmaster();
        let all = std::iter::once(postmaster).chain(children(postmaster));
        for pid in all.collect::<Vec<_>>() {
            // One that ended meanwhile needs no signal.
            let _ = kill(Pid::from_raw(pid), signal);
        }
    }

    fn postmaster(&self) -> i32 {
        let dir = self.cluster.as_ref().unwrap().dir();
        let text = fs::read_to_string(dir.join("data/postmaster.pid")).unwrap();
        text.lines().next().unwrap().trim().parse().unwrap()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(cluster) = &self.cluster
            && cluster.dir().join("data/postmaster.pid").exists()
        {
            // A failed test leaves no hung server behind.
            self.go_on();
        }
    }
}

fn children(of: i32) -> Vec<i32> {
    let pids = fs::read_dir("/proc").unwrap().flatten();
    let pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|pid| stat(*pid).is_some_and(|(_, parent)| parent == of)).collect()
}

fn is_alive(pid: i32) -> bool {
    stat(pid).is_some_and(|(state, _)| state != 'Z')
}

/// State and parent of a process.
fn stat(pid: i32) -> Option<(char, i32)> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = text.rsplit_once(") ")?.1.split(' ');
    Some((fields.next()?.chars().next()?, fields.next()?.parse().ok()?))
}
