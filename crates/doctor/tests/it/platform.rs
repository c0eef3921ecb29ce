//! A platform in miniature, together with whatever stands before it.

use std::{
    collections::HashMap,
    future::pending,
    mem,
    sync::{Arc, Mutex},
};

use futures_util::{SinkExt, StreamExt};
use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::{net::TcpListener, sync::Notify, task::JoinHandle};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Message,
        handshake::derive_accept_key,
        protocol::{CloseFrame, Role},
    },
};

use crate::request::Request;

pub(crate) const KEY: &str = "key";
const CORS: &str = "Access-Control-Allow-Origin: *";

pub(crate) type Answer = (u16, &'static [&'static str], &'static str);

/// What becomes of an upgrade.
#[derive(Clone, Copy)]
pub(crate) enum Upgrade {
    Works,
    /// A plain answer.
    Answered(Answer),
    /// No answer.
    Swallowed,
    /// 101, then nothing.
    Mute,
    /// 101, then this close code.
    Closed(u16, &'static str),
}

/// What becomes of a response that goes on.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Streams {
    Flow,
    /// Not even headers.
    Held,
    /// Headers only.
    HeadersOnly,
    /// Everything up to the welcome.
    BeginningOnly,
}

#[derive(Clone)]
pub(crate) struct Behaviour {
    pub(crate) upgrade: Upgrade,
    pub(crate) streams: Streams,
    /// Instead of polls.
    pub(crate) polls: Option<Answer>,
    /// Of `POST /apps/{id}/events`.
    pub(crate) events: Answer,
    /// Of `POST /auth`.
    pub(crate) auth: Answer,
    /// Of OPTIONS.
    pub(crate) preflight: Answer,
    /// What the path loses on its way.
    pub(crate) prefix: &'static str,
    /// What REST requests must be signed with.
    pub(crate) secret: &'static str,
    /// Added to receivers' answers.
    pub(crate) cors: &'static [&'static str],
}

pub(crate) struct Platform {
    port: u16,
    accepting: JoinHandle<()>,
    seen: Arc<Mutex<Vec<String>>>,
}

/// What waits for one client.
#[derive(Default)]
struct Mailbox {
    waiting: Mutex<Vec<Value>>,
    news: Notify,
}

struct Desk {
    behaviour: Behaviour,
    mailboxes: Mutex<HashMap<String, Arc<Mailbox>>>,
    /// What was said to it.
    seen: Arc<Mutex<Vec<String>>>,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            upgrade: Upgrade::Works,
            streams: Streams::Flow,
            polls: None,
            events: (200, &[], "{}"),
            auth: (404, &[], ""),
            preflight: (204, &[CORS, "Access-Control-Allow-Headers: Content-Type"], ""),
            prefix: "",
            secret: "never-shown",
            cors: &[CORS],
        }
    }
}

