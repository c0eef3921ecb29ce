use std::{
    fmt::Arguments,
    io::{self, IsTerminal, Write},
};

use crate::clock::{Nanos, SECOND};

const EVERY: Nanos = SECOND / 4;

/// One line on standard error that is written over, if somebody is there to see it.
#[derive(Debug)]
pub(crate) struct Progress {
    is_shown: bool,
    next: Nanos,
}

impl Progress {
    pub(crate) fn new() -> Self {
        Self { is_shown: io::stderr().is_terminal(), next: 0 }
    }

    /// Whether it is time to write again.
    pub(crate) fn is_due(&mut self, now: Nanos) -> bool {
        let is_due = self.is_shown && now >= self.next;
        if is_due {
            self.next = now + EVERY;
        }
        is_due
    }

    /// Writes over the line.
    pub(crate) fn show(&self, text: Arguments<'_>) {
        // Nothing depends on it.
        let _ = write!(io::stderr(), "\r\x1b[2K{text}");
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.is_shown {
            self.show(format_args!(""));
        }
    }
}
