use campanile_protocol::{ChannelName, SocketId, Transport};
use campanile_realtime::ConnectionQuery;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::management::{ManagementError, validation::Form};

/// Which connections are looked for: all of it must hold. An empty value is as good as none.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(in crate::management) struct ConnectionsQuery {
    /// Signed in as this user, or a member as this user.
    user_id: String,
    /// This one.
    socket_id: String,
    /// From this address.
    address: String,
    /// Has this in its client's name, whatever the case.
    client: String,
    /// Connected so.
    transport: String,
    /// Subscribed to this channel.
    channel: String,
    /// Made with this key.
    key: String,
}

/// The same, checked.
pub(super) struct Wanted {
    pub(super) socket_id: Option<SocketId>,
    pub(super) query: ConnectionQuery,
}

impl ConnectionsQuery {
    pub(super) fn check(self) -> Result<Wanted, ManagementError> {
        let mut form = Form::default();
        let given = |text: String| (!text.is_empty()).then_some(text);
        let socket_id = given(self.socket_id).and_then(|text| {
            let parsed = SocketId::parse(&text).ok().flatten();
            form.take("socket_id", parsed.ok_or("Use a socket id like 123.456."))
        });
        let address = given(self.address).and_then(|text| {
            form.take("address", text.parse().map_err(|_| "Use an IP address like 192.0.2.1."))
        });
        let transport = given(self.transport).and_then(|name| form.take("transport", find_transport(&name)));
        let channel = given(self.channel).and_then(|name| form.take("channel", ChannelName::parse(&name)));
        let key = given(self.key).and_then(|key| form.take("key", key.parse()));
        form.check()?;
        let (user_id, client) = (given(self.user_id), given(self.client));
        Ok(Wanted { socket_id, query: ConnectionQuery { user_id, address, client, transport, channel, key } })
    }
}

fn find_transport(name: &str) -> Result<Transport, String> {
    let found = Transport::ALL.into_iter().find(|transport| transport.name() == name);
    found.ok_or_else(|| format!("Use one of {}.", Transport::ALL.map(Transport::name).join(", ")))
}