impl Platform {
    pub(crate) async fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (port, seen) = (listener.local_addr().unwrap().port(), Arc::default());
        let desk = Arc::new(Desk { behaviour, mailboxes: Mutex::default(), seen: Arc::clone(&seen) });
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let desk = Arc::clone(&desk);
                tokio::spawn(async move {
                    if let Some(request) = Request::read(stream).await {
                        desk.serve(request).await;
                    }
                });
            }
        });
        Self { port, accepting, seen }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// `METHOD /path body` of the requests to this path.
    pub(crate) fn seen(&self, path: &str) -> Vec<String> {
        self.seen.lock().unwrap().iter().filter(|line| line.contains(path)).cloned().collect()
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Desk {
    async fn serve(&self, request: Request) {
        let is_complete = request.method != "POST" || request.headers.contains_key("content-length");
        assert!(is_complete, "proxies may need a length, and browsers send one");
        let line = format!("{} {} {}", request.method, request.path, request.body);
        self.seen.lock().unwrap().push(line);
        let behaviour = &self.behaviour;
        let whole = request.path.strip_prefix(behaviour.prefix).unwrap().to_owned();
        let path: Vec<&str> = whole.split('/').skip(1).collect();
        let (status, headers, body) = match (request.method.as_str(), &path[..]) {
            ("OPTIONS", _) => behaviour.preflight,
            (_, ["app", KEY]) => return self.upgrade(request).await,
            (_, ["pusher" | "sockjs", "app", KEY, _, id, "xhr"]) => return self.poll(request, id).await,
            (_, ["pusher", "app", KEY, _, id, "xhr_streaming"]) => return self.stream(request, id).await,
            (_, ["pusher" | "sockjs", "app", KEY, _, id, "xhr_send"]) => return self.take(request, id).await,
            (_, ["sockjs", "app", KEY, "info"]) => (200, &[][..], r#"{"websocket":true}"#),
            (_, ["apps", "1001", "sse"]) => return self.events(request).await,
            (_, ["apps", "1001", "poll"]) => return self.long_poll(request).await,
            ("POST", ["apps", "1001", "events"]) => return self.publish(request).await,
            ("POST", ["auth"]) => behaviour.auth,
            _ => (404, &[][..], "not here"),
        };
        request.answer(status, headers, body).await;
    }

    /// A client's mailbox, and whether it is new.
    fn mailbox(&self, id: &str) -> (Arc<Mailbox>, bool) {
        let mut mailboxes = self.mailboxes.lock().unwrap();
        let is_new = !mailboxes.contains_key(id);
        let mailbox = mailboxes.entry(id.to_owned()).or_insert_with(|| {
            let mailbox = Mailbox::default();
            let data = json!({ "socket_id": "1.2", "activity_timeout": 120 }).to_string();
            mailbox.put(json!({ "event": "pusher:connection_established", "data": data }));
            Arc::new(mailbox)
        });
        (Arc::clone(mailbox), is_new)
    }

    async fn upgrade(&self, mut request: Request) {
        match self.behaviour.upgrade {
            Upgrade::Answered((status, headers, body)) => return request.answer(status, headers, body).await,
            Upgrade::Swallowed => return pending().await,
            Upgrade::Works | Upgrade::Mute | Upgrade::Closed(..) => {}
        }
        let accept = derive_accept_key(request.headers["sec-websocket-key"].as_bytes());
        let head = format!(
            "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
        );
        tokio::io::AsyncWriteExt::write_all(&mut request.stream, head.as_bytes()).await.unwrap();
        let mut socket = WebSocketStream::from_raw_socket(request.stream, Role::Server, None).await;
        match self.behaviour.upgrade {
            Upgrade::Mute => return pending().await,
            Upgrade::Closed(code, reason) => {
                let _ = socket.close(Some(CloseFrame { code: code.into(), reason: reason.into() })).await;
                while socket.next().await.is_some_and(|message| message.is_ok()) {}
                return;
            }
            Upgrade::Works | Upgrade::Answered(_) | Upgrade::Swallowed => {}
        }
        let (mailbox, _) = self.mailbox("socket");
        loop {
            tokio::select! {
                frames = mailbox.take() => for frame in frames {
                    socket.send(Message::text(frame.to_string())).await.unwrap();
                },
                message = socket.next() => match message {
                    Some(Ok(Message::Text(text))) => mailbox.answer(&serde_json::from_str(&text).unwrap()),
                    _ => return,
                },
            }
        }
    }

    async fn stream(&self, mut request: Request, id: &str) {
        let (mailbox, _) = self.mailbox(id);
        if self.behaviour.streams == Streams::Held {
            return pending().await;
        }
        request.begin(self.behaviour.cors).await;
        if self.behaviour.streams == Streams::HeadersOnly {
            return pending().await;
        }
        request.chunk(&format!("{}\n", "h".repeat(2048))).await;
        request.chunk("o\n").await;
        while request.chunk(&messages(&mailbox.take().await)).await {
            if self.behaviour.streams == Streams::BeginningOnly {
                return pending().await;
            }
        }
    }

    async fn poll(&self, request: Request, id: &str) {
        if let Some((status, headers, body)) = self.behaviour.polls {
            return request.answer(status, headers, body).await;
        }
        let (mailbox, is_new) = self.mailbox(id);
        let body = if is_new { "o\n".to_owned() } else { messages(&mailbox.take().await) };
        request.answer(200, self.behaviour.cors, &body).await;
    }

    async fn take(&self, request: Request, id: &str) {
        let said: Vec<String> = serde_json::from_str(&request.body).unwrap();
        for text in said {
            self.mailbox(id).0.answer(&serde_json::from_str(&text).unwrap());
        }
        request.answer(204, self.behaviour.cors, "").await;
    }

    async fn events(&self, mut request: Request) {
        let (mailbox, _) = self.mailbox("sse");
        mailbox.subscribe(&request.query["channels"]);
        if self.behaviour.streams == Streams::Held {
            return pending().await;
        }
        request.begin(&[&["Content-Type: text/event-stream"], self.behaviour.cors].concat()).await;
        request.chunk("retry: 1000\n\n").await;
        loop {
            for frame in mailbox.take().await {
                if !request.chunk(&format!("id: s.1\ndata: {frame}\n\n")).await {
                    return;
                }
            }
        }
    }

    async fn long_poll(&self, request: Request) {
        if let Some((status, headers, body)) = self.behaviour.polls {
            return request.answer(status, headers, body).await;
        }
        let (mailbox, is_new) = self.mailbox("poll");
        if is_new {
            mailbox.subscribe(&request.query["channels"]);
        }
        let answer = json!({ "cursor": "p.1", "events": mailbox.take().await });
        request.answer(200, self.behaviour.cors, &answer.to_string()).await;
    }

    async fn publish(&self, request: Request) {
        let (status, headers, body) = match self.behaviour.events {
            (200, ..) if !self.is_signed(&request) => (401, &[][..], "Invalid signature"),
            answer => answer,
        };
        if status == 200 {
            let event: Value = serde_json::from_str(&request.body).unwrap();
            let frame = json!({ "event": event["name"], "channel": event["channel"], "data": event["data"] });
            for mailbox in self.mailboxes.lock().unwrap().values() {
                mailbox.put(frame.clone());
            }
        }
        request.answer(status, headers, body).await;
    }
}

impl Desk {
    fn is_signed(&self, request: &Request) -> bool {
        let path = request.path.strip_prefix(self.behaviour.prefix).unwrap();
        let query = &request.query;
        let signed: Vec<String> = ["auth_key", "auth_timestamp", "auth_version", "body_md5"]
            .iter()
            .map(|name| format!("{name}={}", query[*name]))
            .collect();
        let mut mac = Hmac::<Sha256>::new_from_slice(self.behaviour.secret.as_bytes()).unwrap();
        mac.update(format!("POST\n{path}\n{}", signed.join("&")).as_bytes());
        let digest = hex::encode(Md5::digest(&request.body));
        query["auth_signature"] == hex::encode(mac.finalize().into_bytes()) && query["body_md5"] == digest
    }
}

impl Mailbox {
    fn put(&self, frame: Value) {
        self.waiting.lock().unwrap().push(frame);
        self.news.notify_one();
    }

    async fn take(&self) -> Vec<Value> {
        loop {
            let waiting = mem::take(&mut *self.waiting.lock().unwrap());
            if !waiting.is_empty() {
                return waiting;
            }
            self.news.notified().await;
        }
    }

    /// Does what a client says.
    fn answer(&self, message: &Value) {
        let data = &message["data"];
        match message["event"].as_str().unwrap() {
            "pusher:ping" => self.put(json!({ "event": "pusher:pong", "data": {} })),
            _ if data["channel"].as_str().unwrap().starts_with("private-") && data["auth"] != signed() => {
                let why = json!({ "type": "AuthError", "error": "Invalid signature.", "status": 401 });
                self.put(
                    json!({ "event": "pusher:subscription_error", "channel": data["channel"], "data": why }),
                );
            }
            _ => self.subscribe(data["channel"].as_str().unwrap()),
        }
    }

    fn subscribe(&self, channel: &str) {
        self.put(
            json!({ "event": "pusher_internal:subscription_succeeded", "channel": channel, "data": "{}" }),
        );
    }
}

/// The one signature that is right.
fn signed() -> String {
    format!("{KEY}:{}", "a".repeat(64))
}

fn messages(frames: &[Value]) -> String {
    let texts: Vec<String> = frames.iter().map(Value::to_string).collect();
    format!("a{}\n", json!(texts))
}
