use crate::trigger_request::channel_name;

/// Which connection is subscribed to which channels. With as many connections as subscriptions each has
/// one; with fewer they are dealt out in turn.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    channels: usize,
    subscribers: usize,
    connections: usize,
    prefix: String,
}

impl Layout {
    /// `connections` must not be fewer than `subscribers`: nobody is subscribed twice.
    pub(crate) fn new(run: &str, channels: usize, subscribers: usize, connections: usize) -> Self {
        Self { channels, subscribers, connections, prefix: format!("loadtest-{run}-") }
    }

    pub(crate) fn channel_prefix(&self) -> &str {
        &self.prefix
    }

    pub(crate) fn channels(&self) -> usize {
        self.channels
    }

    /// Of each channel.
    pub(crate) fn subscribers(&self) -> usize {
        self.subscribers
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections
    }

    /// Channels take turns.
    pub(crate) fn channel_of_event(&self, sequence: u32) -> usize {
        sequence as usize % self.channels
    }

    /// The channels of the connection with that number.
    pub(crate) fn channels_of(&self, connection: usize) -> impl Iterator<Item = String> {
        let subscriptions = (connection..self.channels * self.subscribers).step_by(self.connections);
        subscriptions.map(|subscription| channel_name(&self.prefix, subscription / self.subscribers))
    }

    /// The subscription of a connection to a channel, if it has one.
    #[inline]
    pub(crate) fn subscription(&self, channel: usize, connection: usize) -> Option<usize> {
        let first = channel * self.subscribers;
        let place = (connection + self.connections - first % self.connections) % self.connections;
        (place < self.subscribers).then_some(first + place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_subscription_belongs_to_one_connection() {
        for connections in [3, 4, 7, 30] {
            let layout = Layout::new("x", 10, 3, connections);
            let mut found = vec![0; 30];
            for connection in 0..connections {
                let names: Vec<String> = layout.channels_of(connection).collect();
                let subscriptions: Vec<usize> =
                    (0..10).filter_map(|channel| layout.subscription(channel, connection)).collect();
                let expected: Vec<String> =
                    subscriptions.iter().map(|it| channel_name("loadtest-x-", it / 3)).collect();
                assert_eq!(names, expected, "{connection} of {connections}");
                subscriptions.iter().for_each(|subscription| found[*subscription] += 1);
            }
            assert_eq!(found, [1; 30], "{connections}");
        }
    }
}
