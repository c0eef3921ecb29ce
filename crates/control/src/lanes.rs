//! The log of events that endpoints have yet to be told, and a cursor per lane.
//!
//! A lane is a queue of one endpoint that is delivered strictly in order. [`Store::record`] appends,
//! [`Store::claim`] hands out the next batch of each lane that is due, and [`Store::settle`] moves
//! the cursor or sets the next try. No transaction is open while a batch is posted.
//!
//! [`Store::record`]: crate::Store::record
//! [`Store::claim`]: crate::Store::claim
//! [`Store::settle`]: crate::Store::settle

mod append;
mod backlog;
mod claim;
mod due;
mod record;
mod settle;

pub(crate) use append::append;
pub use backlog::Backlog;
pub use claim::{Batch, BatchEvent, Claim, ClaimLimits};
pub use record::{RecordBatch, RecordedOccurrence};
pub use settle::{Attempt, Outcome};
