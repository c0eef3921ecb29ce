//! The installation itself, for those who look after it: its organisations, its node, its queues. Every route
//! asks for [`Access::Operator`](super::rights::Access); what is done here is recorded as an operator's
//! ([`Who::Operator`](campanile_control::Who)).

mod log;
mod neighbours;
mod nodes;
mod queues;
mod standing;
mod tenants;
mod terms;

use campanile_control::Account;
use campanile_webhooks::Meter;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Management, ManagementError, routes::Routes};
use crate::{drain::Drain, usage::BooksMeter};

/// What operators look at and act upon, beside what everybody does.
pub(crate) struct Installation {
    /// This start of this node.
    pub(crate) node_id: Uuid,
    pub(crate) started_at: OffsetDateTime,
    pub(crate) webhooks: Meter,
    pub(crate) books: BooksMeter,
    pub(crate) drain: Drain,
}

/// What operators do.
pub(super) fn routes(routes: &mut Routes<'_>) {
    tenants::routes(routes);
    terms::routes(routes);
    neighbours::routes(routes);
    nodes::routes(routes);
    queues::routes(routes);
    log::routes(routes);
}

impl Management {
    /// Whether someone may act as an operator. Where browsers come over HTTPS, and with them the public, a
    /// password alone is too little to open every organisation's door: not even through a factor that whoever
    /// has the password could set up, or a session from before there was one. A trial on one's own computer, which
    /// has no such address, is not worth locking anyone out of: there a second factor is only recommended.
    pub(super) fn admit_operator(&self, account: &Account) -> Result<(), ManagementError> {
        if !account.is_operator {
            return Err(ManagementError::OperatorsOnly);
        }
        if self.needs_verification(account) {
            return Err(ManagementError::Unverified);
        }
        if self.secure_cookies && !account.is_proven_operator {
            return Err(ManagementError::SecondFactorNeeded);
        }
        Ok(())
    }
}
