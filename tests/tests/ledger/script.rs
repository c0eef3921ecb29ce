//! What one group of actors does, again and again, in a channel of its own.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::{
    book::{ADDED, Book, CLIENT_EVENT, Line, OCCUPIED, REMOVED, VACATED},
    client::Client,
};

/// Data of client events are never said twice.
static SAID: AtomicU64 = AtomicU64::new(0);

/// A channel and those who use it. Acts of one round are in a known order: whoever does the next has seen the
/// one before, or does both over the same socket.
pub(crate) struct Troupe {
    pub(crate) channel: String,
    clients: Vec<Client>,
}

impl Troupe {
    /// Of one: occupies a private channel, talks, leaves.
    pub(crate) fn solo(name: &str, client: Client) -> Self {
        Self { channel: format!("private-{name}"), clients: vec![client] }
    }

    /// Of two people, one of them with two devices, in a presence channel.
    pub(crate) fn room(name: &str, clients: [Client; 3]) -> Self {
        Self { channel: format!("presence-{name}"), clients: clients.into() }
    }

    /// They come, talk, and leave.
    pub(crate) fn round(&mut self, book: &Book) -> anyhow::Result<()> {
        self.enter(book)?;
        self.leave(book)
    }

    /// They come and talk.
    pub(crate) fn enter(&mut self, book: &Book) -> anyhow::Result<()> {
        let channel = &self.channel;
        let occupied = Line::new(OCCUPIED, "");
        match self.clients.as_mut_slice() {
            [solo] => {
                book.begin(channel, &[occupied]);
                solo.subscribe(channel, None)?;
                book.answered(channel);
                say(book, solo, channel)?;
                say(book, solo, channel)
            }
            [ada, bobs_phone, bobs_laptop] => {
                book.begin(channel, &[occupied, Line::new(ADDED, "ada")]);
                ada.subscribe(channel, Some("ada"))?;
                book.answered(channel);
                book.begin(channel, &[Line::new(ADDED, "bob")]);
                bobs_phone.subscribe(channel, Some("bob"))?;
                ada.until("pusher_internal:member_added")?;
                book.answered(channel);
                bobs_laptop.subscribe(channel, Some("bob"))?;
                say(book, bobs_phone, channel)?;
                ada.until("client-said")?;
                book.answered(channel);
                Ok(())
            }
            _ => unreachable!("there are two kinds"),
        }
    }

    fn leave(&mut self, book: &Book) -> anyhow::Result<()> {
        let channel = &self.channel;
        match self.clients.as_mut_slice() {
            [solo] => {
                book.begin(channel, &[Line::new(VACATED, "")]);
                solo.unsubscribe(channel)?;
                solo.ping()
            }
            [ada, bobs_phone, bobs_laptop] => {
                bobs_phone.unsubscribe(channel)?;
                book.begin(channel, &[Line::new(REMOVED, "bob")]);
                bobs_laptop.unsubscribe(channel)?;
                ada.until("pusher_internal:member_removed")?;
                book.answered(channel);
                book.begin(channel, &[Line::new(REMOVED, "ada"), Line::new(VACATED, "")]);
                ada.unsubscribe(channel)?;
                [ada, bobs_phone, bobs_laptop].into_iter().try_for_each(Client::ping)
            }
            _ => unreachable!("there are two kinds"),
        }
    }

    /// Whether the platform still answers.
    pub(crate) fn ping(&mut self) -> anyhow::Result<()> {
        self.clients[0].ping()
    }
}

fn say(book: &Book, client: &mut Client, channel: &str) -> anyhow::Result<()> {
    let data = format!("{}-{}", book.era(), SAID.fetch_add(1, Relaxed));
    book.begin(channel, &[Line::new(CLIENT_EVENT, data.clone())]);
    client.whisper(channel, &data)
}
