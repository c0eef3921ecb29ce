use anyhow::Context;
use serde_json::Value;

/// An app made for a test.
#[derive(Clone, Debug)]
pub struct App {
    /// Its id.
    pub id: String,
    /// Its only key.
    pub key: String,
    /// The secret of that key.
    pub secret: String,
}

/// A webhook endpoint made for a test.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// Its id.
    pub id: String,
    /// What its deliveries are signed with.
    pub signing_secret: String,
}

impl App {
    pub(crate) fn from_json(value: &Value) -> anyhow::Result<Self> {
        let key = value["keys"].get(0).context("an app has a key")?;
        Ok(Self { id: text(value, "id")?, key: text(key, "key")?, secret: text(key, "secret")? })
    }
}

impl Webhook {
    pub(crate) fn from_json(value: &Value) -> anyhow::Result<Self> {
        Ok(Self { id: text(value, "id")?, signing_secret: text(value, "signing_secret")? })
    }
}

/// A member that must be text.
pub(crate) fn text(value: &Value, name: &str) -> anyhow::Result<String> {
    value[name].as_str().map(str::to_owned).with_context(|| format!("no text {name:?} in {value}"))
}
