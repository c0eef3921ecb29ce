//! What happened, as the actors know it.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Mutex, MutexGuard},
};

/// Something that webhooks tell of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Line {
    /// The event's name.
    pub(crate) name: &'static str,
    /// The member it is about, the client event's data, or nothing.
    pub(crate) what: String,
}

pub(crate) const OCCUPIED: &str = "channel_occupied";
pub(crate) const VACATED: &str = "channel_vacated";
pub(crate) const ADDED: &str = "member_added";
pub(crate) const REMOVED: &str = "member_removed";
pub(crate) const CLIENT_EVENT: &str = "client_event";

/// How a life of the platform came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// It goes on: all that has happened is told.
    Quiet,
    /// In order: all of it is told, then that whoever was there left.
    Stopped,
    /// At any moment: a beginning of it is told, later that whoever was there left.
    Killed,
}

/// How the app treats departures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Departures {
    /// They are told at once.
    Told,
    /// They are told after half a second; nobody returns before.
    Late,
    /// They wait so long that everyone returns before, and only the end of the process tells them.
    HeldBack,
}

/// What is written down of one act.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) line: Line,
    /// When it was about to happen.
    begun: u64,
    /// When it certainly had happened.
    certain: Option<u64>,
}

/// What happened during one life of the platform, by channel.
#[derive(Clone, Debug)]
pub(crate) struct Era {
    pub(crate) channels: BTreeMap<String, Vec<Entry>>,
    pub(crate) end: End,
    /// How many entries of a channel were there when its owner last answered.
    answered: HashMap<String, usize>,
    /// Whom the endpoints believe to be present, where departures are held back.
    believed: HashSet<(String, String)>,
}

/// All lives of one platform. Actors of the same channel take turns; those of others write beside them.
#[derive(Debug)]
pub(crate) struct Book {
    departures: Departures,
    pages: Mutex<Pages>,
}

#[derive(Debug)]
struct Pages {
    clock: u64,
    eras: Vec<Era>,
}

impl Line {
    pub(crate) fn new(name: &'static str, what: impl Into<String>) -> Self {
        Self { name, what: what.into() }
    }
}

impl Era {
    fn new() -> Self {
        Self {
            channels: BTreeMap::new(),
            end: End::Quiet,
            answered: HashMap::new(),
            believed: HashSet::new(),
        }
    }

    pub(crate) fn lines(&self, channel: &str) -> Vec<Line> {
        self.channels.get(channel).into_iter().flatten().map(|entry| entry.line.clone()).collect()
    }

    /// How many lines of each channel must have been recorded: all, unless it was killed; then those that were
    /// certain before something began of which `is_told` knows. The platform records in one order.
    pub(crate) fn certain(&self, is_told: impl Fn(&Line) -> bool) -> HashMap<String, usize> {
        let entries = self.channels.values().flatten();
        // Only client events name themselves without doubt.
        let told = entries.filter(|entry| entry.line.name == CLIENT_EVENT && is_told(&entry.line));
        let horizon = told.map(|entry| entry.begun).max().unwrap_or(0);
        let is_certain = |entry: &&Entry| entry.certain.is_some_and(|at| at < horizon);
        let counts = self.channels.iter().map(|(channel, entries)| {
            let is_killed = self.end == End::Killed;
            let certain =
                if is_killed { entries.iter().take_while(is_certain).count() } else { entries.len() };
            (channel.clone(), certain)
        });
        counts.collect()
    }
}

impl Book {
    pub(crate) fn new(departures: Departures) -> Self {
        Self { departures, pages: Mutex::new(Pages { clock: 0, eras: vec![Era::new()] }) }
    }

    /// To be called before the act.
    pub(crate) fn begin(&self, channel: &str, lines: &[Line]) {
        let mut pages = self.pages();
        pages.clock += 1;
        let begun = pages.clock;
        let era = pages.eras.last_mut().unwrap();
        for line in lines {
            if self.departures == Departures::HeldBack && !era.is_news(channel, line) {
                continue;
            }
            let entry = Entry { line: line.clone(), begun, certain: None };
            era.channels.entry(channel.to_owned()).or_default().push(entry);
        }
    }

    /// The channel's owner has answered the last act. What it had answered before is certain now: it finishes one
    /// act before the next.
    pub(crate) fn answered(&self, channel: &str) {
        let mut pages = self.pages();
        pages.clock += 1;
        let now = pages.clock;
        let era = pages.eras.last_mut().unwrap();
        let Some(entries) = era.channels.get_mut(channel) else { return };
        let before = era.answered.insert(channel.to_owned(), entries.len()).unwrap_or(0);
        entries[..before].iter_mut().for_each(|entry| entry.certain = entry.certain.or(Some(now)));
    }

    /// The platform's life has ended; another begins.
    pub(crate) fn turn(&self, end: End) {
        let mut pages = self.pages();
        pages.eras.last_mut().unwrap().end = end;
        pages.eras.push(Era::new());
    }

    /// Which life it is, from 0.
    pub(crate) fn era(&self) -> usize {
        self.pages().eras.len() - 1
    }

    /// Whether nothing happened in that life.
    pub(crate) fn is_empty(&self, era: usize) -> bool {
        self.pages().eras[era].channels.is_empty()
    }

    pub(crate) fn eras(&self) -> Vec<Era> {
        self.pages().eras.clone()
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap()
    }
}

impl Era {
    /// Where departures are held back, who returns never left.
    fn is_news(&mut self, channel: &str, line: &Line) -> bool {
        match line.name {
            OCCUPIED | ADDED => self.believed.insert((channel.to_owned(), line.what.clone())),
            VACATED | REMOVED => false,
            _ => true,
        }
    }
}
