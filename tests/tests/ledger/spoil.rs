//! Faults planted in copies of what was received: the checker must notice each.
#![expect(clippy::ptr_arg, reason = "all faults have one shape, and some change how many there are")]

use serde_json::{Value, json};

use crate::{
    book::Book,
    check::{Received, check},
    recorder::Request,
};

/// A way to spoil it. `None` where there is nothing to spoil.
type Spoil = fn(&mut Vec<Request>) -> Option<()>;

const SPOILS: [(&str, Spoil); 9] = [
    ("an event is lost", lose),
    ("the last event is lost", lose_the_last),
    ("two events of a channel have changed places", reorder),
    ("two requests have changed places", reorder_requests),
    ("an event came twice under two ids", double),
    ("a repetition has another body", rewrite),
    ("a request was never accepted", refuse),
    ("an older delivery came again", revive),
    ("an event belongs to another channel", misplace),
];

/// Panics unless each fault, planted at each endpoint, is found.
pub(crate) fn must_be_noticed(received: &[Received], book: &Book) {
    let mut planted = 0;
    for (what, spoil) in SPOILS {
        for number in 0..received.len() {
            let mut copy = received.to_vec();
            if spoil(&mut copy[number].requests).is_none() {
                continue;
            }
            planted += 1;
            assert!(!check(&copy, book).is_empty(), "nobody noticed: {what}, at endpoint {number}");
        }
    }
    assert!(planted > SPOILS.len(), "only {planted} faults could be planted");
}

/// Changes the events of a request and of its repetitions; numbers stay as they are unless the change renews them.
fn edit(requests: &mut [Request], id: &str, change: impl Fn(&mut Vec<Value>)) {
    for request in requests.iter_mut().filter(|request| request.id == id) {
        let mut body: Value = serde_json::from_slice(&request.body).unwrap();
        change(body["events"].as_array_mut().unwrap());
        request.body = body.to_string().into_bytes();
    }
}

/// A request in the middle.
fn middle(requests: &[Request]) -> Option<String> {
    requests.get(requests.len() / 2).map(|request| request.id.clone())
}

fn lose(requests: &mut Vec<Request>) -> Option<()> {
    let id = middle(requests)?;
    requests.retain(|request| request.id != id);
    Some(())
}

fn lose_the_last(requests: &mut Vec<Request>) -> Option<()> {
    let id = requests.last()?.id.clone();
    edit(requests, &id, |events| drop(events.pop()));
    Some(())
}

/// Also renumbers them, so that only the order within the channel tells.
fn reorder(requests: &mut Vec<Request>) -> Option<()> {
    let ids: Vec<String> = requests.iter().map(|request| request.id.clone()).collect();
    let bodies: Vec<Value> =
        requests.iter().map(|request| serde_json::from_slice(&request.body).unwrap()).collect();
    let half = bodies.len() / 2;
    let events = |index: usize| bodies[index]["events"].as_array().unwrap().clone();
    // The first of the second half, and the next event of its channel that is another.
    let one = events(half).first()?.clone();
    let is_next = |event: &Value| event["channel"] == one["channel"] && event["id"] != one["id"];
    let (place, other) = (half..bodies.len())
        .find_map(|index| events(index).into_iter().find(is_next).map(|event| (index, event)))?;
    let swap = |event: &mut Value| {
        let (seq, taken) = match &event["id"] {
            id if *id == one["id"] => (one["seq"].clone(), other.clone()),
            id if *id == other["id"] => (other["seq"].clone(), one.clone()),
            _ => return,
        };
        *event = taken;
        event["seq"] = seq;
    };
    let mut both = vec![&ids[half], &ids[place]];
    both.dedup();
    both.iter().for_each(|id| edit(requests, id, |events| events.iter_mut().for_each(swap)));
    Some(())
}

fn reorder_requests(requests: &mut Vec<Request>) -> Option<()> {
    let first = requests.iter().position(|request| !request.is_replay)?;
    let second = requests.iter().position(|request| {
        let (one, other) = (channels(&requests[first]), channels(request));
        request.id != requests[first].id && one.iter().any(|channel| other.contains(channel))
    })?;
    requests.swap(first, second);
    Some(())
}

fn channels(request: &Request) -> Vec<Value> {
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    body["events"].as_array().unwrap().iter().map(|event| event["channel"].clone()).collect()
}

fn double(requests: &mut Vec<Request>) -> Option<()> {
    let id = requests.last()?.id.clone();
    edit(requests, &id, |events| {
        let mut again = events.last().unwrap().clone();
        again["id"] = json!("another");
        again["seq"] = json!(again["seq"].as_u64().unwrap() + 1);
        events.push(again);
    });
    Some(())
}

fn rewrite(requests: &mut Vec<Request>) -> Option<()> {
    let mut again = requests.last()?.clone();
    again.body.push(b' ');
    requests.push(again);
    Some(())
}

fn refuse(requests: &mut Vec<Request>) -> Option<()> {
    let id = middle(requests)?;
    let same = requests.iter_mut().filter(|request| request.id == id);
    same.for_each(|request| request.status = Some(500));
    Some(())
}

fn revive(requests: &mut Vec<Request>) -> Option<()> {
    // With several lanes an older one may come again while another lane goes on.
    let is_one_lane = requests.iter().all(|request| channels(request).len() == 1);
    let first = requests.first().filter(|_| is_one_lane)?.clone();
    requests.push(first);
    Some(())
}

fn misplace(requests: &mut Vec<Request>) -> Option<()> {
    let id = middle(requests)?;
    edit(requests, &id, |events| events[0]["channel"] = json!("private-elsewhere"));
    Some(())
}
