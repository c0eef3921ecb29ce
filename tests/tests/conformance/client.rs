use std::{net::TcpStream, time::Duration};

use campanile_tests::App;
use serde_json::{Value, json};
use tungstenite::{ClientRequestBuilder, Message, WebSocket, client::client};

use crate::signing::sign;

/// A Pusher client that shows every frame as it came.
pub(crate) struct Client {
    socket: WebSocket<TcpStream>,
    app: App,
    pub(crate) socket_id: String,
}

impl Client {
    /// Upgrades, whatever comes then.
    pub(crate) fn open(authority: &str, app: &App, query: &str, headers: &[(&str, &str)]) -> Self {
        let stream = TcpStream::connect(authority).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let uri = format!("ws://{authority}/app/{}{query}", app.key).parse().unwrap();
        let request = headers.iter().fold(ClientRequestBuilder::new(uri), |request, (name, value)| {
            request.with_header(*name, *value)
        });
        let (socket, _) = client(request, stream).unwrap();
        Self { socket, app: app.clone(), socket_id: String::new() }
    }

    /// Takes the welcome frame.
    pub(crate) fn welcomed(mut self) -> Self {
        let welcome = self.data("pusher:connection_established");
        self.socket_id = welcome["socket_id"].as_str().unwrap().to_owned();
        self
    }

    /// The text of the next message.
    pub(crate) fn text(&mut self) -> String {
        loop {
            match self.socket.read().unwrap() {
                Message::Text(text) => return text.as_str().to_owned(),
                Message::Ping(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    pub(crate) fn next(&mut self) -> Value {
        serde_json::from_str(&self.text()).unwrap()
    }

    /// The next message, which must be this event.
    pub(crate) fn event(&mut self, name: &str) -> Value {
        let frame = self.next();
        assert_eq!(frame["event"], name, "{frame}");
        frame
    }

    /// What is in the `data` of the next message, which must be this event with a JSON text as data.
    pub(crate) fn data(&mut self, name: &str) -> Value {
        let frame = self.event(name);
        let data = frame["data"].as_str().unwrap_or_else(|| panic!("data is no string: {frame}"));
        serde_json::from_str(data).unwrap()
    }

    /// The message of the `pusher:error` that must come next, with this code or null.
    pub(crate) fn error(&mut self, code: impl Into<Value>) -> String {
        let frame = self.event("pusher:error");
        assert_eq!(frame["data"]["code"], code.into(), "{frame}");
        frame["data"]["message"].as_str().unwrap().to_owned()
    }

    /// The data of the `pusher:subscription_error` that must come next for this channel.
    pub(crate) fn refusal(&mut self, channel: &str) -> Value {
        let frame = self.event("pusher:subscription_error");
        assert_eq!(frame["channel"], channel, "{frame}");
        frame["data"].clone()
    }

    /// The close frame that must come next.
    pub(crate) fn closed(&mut self) -> (u16, String) {
        match self.socket.read().unwrap() {
            Message::Close(Some(frame)) => (frame.code.into(), frame.reason.as_str().to_owned()),
            other => panic!("{other:?}"),
        }
    }

    /// The code of the `pusher:error` and the close frame that must come next.
    pub(crate) fn refused(&mut self) -> u16 {
        let frame = self.event("pusher:error");
        let (code, _) = self.closed();
        assert_eq!(frame["data"]["code"], code, "{frame}");
        assert!(frame["data"]["message"].is_string(), "{frame}");
        code
    }

    pub(crate) fn say(&mut self, message: &Value) {
        self.say_text(&message.to_string());
    }

    pub(crate) fn say_text(&mut self, text: &str) {
        self.socket.send(Message::text(text)).unwrap();
    }

    /// What must be sent as `auth` to join this channel with this data.
    pub(crate) fn auth(&self, channel: &str, data: Option<&str>) -> String {
        let data = data.map(|data| format!(":{data}")).unwrap_or_default();
        let signature = sign(&self.app.secret, &format!("{}:{channel}{data}", self.socket_id));
        format!("{}:{signature}", self.app.key)
    }

    /// Asks to subscribe with whatever members.
    pub(crate) fn ask(&mut self, data: &Value) {
        self.say(&json!({ "event": "pusher:subscribe", "data": data }));
    }

    /// Asks to subscribe with the right signature.
    pub(crate) fn request(&mut self, channel: &str, data: Option<&str>) {
        let auth = self.auth(channel, data);
        self.ask(&json!({ "channel": channel, "auth": auth, "channel_data": data }));
    }

    /// Subscribes; for cache and counted channels more follows.
    pub(crate) fn subscribe(&mut self, channel: &str) {
        self.request(channel, None);
        assert_eq!(self.event("pusher_internal:subscription_succeeded")["channel"], channel);
    }

    /// Joins a presence channel and returns its members.
    pub(crate) fn join(&mut self, channel: &str, data: &str) -> Value {
        self.request(channel, Some(data));
        self.data("pusher_internal:subscription_succeeded")["presence"].clone()
    }

    pub(crate) fn unsubscribe(&mut self, channel: &str) {
        self.say(&json!({ "event": "pusher:unsubscribe", "data": { "channel": channel } }));
    }

    /// Asks to sign in with the right signature.
    pub(crate) fn request_sign_in(&mut self, user_data: &str) {
        let signature = sign(&self.app.secret, &format!("{}::user::{user_data}", self.socket_id));
        let auth = format!("{}:{signature}", self.app.key);
        self.say(&json!({ "event": "pusher:signin", "data": { "auth": auth, "user_data": user_data } }));
    }

    /// Signs in; with a watchlist more follows.
    pub(crate) fn sign_in(&mut self, user_data: &str) {
        self.request_sign_in(user_data);
        assert_eq!(self.data("pusher:signin_success")["user_data"], user_data);
    }

    pub(crate) fn client_event(&mut self, name: &str, channel: &str, data: &Value) {
        self.say(&json!({ "event": name, "channel": channel, "data": data }));
    }

    /// Proves that everything said has been acted upon, that nothing was sent in answer, and that the
    /// connection is open.
    pub(crate) fn fence(&mut self) {
        self.say(&json!({ "event": "pusher:ping", "data": {} }));
        self.event("pusher:pong");
    }

    /// Ends the connection without a close frame.
    pub(crate) fn vanish(self) {
        self.socket.get_ref().shutdown(std::net::Shutdown::Both).unwrap();
    }
}
