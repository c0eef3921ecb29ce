//! A day in the houses' lives: everybody at work at once, and the comparison in the evening.

use std::{
    sync::atomic::{AtomicBool, Ordering::SeqCst},
    thread::{self, Scope, ScopedJoinHandle},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    audit,
    changes::Made,
    crew::{Crew, Seats},
    dice::Dice,
    foreign::{self, Intruder},
    house::KNOWN,
    notes::{Bond, Notes, Pace},
    office::Office,
    register::HOUSES,
    routes::Route,
    server::Server,
    stage::Stage,
    watch::Watcher,
    wire::Wire,
};

/// Shares of the operations, in thousandths: sockets of each house, servers, offices; and who is in between.
const CREWS: [u64; HOUSES] = [290, 290, 10];
const SERVERS: u64 = 160;
const OFFICES: u64 = 32;
const BOTH: u64 = 10;
const STRANGER: u64 = 16;
/// How many sockets a house has at each app. The stranger's own app is of little interest.
const SIZES: [[usize; 2]; HOUSES] = [[8, 4], [8, 4], [2, 0]];
/// A live stream is sampled when there is much; less than this is none.
const FEWEST_LINES: u64 = 100;

/// What came of it.
pub(crate) struct Outcome {
    pub(crate) notes: Notes,
    /// How long the operations took, without the comparison.
    pub(crate) took: Duration,
    /// What should not be; nothing if all is well.
    pub(crate) faults: Vec<String>,
}

/// When everybody has stopped; the sockets are still where they were.
struct Evening {
    notes: Notes,
    seats: Vec<Seats>,
    made: [Made; 2],
}

/// So many operations, give or take a burst of each actor, and then the comparison of everything.
pub(crate) fn spend(stage: &Stage, operations: u64, dice: &mut Dice) -> Outcome {
    let watchers = [0, 1].map(|house| watcher(stage, house));
    let begin = Instant::now();
    let Evening { mut notes, seats, made } = work(stage, operations, dice);
    let took = begin.elapsed();
    let mut faults = Vec::new();
    for (house, made) in made.iter().enumerate() {
        faults.extend(audit::house(stage, &stage.houses[house], &seats[house], made, &mut notes));
    }
    for (house, watcher) in watchers.into_iter().enumerate() {
        let (witness, lines) = watcher.end();
        let blind = lines < FEWEST_LINES;
        faults.extend(blind.then(|| format!("house {house} saw {lines} lines of its live stream")));
        notes.witnesses[house].merge(witness);
    }
    for house in &stage.houses {
        notes.witnesses[house.number].merge(house.receiver.take());
    }
    faults.append(&mut notes.wrong);
    faults.extend(stage.register.crossings(&notes.witnesses));
    Outcome { notes, took, faults }
}

fn watcher(stage: &Stage, house: usize) -> Watcher {
    let house = &stage.houses[house];
    let path = format!("/apps/{}/live", house.shops[KNOWN].app.id);
    Watcher::open(&stage.authority, &house.ask(false, "GET", &path, &Value::Null))
}

fn work(stage: &Stage, operations: u64, dice: &mut Dice) -> Evening {
    let share = |permille: u64| operations * permille / 1000;
    let shares = [CREWS[0], CREWS[1], CREWS[2], SERVERS, SERVERS, OFFICES, OFFICES, BOTH, STRANGER];
    let (pace, is_quiet) = (&Pace::new(shares.map(share)), &AtomicBool::new(false));
    thread::scope(|scope| {
        let crews = [0, 1, 2].map(|house| {
            let mut crew = Crew::assemble(stage, &stage.houses[house], SIZES[house], dice.fork());
            hire(scope, pace, move || {
                crew.work(pace, house, is_quiet);
                crew.into_parts()
            })
        });
        let servers = [0, 1].map(|house| {
            let mut server = Server::new(stage, &stage.houses[house], dice.fork());
            hire(scope, pace, move || {
                server.work(pace, 3 + house);
                server.notes
            })
        });
        let offices = [0, 1].map(|house| {
            let mut office = Office::new(stage, &stage.houses[house], dice.fork());
            hire(scope, pace, move || {
                office.work(pace, 5 + house);
                (office.made, office.notes)
            })
        });
        let (both, stranger) = (dice.fork(), dice.fork());
        let both = hire(scope, pace, move || stage.both.work(stage, pace, 7, both));
        let stranger = hire(scope, pace, move || trespass(stage, pace, 8, stranger));

        let mut notes = Notes::default();
        for single in servers.into_iter().chain([both, stranger]) {
            notes.merge(single.join().unwrap());
        }
        let made = offices.map(|office| {
            let (made, theirs) = office.join().unwrap();
            notes.merge(theirs);
            made
        });
        // From here on nothing happens that sockets could hear of.
        is_quiet.store(true, SeqCst);
        let seats = crews.into_iter().map(|crew| {
            let (seats, theirs) = crew.join().unwrap();
            notes.merge(theirs);
            seats
        });
        let seats = seats.collect();
        Evening { notes, seats, made }
    })
}

/// A thread that nobody waits for in vain.
fn hire<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    pace: &'scope Pace,
    work: impl FnOnce() -> T + Send + 'scope,
) -> ScopedJoinHandle<'scope, T> {
    scope.spawn(move || {
        let _bond = Bond(pace);
        work()
    })
}

/// The third house's owner, who has nothing of interest and wants what others have.
fn trespass(stage: &Stage, pace: &Pace, actor: usize, mut dice: Dice) -> Notes {
    let house = &stage.houses[2];
    let mut server = Server::new(stage, house, dice.fork());
    let mut wire = Wire::open(&stage.authority);
    while pace.goes_on(actor, server.notes.total()) {
        server.intrude();
        let victim = stage.another(house, &mut dice);
        let by_person = dice.percent(50);
        let proof = |route: &Route, path: &str, body: &Value| {
            house.ask(route.is_personal || by_person, route.method, path, body)
        };
        let route = foreign::route(stage, &mut dice);
        let intruder = Intruder { from: house, victim };
        let foreign = intruder.request(route, proof, &mut server.notes, &mut dice);
        foreign.send(&mut wire, house, &mut server.notes);
    }
    server.notes
}
