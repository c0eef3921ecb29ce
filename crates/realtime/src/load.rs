//! What the node carries, worker by worker, and how it is relieved of it.

use std::collections::{HashMap, VecDeque};

use campanile_protocol::{CloseCode, TenantId};
use futures_util::future::try_join_all;

use crate::{
    Node, QueryError,
    hub::{CLOSE_SLICE, Table},
};

/// What one worker holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WorkerLoad {
    /// Open connections.
    pub connections: usize,
    /// Channels that some of them are subscribed to.
    pub channels: usize,
    /// Tenants whose subscribers have yet to be written something: each waits for its turn.
    pub tenants_waiting: usize,
}

impl Node {
    /// What each worker holds. One that does not answer in time is overloaded.
    pub async fn worker_loads(&self) -> Result<Vec<WorkerLoad>, QueryError> {
        try_join_all((0..self.hubs().len()).map(|worker| self.ask(worker, Table::load))).await
    }

    /// Bytes of each tenant's events that wait inside the node.
    pub fn waiting_bytes(&self) -> HashMap<TenantId, usize> {
        self.meters().waiting()
    }

    /// Closes up to `most` connections, of all workers in turn, the first of them chosen by `turn`; how many
    /// were told to go. Who is about to end is not told again, and a worker that does not answer gives none.
    pub async fn close_some(&self, most: usize, turn: usize, code: CloseCode) -> usize {
        let workers = self.hubs().len();
        let share = most.div_ceil(workers).min(CLOSE_SLICE);
        // Those that may have more: each gives its share until it has none, or there are enough.
        let mut givers: VecDeque<_> = (0..workers).map(|step| turn.wrapping_add(step) % workers).collect();
        let mut closed = 0;
        while closed < most
            && let Some(worker) = givers.pop_front()
        {
            let asked = share.min(most - closed);
            let told = self.ask(worker, move |table| table.close_some(asked, code)).await.unwrap_or(0);
            closed += told;
            if told == asked {
                givers.push_back(worker);
            }
        }
        closed
    }
}
