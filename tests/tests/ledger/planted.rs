//! Faults that really happen must be noticed too: a checker is worth what it finds.

use std::process::Command;

use campanile_cluster::Programs;
use campanile_tests::Options;
use serde_json::Value;

use crate::{
    actors::{assemble, perform},
    book::Departures,
    database::Postgres,
    manner::Manner::{self, Answer, Forget, Swap},
    stage::Stage,
};

/// A run at a receiver that does so with its fifth request, and what the checker says.
fn faults_of_a_receiver_that(does: Manner) -> Vec<String> {
    let stage = Stage::new();
    let mut manners = [Answer(200)].repeat(1_000);
    manners[5] = does;
    stage.endpoints[0].recorder.behave(&manners);
    perform(&mut assemble(&stage).unwrap(), &stage.book, 4);
    stage.settle();
    stage.faults()
}

fn sound(faults: &[String], words: &str) {
    assert!(faults.iter().any(|fault| fault.contains(words)), "{faults:?}");
}

#[test]
fn a_lost_request_is_noticed() {
    let faults = faults_of_a_receiver_that(Forget);
    sound(&faults, "'s turn");
    sound(&faults, "different events");
}

#[test]
fn requests_out_of_order_are_noticed() {
    sound(&faults_of_a_receiver_that(Swap), "'s turn");
}

/// As an operator might, or a bug: the platform itself skips an event, and changes the order of two.
#[test]
fn what_the_platform_loses_and_reorders_is_noticed() {
    for (statement, words) in [
        ("update webhook_lanes set cursor = cursor + 1 where cursor < head", "'s turn"),
        (
            "update webhook_events e set body = replace(o.body, '\"seq\":' || o.seq, '\"seq\":' || e.seq)
             from webhook_events o where e.lane_id = o.lane_id and o.channel = e.channel
               and (e.seq, o.seq) in (select pair.a, pair.b from (
                   select distinct on (e.lane_id) e.seq as a, o.seq as b from webhook_events e
                   join webhook_events o using (lane_id, channel) where o.seq > e.seq
                   order by e.lane_id, e.seq, o.seq) t
                   cross join lateral (values (a, b), (b, a)) pair (a, b))",
            "endpoint 0: p",
        ),
    ] {
        let postgres = Postgres::start();
        let options = Options { database_url: Some(postgres.url.clone()), ..Options::default() };
        let stage = Stage::with(options, Departures::Told);
        stage
            .endpoints
            .iter()
            .for_each(|endpoint| drop(stage.ok("POST", &format!("/{}/pause", endpoint.id), &Value::Null)));
        perform(&mut assemble(&stage).unwrap(), &stage.book, 4);
        let pending =
            || stage.ok("GET", &format!("/{}", stage.endpoints[0].id), &Value::Null)["pending"].clone();
        while pending() != 4 * 2 * (4 + 7) {
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        let psql = Programs::find(None).unwrap().bin().join("psql");
        let done = Command::new(psql)
            .args(["-v", "ON_ERROR_STOP=1", "-c", statement, &postgres.url])
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        stage
            .endpoints
            .iter()
            .for_each(|endpoint| drop(stage.ok("POST", &format!("/{}/resume", endpoint.id), &Value::Null)));
        stage.settle();
        sound(&stage.faults(), words);
        drop(stage);
    }
}
