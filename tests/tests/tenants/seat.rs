//! One WebSocket of a house, and what it may expect to hear.

use std::{collections::BTreeMap, net::TcpStream, time::Duration};

use campanile_tests::App;
use tungstenite::{Message, WebSocket};

use crate::{
    house::USERS,
    notes::{Notes, Usage},
};

const PATIENCE: Duration = Duration::from_secs(60);
/// What a connection is told that its own house ends.
const FAREWELLS: [&str; 2] = ["were terminated", "closed by the app's owner"];

/// Where a socket is with a channel; absent where it is neither in nor on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Has asked, and must get in.
    Joining,
    /// Has asked with a signature that is not good for it, and must not.
    Intruding,
    In,
}

pub(crate) struct Seat {
    /// The house that receives what comes.
    pub(crate) house: usize,
    pub(crate) app: usize,
    pub(crate) socket_id: String,
    pub(crate) places: BTreeMap<&'static str, Place>,
    /// Who it says it is.
    pub(crate) user: &'static str,
    pub(crate) is_signed_in: bool,
    /// Refusals that must yet come, beside those of subscriptions.
    pub(crate) refusals_due: u32,
    socket: WebSocket<TcpStream>,
    pongs_due: u32,
    is_over: bool,
}

/// A member of a frame, where it is text without escapes.
fn member<'a>(frame: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = frame.split_once(&format!("\"{name}\":\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

impl Seat {
    /// Connects with the app's key; what comes is booked as the house's.
    pub(crate) fn take(authority: &str, house: usize, app: usize, door: &App, notes: &mut Notes) -> Self {
        let stream = TcpStream::connect(authority).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        let url = format!("ws://{authority}/app/{}?protocol=7&client=tenants&version=1.0", door.key);
        let (socket, _) = tungstenite::client::client(url, stream).unwrap();
        let mut seat = Self {
            house,
            app,
            socket_id: String::new(),
            places: BTreeMap::new(),
            user: USERS[0],
            is_signed_in: false,
            refusals_due: 0,
            socket,
            pongs_due: 0,
            is_over: false,
        };
        let Ok(Message::Text(welcome)) = seat.socket.read() else { panic!("no welcome") };
        notes.witnesses[house].receives("a welcome", welcome.as_bytes());
        let (_, rest) = welcome.split_once("socket_id\\\":\\\"").expect("a welcome has a socket id");
        rest.split_once('\\').unwrap().0.clone_into(&mut seat.socket_id);
        seat
    }

    /// Says it, sooner or later: [`Self::flush`] sends.
    pub(crate) fn say(&mut self, message: String) {
        // Whose connection has ended hears of it when it reads.
        let _ = self.socket.write(Message::text(message));
    }

    pub(crate) fn ping(&mut self) {
        self.say(r#"{"event":"pusher:ping","data":{}}"#.to_owned());
        self.pongs_due += 1;
    }

    /// Sends what was said, and a ping whose pong ends the next reading.
    pub(crate) fn flush(&mut self) {
        self.ping();
        let _ = self.socket.flush();
    }

    /// Takes what comes up to the pong. False if the connection ended instead.
    pub(crate) fn listen(&mut self, notes: &mut Notes) -> bool {
        while self.pongs_due > 0 && !self.is_over {
            self.hear(notes);
        }
        !self.is_over
    }

    /// Says goodbye and takes what was under way, so that what was sent to it was also received.
    pub(crate) fn leave(&mut self, notes: &mut Notes) {
        let _ = self.socket.close(None);
        while !self.is_over {
            self.hear(notes);
        }
    }

    fn hear(&mut self, notes: &mut Notes) {
        match self.socket.read() {
            Ok(Message::Text(text)) => self.take_frame(&text, notes),
            Ok(Message::Close(_)) => {}
            Ok(other) => notes.wrong(|| format!("{other:?} on a socket")),
            Err(tungstenite::Error::Io(error)) if error.kind() == std::io::ErrorKind::WouldBlock => {
                panic!("nothing comes to {} any more: {:?}", self.socket_id, self.places);
            }
            Err(_) => self.is_over = true,
        }
    }

    fn take_frame(&mut self, frame: &str, notes: &mut Notes) {
        notes.witnesses[self.house].receives("a socket", frame.as_bytes());
        let name = member(frame, "event").unwrap_or_default();
        let usage = &mut notes.usage[self.house][self.app];
        match name {
            "pusher:pong" => self.pongs_due -= 1,
            "pusher_internal:subscription_succeeded" => self.answered(frame, true, notes),
            "pusher:subscription_error" => self.answered(frame, false, notes),
            "pusher:signin_success" | "pusher:cache_miss" => {}
            "pusher:error" if FAREWELLS.iter().any(|farewell| frame.contains(farewell)) => {}
            "pusher:error" => {
                if self.refusals_due == 0 {
                    notes.wrong(|| format!("an error out of nothing: {frame}"));
                }
                self.refusals_due = self.refusals_due.saturating_sub(1);
            }
            _ => usage.delivered(name, || notes.wrong.push(format!("what is this: {frame}"))),
        }
    }

    fn answered(&mut self, frame: &str, is_in: bool, notes: &mut Notes) {
        let channel = member(frame, "channel").unwrap_or_default();
        let place =
            self.places.iter().find(|(name, _)| **name == channel).map(|(name, place)| (*name, *place));
        match (place, is_in) {
            (Some((channel, Place::Joining)), true) => drop(self.places.insert(channel, Place::In)),
            (Some((channel, Place::Intruding)), false) => drop(self.places.remove(channel)),
            _ => {
                let socket_id = &self.socket_id;
                notes.wrong(|| format!("{socket_id} was {place:?}, and then came {frame}"));
            }
        }
    }

    /// Whether nothing is owed to it.
    pub(crate) fn is_settled(&self) -> bool {
        self.refusals_due == 0 && self.places.values().all(|place| *place == Place::In)
    }
}

impl Usage {
    fn delivered(&mut self, name: &str, unknown: impl FnOnce()) {
        match name {
            "posted" => self.delivered_events += 1,
            "client-said" => self.delivered_client_events += 1,
            "pusher_internal:member_added" | "pusher_internal:member_removed" => self.delivered_presence += 1,
            // Said to one connection by a person; no message of the app's.
            "whispered" => {}
            _ => unknown(),
        }
    }
}
