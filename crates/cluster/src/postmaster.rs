use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use nix::{errno::Errno, sys::signal::kill, unistd::Pid};

/// What a server says about itself in `postmaster.pid`; it stays behind when the server is killed.
///
/// Lines: process id, data directory, start time, port, socket directory, address, shared memory, state.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Postmaster {
    pub(crate) pid: i32,
    pub(crate) socket_dir: PathBuf,
    pub(crate) is_ready: bool,
}

impl Postmaster {
    pub(crate) fn read(data: &Path) -> Option<Self> {
        parse(&fs::read_to_string(data.join("postmaster.pid")).ok()?)
    }

    /// Whether the server lives: not just a process of that number, which after a restart of the
    /// computer is likely to be somebody else.
    pub(crate) fn is_alive(&self) -> bool {
        is_alive(self.pid) && is_postgres(self.pid)
    }

    /// Whether its number now belongs to another program.
    pub(crate) fn is_impersonated(&self) -> bool {
        is_alive(self.pid) && !is_postgres(self.pid)
    }
}

fn parse(text: &str) -> Option<Postmaster> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    Some(Postmaster {
        pid: lines.first()?.parse().ok()?,
        socket_dir: PathBuf::from(lines.get(4).copied().unwrap_or_default()),
        is_ready: lines.get(7) == Some(&"ready"),
    })
}

fn is_alive(pid: i32) -> bool {
    matches!(kill(Pid::from_raw(pid), None), Ok(()) | Err(Errno::EPERM))
}

/// By its name, which unlike its working directory everyone may read. A zombie counts as gone: in a
/// container without an init nobody ever collects it.
fn is_postgres(pid: i32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok();
    match stat.as_deref().and_then(name_and_state) {
        Some((name, state)) => name.starts_with("postgres") && state != 'Z',
        None if Path::new("/proc/self/stat").exists() => false,
        None => asked_of_ps(pid),
    }
}

/// `123 (postgres) S 1 …` → `("postgres", 'S')`. The name may hold any character, a bracket too.
fn name_and_state(stat: &str) -> Option<(&str, char)> {
    let (before, after) = stat.rsplit_once(')')?;
    Some((before.split_once('(')?.1, after.trim_start().chars().next()?))
}

/// Where there is no `/proc`.
fn asked_of_ps(pid: i32) -> bool {
    let output = Command::new("ps").args(["-p", &pid.to_string(), "-o", "stat=,comm="]).output();
    output.is_ok_and(|output| {
        let text = String::from_utf8_lossy(&output.stdout);
        !text.trim_start().starts_with('Z') && text.contains("postgres")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_running_server_tells_where_its_socket_is() {
        let text = "4711\n/srv/data\n1700000000\n5432\n/srv/socket\n\n  12345   7\nready   \n";
        let expected = Postmaster { pid: 4711, socket_dir: "/srv/socket".into(), is_ready: true };
        assert_eq!(parse(text), Some(expected));
    }

    #[test]
    fn a_half_written_file_is_a_server_that_is_not_ready() {
        assert_eq!(parse("4711\n/srv/data\n").map(|it| it.is_ready), Some(false));
        assert_eq!(parse(""), None);
    }

    #[test]
    fn a_name_with_brackets_is_told_from_the_state() {
        assert_eq!(name_and_state("7 (a (b) c) Z 1 7"), Some(("a (b) c", 'Z')));
    }

    #[test]
    fn this_process_is_alive_and_no_database() {
        let pid = i32::try_from(std::process::id()).expect("pids are small");
        let postmaster = Postmaster { pid, socket_dir: PathBuf::new(), is_ready: true };
        assert!(postmaster.is_impersonated());
        assert!(!postmaster.is_alive());
    }
}
