//! A house's application servers: they publish and ask over REST, and try it with what is another's.

use serde_json::{Value, json};

use crate::{
    dice::Dice,
    house::{CHANNELS, House, KNOWN, RESTLESS, USERS},
    notes::{Notes, Pace},
    signing::Credentials,
    stage::Stage,
    wire::{Ask, Wire},
};

/// Requests under way at once.
const BURST: usize = 14;
/// Channels before the encrypted ones, which only come alone.
const PLAIN: usize = CHANNELS.len() - 3;

pub(crate) struct Server<'a> {
    stage: &'a Stage,
    house: &'a House,
    wire: Wire,
    /// Refusals may end a connection, so they have one of their own.
    back_door: Wire,
    dice: Dice,
    pub(crate) notes: Notes,
}

/// A request of one's own, and what becomes of it.
struct Call {
    family: &'static str,
    app: usize,
    ask: Ask,
    /// What it counts as.
    messages: u64,
}

impl Call {
    fn counts(self, messages: u64) -> Self {
        Self { messages, ..self }
    }
}

impl<'a> Server<'a> {
    pub(crate) fn new(stage: &'a Stage, house: &'a House, dice: Dice) -> Self {
        let (wire, back_door) = (Wire::open(&stage.authority), Wire::open(&stage.authority));
        Self { stage, house, wire, back_door, dice, notes: Notes::default() }
    }

    pub(crate) fn work(&mut self, pace: &Pace, actor: usize) {
        while pace.goes_on(actor, self.notes.total()) {
            let calls: Vec<Call> = (0..BURST).map(|_| self.call()).collect();
            let asks: Vec<Ask> = calls.iter().map(|call| call.ask.clone()).collect();
            for (call, answer) in calls.iter().zip(self.wire.ask_all(&asks)) {
                let house = self.house.number;
                self.notes.count(call.family);
                self.notes.witnesses[house].receives(call.family, answer.body.as_bytes());
                if answer.status != 200 {
                    self.notes.wrong(|| format!("{} answered {}", call.ask.target, answer.body));
                }
                let usage = &mut self.notes.usage[house][call.app];
                usage.api_requests += u64::from(call.messages > 0);
                usage.api_messages += call.messages;
            }
            self.intrude();
            self.intrude();
        }
    }

    fn call(&mut self) -> Call {
        let app = usize::from(self.dice.percent(35));
        let channel = *self.dice.pick(&CHANNELS);
        let number = self.dice.below(1000);
        let data = self.house.data(channel, number);
        let event = json!({ "name": "posted", "channel": channel, "data": data });
        match self.dice.below(100) {
            0..45 => self.post(app, "REST: trigger", "events", &event).counts(1),
            45..55 => {
                let names: Vec<_> = (0..3).map(|_| CHANNELS[self.dice.below(PLAIN)]).collect();
                let event =
                    json!({ "name": "posted", "channels": names, "data": self.house.data("", number) });
                self.post(app, "REST: trigger to several", "events", &event).counts(1)
            }
            55..68 => {
                let batch = json!({ "batch": [event, event] });
                self.post(app, "REST: batch", "batch_events", &batch).counts(2)
            }
            68..74 => {
                let mut event = event;
                event["info"] = "subscription_count".into();
                self.post(app, "REST: trigger and ask", "events", &event).counts(2)
            }
            74..79 => {
                let mut event = event;
                event["socket_id"] = self.house.socket(app, &mut self.dice).into();
                self.post(app, "REST: trigger past a socket", "events", &event).counts(1)
            }
            79..83 => {
                let user = format!("#server-to-user-{}", self.dice.pick(&USERS));
                let event = json!({ "name": "posted", "channel": user, "data": self.house.data("", number) });
                self.post(app, "REST: trigger to a user", "events", &event).counts(1)
            }
            83..84 => {
                let resource = format!("users/{}/terminate_connections", self.dice.pick(&USERS));
                self.post(RESTLESS, "REST: terminate", &resource, &json!({}))
            }
            84..90 => {
                let query = "filter_by_prefix=presence-&info=user_count";
                self.get(app, "REST: channels", "channels", query)
            }
            90..95 => self.get(app, "REST: channel", &format!("channels/{channel}"), ""),
            _ => {
                let hall = format!("channels/presence-hall-{}/users", self.dice.below(4));
                self.get(app, "REST: members", &hall, "")
            }
        }
    }

