use std::{fs, time::Duration};

use anyhow::{Context, Result};
use nix::unistd::{SysconfVar, sysconf};

/// A process whose use of the machine is read from `/proc`: the server, or this one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Process {
    pid: u32,
    ticks_per_second: f64,
}

impl Process {
    pub(crate) fn new(pid: u32) -> Result<Self> {
        let process = Self { pid, ticks_per_second: ticks_per_second()? };
        process.cpu().with_context(|| format!("is there a process {pid}?"))?;
        Ok(process)
    }

    /// User and system time of all its threads, also of those that have ended.
    pub(crate) fn cpu(self) -> Result<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid))?;
        let ticks = cpu_ticks(&stat).context("/proc/PID/stat is not as expected")?;
        Ok(Duration::from_secs_f64(ticks as f64 / self.ticks_per_second))
    }

    /// Resident memory in bytes.
    pub(crate) fn rss(self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid))?;
        let kib = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next());
        Ok(kib.context("no VmRSS")?.parse::<u64>()? * 1024)
    }
}

/// Time that all cores of this machine have spent on anything, stolen time included.
pub(crate) fn machine_cpu() -> Result<Duration> {
    let ticks_per_second = ticks_per_second()?;
    let stat = fs::read_to_string("/proc/stat")?;
    let ticks = busy_ticks(&stat).context("/proc/stat is not as expected")?;
    Ok(Duration::from_secs_f64(ticks as f64 / ticks_per_second))
}

fn ticks_per_second() -> Result<f64> {
    let ticks = sysconf(SysconfVar::CLK_TCK)?.context("the system does not say how long a tick is")?;
    Ok(ticks as f64)
}

/// All of the first line but idle time and waiting for disks; guests are counted as users already.
fn busy_ticks(stat: &str) -> Option<u64> {
    let fields = stat.lines().next()?.strip_prefix("cpu ")?.split_whitespace();
    let numbers: Vec<u64> = fields.map_while(|field| field.parse().ok()).collect();
    let [user, nice, system, _, _, interrupts, soft_interrupts, stolen, ..] = *numbers else { return None };
    Some(user + nice + system + interrupts + soft_interrupts + stolen)
}

/// Fields 14 and 15; the second, the program's name, may hold spaces and parentheses.
fn cpu_ticks(stat: &str) -> Option<u64> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let user: u64 = fields.nth(11)?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_behind_any_name() {
        assert_eq!(cpu_ticks("7 (a ) b) S 1 7 7 0 -1 4194304 1 2 3 4 250 50 0 0 20 0"), Some(300));
    }

    #[test]
    fn only_work_is_busy_time() {
        assert_eq!(busy_ticks("cpu  1 2 4 1000 2000 8 16 32 500 0\ncpu0 1"), Some(63));
        assert!(machine_cpu().unwrap() > Duration::ZERO);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_uses_memory() {
        let process = Process::new(std::process::id()).unwrap();
        assert!(process.rss().unwrap() > 100_000);
        assert!(Process::new(u32::MAX).is_err());
    }
}
