//! A Pusher client that takes errors as they come: the platform is killed under it.

use std::{
    net::TcpStream,
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};
use campanile_tests::{App, Platform};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tungstenite::{Message, WebSocket};

/// A frame that does not come within this will not come.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Client {
    socket: WebSocket<TcpStream>,
    app: App,
    socket_id: String,
}

impl Client {
    pub(crate) fn connect(platform: &Platform, app: &App) -> anyhow::Result<Self> {
        Self::connect_to(&platform.authority, app)
    }

    pub(crate) fn connect_to(authority: &str, app: &App) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(authority)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        let url = format!("ws://{authority}/app/{}?protocol=7&client=ledger&version=1.0", app.key);
        let (socket, _) = tungstenite::client::client(url, stream)?;
        let mut client = Self { socket, app: app.clone(), socket_id: String::new() };
        let welcome = client.until("pusher:connection_established")?;
        let data: Value = serde_json::from_str(welcome["data"].as_str().context("data is text")?)?;
        client.socket_id = data["socket_id"].as_str().context("a socket id")?.to_owned();
        Ok(client)
    }

    /// Takes frames until one has that name.
    pub(crate) fn until(&mut self, event: &str) -> anyhow::Result<Value> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            match self.socket.read()? {
                Message::Text(text) => {
                    let frame: Value = serde_json::from_str(&text)?;
                    ensure!(frame["event"] != "pusher:error", "{frame}");
                    if frame["event"] == event {
                        return Ok(frame);
                    }
                }
                Message::Close(frame) => bail!("closed: {frame:?}"),
                _ => {}
            }
        }
        bail!("no {event} came")
    }

    pub(crate) fn say(&mut self, message: &Value) -> anyhow::Result<()> {
        Ok(self.socket.send(Message::text(message.to_string()))?)
    }

    /// Subscribes; with a user it is a presence channel. Returns when the channel's owner has agreed.
    pub(crate) fn subscribe(&mut self, channel: &str, user: Option<&str>) -> anyhow::Result<()> {
        let data = user.map(|user| json!({ "user_id": user }).to_string());
        let to_sign = [Some(self.socket_id.as_str()), Some(channel), data.as_deref()];
        let to_sign: Vec<&str> = to_sign.into_iter().flatten().collect();
        let mut mac = Hmac::<Sha256>::new_from_slice(self.app.secret.as_bytes())?;
        mac.update(to_sign.join(":").as_bytes());
        let auth = format!("{}:{}", self.app.key, hex::encode(mac.finalize().into_bytes()));
        let data = json!({ "channel": channel, "auth": auth, "channel_data": data });
        self.say(&json!({ "event": "pusher:subscribe", "data": data }))?;
        self.until("pusher_internal:subscription_succeeded").map(drop)
    }

    /// Says that it leaves; nothing answers that.
    pub(crate) fn unsubscribe(&mut self, channel: &str) -> anyhow::Result<()> {
        self.say(&json!({ "event": "pusher:unsubscribe", "data": { "channel": channel } }))
    }

    pub(crate) fn whisper(&mut self, channel: &str, data: &str) -> anyhow::Result<()> {
        self.say(&json!({ "event": "client-said", "channel": channel, "data": data }))
    }

    /// Proves that the connection lives.
    pub(crate) fn ping(&mut self) -> anyhow::Result<()> {
        self.say(&json!({ "event": "pusher:ping" }))?;
        self.until("pusher:pong").map(drop)
    }
}
