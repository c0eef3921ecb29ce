//! Troupes at work, each in a thread of its own.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};

use crate::{book::Book, client::Client, script::Troupe, stage::Stage};

/// Between two rounds, so that endpoints keep up.
const PAUSE: Duration = Duration::from_millis(40);
/// Within this, what is to happen to the platform has happened.
const PATIENCE: Duration = Duration::from_secs(90);

/// Two of one and two of several, always in the same channels.
pub(crate) fn assemble(stage: &Stage) -> anyhow::Result<Vec<Troupe>> {
    let connect = || Client::connect(&stage.platform, &stage.app);
    Ok(vec![
        Troupe::solo("desk", connect()?),
        Troupe::room("hall", [connect()?, connect()?, connect()?]),
        Troupe::solo("bench", connect()?),
        Troupe::room("court", [connect()?, connect()?, connect()?]),
    ])
}

/// So many rounds of each, while the platform lives.
pub(crate) fn perform(troupes: &mut [Troupe], book: &Book, rounds: u32) {
    each(troupes, |troupe| (0..rounds).try_for_each(|_| paced_round(troupe, book))).unwrap();
}

/// Rounds until all of them see the platform end. An error if it does not.
pub(crate) fn perform_until_end(troupes: &mut [Troupe], book: &Book) -> anyhow::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    each(troupes, |troupe| {
        while paced_round(troupe, book).is_ok() {
            ensure!(Instant::now() < deadline, "the platform lives on");
        }
        ensure!(troupe.ping().is_err(), "something else went wrong");
        Ok(())
    })
}

/// Holds them where they are until the platform has closed every connection.
pub(crate) fn wait_for_closing(troupes: &mut [Troupe]) {
    each(troupes, |troupe| {
        while troupe.ping().is_ok() {
            thread::sleep(PAUSE);
        }
        Ok(())
    })
    .unwrap();
}

fn paced_round(troupe: &mut Troupe, book: &Book) -> anyhow::Result<()> {
    troupe.round(book)?;
    thread::sleep(PAUSE);
    Ok(())
}

fn each(
    troupes: &mut [Troupe],
    act: impl Fn(&mut Troupe) -> anyhow::Result<()> + Sync,
) -> anyhow::Result<()> {
    thread::scope(|scope| {
        let act = &act;
        let acts: Vec<_> = troupes
            .iter_mut()
            .map(|troupe| scope.spawn(move || act(troupe).with_context(|| troupe.channel.clone())))
            .collect();
        acts.into_iter().try_for_each(|act| act.join().expect("actors do not panic"))
    })
}
