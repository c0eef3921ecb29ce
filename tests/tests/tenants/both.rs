//! A person who belongs to two houses, and acts for one at a time.

use campanile_tests::Platform;
use serde_json::{Value, json};

use crate::{
    dice::Dice,
    foreign::{self, Intruder},
    house::{House, KNOWN, Manage, PASSWORD, cookie, manage, text},
    notes::{Notes, Pace},
    register::{Kind, Register},
    routes::{Ids, Route},
    stage::Stage,
    wire::{Ask, Wire},
};

const EMAIL: &str = "both@between.example";
/// Requests between two changes of the house.
const STAY: usize = 12;

pub(crate) struct Both {
    cookie: String,
    /// A token that they made in the first house.
    token: String,
}

impl Both {
    /// Follows the links that both houses' owners have had mailed.
    pub(crate) fn join(platform: &Platform, houses: [&House; 2], register: &Register) -> Self {
        let mut cookies = Vec::new();
        for house in houses {
            let invitation =
                house.ask(true, "POST", "/invitations", &json!({ "email": EMAIL, "role": "admin" }));
            let mut wire = Wire::open(&platform.authority);
            assert_eq!(wire.ask(&invitation).status, 201);
            let link = link(platform, cookies.len());
            let proof = cookies.last().map(|cookie| format!("Cookie: {cookie}")).unwrap_or_default();
            let accepted = match cookies.len() {
                0 => json!({ "token": link, "password": PASSWORD }),
                _ => json!({ "token": link }),
            };
            let answer = wire.ask(&manage(proof, "POST", "/invitations/accept", &accepted));
            assert!(matches!(answer.status, 200 | 201), "{}", answer.body);
            if cookies.is_empty() {
                cookies.push(cookie(&answer.head));
            }
        }
        let both = cookies.remove(0);
        let manage = Manage { platform, cookie: &both };
        manage.ok("POST", &format!("/me/tenants/{}/enter", houses[0].tenant), &Value::Null);
        let token = text(&manage.ok("POST", "/tokens", &json!({ "name": "Both's" }))["token"]);
        register.book(houses[0].number, Kind::Secret, &token);
        Self { cookie: both, token }
    }

    pub(crate) fn work(&self, stage: &Stage, pace: &Pace, actor: usize, dice: Dice) -> Notes {
        let (wire, back_door) = (Wire::open(&stage.authority), Wire::open(&stage.authority));
        let mut travels = Travels { both: self, stage, wire, back_door, dice, notes: Notes::default() };
        while pace.goes_on(actor, travels.notes.total()) {
            travels.stay();
        }
        travels.notes
    }

    fn as_person(&self) -> String {
        format!("Cookie: {}", self.cookie)
    }

    fn ask(&self, by_token: bool, method: &str, path: &str, body: &Value) -> Ask {
        let proof = if by_token { format!("Authorization: Bearer {}", self.token) } else { self.as_person() };
        manage(proof, method, path, body)
    }
}

/// The person at work.
struct Travels<'a> {
    both: &'a Both,
    stage: &'a Stage,
    wire: Wire,
    /// Refusals may end a connection, so they have one of their own.
    back_door: Wire,
    dice: Dice,
    notes: Notes,
}

impl Travels<'_> {
    /// Enters a house, looks at what is there, and asks there for what is the other's.
    fn stay(&mut self) {
        let stage = self.stage;
        let here = self.dice.below(2);
        let (from, victim) = (&stage.houses[here], &stage.houses[1 - here]);
        let path = format!("/me/tenants/{}/enter", from.tenant);
        let entered = self.wire.ask(&manage(self.both.as_person(), "POST", &path, &Value::Null));
        self.notes.count("person: enter");
        if entered.status != 204 {
            self.notes.wrong(|| format!("{path} was answered {}", entered.body));
        }
        for _ in 0..STAY {
            // The token stays with its house, wherever the person is.
            let by_token = here == 0 && self.dice.percent(40);
            self.look(from, by_token);
            self.intrude(&Intruder { from, victim }, by_token);
        }
    }

    fn look(&mut self, house: &House, by_token: bool) {
        let route = self.dice.pick(&self.stage.routes);
        let is_elsewhere = route.is_stream() || route.is_operators || (by_token && route.is_personal);
        let may_be_gone = route.has("{socket_id}") || route.has("{delivery_id}");
        if route.method != "GET" || is_elsewhere || may_be_gone {
            return;
        }
        let path = route.at(&Ids { app: (house, KNOWN), below: (house, KNOWN) }, &mut self.dice);
        let answer = self.wire.ask(&self.both.ask(by_token, "GET", &path, &Value::Null));
        self.notes.count("person: look");
        self.notes.witnesses[house.number].receives("a person of both", answer.body.as_bytes());
        if answer.status != 200 {
            self.notes.wrong(|| format!("{path} was answered {} {}", answer.status, answer.body));
        }
    }

    fn intrude(&mut self, intruder: &Intruder<'_>, by_token: bool) {
        let both = self.both;
        let route = foreign::route(self.stage, &mut self.dice);
        // To enter and leave the other house is theirs, and so is what they are there; but not now.
        if route.has("{tenant_id}") || route.has("/members/") {
            return;
        }
        let proof = |route: &Route, path: &str, body: &Value| {
            both.ask(by_token && !route.is_personal, route.method, path, body)
        };
        let foreign = intruder.request(route, proof, &mut self.notes, &mut self.dice);
        foreign.send(&mut self.back_door, intruder.from, &mut self.notes);
    }
}

/// The secret of a link that was mailed, which is to say written to the log.
fn link(platform: &Platform, nth: usize) -> String {
    let marker = "accept-invitation#";
    loop {
        let log = platform.log();
        let mails = log.lines().filter(|line| line.contains(EMAIL) && line.contains(marker));
        if let Some((_, rest)) = mails.skip(nth).find_map(|line| line.split_once(marker)) {
            return rest.chars().take_while(char::is_ascii_hexdigit).collect();
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}
