use std::{
    net::Ipv4Addr,
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use serde_json::json;

use crate::{
    behind::Behind,
    exchange::{Ask, Exchange, Route},
};

/// Logins are counted by the client's address: this one has failed too often …
const GUESSER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
/// … and this one has not.
const NEIGHBOUR: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 3);
const REFUSED: u16 = 401;
const SLOWED_DOWN: u16 = 429;

/// Two clients of one proxy are two to the platform, and neither can pose as the other.
pub(crate) fn clients_are_told_apart(behind: &Behind) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock();
    let direct = Route::direct(&behind.stage.platform.authority).from(GUESSER);
    let guesser = behind.route.from(GUESSER);
    loop {
        while log_in(&direct, None) != SLOWED_DOWN {}
        let answers = [log_in(&guesser, None), log_in(&guesser, Some(NEIGHBOUR))];
        // A minute after its first failure it may try again: so much may have passed.
        if log_in(&direct, None) == SLOWED_DOWN {
            assert_eq!(answers, [SLOWED_DOWN; 2], "the guesser is not known behind the proxy");
            break;
        }
    }
    let neighbour = behind.route.from(NEIGHBOUR);
    assert_eq!(log_in(&neighbour, None), REFUSED, "the neighbour is taken for the guesser");
    assert_eq!(log_in(&neighbour, Some(GUESSER)), REFUSED, "a header of the client's own is believed");
}

/// Guesses a password, perhaps saying to be somebody else: the status of the answer. The password is too long
/// to be anyone's, so that no time is spent on it.
fn log_in(route: &Route, pose: Option<Ipv4Addr>) -> u16 {
    static GUESSES: AtomicU32 = AtomicU32::new(0);
    let guess = GUESSES.fetch_add(1, Ordering::Relaxed);
    let body = json!({ "email": format!("{guess}@example.com"), "password": "wrong".repeat(300) });
    let ask = Ask::new("POST", "/api/v1/login").json(&body.to_string());
    let ask = match pose {
        Some(address) => ask.header(&format!("X-Forwarded-For: {address}")),
        None => ask,
    };
    let answer = Exchange::begin(route, &ask);
    assert!(matches!(answer.status, REFUSED | SLOWED_DOWN), "{}", answer.head);
    answer.status
}
