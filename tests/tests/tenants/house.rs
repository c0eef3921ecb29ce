//! An organisation, as its owner made it. All are made alike, with equal names everywhere; only marks differ.

use std::{collections::VecDeque, sync::Mutex};

use campanile_tests::{App, Platform, request};
use serde_json::{Value, json};

use crate::{
    dice::Dice,
    register::{Kind, Register},
    watch::Receiver,
    wire::Ask,
};

pub(crate) const PASSWORD: &str = "correct horse battery";
/// Every house has these, under each app.
pub(crate) const CHANNELS: [&str; 26] = [
    "news-0",
    "news-1",
    "news-2",
    "news-3",
    "news-4",
    "news-5",
    "private-room-0",
    "private-room-1",
    "private-room-2",
    "private-room-3",
    "private-room-4",
    "private-room-5",
    "presence-hall-0",
    "presence-hall-1",
    "presence-hall-2",
    "presence-hall-3",
    "presence-hall-4",
    "presence-hall-5",
    "cache-board-0",
    "cache-board-1",
    "private-cache-desk-0",
    "private-cache-desk-1",
    "presence-cache-bench-0",
    "private-encrypted-safe-0",
    "private-encrypted-safe-1",
    "private-encrypted-cache-safe-0",
];
/// End users of every app.
pub(crate) const USERS: [&str; 5] = ["ann", "ben", "cleo", "dan", "eve"];
/// The app whose ids others know and use. The other one's are never said by anyone else.
pub(crate) const KNOWN: usize = 0;
/// The app whose users are disconnected now and then.
pub(crate) const RESTLESS: usize = 1;
const SOCKETS_KNOWN: usize = 16;

pub(crate) struct House {
    pub(crate) number: usize,
    /// In everything that the house says: `mark-of-north-…`.
    pub(crate) mark: String,
    pub(crate) domain: &'static str,
    pub(crate) tenant: String,
    pub(crate) user: String,
    pub(crate) shops: [Shop; 2],
    /// Of a management token that may do all a token may.
    pub(crate) token_id: String,
    pub(crate) invitation: String,
    pub(crate) receiver: Receiver,
    token: String,
    cookie: String,
    /// Sockets that were open lately, of each app.
    sockets: [Mutex<VecDeque<String>>; 2],
}

/// An app with what lies below it and stays.
pub(crate) struct Shop {
    pub(crate) app: App,
    pub(crate) key_id: String,
    pub(crate) webhook: String,
}

impl House {
    pub(crate) fn found(platform: &Platform, register: &Register, number: usize, dice: &mut Dice) -> Self {
        let domain = ["north", "south", "stranger"][number];
        let mark = format!("mark-of-{domain}-{:016x}", dice.next());
        register.book(number, Kind::Secret, &mark);
        let account = json!({
            "organisation": "Acme", "email": format!("owner@{domain}.example"), "password": PASSWORD,
        });
        let headers = ["Content-Type: application/json"];
        let body = account.to_string();
        let made = request(&platform.authority, "POST", "/api/v1/signup", &headers, body.as_bytes()).unwrap();
        assert_eq!(made.status, 201, "{}", made.body);
        let cookie = cookie(&made.head);
        let made: Value = serde_json::from_str(&made.body).unwrap();
        let (tenant, user) = (text(&made["tenant"]["id"]), text(&made["user"]["id"]));
        let token = platform.create_token(&tenant).unwrap();
        let receiver = Receiver::start();
        let manage = Manage { platform, cookie: &cookie };
        let shops = [(); 2].map(|()| Shop::open(&manage, &tenant, register, number, &receiver));
        let token_id = text(&manage.ok("GET", "/tokens", &Value::Null)["tokens"][0]["id"]);
        let invited = json!({ "email": format!("pending@{domain}.example"), "role": "billing" });
        let invitation = text(&manage.ok("POST", "/invitations", &invited)["id"]);
        for id in [&tenant, &user, &token_id, &invitation] {
            register.book(number, Kind::Id, id);
        }
        for secret in [&token, &cookie] {
            register.book(number, Kind::Secret, secret);
        }
        let sockets = [(); 2].map(|()| Mutex::default());
        Self {
            number,
            mark,
            domain,
            tenant,
            user,
            shops,
            token_id,
            invitation,
            receiver,
            token,
            cookie,
            sockets,
        }
    }

