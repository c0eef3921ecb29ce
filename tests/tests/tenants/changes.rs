//! What a house's people and programs change: keys, endpoints, apps, invitations, tokens, names; and what they
//! have done by hand.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    house::{CHANNELS, KNOWN, RESTLESS, USERS, text},
    office::Office,
    register::Kind,
    routes::family,
};

/// As many of a kind as a house makes before it takes some away.
const MOST: usize = 4;

/// Things that the house has made at its app, by id, with what they are called.
#[derive(Debug, Default)]
pub(crate) struct Made {
    pub(crate) keys: BTreeMap<String, String>,
    pub(crate) webhooks: BTreeMap<String, String>,
    pub(crate) apps: BTreeMap<String, String>,
    pub(crate) invitations: BTreeMap<String, String>,
    pub(crate) tokens: BTreeMap<String, String>,
    /// What events that were sent here count as, by app.
    pub(crate) events: [u64; 2],
}

impl Office<'_> {
    pub(crate) fn change(&mut self) {
        match self.dice.below(13) {
            0 | 1 => self.change_keys(),
            2 | 3 => self.change_webhooks(),
            4 => self.change_apps(),
            5 => self.change_invitations(),
            6 => self.change_tokens(),
            7 => self.change_names(),
            8 => self.send_events(),
            9 => self.manage_connections(),
            10 => self.reach_endpoints(),
            11 => self.listen_in(),
            _ => self.replay(),
        }
    }

    /// A name that is equal at all houses, or one that is marked.
    fn name(&mut self) -> String {
        self.number += 1;
        if self.dice.percent(50) {
            "Spare".to_owned()
        } else {
            format!("{} {}", self.house.mark, self.number)
        }
    }

    fn one_of(&mut self, of: fn(&Made) -> &BTreeMap<String, String>) -> Option<String> {
        let ids: Vec<&String> = of(&self.made).keys().collect();
        (!ids.is_empty()).then(|| (*self.dice.pick(&ids)).clone())
    }

    /// Whether to make another thing; the other possibility is to change or end the one.
    fn wants_another(&mut self, has: usize) -> bool {
        has == 0 || (has < MOST && self.dice.percent(40))
    }

    fn book(&self, kind: Kind, value: &Value) -> String {
        let text = text(value);
        self.stage.register.book(self.house.number, kind, &text);
        text
    }

    fn change_keys(&mut self) {
        let path = format!("/apps/{}/keys", self.house.shops[KNOWN].app.id);
        if self.wants_another(self.made.keys.len()) {
            let label = self.name();
            let Some(made) = self.ok("POST", &path, &json!({ "label": label })) else { return };
            self.book(Kind::Id, &made["key"]);
            let id = self.book(Kind::Id, &made["id"]);
            self.made.keys.insert(id, label);
            return;
        }
        let Some(id) = self.one_of(|made| &made.keys) else { return };
        let own = format!("{path}/{id}");
        match self.dice.below(4) {
            0 => {
                let label = self.name();
                self.ok("PATCH", &own, &json!({ "label": label }));
                self.made.keys.insert(id, label);
            }
            1 => {
                let Some(shown) = self.ok("POST", &format!("{own}/reveal"), &json!({})) else { return };
                self.book(Kind::Secret, &shown["secret"]);
            }
            2 => {
                let Some(rotated) = self.ok("POST", &format!("{own}/rotate"), &json!({ "expires_in": 3600 }))
                else {
                    return;
                };
                let new = self.book(Kind::Id, &rotated["key"]["id"]);
                self.book(Kind::Id, &rotated["key"]["key"]);
                // It would stay for an hour, and an app has twenty keys at most.
                self.ok("DELETE", &own, &Value::Null);
                self.made.keys.remove(&id);
                self.made.keys.insert(new, text(&rotated["key"]["label"]));
            }
            _ => {
                self.ok("DELETE", &own, &Value::Null);
                self.made.keys.remove(&id);
            }
        }
    }

    fn change_webhooks(&mut self) {
        let path = format!("/apps/{}/webhooks", self.house.shops[KNOWN].app.id);
        if self.wants_another(self.made.webhooks.len()) {
            let name = self.name();
            let url = self.house.receiver.url();
            let new =
                json!({ "name": name, "url": url, "event_types": ["client_event"], "channels": ["none"] });
            let Some(made) = self.ok("POST", &path, &new) else { return };
            self.book(Kind::Secret, &made["signing_secret"]);
            let id = self.book(Kind::Id, &made["id"]);
            self.made.webhooks.insert(id, name);
            return;
        }
        let Some(id) = self.one_of(|made| &made.webhooks) else { return };
        let own = format!("{path}/{id}");
        match self.dice.below(6) {
            0 => {
                let name = self.name();
                self.ok("PATCH", &own, &json!({ "name": name }));
                self.made.webhooks.insert(id, name);
            }
            1 => drop(self.ok("POST", &format!("{own}/pause"), &Value::Null)),
            2 => drop(self.ok("POST", &format!("{own}/resume"), &Value::Null)),
            3 => {
                let Some(rotated) = self.ok("POST", &format!("{own}/rotate-secret"), &Value::Null) else {
                    return;
                };
                self.book(Kind::Secret, &rotated["signing_secret"]);
            }
            4 => {
                let headers = json!({ "body": self.house.mark, "headers": {} });
                self.ok("POST", &format!("{own}/verify"), &headers);
            }
            _ => {
                self.ok("DELETE", &own, &Value::Null);
                self.made.webhooks.remove(&id);
            }
        }
    }

    fn change_apps(&mut self) {
        if self.wants_another(self.made.apps.len()) {
            let name = self.name();
            let Some(made) = self.ok("POST", "/apps", &json!({ "name": name })) else { return };
            self.book(Kind::Id, &made["keys"][0]["key"]);
            let id = self.book(Kind::Id, &made["id"]);
            self.made.apps.insert(id, name);
            return;
        }
        let Some(id) = self.one_of(|made| &made.apps) else { return };
        let own = format!("/apps/{id}");
        if self.dice.percent(50) {
            let name = self.name();
            self.ok("PATCH", &own, &json!({ "name": name, "settings": { "client_events": true } }));
            self.made.apps.insert(id, name);
        } else {
            self.ok("DELETE", &own, &Value::Null);
            self.made.apps.remove(&id);
        }
    }

    fn change_invitations(&mut self) {
        if self.wants_another(self.made.invitations.len()) {
            self.number += 1;
            let email = format!("guest-{}@{}.example", self.number, self.house.domain);
            let Some(made) = self.ok("POST", "/invitations", &json!({ "email": email, "role": "support" }))
            else {
                return;
            };
            let id = self.book(Kind::Id, &made["id"]);
            self.made.invitations.insert(id, email);
            return;
        }
        let Some(id) = self.one_of(|made| &made.invitations) else { return };
        if self.dice.percent(30) {
            self.ok("POST", &format!("/invitations/{id}/resend"), &json!({}));
        } else {
            self.ok("DELETE", &format!("/invitations/{id}"), &Value::Null);
            self.made.invitations.remove(&id);
        }
    }

    fn change_tokens(&mut self) {
        if self.wants_another(self.made.tokens.len()) {
            let name = self.name();
            let Some(made) = self.ok("POST", "/tokens", &json!({ "name": name, "scopes": ["read"] })) else {
                return;
            };
            self.book(Kind::Secret, &made["token"]);
            let id = self.book(Kind::Id, &made["id"]);
            self.made.tokens.insert(id, name);
            return;
        }
        let Some(id) = self.one_of(|made| &made.tokens) else { return };
        self.ok("DELETE", &format!("/tokens/{id}"), &Value::Null);
        self.made.tokens.remove(&id);
    }

    fn change_names(&mut self) {
        let limits = json!({ "max_presence_members": 90 + self.dice.below(10) });
        let app = format!("/apps/{}", self.house.shops[RESTLESS].app.id);
        match self.dice.below(3) {
            0 => drop(self.ok("PATCH", "/tenant", &json!({ "name": "Acme" }))),
            1 => drop(self.ok("PATCH", &app, &json!({ "name": "Shop" }))),
            _ => drop(self.ok("PATCH", &format!("{app}/limits"), &limits)),
        }
    }

    fn send_events(&mut self) {
        let app = self.dice.below(2);
        let path = format!("/apps/{}/events", self.house.shops[app].app.id);
        let channel = *self.dice.pick(&CHANNELS);
        let data = self.house.data(channel, 0);
        let Some(sent) =
            self.ok("POST", &path, &json!({ "name": "posted", "channel": channel, "data": data }))
        else {
            return;
        };
        self.made.events[app] += u64::from(sent["channels"].is_array());
    }

    /// Of the app whose connections may be ended any time; it may have ended already.
    fn manage_connections(&mut self) {
        let app = format!("/apps/{}", self.house.shops[RESTLESS].app.id);
        let socket = self.house.socket(RESTLESS, &mut self.dice);
        let (path, body) = match self.dice.below(4) {
            0 => (format!("{app}/connections/{socket}/disconnect"), json!({ "reconnect": true })),
            1 => (format!("{app}/users/{}/terminate", self.dice.pick(&USERS)), json!({})),
            _ => {
                let data = self.house.mark.clone();
                (format!("{app}/connections/{socket}/events"), json!({ "name": "whispered", "data": data }))
            }
        };
        let answer = self.wire.ask(&self.house.ask(false, "POST", &path, &body));
        let is_right = matches!(answer.status, 200 | 204 | 404);
        // What a connection is told is a message too.
        self.made.events[RESTLESS] += u64::from(path.ends_with("/events") && answer.status == 204);
        self.took(family(&path), is_right, &path, &answer);
    }

    /// Has the platform send requests to the house's own server.
    fn reach_endpoints(&mut self) {
        let app = format!("/apps/{}", self.house.shops[KNOWN].app.id);
        let url = self.house.receiver.url();
        let endpoint = json!({ "channel": "private-room-0", "url": url });
        match self.dice.below(3) {
            0 => drop(self.ok("POST", &format!("{app}/auth-endpoint-test"), &endpoint)),
            1 => drop(self.ok("POST", &format!("{app}/webhooks/test"), &json!({ "url": url }))),
            _ => {
                let webhook = &self.house.shops[KNOWN].webhook;
                self.ok("POST", &format!("{app}/webhooks/{webhook}/test"), &json!({}));
            }
        }
    }

    /// Looks closely at a delivery of its own.
    fn listen_in(&mut self) {
        let shop = &self.house.shops[self.dice.below(2)];
        let path = format!("/apps/{}/webhooks/{}/deliveries", shop.app.id, shop.webhook);
        let Some(listed) = self.ok("GET", &format!("{path}?limit=5"), &Value::Null) else { return };
        for delivery in listed["deliveries"].as_array().cloned().unwrap_or_default() {
            let id = self.book(Kind::Id, &delivery["id"]);
            self.ok("GET", &format!("{path}/{id}"), &Value::Null);
        }
    }

    fn replay(&mut self) {
        let shop = &self.house.shops[KNOWN];
        let path = format!("/apps/{}/webhooks/{}", shop.app.id, shop.webhook);
        let Some(listed) =
            self.ok("GET", &format!("{path}/deliveries?limit=1&state=delivered"), &Value::Null)
        else {
            return;
        };
        if let Some(id) = listed["deliveries"][0]["id"].as_str() {
            let replay = format!("{path}/deliveries/{id}/replay");
            let answer = self.wire.ask(&self.house.ask(false, "POST", &replay, &json!({})));
            // Whose last replay is still under way gets no other.
            self.took(family(&replay), matches!(answer.status, 202 | 409), &replay, &answer);
        }
        self.ok("POST", &format!("{path}/dead-letters/replay"), &json!({}));
    }
}
