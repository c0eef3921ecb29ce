//! Whether what was told of a channel can have come of what happened in it.

use std::collections::HashSet;

use crate::book::{ADDED, End, Line, OCCUPIED, REMOVED, VACATED};

/// One life of the platform, as far as one channel is concerned.
#[derive(Clone, Debug)]
pub(crate) struct Life {
    /// What happened.
    pub(crate) lines: Vec<Line>,
    /// How many of these must have been recorded.
    pub(crate) certain: usize,
    pub(crate) end: End,
}

/// Looks for a course of things that tells exactly this:
///
/// * of each life a beginning is recorded, at least what is certain, and all unless it was killed;
/// * who was present in a life that was killed is told as gone, members first, at any later moment; who is
///   present again by then is not;
/// * until that moment the dead life holds them: neither their return nor their leaving again is told.
pub(crate) fn explain(told: &[Line], lives: &[Life]) -> Result<(), String> {
    alternates(told)?;
    let mut search = Search { told, lives, members: members(lives), seen: HashSet::new(), furthest: 0 };
    if search.run() {
        return Ok(());
    }
    let at = search.furthest;
    let around = &told[at.saturating_sub(4)..(at + 4).min(told.len())];
    let lives = lives.iter().map(|life| (life.lines.len(), life.certain, life.end)).collect::<Vec<_>>();
    Err(format!("no explanation beyond number {at} of {}: {around:?}; lives: {lives:?}", told.len()))
}

/// Whoever the course of things was: nobody comes or goes twice.
fn alternates(told: &[Line]) -> Result<(), String> {
    let mut present = HashSet::new();
    for (number, line) in told.iter().enumerate() {
        let is_right = match line.name {
            OCCUPIED | ADDED => present.insert(&line.what),
            VACATED | REMOVED => present.remove(&line.what),
            _ => true,
        };
        if !is_right {
            return Err(format!("number {number}, {line:?}, is told twice in a row"));
        }
    }
    Ok(())
}

/// Members of the channel and, as the empty name, the channel itself: each has a bit in a [`Presence`].
fn members(lives: &[Life]) -> Vec<String> {
    let lines = lives.iter().flat_map(|life| &life.lines);
    let edges = lines.filter(|line| matches!(line.name, OCCUPIED | ADDED)).map(|line| line.what.clone());
    let mut members: Vec<String> = edges.collect();
    members.sort();
    members.dedup();
    members
}

type Presence = u32;

/// A moment in a possible course of things.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Moment {
    life: usize,
    /// Of that life's lines.
    recorded: usize,
    told: usize,
    /// Who is there in that life.
    present: Presence,
    /// Who was there when earlier lives were killed, as long as that is not made good for.
    dead: Vec<Presence>,
}

struct Search<'a> {
    told: &'a [Line],
    lives: &'a [Life],
    members: Vec<String>,
    seen: HashSet<Moment>,
    furthest: usize,
}

impl Search<'_> {
    fn run(&mut self) -> bool {
        let mut open = vec![Moment { life: 0, recorded: 0, told: 0, present: 0, dead: Vec::new() }];
        while let Some(moment) = open.pop() {
            self.furthest = self.furthest.max(moment.told);
            if moment.life == self.lives.len() {
                if moment.told == self.told.len() && moment.dead.is_empty() {
                    return true;
                }
                continue;
            }
            if self.seen.insert(moment.clone()) {
                // The last is tried first.
                open.extend(self.end(&moment));
                open.extend((0..moment.dead.len()).filter_map(|number| self.make_good(&moment, number)));
                open.extend(self.record(&moment));
            }
        }
        false
    }

    /// The next line is recorded, and told unless a dead life holds whom it is about.
    fn record(&self, before: &Moment) -> Option<Moment> {
        let line = self.lives[before.life].lines.get(before.recorded)?;
        let mut after = before.clone();
        after.recorded += 1;
        let bit = self.bit(line);
        match line.name {
            OCCUPIED | ADDED => after.present |= bit,
            VACATED | REMOVED => after.present &= !bit,
            _ => {}
        }
        if before.dead.iter().any(|held| held & bit != 0) {
            return Some(after);
        }
        after.told += 1;
        (self.told.get(before.told) == Some(line)).then_some(after)
    }

    fn make_good(&self, before: &Moment, number: usize) -> Option<Moment> {
        let mut after = before.clone();
        let left = after.dead.remove(number);
        let held = after.dead.iter().fold(after.present, |all, one| all | one);
        after.told += self.departure(after.told, left & !held)?;
        Some(after)
    }

    fn end(&self, before: &Moment) -> Option<Moment> {
        let Life { lines, certain, end } = &self.lives[before.life];
        let mut after = Moment { life: before.life + 1, recorded: 0, present: 0, ..before.clone() };
        match end {
            End::Killed if before.recorded < *certain => return None,
            End::Killed => after.dead.extend((before.present != 0).then_some(before.present)),
            End::Quiet | End::Stopped if before.recorded < lines.len() => return None,
            End::Quiet => {}
            End::Stopped => {
                let held = before.dead.iter().fold(0, |all, one| all | one);
                after.told += self.departure(before.told, before.present & !held)?;
            }
        }
        after.dead.sort_unstable();
        Some(after)
    }

    /// How many lines it takes to tell that these left, if they are told next: members, then the channel.
    fn departure(&self, at: usize, who: Presence) -> Option<usize> {
        let count = usize::try_from(who.count_ones()).ok()?;
        let lines = self.told.get(at..at + count)?;
        let told = lines.iter().filter(|line| matches!(line.name, VACATED | REMOVED));
        let is_last = |line: &Line| line.name == VACATED;
        let in_order = lines.iter().rev().skip(1).all(|line| !is_last(line));
        (told.fold(0, |all, line| all | self.bit(line)) == who && in_order).then_some(count)
    }

    fn bit(&self, line: &Line) -> Presence {
        let is_edge = matches!(line.name, OCCUPIED | VACATED | ADDED | REMOVED);
        let place = self.members.iter().position(|member| is_edge && *member == line.what);
        place.map_or(0, |place| 1 << place)
    }
}

#[cfg(test)]
mod tests;
