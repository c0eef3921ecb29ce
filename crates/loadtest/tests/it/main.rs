//! The generator against its own floor: counts and ledgers, never times.

mod faults;
mod floor;
mod modes;
