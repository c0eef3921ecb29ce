use anyhow::Context;
use nix::{
    sched::{CpuSet, sched_getaffinity, sched_setaffinity},
    unistd::Pid,
};

/// Who runs where: the server on one core, everything else on another. A process inherits the cores of the
/// thread that starts it, so this thread moves before it starts something.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cores {
    all: CpuSet,
    /// None where there is only one core.
    split: Option<(usize, usize)>,
}

impl Cores {
    pub(super) fn find() -> anyhow::Result<Self> {
        let all = sched_getaffinity(Pid::from_raw(0)).context("cannot read which cores may be used")?;
        let mut cores = (0..CpuSet::count()).filter(|core| all.is_set(*core).unwrap_or(false));
        let split = cores.next().zip(cores.next());
        if split.is_none() {
            println!("There is only one core: server and load share it, and the figures say little.");
        }
        Ok(Self { all, split })
    }

    /// What is started next is the server.
    pub(super) fn enter_server(self) -> anyhow::Result<()> {
        self.split.map_or(Ok(()), |(server, _)| enter(server))
    }

    /// What is started next makes the load, or must not disturb the server.
    pub(super) fn enter_load(self) -> anyhow::Result<()> {
        self.split.map_or(Ok(()), |(_, load)| enter(load))
    }

    /// What is started next may run anywhere.
    pub(super) fn enter_all(self) -> anyhow::Result<()> {
        sched_setaffinity(Pid::from_raw(0), &self.all).context("cannot leave a core")
    }
}

fn enter(core: usize) -> anyhow::Result<()> {
    let mut set = CpuSet::new();
    set.set(core)?;
    sched_setaffinity(Pid::from_raw(0), &set).with_context(|| format!("cannot run on core {core}"))
}
