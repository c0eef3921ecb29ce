//! What cache channels remember, within bounds: anyone who may publish can name endless channels.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use campanile_protocol::{ChannelName, Frame};

use super::{Channels, channel::Channel};

/// What the cache channels of one owner may remember together, in bytes of frames and data. Beyond it,
/// those that have been remembering for longest forget, which they may at any time.
const OWNER_BYTES: usize = 32 << 20;
/// What all cache channels of the node may remember together. Beyond it, whoever remembers one more event
/// forgets others of its own.
const NODE_BYTES: usize = 512 << 20;

/// What all cache channels of the node remember, in bytes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Remembered(Arc<AtomicUsize>);

/// Which channels remember something, those that began first in front.
#[derive(Debug)]
pub(super) struct Memory {
    order: VecDeque<ChannelName>,
    bytes: usize,
    on_node: Remembered,
}

impl Memory {
    pub(super) fn new(on_node: Remembered) -> Self {
        Self { order: VecDeque::new(), bytes: 0, on_node }
    }

    fn add(&mut self, bytes: usize) {
        self.bytes += bytes;
        self.on_node.0.fetch_add(bytes, Ordering::Relaxed);
    }

    fn remove(&mut self, bytes: usize) {
        self.bytes -= bytes;
        self.on_node.0.fetch_sub(bytes, Ordering::Relaxed);
    }

    fn is_over(&self) -> bool {
        self.bytes > OWNER_BYTES || self.on_node.0.load(Ordering::Relaxed) > NODE_BYTES
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.remove(self.bytes);
    }
}

impl Channels {
    /// Remembers a channel's last event.
    pub(super) fn remember(&mut self, channel: &ChannelName, frame: Frame, data: String) {
        let state = self.channels.entry(channel.clone()).or_default();
        let before = state.forget_event();
        let after = state.remember(frame, data, Instant::now());
        if before == 0 {
            self.memory.order.push_back(channel.clone());
        }
        self.memory.remove(before);
        self.memory.add(after);
        while self.memory.is_over() && self.memory.order.len() > 1 {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        let Some(channel) = self.memory.order.pop_front() else { return };
        if let Some(state) = self.channels.get_mut(&channel) {
            self.memory.remove(state.forget_event());
        }
        self.forget_if_possible(&channel);
    }

    /// Forgets a channel altogether.
    pub(super) fn forget(&mut self, channel: &ChannelName) -> Option<Channel> {
        let mut state = self.channels.remove(channel)?;
        let bytes = state.forget_event();
        if bytes > 0 {
            self.memory.remove(bytes);
            self.memory.order.retain(|other| other != channel);
        }
        Some(*state)
    }

    /// Forgets events whose time is up, and channels that only they kept.
    pub(super) fn forget_expired(&mut self) {
        let now = Instant::now();
        let mut freed = 0;
        for state in self.channels.values_mut().filter(|state| state.recall(now).is_none()) {
            freed += state.forget_event();
        }
        self.memory.remove(freed);
        self.channels.retain(|_, state| !state.is_forgettable(now));
        let channels = &self.channels;
        let remembers =
            |channel: &ChannelName| channels.get(channel).is_some_and(|state| state.is_remembering());
        self.memory.order.retain(remembers);
    }
}
