use std::net::TcpStream;

use serde_json::{Value, json};
use tungstenite::{Message, WebSocket, protocol::Role};

use crate::{
    behind::Behind,
    exchange::{Ask, Exchange, Route},
};

/// A Pusher client on a WebSocket.
pub(crate) struct Client(WebSocket<TcpStream>);

/// The request for an upgrade to an app's socket.
pub(crate) fn upgrade(key: &str) -> Ask {
    Ask::new("GET", &format!("/app/{key}?protocol=7&client=js&version=8.6.0"))
        .header("Connection: Upgrade")
        .header("Upgrade: websocket")
        .header("Sec-WebSocket-Version: 13")
        .header("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
}

impl Client {
    /// Connects and takes the welcome frame.
    pub(crate) fn connect(behind: &Behind) -> Self {
        Self::connect_by(&behind.route, &behind.app.key)
    }

    pub(crate) fn connect_by(route: &Route, key: &str) -> Self {
        Self::after(Exchange::begin(route, &upgrade(key)))
    }

    /// Goes on where an upgrade was answered.
    pub(crate) fn after(answer: Exchange) -> Self {
        assert_eq!(answer.status, 101, "{}", answer.head);
        let accept = answer.header("Sec-WebSocket-Accept");
        assert_eq!(accept, Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "the platform's own answer");
        let (stream, early) = answer.switched();
        let mut client = Self(WebSocket::from_partially_read(stream, early, Role::Client, None));
        client.event("pusher:connection_established");
        client
    }

    /// The next message, which must be this event.
    pub(crate) fn event(&mut self, name: &str) -> Value {
        match self.0.read().unwrap() {
            Message::Text(text) => {
                let frame: Value = serde_json::from_str(&text).unwrap();
                assert_eq!(frame["event"], name, "{frame}");
                frame
            }
            other => panic!("{other:?}"),
        }
    }

    /// The next message, which must be a ping; it is answered when the next is read.
    pub(crate) fn ping(&mut self) {
        match self.0.read().unwrap() {
            Message::Ping(_) => {}
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn say(&mut self, message: &Value) {
        self.0.send(Message::text(message.to_string())).unwrap();
    }

    pub(crate) fn subscribe(&mut self, channel: &str) {
        self.say(&json!({ "event": "pusher:subscribe", "data": { "channel": channel } }));
        self.event("pusher_internal:subscription_succeeded");
    }

    /// The connection itself.
    pub(crate) fn socket(&self) -> &TcpStream {
        self.0.get_ref()
    }
}
