//! What an endpoint was told, brought together from its requests.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;

use crate::{
    book::{ADDED, CLIENT_EVENT, Line, OCCUPIED, REMOVED, VACATED},
    recorder::Request,
};

/// An event at its first arrival.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) id: String,
    pub(crate) seq: u64,
    pub(crate) line: Line,
}

/// Events without repetitions, and what is wrong with how they came.
#[derive(Debug, Default)]
pub(crate) struct Telling {
    pub(crate) channels: BTreeMap<String, Vec<Told>>,
    /// The numbers of all of them, as they came.
    pub(crate) seqs: Vec<u64>,
    pub(crate) faults: Vec<String>,
}

/// Takes requests apart. `is_one_lane`: all are in one order.
pub(crate) fn tell(requests: &[Request], is_one_lane: bool) -> Telling {
    let mut telling = Telling::default();
    let mut bodies: HashMap<&str, &[u8]> = HashMap::new();
    let mut events: HashMap<String, Value> = HashMap::new();
    let (mut accepted, mut latest) = (HashSet::new(), "");
    for request in requests {
        let is_new = !bodies.contains_key(request.id.as_str());
        let known = *bodies.entry(&request.id).or_insert(&request.body);
        if known != request.body {
            telling.faults.push(format!("delivery {} came with another body", request.id));
        }
        if request.status.is_some_and(|status| (200..300).contains(&status)) {
            accepted.insert(request.id.as_str());
        }
        if request.is_replay {
            continue;
        }
        if is_one_lane && !is_new && latest != request.id {
            telling.faults.push(format!("delivery {} came again after a later one", request.id));
        }
        latest = &request.id;
        for event in request.events() {
            let id = event["id"].as_str().unwrap_or_default().to_owned();
            match events.get(&id) {
                None => telling.take(&id, &event),
                Some(known) if *known == event => {}
                Some(known) => telling.faults.push(format!("one id, two events: {known} and {event}")),
            }
            events.insert(id, event);
        }
    }
    let refused = bodies.keys().filter(|id| !accepted.contains(*id));
    telling
        .faults
        .extend(refused.map(|id| format!("delivery {id} was never accepted, and is tried no more")));
    telling
}

impl Request {
    fn events(&self) -> Vec<Value> {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        body["events"].as_array().cloned().unwrap_or_default()
    }
}

impl Telling {
    fn take(&mut self, id: &str, event: &Value) {
        let text = |member: &str| event[member].as_str().unwrap_or_default().to_owned();
        let line = match text("name").as_str() {
            "channel_occupied" => Line::new(OCCUPIED, ""),
            "channel_vacated" => Line::new(VACATED, ""),
            "member_added" => Line::new(ADDED, text("user_id")),
            "member_removed" => Line::new(REMOVED, text("user_id")),
            "client_event" => Line::new(CLIENT_EVENT, text("data")),
            _ => return self.faults.push(format!("nobody asked for {event}")),
        };
        let seq = event["seq"].as_u64().unwrap_or_default();
        self.seqs.push(seq);
        self.channels.entry(text("channel")).or_default().push(Told { id: id.to_owned(), seq, line });
    }

    /// Whether that was told of any channel.
    pub(crate) fn lines(&self) -> HashSet<Line> {
        self.channels.values().flatten().map(|told| told.line.clone()).collect()
    }
}
