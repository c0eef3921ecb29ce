use anyhow::{Context, Result, ensure};
use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Files that are open beside the sockets.
const OTHER_FILES: u64 = 64;

/// Raises the limit of open files as far as it goes, and says how to go on if that is too little.
pub(crate) fn need_sockets(count: usize) -> Result<()> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).context("cannot read the limit of open files")?;
    if soft < hard {
        setrlimit(Resource::RLIMIT_NOFILE, hard, hard).context("cannot raise the limit of open files")?;
    }
    let needed = count as u64 + OTHER_FILES;
    ensure!(
        needed <= hard,
        "{count} sockets need {needed} open files, but only {hard} are allowed here; raise the limit \
         (`ulimit -Hn {needed}` as root) or ask for fewer"
    );
    Ok(())
}

/// Keeps this thread, and all that it starts, on one core.
#[cfg(target_os = "linux")]
pub(crate) fn pin(core: usize) -> Result<()> {
    use nix::{
        sched::{CpuSet, sched_setaffinity},
        unistd::Pid,
    };

    let mut set = CpuSet::new();
    set.set(core).with_context(|| format!("core {core}"))?;
    sched_setaffinity(Pid::from_raw(0), &set).with_context(|| format!("cannot run on core {core}"))
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn pin(_core: usize) -> Result<()> {
    anyhow::bail!("--core needs Linux")
}
