use std::ops::Bound::{Excluded, Unbounded};

use campanile_protocol::{CloseCode, SocketId};

use super::Table;
use crate::WorkerLoad;

impl Table {
    /// What the worker holds.
    pub(crate) fn load(&self) -> WorkerLoad {
        let state = self.0.state.borrow();
        WorkerLoad {
            connections: state.sessions.len(),
            channels: state.channels.len(),
            tenants_waiting: state.due.owners(),
        }
    }

    /// Closes so many connections that are not about to end; how many there were. It begins with the app after
    /// the one where it stopped, so that no app's clients all come back elsewhere in one burst.
    pub(crate) fn close_some(&self, most: usize, code: CloseCode) -> usize {
        let mut state = self.0.state.borrow_mut();
        let stopped_at = state.stopped_at.map(|app_id| (app_id, SocketId::from_random(u64::MAX)));
        let next = state.sessions.range((stopped_at.map_or(Unbounded, Excluded), Unbounded));
        let first = stopped_at.into_iter().flat_map(|stopped_at| state.sessions.range(..=stopped_at));
        let open = next.chain(first).map(|(_, session)| session).filter(|session| !session.is_ending());
        let told = open.take(most).inspect(|session| session.close(code));
        let (count, last) = told.fold((0, None), |(count, _), session| (count + 1, Some(session.app_id)));
        state.stopped_at = last;
        count
    }
}
