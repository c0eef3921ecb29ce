use std::{fs, time::SystemTime};

use nix::sys::{
    resource::{Resource, UsageWho, getrlimit, getrusage},
    time::TimeValLike,
};

/// What the process takes of its machine. What the system does not tell is absent.
#[derive(Debug)]
pub(super) struct Process {
    pub(super) cpu_seconds: Option<f64>,
    pub(super) resident_bytes: Option<u64>,
    pub(super) virtual_bytes: Option<u64>,
    pub(super) threads: Option<u64>,
    pub(super) open_fds: Option<u64>,
    pub(super) max_fds: Option<u64>,
    pub(super) started_at: SystemTime,
}

impl Process {
    pub(super) fn read(started_at: SystemTime) -> Self {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let number = |name| number(&status, name);
        Self {
            cpu_seconds: cpu_seconds(),
            resident_bytes: number("VmRSS:").map(|kibibytes| kibibytes * 1024),
            virtual_bytes: number("VmSize:").map(|kibibytes| kibibytes * 1024),
            threads: number("Threads:"),
            open_fds: open_fds(),
            max_fds: getrlimit(Resource::RLIMIT_NOFILE).ok().map(|(soft, _)| soft),
            started_at,
        }
    }
}

fn cpu_seconds() -> Option<f64> {
    let usage = getrusage(UsageWho::RUSAGE_SELF).ok()?;
    let microseconds = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Some(microseconds as f64 / 1e6)
}

/// The number on the line of a `/proc/…/status` that begins so.
fn number(status: &str, name: &str) -> Option<u64> {
    status.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
}

/// Since Linux 6.2 the folder's size says it; before, its entries must be counted, of which there may be a
/// million.
fn open_fds() -> Option<u64> {
    const FOLDER: &str = "/proc/self/fd";
    match fs::metadata(FOLDER).ok()?.len() {
        0 => fs::read_dir(FOLDER).ok().map(|entries| entries.count() as u64),
        open => Some(open),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_by_its_names() {
        let status = "Name:\tcampanile\nVmSize:\t  2048 kB\nVmRSS:\t     512 kB\nThreads:\t7\n";
        assert_eq!(
            ["VmSize:", "VmRSS:", "Threads:"].map(|it| number(status, it)),
            [Some(2048), Some(512), Some(7)]
        );
        assert_eq!(number(status, "VmSwap:"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn linux_tells_all_of_it() {
        let process = Process::read(SystemTime::now());
        assert!(process.resident_bytes > Some(1 << 20) && process.open_fds > Some(2), "{process:?}");
        assert!(process.open_fds < process.max_fds && process.threads > Some(0), "{process:?}");
    }
}
