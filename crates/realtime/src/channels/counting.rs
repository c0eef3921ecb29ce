//! Telling subscribers how many they are, where the app wants that (Pusher reference, section 2.7).

use std::time::{Duration, Instant};

use actix::{AsyncContext, Context};
use campanile_protocol::{Access, ChannelName, OccurrenceKind, server_message};

use super::Channels;
use crate::UsageKind;

/// Above this many subscribers, not every change is told.
const PROMPT_SUBSCRIBERS: usize = 100;
/// But at most one in this time.
const INTERVAL: Duration = Duration::from_secs(5);

impl Channels {
    /// Tells a change at once, or plans to tell where the channel stands then.
    pub(super) fn count_changed(&mut self, channel: &ChannelName, context: &mut Context<Self>) {
        if !self.realm.app().settings.subscription_count || channel.access() == Access::Presence {
            return;
        }
        let Some(state) = self.channels.get_mut(channel) else { return };
        let since = state.count_told.at.map(|at| at.elapsed());
        match since.filter(|_| state.subscribers() > PROMPT_SUBSCRIBERS) {
            Some(since) if since < INTERVAL => {
                if !std::mem::replace(&mut state.count_told.is_due, true) {
                    let channel = channel.clone();
                    context.run_later(INTERVAL - since, move |channels, _| channels.tell_count(&channel));
                }
            }
            _ => self.tell_count(channel),
        }
    }

    fn tell_count(&mut self, channel: &ChannelName) {
        let Some(state) = self.channels.get_mut(channel) else { return };
        let count = state.subscribers();
        state.count_told.is_due = false;
        if state.count_told.at.is_some() && state.count_told.count == count {
            return;
        }
        state.count_told.at = Some(Instant::now());
        state.count_told.count = count;
        let frame = server_message::subscription_count(channel, count);
        self.broadcast(channel, &frame, UsageKind::DeliveredCounts, None);
        self.observe(channel, OccurrenceKind::SubscriptionCount { count });
    }
}
