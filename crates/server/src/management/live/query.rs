use campanile_protocol::SocketId;
use campanile_realtime::{ActivityFilter, ActivityType, ChannelPattern, EventSource};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::management::{ManagementError, validation::Form};

/// What is to be shown: all of it must hold. An empty value is as good as none: forms send them.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::management) struct LiveQuery {
    /// Kinds of activities, with commas.
    types: String,
    /// A channel; each `*` stands for any characters.
    channel: String,
    /// The name of an event.
    event: String,
    /// `api`, `dashboard` or `client`.
    source: String,
    /// A connection.
    socket_id: String,
    /// A user's id.
    user_id: String,
    /// Text in a name, a reason or the beginning of what an event carries; case matters.
    text: String,
}

/// Longer ones are nobody's.
const TEXT_BYTES: usize = 200;

impl LiveQuery {
    /// Who may not see payloads may not look for text in them either.
    pub(super) fn check(self, payloads: bool) -> Result<ActivityFilter, ManagementError> {
        let mut form = Form::default();
        for (field, text) in [("event", &self.event), ("user_id", &self.user_id), ("text", &self.text)] {
            form.require(field, text.len() <= TEXT_BYTES, "Use at most 200 bytes.");
        }
        let names = self.types.split(',').map(str::trim).filter(|name| !name.is_empty());
        let types: Vec<_> = names.filter_map(|name| form.take("types", find_type(name))).collect();
        let given = |text: String| (!text.is_empty()).then_some(text);
        let channel = given(self.channel).and_then(|text| form.take("channel", ChannelPattern::parse(&text)));
        let source = given(self.source).and_then(|name| form.take("source", find_source(&name)));
        let socket_id = given(self.socket_id).and_then(|text| form.take("socket_id", find_socket(&text)));
        form.check()?;
        Ok(ActivityFilter {
            types,
            channel,
            event: given(self.event),
            source,
            socket_id,
            user_id: given(self.user_id),
            text: given(self.text),
            is_blind: !payloads,
        })
    }
}

fn find_type(name: &str) -> Result<ActivityType, String> {
    let names = || ActivityType::ALL.map(ActivityType::name).join(", ");
    let found = ActivityType::ALL.into_iter().find(|one| one.name() == name);
    found.ok_or_else(|| format!("Use some of {}.", names()))
}

fn find_source(name: &str) -> Result<EventSource, &'static str> {
    let all = [EventSource::Api, EventSource::Dashboard, EventSource::Client];
    all.into_iter().find(|one| one.name() == name).ok_or("Use api, dashboard or client.")
}

fn find_socket(text: &str) -> Result<SocketId, &'static str> {
    SocketId::parse(text).ok().flatten().ok_or("Use a socket id like 123.456.")
}
