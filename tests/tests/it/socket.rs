//! A Pusher client that shows every frame.

use std::{net::TcpStream, time::Duration};

use campanile_tests::{App, Platform};
use serde_json::{Value, json};
use tungstenite::{ClientRequestBuilder, Message, WebSocket, client::client};

use crate::signing::sign;

pub(crate) struct Client {
    socket: WebSocket<TcpStream>,
    app: App,
    pub(crate) socket_id: String,
}

impl Client {
    /// Connects and takes the welcome frame.
    pub(crate) fn connect(platform: &Platform, app: &App) -> Self {
        let mut client = Self::open(platform, app);
        let welcome = client.next();
        assert_eq!(welcome["event"], "pusher:connection_established", "{welcome}");
        let data: Value = serde_json::from_str(welcome["data"].as_str().unwrap()).unwrap();
        client.socket_id = data["socket_id"].as_str().unwrap().to_owned();
        client
    }

    /// Upgrades, whatever comes then.
    pub(crate) fn open(platform: &Platform, app: &App) -> Self {
        Self::open_with(platform, app, &[])
    }

    /// Upgrades with these headers too.
    pub(crate) fn open_with(platform: &Platform, app: &App, headers: &[(&str, &str)]) -> Self {
        let stream = TcpStream::connect(&platform.authority).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let url = format!("ws://{}/app/{}?protocol=7&client=test&version=1.0", platform.authority, app.key);
        let request = ClientRequestBuilder::new(url.parse().unwrap());
        let request =
            headers.iter().fold(request, |request, (name, value)| request.with_header(*name, *value));
        let (socket, _) = client(request, stream).unwrap();
        Self { socket, app: app.clone(), socket_id: String::new() }
    }

    pub(crate) fn next(&mut self) -> Value {
        loop {
            match self.socket.read().unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    pub(crate) fn next_event(&mut self) -> String {
        self.next()["event"].as_str().unwrap().to_owned()
    }

    /// The code of the close frame that must come next, errors before it aside.
    pub(crate) fn closed(&mut self) -> u16 {
        loop {
            match self.socket.read().unwrap() {
                Message::Close(frame) => return frame.unwrap().code.into(),
                Message::Text(text) => assert!(text.contains("pusher:error"), "{text}"),
                other => panic!("{other:?}"),
            }
        }
    }

    /// Whether it answers a ping; otherwise the code that it was closed with.
    pub(crate) fn answers(&mut self) -> Result<(), u16> {
        self.say(&json!({ "event": "pusher:ping" }));
        match self.socket.read().unwrap() {
            Message::Text(text) if text.contains("pusher:pong") => Ok(()),
            Message::Close(frame) => Err(frame.unwrap().code.into()),
            other => panic!("{other:?}"),
        }
    }

    /// Everything that came before the close frame, which must come.
    pub(crate) fn rest(&mut self) -> Vec<Value> {
        let mut frames = Vec::new();
        loop {
            match self.socket.read().unwrap() {
                Message::Text(text) => frames.push(serde_json::from_str(&text).unwrap()),
                Message::Ping(_) => {}
                Message::Close(_) => return frames,
                other => panic!("{other:?}"),
            }
        }
    }

    pub(crate) fn say(&mut self, message: &Value) {
        self.socket.send(Message::text(message.to_string())).unwrap();
    }

    /// Asks to subscribe with the right signature.
    pub(crate) fn request(&mut self, channel: &str, data: Option<&str>) {
        let signed = match data {
            Some(data) => format!("{}:{channel}:{data}", self.socket_id),
            None => format!("{}:{channel}", self.socket_id),
        };
        let auth = format!("{}:{}", self.app.key, sign(&self.app.secret, &signed));
        self.say(&json!({
            "event": "pusher:subscribe",
            "data": { "channel": channel, "auth": auth, "channel_data": data },
        }));
    }

    pub(crate) fn subscribe(&mut self, channel: &str, data: Option<&str>) {
        self.request(channel, data);
        assert_eq!(self.next_event(), "pusher_internal:subscription_succeeded");
    }

    /// Proves that everything said has been acted upon, and that nothing else was sent.
    pub(crate) fn fence(&mut self) {
        self.say(&json!({ "event": "pusher:ping" }));
        assert_eq!(self.next_event(), "pusher:pong");
    }
}
