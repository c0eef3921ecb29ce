//! The log of events that endpoints have yet to be told, and a cursor per lane.
//!
//! A lane is a queue of one endpoint that is delivered strictly in order. [`Store::record`] appends,
//! [`Store::claim`] hands out the next batch of each lane that is due, and [`Store::settle`] moves
//! the cursor or sets the next try. No transaction is open while a batch is posted. Beside the lanes,
//! [`Store::claim_replays`] hands out deliveries that are to be sent again, one at a time per endpoint.
//!
//! [`Store::record`]: crate::Store::record
//! [`Store::claim`]: crate::Store::claim
//! [`Store::claim_replays`]: crate::Store::claim_replays
//! [`Store::settle`]: crate::Store::settle

mod append;
mod backlog;
mod batch;
mod claim;
mod due;
mod listened;
mod presence;
mod record;
mod replays;
mod settle;
mod tries;

pub(crate) use append::append;
pub use backlog::Backlog;
pub use claim::{BatchEvent, Claim, ClaimNext, Ticket};
pub use due::{Busy, ClaimLimits, Standing};
pub use record::{RecordBatch, RecordedOccurrence};
pub use settle::{Outcome, Settled};
pub use tries::Attempt;
