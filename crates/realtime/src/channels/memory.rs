//! What cache channels remember, within bounds: anyone who may publish can name endless channels.

use std::{collections::VecDeque, time::Instant};

use campanile_protocol::{ChannelName, Frame};

use super::Channels;

/// What the cache channels of one owner may remember together, in bytes of frames and data. Beyond it,
/// those that have been remembering for longest forget, which they may at any time.
const REMEMBERED_BYTES: usize = 32 << 20;

/// Which channels remember something, those that began first in front.
#[derive(Debug, Default)]
pub(super) struct Memory {
    order: VecDeque<ChannelName>,
    pub(super) bytes: usize,
}

impl Channels {
    /// Remembers a channel's last event.
    pub(super) fn remember(&mut self, channel: &ChannelName, frame: Frame, data: String) {
        let state = self.channels.entry(channel.clone()).or_default();
        let before = state.forget_event();
        if before == 0 {
            self.memory.order.push_back(channel.clone());
        }
        self.memory.bytes = self.memory.bytes - before + state.remember(frame, data, Instant::now());
        while self.memory.bytes > REMEMBERED_BYTES && self.memory.order.len() > 1 {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        let Some(channel) = self.memory.order.pop_front() else { return };
        if let Some(state) = self.channels.get_mut(&channel) {
            self.memory.bytes -= state.forget_event();
        }
        self.forget_if_possible(&channel);
    }

    /// Forgets events whose time is up, and channels that only they kept.
    pub(super) fn forget_expired(&mut self) {
        let now = Instant::now();
        let mut freed = 0;
        for state in self.channels.values_mut().filter(|state| state.recall(now).is_none()) {
            freed += state.forget_event();
        }
        self.memory.bytes -= freed;
        self.channels.retain(|_, state| !state.is_forgettable(now));
        let channels = &self.channels;
        self.memory
            .order
            .retain(|channel| channels.get(channel).is_some_and(|state| state.recall(now).is_some()));
    }
}
