use serde::Deserialize;
use serde_json::{Value, json};

/// A message of the service, its data opened where it is JSON in a string.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Frame {
    pub(crate) event: String,
    pub(crate) channel: Option<String>,
    pub(crate) data: Value,
}

#[derive(Deserialize)]
struct Raw {
    event: String,
    #[serde(default)]
    channel: Option<String>,
    #[serde(default)]
    data: Value,
}

impl Frame {
    /// `None` for what is no Pusher message.
    pub(crate) fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().map(Self::open)
    }

    pub(crate) fn from_value(value: Value) -> Option<Self> {
        serde_json::from_value(value).ok().map(Self::open)
    }

    fn open(Raw { event, channel, data }: Raw) -> Self {
        let opened = data.as_str().and_then(|text| serde_json::from_str(text).ok());
        Self { event, channel, data: opened.unwrap_or(data) }
    }

    /// A close code that an error announces; other errors are about one message.
    pub(crate) fn refusal(&self) -> Option<(u16, String)> {
        let code = self.data["code"].as_u64().and_then(|code| u16::try_from(code).ok())?;
        let is_final = self.event == "pusher:error" && (4000..4300).contains(&code);
        is_final.then(|| (code, self.data["message"].as_str().unwrap_or_default().to_owned()))
    }
}

pub(crate) fn ping() -> Value {
    json!({ "event": "pusher:ping", "data": {} })
}

/// `auth` is empty for a public channel, as pusher-js writes it.
pub(crate) fn subscribe(channel: &str, auth: &str) -> Value {
    json!({ "event": "pusher:subscribe", "data": { "channel": channel, "auth": auth } })
}