    fn post(&self, app: usize, family: &'static str, resource: &str, body: &Value) -> Call {
        let shop = &self.house.shops[app].app;
        let ask = signed("POST", &format!("/apps/{}/{resource}", shop.id), shop.into(), body.to_string(), "");
        Call { family, app, ask, messages: 0 }
    }

    fn get(&self, app: usize, family: &'static str, resource: &str, more: &str) -> Call {
        let shop = &self.house.shops[app].app;
        let ask = signed("GET", &format!("/apps/{}/{resource}", shop.id), shop.into(), String::new(), more);
        Call { family, app, ask, messages: 0 }
    }

    /// One request that must be refused, with 401 and nothing else, because what it shows is not good for the
    /// app that it names. What it carries is marked: should it be let in, the victims' sockets tell.
    pub(crate) fn intrude(&mut self) {
        let victim = self.stage.another(self.house, &mut self.dice);
        let (own, theirs) = (&self.house.shops[KNOWN].app, &victim.shops[KNOWN].app);
        let (method, resource, body) = self.errand();
        let at = |id: &str| format!("/apps/{id}/{resource}");
        let (family, ask) = match self.dice.below(5) {
            0 => ("REST: own key, another's app", signed(method, &at(&theirs.id), own.into(), body, "")),
            1 => ("REST: another's key, own app", signed(method, &at(&own.id), theirs.into(), body, "")),
            2 => {
                let mixed = Credentials { key: &theirs.key, secret: &own.secret };
                ("REST: another's key and app, own secret", signed(method, &at(&theirs.id), mixed, body, ""))
            }
            3 => {
                let mixed = Credentials { key: &own.key, secret: &theirs.secret };
                ("REST: own key, another's app and secret", signed(method, &at(&theirs.id), mixed, body, ""))
            }
            _ => {
                // Signed by the other for its own app, and brought here.
                let good = signed(method, &at(&theirs.id), theirs.into(), body, "");
                let target = good.target.replacen(&theirs.id, &own.id, 1);
                ("REST: another's request, own app", Ask { target, ..good })
            }
        };
        self.notes.names(self.house.number, victim.number, &ask.target);
        let answer = self.back_door.ask(&ask);
        self.notes.count(family);
        self.notes.witnesses[self.house.number].receives(family, answer.body.as_bytes());
        if answer.status != 401 {
            self.notes.wrong(|| format!("{family}: {ask:?} was answered {} {}", answer.status, answer.body));
        }
    }

    fn errand(&mut self) -> (&'static str, String, String) {
        let channel = *self.dice.pick(&CHANNELS);
        let event = json!({ "name": "posted", "channel": channel, "data": self.house.data(channel, 0) });
        match self.dice.below(6) {
            0 | 1 => ("POST", "events".to_owned(), event.to_string()),
            2 => ("POST", "batch_events".to_owned(), json!({ "batch": [event] }).to_string()),
            3 => {
                let user = self.dice.pick(&USERS);
                ("POST", format!("users/{user}/terminate_connections"), "{}".to_owned())
            }
            4 => ("GET", format!("channels/{channel}"), String::new()),
            _ => ("GET", "channels".to_owned(), String::new()),
        }
    }
}

pub(crate) fn signed(
    method: &str,
    path: &str,
    credentials: Credentials<'_>,
    body: String,
    more: &str,
) -> Ask {
    let query = credentials.query(method, path, &body, more);
    Ask { method: method.to_owned(), target: format!("{path}?{query}"), proof: String::new(), body }
}
