//! How a receiver treats a request.

use std::time::Duration;

/// What it does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Manner {
    /// Answers with a status.
    Answer(u16),
    /// Answers with a status and `Retry-After`, in seconds.
    Later(u16, u32),
    /// Answers 200 after a while.
    Slow(Duration),
    /// Resets the connection when it has read half of the body.
    ResetHalfway,
    /// Takes all of it, and resets the connection without an answer.
    ResetUnanswered,
    /// Resets the connection after the headers of a success.
    ResetInAnswer,
    /// Answers 200 and loses it: a fault that must be noticed.
    Forget,
    /// Answers 200 and takes it for older than the one before: a fault that must be noticed.
    Swap,
}
