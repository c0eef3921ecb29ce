//! Management requests of one house with the ids of another: each answers that there is nothing.

use serde_json::Value;

use crate::{
    dice::Dice,
    house::{House, KNOWN, RESTLESS},
    notes::Notes,
    routes::{Ids, Route},
    stage::Stage,
    wire::{Ask, Wire},
};

/// A request and what it is.
pub(crate) struct Foreign<'a> {
    pub(crate) route: &'a Route,
    pub(crate) ask: Ask,
}

/// Any that takes an id.
pub(crate) fn route<'a>(stage: &'a Stage, dice: &mut Dice) -> &'a Route {
    loop {
        let route = dice.pick(&stage.routes);
        if route.has("{") {
            return route;
        }
    }
}

/// Who uses whose ids.
pub(crate) struct Intruder<'a> {
    pub(crate) from: &'a House,
    pub(crate) victim: &'a House,
}

impl Intruder<'_> {
    /// Names ids of the victim: the app's and all below it, or one's own app and what lies below theirs.
    /// `proof` makes the request of whoever acts.
    pub(crate) fn request<'a>(
        &self,
        route: &'a Route,
        proof: impl Fn(&Route, &str, &Value) -> Ask,
        notes: &mut Notes,
        dice: &mut Dice,
    ) -> Foreign<'a> {
        let Self { from, victim } = *self;
        let is_below = ["{key_id}", "{webhook_id}", "{socket_id}"].iter().any(|id| route.has(id));
        let app = if is_below && dice.percent(50) { (from, RESTLESS) } else { (victim, KNOWN) };
        let path = route.at(&Ids { app, below: (victim, KNOWN) }, dice);
        notes.names(from.number, victim.number, &path);
        Foreign { route, ask: proof(route, &path, &route.body(from)) }
    }
}

impl Foreign<'_> {
    /// Sends it, and insists on the refusal.
    pub(crate) fn send(&self, wire: &mut Wire, from: &House, notes: &mut Notes) {
        let answer = wire.ask(&self.ask);
        notes.count(self.route.family());
        notes.witnesses[from.number].receives(self.route.family(), answer.body.as_bytes());
        if !self.route.is_refusal(answer.status) {
            let (method, path) = (self.route.method, &self.route.path);
            notes.wrong(|| {
                format!("{method} {path} was answered {} {}: {:?}", answer.status, answer.body, self.ask)
            });
        }
    }
}
