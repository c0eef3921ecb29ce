//! A house's sockets: they come and go, join and leave, talk, and try to get in with what is another's.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicBool, Ordering::SeqCst},
    thread,
    time::Duration,
};

use serde_json::json;

use crate::{
    dice::Dice,
    house::{CHANNELS, House, RESTLESS, USERS},
    notes::{Notes, Pace},
    register::Kind,
    seat::{Place, Seat},
    signing::Credentials,
    stage::Stage,
};

/// Messages of one socket that are under way at once.
const BURST: usize = 16;

pub(crate) struct Crew<'a> {
    stage: &'a Stage,
    house: &'a House,
    seats: Vec<Seat>,
    dice: Dice,
    notes: Notes,
}

/// A crew's sockets, still open.
pub(crate) struct Seats(Vec<Seat>);

/// Who is where, as the sockets know it: by app.
#[derive(Debug, Default)]
pub(crate) struct Occupancy {
    pub(crate) sockets: BTreeSet<String>,
    pub(crate) subscriptions: BTreeMap<&'static str, u64>,
    pub(crate) members: BTreeMap<&'static str, BTreeMap<&'static str, u64>>,
    pub(crate) users: BTreeMap<&'static str, u64>,
}

impl<'a> Crew<'a> {
    /// So many sockets at each app.
    pub(crate) fn assemble(stage: &'a Stage, house: &'a House, sizes: [usize; 2], dice: Dice) -> Self {
        let mut crew = Self { stage, house, seats: Vec::new(), dice, notes: Notes::default() };
        for (app, size) in sizes.into_iter().enumerate() {
            for _ in 0..size {
                let seat = crew.take_seat(app);
                crew.seats.push(seat);
            }
        }
        crew
    }

    fn take_seat(&mut self, app: usize) -> Seat {
        let (house, door) = (self.house, &self.house.shops[app].app);
        let mut seat = Seat::take(&self.stage.authority, house.number, app, door, &mut self.notes);
        seat.user = *self.dice.pick(&USERS);
        self.stage.register.book(house.number, Kind::Id, &seat.socket_id);
        house.opened(app, &seat.socket_id);
        self.notes.count("socket: connect");
        seat
    }

    /// Works until its share is done, and then listens until all is quiet.
    pub(crate) fn work(&mut self, pace: &Pace, actor: usize, is_quiet: &AtomicBool) {
        while pace.goes_on(actor, self.notes.total()) {
            self.round(BURST);
        }
        while !is_quiet.load(SeqCst) && !pace.is_abandoned() {
            self.round(0);
            thread::sleep(Duration::from_millis(5));
        }
        // Twice, because what a pong overtook is there at the next.
        while !pace.is_abandoned() {
            self.round(0);
            self.round(0);
            if self.seats.iter().all(Seat::is_settled) {
                return;
            }
        }
    }

    fn round(&mut self, burst: usize) {
        for index in 0..self.seats.len() {
            for _ in 0..burst {
                self.act(index);
            }
            self.seats[index].flush();
            if burst > 0 {
                self.notes.count("socket: ping");
            }
        }
        for index in 0..self.seats.len() {
            let is_on = self.seats[index].listen(&mut self.notes);
            let is_leaving = is_on && burst > 0 && self.dice.percent(1);
            if is_leaving {
                self.seats[index].leave(&mut self.notes);
            }
            if !is_on && self.seats[index].app != RESTLESS {
                let socket_id = self.seats[index].socket_id.clone();
                self.notes.wrong(|| format!("{socket_id} was closed, which nobody had asked for"));
            }
            if !is_on || is_leaving {
                self.seats[index] = self.take_seat(self.seats[index].app);
            }
        }
    }

    fn act(&mut self, index: usize) {
        let channel = *self.dice.pick(&CHANNELS);
        let place = self.seats[index].places.get(channel).copied();
        match (self.dice.below(100), place) {
            (0..25, None) => self.join(index, channel),
            (0..50, Some(Place::In)) => self.part(index, channel),
            (25..45, None) if !is_public(channel) => self.intrude(index, channel),
            (45..55, None) => self.talk_outside(index, channel),
            (50..90, Some(Place::In)) if self.may_talk(index, channel) => self.talk(index, channel),
            (90..95, _) => self.sign_in_as_another(index),
            (95..98, _) => self.sign_in(index),
            _ => {
                self.seats[index].ping();
                self.notes.count("socket: ping");
            }
        }
    }

    fn say(&mut self, index: usize, family: &'static str, message: String) {
        self.seats[index].say(message);
        self.notes.count(family);
    }

    fn join(&mut self, index: usize, channel: &'static str) {
        let app = self.seats[index].app;
        let own = Credentials::from(&self.house.shops[app].app);
        let message = self.subscription(index, channel, own);
        self.seats[index].places.insert(channel, Place::Joining);
        self.say(index, "socket: subscribe", message);
    }

