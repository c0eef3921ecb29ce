use std::{fmt, time::UNIX_EPOCH};

use super::{page::Page, process::Process};

/// The process, under the names that it has in every program.
pub(super) fn write(page: &mut Page<'_>, process: &Process) -> fmt::Result {
    if let Some(seconds) = process.cpu_seconds {
        page.counter("process_cpu_seconds", "Processor time used, in seconds.", seconds)?;
    }
    let started_at = process.started_at.duration_since(UNIX_EPOCH).unwrap_or_default();
    let gauges = [
        ("process_resident_memory_bytes", "Memory held in RAM, in bytes.", process.resident_bytes),
        ("process_virtual_memory_bytes", "Address space in use, in bytes.", process.virtual_bytes),
        ("process_threads", "Threads of the process.", process.threads),
        ("process_open_fds", "Open files, of which every socket is one.", process.open_fds),
        ("process_max_fds", "Files that may be open at once.", process.max_fds),
    ];
    for (name, help, value) in gauges {
        if let Some(value) = value {
            page.gauge(name, help, value as f64)?;
        }
    }
    page.gauge(
        "process_start_time_seconds",
        "When the platform began to start, in seconds since 1970.",
        started_at.as_secs_f64(),
    )
}
