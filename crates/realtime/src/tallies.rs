use std::{
    array,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

use campanile_protocol::{CloseCode, LimitName, LimitScope};

const SCOPES: [LimitScope; 2] = [LimitScope::App, LimitScope::Tenant];

/// How often clients were told a close code. What is counted here is an end, or a client that never came in:
/// rare beside messages, so that all workers count in one place.
#[derive(Debug, Default)]
pub(crate) struct ByCode([AtomicU64; CloseCode::NAMES.len()]);

impl ByCode {
    pub(crate) fn add(&self, code: CloseCode) {
        self.0[code.index()].fetch_add(1, Relaxed);
    }

    /// In the order of [`CloseCode::NAMES`].
    pub(crate) fn read(&self) -> [u64; CloseCode::NAMES.len()] {
        array::from_fn(|index| self.0[index].load(Relaxed))
    }
}

/// How often a limit stood in the way.
#[derive(Debug, Default)]
pub(crate) struct ByLimit([[AtomicU64; SCOPES.len()]; LimitName::ALL.len()]);

impl ByLimit {
    pub(crate) fn add(&self, name: LimitName, scope: LimitScope) {
        self.0[name as usize][scope as usize].fetch_add(1, Relaxed);
    }

    pub(crate) fn read(&self) -> Vec<(LimitName, LimitScope, u64)> {
        let each = LimitName::ALL.into_iter().flat_map(|name| SCOPES.map(|scope| (name, scope)));
        each.map(|(name, scope)| (name, scope, self.0[name as usize][scope as usize].load(Relaxed))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_counted_by_limit_and_owner() {
        let tally = ByLimit::default();
        tally.add(LimitName::MaxMessagesPerSecond, LimitScope::Tenant);
        let counted: Vec<_> = tally.read().into_iter().filter(|(.., count)| *count > 0).collect();
        assert_eq!(counted, [(LimitName::MaxMessagesPerSecond, LimitScope::Tenant, 1)]);
    }

    #[test]
    fn an_end_is_counted_by_its_code() {
        let tally = ByCode::default();
        tally.add(CloseCode::NoPong);
        let read = tally.read();
        assert_eq!((read[CloseCode::NoPong.index()], read.iter().sum::<u64>()), (1, 1));
    }
}