    fn part(&mut self, index: usize, channel: &'static str) {
        self.seats[index].places.remove(channel);
        let message = json!({ "event": "pusher:unsubscribe", "data": { "channel": channel } });
        self.say(index, "socket: unsubscribe", message.to_string());
    }

    /// Asks to be let in with what another house signs with, or a mixture.
    fn intrude(&mut self, index: usize, channel: &'static str) {
        let victim = self.stage.another(self.house, &mut self.dice);
        let (own, theirs) = (&self.house.shops[self.seats[index].app].app, &victim.shops[0].app);
        let credentials = match self.dice.below(3) {
            0 => Credentials::from(theirs),
            1 => Credentials { key: &own.key, secret: &theirs.secret },
            _ => Credentials { key: &theirs.key, secret: &own.secret },
        };
        self.notes.names(self.house.number, victim.number, credentials.key);
        let message = self.subscription(index, channel, credentials);
        self.seats[index].places.insert(channel, Place::Intruding);
        self.say(index, "socket: subscribe as another", message);
    }

    fn subscription(&self, index: usize, channel: &str, credentials: Credentials<'_>) -> String {
        let seat = &self.seats[index];
        if is_public(channel) {
            return json!({ "event": "pusher:subscribe", "data": { "channel": channel } }).to_string();
        }
        let mut to_sign = format!("{}:{channel}", seat.socket_id);
        let mut data = json!({ "channel": channel });
        if channel.starts_with("presence-") {
            let member = json!({ "user_id": seat.user, "user_info": { "mark": self.house.mark } });
            to_sign = format!("{to_sign}:{member}");
            data["channel_data"] = member.to_string().into();
        }
        data["auth"] = credentials.auth(&to_sign).into();
        json!({ "event": "pusher:subscribe", "data": data }).to_string()
    }

    /// Which client events are accepted must be certain: a connection that may be ended any time sends none.
    fn may_talk(&self, index: usize, channel: &str) -> bool {
        let is_private = !is_public(channel) && !channel.starts_with("private-encrypted-");
        is_private && self.seats[index].app != RESTLESS
    }

    fn talk(&mut self, index: usize, channel: &str) {
        let seat = &self.seats[index];
        self.notes.usage[seat.house][seat.app].client_events += 1;
        let message = self.client_event(channel);
        self.say(index, "socket: client event", message);
    }

    /// To a channel of that name, which there is at other houses too, and in which it is not.
    fn talk_outside(&mut self, index: usize, channel: &str) {
        self.seats[index].refusals_due += 1;
        let message = self.client_event(channel);
        self.say(index, "socket: client event outside", message);
    }

    fn client_event(&self, channel: &str) -> String {
        let data = json!({ "mark": self.house.mark });
        json!({ "event": "client-said", "channel": channel, "data": data }).to_string()
    }

    fn sign_in(&mut self, index: usize) {
        if !self.seats[index].is_signed_in {
            self.seats[index].is_signed_in = true;
            let own = Credentials::from(&self.house.shops[self.seats[index].app].app);
            let message = self.signed_in(index, own);
            self.say(index, "socket: sign in", message);
        }
    }

    fn sign_in_as_another(&mut self, index: usize) {
        let victim = self.stage.another(self.house, &mut self.dice);
        let own = &self.house.shops[self.seats[index].app].app;
        let theirs = &victim.shops[0].app;
        let key = if self.dice.percent(50) { &own.key } else { &theirs.key };
        self.notes.names(self.house.number, victim.number, key);
        let message = self.signed_in(index, Credentials { key, secret: &theirs.secret });
        self.seats[index].refusals_due += 1;
        self.say(index, "socket: sign in as another", message);
    }

    fn signed_in(&self, index: usize, credentials: Credentials<'_>) -> String {
        let seat = &self.seats[index];
        let user = json!({ "id": seat.user, "mark": self.house.mark }).to_string();
        let auth = credentials.auth(&format!("{}::user::{user}", seat.socket_id));
        json!({ "event": "pusher:signin", "data": { "auth": auth, "user_data": user } }).to_string()
    }

    pub(crate) fn into_parts(self) -> (Seats, Notes) {
        (Seats(self.seats), self.notes)
    }
}

impl Seats {
    pub(crate) fn occupancy(&self) -> [Occupancy; 2] {
        let mut apps = [Occupancy::default(), Occupancy::default()];
        for seat in &self.0 {
            let app = &mut apps[seat.app];
            app.sockets.insert(seat.socket_id.clone());
            if seat.is_signed_in {
                *app.users.entry(seat.user).or_default() += 1;
            }
            for channel in seat.places.keys() {
                *app.subscriptions.entry(channel).or_default() += 1;
                if channel.starts_with("presence-") {
                    *app.members.entry(channel).or_default().entry(seat.user).or_default() += 1;
                }
            }
        }
        apps
    }
}

fn is_public(channel: &str) -> bool {
    !channel.starts_with("private-") && !channel.starts_with("presence-")
}
