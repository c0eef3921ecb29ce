//! How many requests may be under way, and whose.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
};

use campanile_control::{Busy, ClaimLimits, Standing};
use campanile_protocol::AppId;
use uuid::Uuid;

use crate::bell::Bell;

/// Requests under way at once. Each is a connection and a body; what they need is room, not time.
const MAX_REQUESTS: usize = 2_048;
/// Those of lanes that have not succeeded yet: the rest is kept for those that have.
const MAX_NOT_PROVEN: usize = 1_536;
/// Those of lanes whose last try failed or took long: they may hold a place for as long as their timeout.
const MAX_LAGGARDS: usize = 256;
/// Replays.
const MAX_REPLAYS: usize = 64;
/// Requests under way for one app.
const MAX_PER_APP: usize = 16;
/// Those of its laggards: the other half is for its endpoints that answer.
const MAX_LAGGARDS_PER_APP: usize = 8;
/// Lanes per claim: also bounds what one claim holds in memory.
const MAX_PER_CLAIM: usize = 64;
/// Bodies under way.
const MAX_BYTES: usize = 128 * 1024 * 1024;

/// What is under way on this node. Cloning shares it.
#[derive(Clone)]
pub(crate) struct Places {
    state: Arc<Mutex<State>>,
    /// Rung when a place becomes free that someone may have been waiting for.
    bell: Bell,
}

#[derive(Default)]
struct State {
    requests: usize,
    not_proven: usize,
    laggards: usize,
    replays: usize,
    bytes: usize,
    apps: HashMap<AppId, PerApp>,
}

#[derive(Clone, Copy, Default)]
struct PerApp {
    requests: usize,
    laggards: usize,
}

/// What a place is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Lane(Standing),
    Replay,
}

/// A place taken; free again when dropped, however the request ends.
pub(crate) struct Place {
    places: Places,
    app_id: AppId,
    kind: Kind,
    bytes: usize,
}

impl Places {
    pub(crate) fn new(bell: Bell) -> Self {
        Self { state: Arc::default(), bell }
    }

    /// What may be claimed now; none when there is no room.
    pub(crate) fn room(&self, incarnation: Uuid) -> Option<ClaimLimits> {
        let state = self.state();
        if state.requests >= MAX_REQUESTS || state.bytes >= MAX_BYTES {
            return None;
        }
        let busy = |(app_id, per_app): (&AppId, &PerApp)| Busy {
            app_id: *app_id,
            requests: to_i64(per_app.requests),
            laggards: to_i64(per_app.laggards),
        };
        Some(ClaimLimits {
            incarnation,
            lanes: to_i64((MAX_REQUESTS - state.requests).min(MAX_PER_CLAIM)),
            not_proven: to_i64(MAX_NOT_PROVEN.saturating_sub(state.not_proven)),
            laggards: to_i64(MAX_LAGGARDS.saturating_sub(state.laggards)),
            per_app: to_i64(MAX_PER_APP),
            laggards_per_app: to_i64(MAX_LAGGARDS_PER_APP),
            busy: state.apps.iter().map(busy).collect(),
        })
    }

    /// How many replays may be claimed now.
    pub(crate) fn room_for_replays(&self) -> i64 {
        let state = self.state();
        if state.bytes >= MAX_BYTES { 0 } else { to_i64(MAX_REPLAYS.saturating_sub(state.replays)) }
    }

    /// Takes a place that the limits allowed.
    pub(crate) fn take(&self, app_id: AppId, kind: Kind, bytes: usize) -> Place {
        let mut state = self.state();
        let per_app = state.apps.entry(app_id).or_default();
        match kind {
            Kind::Lane(standing) => {
                per_app.requests += 1;
                per_app.laggards += usize::from(standing == Standing::Laggard);
                state.requests += 1;
                state.not_proven += usize::from(standing != Standing::Proven);
                state.laggards += usize::from(standing == Standing::Laggard);
            }
            Kind::Replay => state.replays += 1,
        }
        state.bytes += bytes;
        Place { places: self.clone(), app_id, kind, bytes }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no one panics holding it")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.places.state();
        let mut was_scarce = state.requests >= MAX_REQUESTS || state.bytes >= MAX_BYTES;
        state.bytes -= self.bytes;
        let per_app = state.apps.entry(self.app_id).or_default();
        match self.kind {
            Kind::Lane(standing) => {
                let is_laggard = standing == Standing::Laggard;
                was_scarce |= per_app.requests >= MAX_PER_APP;
                was_scarce |= is_laggard && per_app.laggards >= MAX_LAGGARDS_PER_APP;
                per_app.requests -= 1;
                per_app.laggards -= usize::from(is_laggard);
                was_scarce |= is_laggard && state.laggards >= MAX_LAGGARDS;
                was_scarce |= standing != Standing::Proven && state.not_proven >= MAX_NOT_PROVEN;
                state.requests -= 1;
                state.not_proven -= usize::from(standing != Standing::Proven);
                state.laggards -= usize::from(is_laggard);
            }
            // The endpoint's next replay became due with the end of this one.
            Kind::Replay => {
                was_scarce = true;
                state.replays -= 1;
            }
        }
        if state.apps.get(&self.app_id).is_some_and(|per_app| per_app.requests == 0) {
            state.apps.remove(&self.app_id);
        }
        drop(state);
        if was_scarce {
            self.places.bell.ring();
        }
    }
}

fn to_i64(count: usize) -> i64 {
    i64::try_from(count).expect("a small number")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(id: i64) -> AppId {
        AppId::from_number(id).unwrap()
    }

    fn room(places: &Places) -> Option<(i64, i64, i64, usize)> {
        let limits = places.room(Uuid::nil())?;
        Some((limits.lanes, limits.not_proven, limits.laggards, limits.busy.len()))
    }

    #[test]
    fn a_place_is_counted_until_it_is_dropped() {
        let places = Places::new(Bell::new());
        assert_eq!(room(&places), Some((64, 1_536, 256, 0)));
        let proven = places.take(app(1), Kind::Lane(Standing::Proven), 10);
        let unproven = places.take(app(1), Kind::Lane(Standing::Unproven), 10);
        let laggard = places.take(app(2), Kind::Lane(Standing::Laggard), 10);
        let replay = places.take(app(3), Kind::Replay, 10);
        assert_eq!(room(&places), Some((64, 1_534, 255, 3)));
        assert_eq!(places.room_for_replays(), 63);
        drop((proven, unproven, laggard, replay));
        assert_eq!(room(&places), Some((64, 1_536, 256, 0)));
        assert_eq!((places.room_for_replays(), places.state().bytes), (64, 0));
    }

    #[test]
    fn laggards_leave_room_for_the_others_and_all_together_have_a_bound() {
        let places = Places::new(Bell::new());
        let laggards: Vec<_> =
            (0..256).map(|id| places.take(app(id + 1), Kind::Lane(Standing::Laggard), 0)).collect();
        assert_eq!(room(&places), Some((64, 1_280, 0, 256)));
        let others: Vec<_> =
            (0..1_792).map(|id| places.take(app(id + 1), Kind::Lane(Standing::Proven), 0)).collect();
        assert_eq!(room(&places), None);
        drop(laggards);
        assert!(room(&places).is_some());
        drop(others);
        let _large = places.take(app(1), Kind::Lane(Standing::Proven), MAX_BYTES);
        assert_eq!((room(&places), places.room_for_replays()), (None, 0));
    }
}
