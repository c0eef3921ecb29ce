use anyhow::Context;

#[cfg(not(target_os = "linux"))]
use self::elsewhere::CoreSet;
#[cfg(target_os = "linux")]
use self::linux::CoreSet;

/// Who runs where: the server on one core, everything else on another. A process inherits the cores of the
/// thread that starts it, so this thread moves before it starts something.
#[derive(Clone, Debug)]
pub(super) struct Cores {
    all: CoreSet,
    split: Split,
}

/// What the cores of this machine allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Split {
    /// Server and load share one.
    None,
    /// One each; two workers share theirs with the load.
    Two { server: usize, load: usize },
    /// Two workers, too, are apart from the load.
    Three { server: [usize; 2], load: usize },
}

impl Split {
    fn of(cores: &[usize]) -> Self {
        match *cores {
            [first, second, third, ..] => Self::Three { server: [first, second], load: third },
            [server, load] => Self::Two { server, load },
            _ => Self::None,
        }
    }
}

impl Cores {
    pub(super) fn find() -> anyhow::Result<Self> {
        let all = CoreSet::allowed().context("cannot read which cores may be used")?;
        let split = Split::of(&all.numbers());
        if split == Split::None {
            println!("There is only one core: server and load share it, and the figures say little.");
        }
        Ok(Self { all, split })
    }

    /// Whether a server with so many workers has cores of its own.
    pub(super) fn are_apart(&self, workers: usize) -> bool {
        match self.split {
            Split::None => false,
            Split::Two { .. } => workers == 1,
            Split::Three { .. } => workers <= 2,
        }
    }

    /// What is started next is a server with so many workers.
    pub(super) fn enter_server(&self, workers: usize) -> anyhow::Result<()> {
        match self.split {
            Split::Two { server, .. } if workers == 1 => enter(&[server]),
            Split::Three { server, .. } if workers <= 2 => enter(&server[..workers]),
            _ => self.enter_all(),
        }
    }

    /// What is started next makes the load, or must not disturb the server.
    pub(super) fn enter_load(&self) -> anyhow::Result<()> {
        match self.split {
            Split::None => Ok(()),
            Split::Two { load, .. } | Split::Three { load, .. } => enter(&[load]),
        }
    }

    /// What is started next makes the load of a server with so many workers: where these leave no core
    /// free, it may run anywhere.
    pub(super) fn enter_load_beside(&self, workers: usize) -> anyhow::Result<()> {
        if self.are_apart(workers) { self.enter_load() } else { self.enter_all() }
    }

    /// What is started next may run anywhere.
    fn enter_all(&self) -> anyhow::Result<()> {
        self.all.enter().context("cannot leave a core")
    }
}

fn enter(cores: &[usize]) -> anyhow::Result<()> {
    CoreSet::of(cores).and_then(|set| set.enter()).with_context(|| format!("cannot run on core {cores:?}"))
}

#[cfg(target_os = "linux")]
mod linux {
    use nix::{
        sched::{CpuSet, sched_getaffinity, sched_setaffinity},
        unistd::Pid,
    };

    /// Cores that a thread may run on.
    #[derive(Clone, Debug)]
    pub(super) struct CoreSet(CpuSet);

    impl CoreSet {
        pub(super) fn allowed() -> anyhow::Result<Self> {
            Ok(Self(sched_getaffinity(Pid::from_raw(0))?))
        }

        pub(super) fn of(cores: &[usize]) -> anyhow::Result<Self> {
            let mut set = CpuSet::new();
            cores.iter().try_for_each(|core| set.set(*core))?;
            Ok(Self(set))
        }

        pub(super) fn numbers(&self) -> Vec<usize> {
            (0..CpuSet::count()).filter(|core| self.0.is_set(*core).unwrap_or(false)).collect()
        }

        /// Moves this thread.
        pub(super) fn enter(&self) -> anyhow::Result<()> {
            Ok(sched_setaffinity(Pid::from_raw(0), &self.0)?)
        }
    }
}

/// Elsewhere nothing can be measured, because the generator reads CPU time from `/proc`; the rest of this
/// program must still build there.
#[cfg(not(target_os = "linux"))]
mod elsewhere {
    #[derive(Clone, Debug)]
    pub(super) struct CoreSet;

    impl CoreSet {
        pub(super) fn allowed() -> anyhow::Result<Self> {
            anyhow::bail!("`bench` needs Linux")
        }

        pub(super) fn of(_cores: &[usize]) -> anyhow::Result<Self> {
            Self::allowed()
        }

        pub(super) fn numbers(&self) -> Vec<usize> {
            Vec::new()
        }

        pub(super) fn enter(&self) -> anyhow::Result<()> {
            anyhow::bail!("`bench` needs Linux")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_load_has_a_core_that_no_worker_has_where_there_are_three() {
        assert_eq!(Split::of(&[3]), Split::None);
        assert_eq!(Split::of(&[1, 3]), Split::Two { server: 1, load: 3 });
        assert_eq!(Split::of(&[1, 3, 5, 7]), Split::Three { server: [1, 3], load: 5 });
    }
}
