//! The generator against its own floor: counts and ledgers, never times.
#![cfg(target_os = "linux")] // Where there is no /proc, nothing is measured.

mod faults;
mod floor;
mod modes;
mod streaming;