    pub(crate) fn opened(&self, app: usize, socket_id: &str) {
        let mut sockets = self.sockets[app].lock().unwrap();
        sockets.push_back(socket_id.to_owned());
        if sockets.len() > SOCKETS_KNOWN {
            sockets.pop_front();
        }
    }

    /// One that was open lately, or one that never was.
    pub(crate) fn socket(&self, app: usize, dice: &mut Dice) -> String {
        let sockets = self.sockets[app].lock().unwrap();
        let known = sockets.len().checked_sub(1).and_then(|last| sockets.get(dice.below(last + 1)));
        known.cloned().unwrap_or_else(|| "1.2".to_owned())
    }

    /// A management request with the house's token, or as its owner.
    pub(crate) fn ask(&self, by_person: bool, method: &str, path: &str, body: &Value) -> Ask {
        let proof = if by_person {
            format!("Cookie: {}", self.cookie)
        } else {
            format!("Authorization: Bearer {}", self.token)
        };
        manage(proof, method, path, body)
    }

    /// Of an event; what an encrypted channel carries has a shape.
    pub(crate) fn data(&self, channel: &str, number: usize) -> String {
        if channel.starts_with("private-encrypted-") {
            let nonce = "bm9uY2Utb2YtMjQtYnl0ZXMtaGVyZSEh";
            let ciphertext = self.mark.rsplit_once('-').unwrap().1;
            return json!({ "nonce": nonce, "ciphertext": ciphertext }).to_string();
        }
        json!({ "mark": self.mark, "n": number }).to_string()
    }
}

pub(crate) fn manage(proof: String, method: &str, path: &str, body: &Value) -> Ask {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    Ask { method: method.to_owned(), target: format!("/api/v1{path}"), proof, body }
}

impl Shop {
    fn open(
        manage: &Manage<'_>,
        tenant: &str,
        register: &Register,
        house: usize,
        receiver: &Receiver,
    ) -> Self {
        let settings = ["client_events=true", "max_client_events_per_second=1000", "webhook_debounce_ms=0"];
        let flags: Vec<_> = settings.iter().flat_map(|setting| ["--setting", setting]).collect();
        let app = manage.platform.create_app(tenant, "Shop", &flags).unwrap();
        let keys = manage.ok("GET", &format!("/apps/{}/keys", app.id), &Value::Null);
        let key_id = text(&keys["keys"][0]["id"]);
        let webhook = json!({
            "url": receiver.url(), "name": "The shop's", "batching": true, "channels": ["*-0"],
            "event_types": ["channel_occupied", "channel_vacated", "member_added", "member_removed",
                "client_event", "cache_miss"],
        });
        let webhook = manage.ok("POST", &format!("/apps/{}/webhooks", app.id), &webhook);
        register.book(house, Kind::Secret, &app.secret);
        register.book(house, Kind::Secret, &text(&webhook["signing_secret"]));
        let webhook = text(&webhook["id"]);
        for id in [&app.id, &app.key, &key_id, &webhook] {
            register.book(house, Kind::Id, id);
        }
        Self { app, key_id, webhook }
    }
}

/// Requests of the one who sets up.
pub(crate) struct Manage<'a> {
    pub(crate) platform: &'a Platform,
    pub(crate) cookie: &'a str,
}

impl Manage<'_> {
    pub(crate) fn ok(&self, method: &str, path: &str, body: &Value) -> Value {
        let cookie = format!("Cookie: {}", self.cookie);
        let headers = ["Content-Type: application/json", &cookie];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let target = format!("/api/v1{path}");
        let answer = request(&self.platform.authority, method, &target, &headers, body.as_bytes()).unwrap();
        assert!((200..300).contains(&answer.status), "{method} {path}: {}", answer.body);
        serde_json::from_str(&answer.body).unwrap_or_default()
    }
}

pub(crate) fn cookie(head: &str) -> String {
    let line = head.lines().find(|line| line.to_lowercase().starts_with("set-cookie:")).unwrap();
    line.split_once(": ").unwrap().1.split(';').next().unwrap().to_owned()
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
