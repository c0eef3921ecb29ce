use std::collections::BTreeMap;

use serde::Deserialize;

/// One webhook request as the platform would send it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Delivery {
    /// `webhook-id`: what receivers deduplicate by.
    pub id: String,
    /// All headers, signatures included.
    pub headers: BTreeMap<String, String>,
    /// The exact text that the signatures are over.
    pub body: String,
}

/// One thing that it tells.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Event {
    /// E.g. `member_added`.
    pub name: String,
    /// Where; absent when it concerns no channel.
    #[serde(default)]
    pub channel: Option<String>,
}

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    events: Vec<Event>,
}

impl Delivery {
    /// What it tells, for people; what cannot be read is left to the receiver.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        serde_json::from_str(&self.body).map_or_else(|_| Vec::new(), |body: Body| body.events)
    }
}
