use std::time::{Duration, Instant};

use anyhow::Result;

use crate::process::{Process, machine_cpu};

/// Reads clocks and memory, of the server if its process is known, and of the generator.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meter {
    server: Option<Process>,
    generator: Process,
}

/// A moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    at: Instant,
    cpu: Option<Duration>,
    pub(crate) rss: Option<u64>,
    generator_cpu: Duration,
    machine_cpu: Duration,
}

/// What lies between two moments.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) seconds: f64,
    pub(crate) cpu: Option<Duration>,
    pub(crate) rss_before: Option<u64>,
    pub(crate) rss_after: Option<u64>,
    pub(crate) generator_cpu: Duration,
    /// Time that everything else on this machine took, if the server is known.
    pub(crate) others_cpu: Option<Duration>,
}

impl Meter {
    pub(crate) fn new(server: Option<u32>) -> Result<Self> {
        let generator = Process::new(std::process::id())?;
        Ok(Self { server: server.map(Process::new).transpose()?, generator })
    }

    pub(crate) fn read(&self) -> Result<Reading> {
        Ok(Reading {
            at: Instant::now(),
            cpu: self.server.map(Process::cpu).transpose()?,
            rss: self.server.map(Process::rss).transpose()?,
            generator_cpu: self.generator.cpu()?,
            machine_cpu: machine_cpu()?,
        })
    }

    pub(crate) fn since(&self, start: &Reading) -> Result<Span> {
        let end = self.read()?;
        let cpu = end.cpu.zip(start.cpu).map(|(end, start)| end.saturating_sub(start));
        let generator_cpu = end.generator_cpu.saturating_sub(start.generator_cpu);
        let machine_cpu = end.machine_cpu.saturating_sub(start.machine_cpu);
        Ok(Span {
            seconds: (end.at - start.at).as_secs_f64(),
            cpu,
            rss_before: start.rss,
            rss_after: end.rss,
            generator_cpu,
            others_cpu: cpu.map(|cpu| machine_cpu.saturating_sub(cpu + generator_cpu)),
        })
    }
}
