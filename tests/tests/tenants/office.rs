//! A house's owner and its programs, at the management API: they look, they change what is theirs, and they
//! try it with what is another's.

use serde_json::Value;

use crate::{
    changes::Made,
    dice::Dice,
    foreign::{self, Intruder},
    house::House,
    notes::{Notes, Pace},
    routes::{Ids, Route, TOO_MANY, family},
    stage::Stage,
    wire::{Answer, Wire},
};

/// Questions under way at once.
const BURST: usize = 6;

pub(crate) struct Office<'a> {
    pub(crate) stage: &'a Stage,
    pub(crate) house: &'a House,
    pub(crate) wire: Wire,
    back_door: Wire,
    pub(crate) dice: Dice,
    /// Counts the names that it gave.
    pub(crate) number: u32,
    pub(crate) made: Made,
    pub(crate) notes: Notes,
}

impl<'a> Office<'a> {
    pub(crate) fn new(stage: &'a Stage, house: &'a House, dice: Dice) -> Self {
        let (wire, back_door) = (Wire::open(&stage.authority), Wire::open(&stage.authority));
        let (made, notes) = (Made::default(), Notes::default());
        Self { stage, house, wire, back_door, dice, number: 0, made, notes }
    }

    pub(crate) fn work(&mut self, pace: &Pace, actor: usize) {
        while pace.goes_on(actor, self.notes.total()) {
            self.look();
            self.change();
            for _ in 0..3 {
                self.intrude();
            }
        }
    }

    /// Several routes that only look, with the house's own ids.
    fn look(&mut self) {
        let house = self.house;
        let stage = self.stage;
        let mut routes: Vec<&Route> = Vec::new();
        while routes.len() < BURST {
            let route = self.dice.pick(&stage.routes);
            if route.method == "GET" && !route.is_stream() && !route.is_operators {
                routes.push(route);
            }
        }
        let asks: Vec<_> = routes
            .iter()
            .map(|route| {
                let app = self.dice.below(2);
                let path = route.at(&Ids { app: (house, app), below: (house, app) }, &mut self.dice);
                house.ask(route.is_personal || self.dice.percent(30), "GET", &path, &Value::Null)
            })
            .collect();
        for ((route, ask), answer) in routes.iter().zip(&asks).zip(self.wire.ask_all(&asks)) {
            // Sockets come and go, and no delivery has a key's id.
            let may_be_gone = route.has("{socket_id}") || route.has("{delivery_id}");
            let is_right = answer.status == 200 || (may_be_gone && answer.status == 404);
            self.took(route.family(), is_right, &ask.target, &answer);
        }
    }

    pub(crate) fn took(&mut self, family: &'static str, is_right: bool, what: &str, answer: &Answer) {
        self.notes.count(family);
        let witness = &mut self.notes.witnesses[self.house.number];
        witness.receives(family, answer.head.as_bytes());
        witness.receives(family, answer.body.as_bytes());
        if !is_right {
            self.notes.wrong(|| format!("{what} was answered {} {}", answer.status, answer.body));
        }
    }

    /// A request of the house's own, which must succeed. `None` if it did not, or if there were too many mails.
    pub(crate) fn ok(&mut self, method: &str, path: &str, body: &Value) -> Option<Value> {
        let is_personal =
            ["/invitations", "/tokens", "/tenant", "/members"].iter().any(|it| path.starts_with(it));
        let ask = self.house.ask(is_personal || self.dice.percent(30), method, path, body);
        let answer = self.wire.ask(&ask);
        let is_done = (200..300).contains(&answer.status);
        let is_put_off = path.starts_with("/invitations") && answer.status == TOO_MANY;
        self.took(family(path), is_done || is_put_off, path, &answer);
        is_done.then(|| serde_json::from_str(&answer.body).unwrap_or_default())
    }

    fn intrude(&mut self) {
        let (house, stage) = (self.house, self.stage);
        let victim = stage.another(house, &mut self.dice);
        let by_person = self.dice.percent(30);
        let route = foreign::route(stage, &mut self.dice);
        let proof = |route: &Route, path: &str, body: &Value| {
            house.ask(route.is_personal || by_person, route.method, path, body)
        };
        let intruder = Intruder { from: house, victim };
        let foreign = intruder.request(route, proof, &mut self.notes, &mut self.dice);
        foreign.send(&mut self.back_door, house, &mut self.notes);
    }
}
