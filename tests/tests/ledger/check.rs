//! Compares what endpoints were told with what happened.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::{
    book::{Book, Line},
    explain::{Life, explain},
    recorder::Request,
    told::{Telling, tell},
};

/// What one endpoint received.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) requests: Vec<Request>,
    pub(crate) lanes: usize,
}

/// Everything that is wrong; nothing if all is well. For each endpoint:
///
/// * a request that comes again has the same id and the same bytes, and each was accepted in the end;
/// * an event that comes again is the same; without repetitions, numbers have no gaps, and in one lane they
///   only rise;
/// * of each channel it was told what happened, as [`explain`] says.
///
/// And all endpoints were told the same events, under the same ids.
pub(crate) fn check(received: &[Received], book: &Book) -> Vec<String> {
    let tellings: Vec<Telling> =
        received.iter().map(|received| tell(&received.requests, received.lanes == 1)).collect();
    let known: HashSet<Line> = tellings.iter().flat_map(Telling::lines).collect();
    let mut faults = Vec::new();
    for (number, (telling, received)) in tellings.iter().zip(received).enumerate() {
        let own = telling.faults.iter().cloned();
        let found = own.chain(numbers(telling, received.lanes)).chain(channels(telling, book, &known));
        faults.extend(found.map(|fault| format!("endpoint {number}: {fault}")));
    }
    let (first, others) = tellings.split_first().unwrap();
    let differ = others.iter().any(|other| ids(other) != ids(first));
    faults.extend(differ.then(|| "the endpoints were told different events".to_owned()));
    faults
}

fn numbers(telling: &Telling, lanes: usize) -> Option<String> {
    if lanes == 1 {
        let gap = telling.seqs.iter().zip(1..).find(|(seq, expected)| **seq != *expected);
        return gap.map(|(seq, expected)| format!("number {seq} came when it was {expected}'s turn"));
    }
    // Each lane counts for itself: as many lanes have a number as have the next one, or more.
    let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
    telling.seqs.iter().for_each(|seq| *counts.entry(*seq).or_default() += 1);
    let counts: Vec<_> = counts.into_iter().collect();
    let gap = counts.windows(2).find(|pair| pair[1].0 != pair[0].0 + 1 || pair[1].1 > pair[0].1);
    let first = counts.first().is_some_and(|(seq, count)| *seq != 1 || *count > lanes);
    gap.map(|pair| format!("numbers are missing around {}", pair[0].0))
        .or(first.then(|| "the first numbers are missing".to_owned()))
}

fn channels(telling: &Telling, book: &Book, known: &HashSet<Line>) -> Vec<String> {
    let eras = book.eras();
    let certain: Vec<_> = eras.iter().map(|era| era.certain(|line| known.contains(line))).collect();
    let names: BTreeSet<&String> =
        eras.iter().flat_map(|era| era.channels.keys()).chain(telling.channels.keys()).collect();
    let mut faults = Vec::new();
    for channel in names {
        let told = telling.channels.get(channel).map(Vec::as_slice).unwrap_or_default();
        if !told.is_sorted_by_key(|told| told.seq) {
            faults.push(format!("{channel}: numbers go back"));
        }
        let told: Vec<Line> = told.iter().map(|told| told.line.clone()).collect();
        let lives: Vec<Life> = eras
            .iter()
            .zip(&certain)
            .map(|(era, certain)| Life {
                lines: era.lines(channel),
                certain: certain.get(channel).copied().unwrap_or(0),
                end: era.end,
            })
            .collect();
        faults.extend(explain(&told, &lives).err().map(|fault| format!("{channel}: {fault}")));
    }
    faults
}

fn ids(telling: &Telling) -> BTreeMap<&String, Vec<&String>> {
    let ids =
        telling.channels.iter().map(|(channel, told)| (channel, told.iter().map(|told| &told.id).collect()));
    ids.collect()
}
