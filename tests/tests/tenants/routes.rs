//! Every route of the management API, as the platform lists it, with somebody's ids in it.

use campanile_tests::Platform;
use serde_json::{Value, json};

use crate::{
    dice::Dice,
    house::{CHANNELS, House, KNOWN, USERS, text},
};

/// Mails of a house are limited, and no operator can change that.
pub(crate) const TOO_MANY: u16 = 429;

/// A route below `/api/v1`.
pub(crate) struct Route {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    /// Only for people: no token may.
    pub(crate) is_personal: bool,
    /// Only for who runs the installation, which no house does.
    pub(crate) is_operators: bool,
    family: &'static str,
}

/// Parts of the API, as they are counted.
const FAMILIES: [(&str, &str); 19] = [
    ("/operator", "management: operators"),
    ("/channels", "management: channels"),
    ("/connections", "management: connections"),
    ("/users", "management: users"),
    ("/keys", "management: keys"),
    ("/dead-letters", "management: dead letters"),
    ("/deliveries", "management: deliveries"),
    ("/replay", "management: replays"),
    ("/webhooks", "management: webhooks"),
    ("/members", "management: members"),
    ("/invitations", "management: invitations"),
    ("/tokens", "management: tokens"),
    ("/audit", "management: audit"),
    ("/usage", "management: usage"),
    ("/limits", "management: limits"),
    ("/events", "management: events"),
    ("/live", "management: live"),
    ("/tenant", "management: tenant"),
    ("/apps", "management: apps"),
];

pub(crate) fn family(path: &str) -> &'static str {
    let found = FAMILIES.iter().find(|(part, _)| path.contains(part));
    found.map_or("management: other", |(_, family)| family)
}

/// All that belong to an organisation, but what ends it or the session.
pub(crate) fn listed(platform: &Platform) -> Vec<Route> {
    let listed = platform.run(&["routes"]).unwrap();
    let route = |value: &Value| {
        let path = text(&value["path"]).strip_prefix("/api/v1").unwrap().to_owned();
        let methods = ["GET", "POST", "PATCH", "DELETE"];
        let method = *methods.iter().find(|method| value["method"] == **method).unwrap();
        let is_of_a_tenant = value["access"] == "has" || path.contains("{tenant_id}");
        let is_operators = path.starts_with("/operator");
        let is_personal = value["scope"].is_null();
        let route = Route { method, family: family(&path), path, is_personal, is_operators };
        is_of_a_tenant.then_some(route)
    };
    listed["routes"].as_array().unwrap().iter().filter_map(route).collect()
}

/// Whose ids stand where.
pub(crate) struct Ids<'a> {
    /// Of `{app_id}`, and which of its apps.
    pub(crate) app: (&'a House, usize),
    /// Of everything below it.
    pub(crate) below: (&'a House, usize),
}

impl Route {
    pub(crate) fn family(&self) -> &'static str {
        self.family
    }

    /// Whether it is what the route answers to who uses it with another's ids. What has a mail sent is asked ten
    /// times a minute by a house and no more, whatever it asks for.
    pub(crate) fn is_refusal(&self, status: u16) -> bool {
        let expected = if self.is_operators { 403 } else { 404 };
        status == expected || (status == TOO_MANY && self.path.ends_with("/resend"))
    }

    pub(crate) fn has(&self, parameter: &str) -> bool {
        self.path.contains(parameter)
    }

    /// A stream, which has no end to wait for.
    pub(crate) fn is_stream(&self) -> bool {
        self.path.ends_with("/live") || self.path.ends_with("/listen")
    }

    pub(crate) fn at(&self, ids: &Ids<'_>, dice: &mut Dice) -> String {
        let (below, app) = ids.below;
        let shop = &below.shops[app];
        // On routes of apps it is an end user, whose name is everybody's.
        let user = if self.has("{app_id}") { dice.pick(&USERS) } else { below.user.as_str() };
        let mut path = self.path.replace("{app_id}", &ids.app.0.shops[ids.app.1].app.id);
        for (name, value) in [
            ("{key_id}", shop.key_id.as_str()),
            ("{webhook_id}", &shop.webhook),
            ("{tenant_id}", &below.tenant),
            ("{token_id}", &below.token_id),
            ("{invitation_id}", &below.invitation),
            ("{user_id}", user),
            ("{lane}", "0"),
            ("{delivery_id}", &shop.key_id),
            ("{listener}", &shop.key_id),
            ("{channel}", *dice.pick(&CHANNELS)),
        ] {
            path = path.replace(name, value);
        }
        if self.has("{socket_id}") { path.replace("{socket_id}", &below.socket(app, dice)) } else { path }
    }

    /// What the route takes, marked, so that it can be told from afar if it was taken.
    pub(crate) fn body(&self, of: &House) -> Value {
        if self.method == "GET" {
            return Value::Null;
        }
        let url = of.receiver.url();
        let ends = |end: &str| self.path.ends_with(end);
        match self.method {
            "PATCH" if ends("/limits") => json!({ "max_connections": 1 }),
            "PATCH" if ends("/members/{user_id}") => json!({ "role": "billing" }),
            "PATCH" if ends("/keys/{key_id}") => json!({ "label": of.mark }),
            "PATCH" => json!({ "name": of.mark }),
            "POST" if ends("/keys") => json!({ "label": of.mark }),
            "POST" if ends("/rotate") => json!({ "expires_in": 3600 }),
            "POST" if ends("/auth-endpoint-test") => json!({ "channel": "private-room-0", "url": url }),
            "POST" if ends("/disconnect") => json!({ "reconnect": true }),
            "POST" if ends("{socket_id}/events") => json!({ "name": "whispered", "data": of.mark }),
            "POST" if ends("/events") => json!({ "name": "posted", "channel": "news-0", "data": of.mark }),
            "POST" if ends("/webhooks") => json!({ "url": url, "event_types": ["channel_occupied"] }),
            "POST" if ends("/webhooks/test") => json!({ "url": url }),
            "POST" if ends("/results") => {
                json!({ "id": of.shops[KNOWN].key_id, "duration_ms": 1, "status": 200 })
            }
            "POST" if ends("{webhook_id}/replay") => json!({ "failed_since": "2026-01-01T00:00:00Z" }),
            "POST" if ends("/verify") => json!({ "body": of.mark, "headers": {} }),
            _ => json!({}),
        }
    }
}
