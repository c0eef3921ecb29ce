//! In the end: what the API tells each house is what its own actors know, to the member and to the message.

use std::{
    collections::{BTreeMap, BTreeSet},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    changes::Made,
    crew::{Occupancy, Seats},
    house::{House, text},
    notes::{Notes, Usage},
    stage::Stage,
    wire::Wire,
};

/// The meter is read every five seconds, and webhooks may have a backlog.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(200);

struct Auditor<'a> {
    house: &'a House,
    wire: Wire,
    notes: &'a mut Notes,
}

pub(crate) fn house(
    stage: &Stage,
    house: &House,
    seats: &Seats,
    made: &Made,
    notes: &mut Notes,
) -> Vec<String> {
    let mut auditor = Auditor { house, wire: Wire::open(&stage.authority), notes };
    let mut faults = Vec::new();
    for (app, known) in seats.occupancy().iter().enumerate() {
        let usage = auditor.expected_usage(app, made);
        faults.extend(auditor.compare("occupancy", &known.to_json(), |auditor| auditor.occupancy(app)));
        faults.extend(auditor.compare("usage", &usage, |auditor| auditor.usage(app)));
    }
    let things = auditor.expected_things(made);
    faults.extend(auditor.compare("what it made", &things, Auditor::things));
    faults.extend(auditor.compare(
        "what is metered of it beside its apps",
        &json!([0, 0, 0, 0]),
        Auditor::rest,
    ));
    faults
}

impl Occupancy {
    fn to_json(&self) -> Value {
        json!({
            "sockets": self.sockets, "subscriptions": self.subscriptions, "members": self.members,
            "users": self.users,
        })
    }
}

impl Auditor<'_> {
    /// Asks until it is told what is known, or for long enough.
    fn compare(&mut self, what: &str, known: &Value, tell: impl Fn(&mut Self) -> Value) -> Option<String> {
        let deadline = Instant::now() + PATIENCE;
        let mut told = tell(self);
        while told != *known && Instant::now() < deadline {
            thread::sleep(POLL);
            told = tell(self);
        }
        let number = self.house.number;
        (told != *known).then(|| format!("house {number}, {what}: it knows {known}, and is told {told}"))
    }

    /// What the organisation's meter says, less what those of its apps say and its server received: nothing.
    fn rest(&mut self) -> Value {
        let amount = |total: &Value, name: &str| total[name].as_i64().unwrap();
        let total = self.get("/usage?step=day")["total"].clone();
        let apps = [0, 1].map(|app| self.usage(app));
        let names = ["api_requests", "api_messages", "client_events"];
        let mut rest = names
            .map(|name| amount(&total, name) - apps.iter().map(|app| amount(app, name)).sum::<i64>())
            .to_vec();
        let received = i64::try_from(self.house.receiver.requests()).unwrap();
        rest.push(amount(&total, "webhook_requests") - received);
        json!(rest)
    }

    fn get(&mut self, path: &str) -> Value {
        let is_personal = ["/invitations", "/tokens"].contains(&path);
        let answer = self.wire.ask(&self.house.ask(is_personal, "GET", path, &Value::Null));
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        self.notes.witnesses[self.house.number].receives("the audit", answer.body.as_bytes());
        serde_json::from_str(&answer.body).unwrap()
    }

    /// A list's entries as a map.
    fn map(&mut self, path: &str, list: &str, key: &str, value: &str) -> BTreeMap<String, Value> {
        let told = self.get(path);
        assert!(told["next_cursor"].is_null(), "{path} has more than a page");
        let entries = told[list].as_array().unwrap();
        entries.iter().map(|entry| (text(&entry[key]), entry[value].clone())).collect()
    }

    fn occupancy(&mut self, app: usize) -> Value {
        let path = format!("/apps/{}", self.house.shops[app].app.id);
        let connections =
            self.map(&format!("{path}/connections?limit=100"), "connections", "socket_id", "key");
        let mut channels =
            self.map(&format!("{path}/channels?limit=100"), "channels", "channel", "subscriptions");
        // A signed-in user's own.
        channels.retain(|channel, _| !channel.starts_with('#'));
        let mut members = BTreeMap::new();
        for channel in channels.keys().filter(|channel| channel.starts_with("presence-")) {
            let told = self.map(
                &format!("{path}/channels/{channel}/members?limit=100"),
                "members",
                "user_id",
                "connections",
            );
            members.insert(channel.clone(), told);
        }
        let users = self.map(&format!("{path}/users?limit=100"), "users", "user_id", "connections");
        let sockets: BTreeSet<_> = connections.into_keys().collect();
        json!({ "sockets": sockets, "subscriptions": channels, "members": members, "users": users })
    }

    fn expected_usage(&self, app: usize, made: &Made) -> Value {
        let usage = self.notes.usage[self.house.number][app];
        let events = made.events[app];
        let usage = Usage {
            api_requests: usage.api_requests + events,
            api_messages: usage.api_messages + events,
            ..usage
        };
        json!({
            "api_requests": usage.api_requests, "api_messages": usage.api_messages,
            "client_events": usage.client_events, "delivered_events": usage.delivered_events,
            "delivered_client_events": usage.delivered_client_events,
            "delivered_presence": usage.delivered_presence,
        })
    }

    fn usage(&mut self, app: usize) -> Value {
        let path = format!("/apps/{}/usage?step=day", self.house.shops[app].app.id);
        let total = self.get(&path)["total"].clone();
        let amount = |name: &str| total[name].as_u64().unwrap();
        json!({
            "api_requests": amount("api_requests"), "api_messages": amount("api_messages"),
            "client_events": amount("client_events"),
            "delivered_events": amount("delivered_events") + amount("delivered_cached"),
            "delivered_client_events": amount("delivered_client_events"),
            "delivered_presence": amount("delivered_presence"),
        })
    }

    fn expected_things(&self, made: &Made) -> Value {
        let house = self.house;
        let with = |made: &BTreeMap<String, String>, more: &[(&str, &str)]| {
            let more = more.iter().map(|(id, name)| ((*id).to_owned(), (*name).to_owned()));
            made.clone().into_iter().chain(more).collect::<BTreeMap<_, _>>()
        };
        let [known, restless] = &house.shops;
        let pending = format!("pending@{}.example", house.domain);
        json!({
            "tenant": "Acme",
            "keys": with(&made.keys, &[(&known.key_id, "default")]),
            "webhooks": with(&made.webhooks, &[(&known.webhook, "The shop's")]),
            "apps": with(&made.apps, &[(&known.app.id, "Shop"), (&restless.app.id, "Shop")]),
            "invitations": with(&made.invitations, &[(&house.invitation, &pending)]),
            "tokens": made.tokens.len() + if house.number == 0 { 2 } else { 1 },
            "members": ["both@between.example", format!("owner@{}.example", house.domain)],
        })
    }

    fn things(&mut self) -> Value {
        let path = format!("/apps/{}", self.house.shops[0].app.id);
        json!({
            "tenant": self.get("/tenant")["name"],
            "keys": self.map(&format!("{path}/keys"), "keys", "id", "label"),
            "webhooks": self.map(&format!("{path}/webhooks"), "webhooks", "id", "name"),
            "apps": self.map("/apps", "apps", "id", "name"),
            "invitations": self.map("/invitations", "invitations", "id", "email"),
            "tokens": self.map("/tokens", "tokens", "id", "name").len(),
            "members": self.map("/members", "members", "email", "role").into_keys().collect::<Vec<_>>(),
        })
    }
}
