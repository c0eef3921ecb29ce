//! Logging in with an authenticator.

use std::{
    thread,
    time::{SystemTime, UNIX_EPOCH},
};

use campanile_tests::Platform;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha1::Sha1;

use crate::person::{PASSWORD, Person, code, cookie, post, sign_up, text};

/// RFC 6238, `later` steps from now.
pub(crate) fn totp(secret: &str, later: u64) -> String {
    let bits: Vec<u8> = secret
        .bytes()
        .flat_map(|letter| {
            let value = if letter.is_ascii_uppercase() { letter - b'A' } else { letter - b'2' + 26 };
            (0..5).rev().map(move |bit| value >> bit & 1)
        })
        .collect();
    let key: Vec<u8> =
        bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |sum, bit| sum << 1 | bit)).collect();
    let step = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() / 30 + later;
    let mut mac = Hmac::<Sha1>::new_from_slice(&key).unwrap();
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = usize::from(digest[19] & 15);
    let number = u32::from_be_bytes(digest[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

fn challenge(platform: &Platform) -> String {
    let answer = post(platform, "/login", &[], &json!({ "email": "ada@example.com", "password": PASSWORD }));
    assert_eq!(answer.status, 202, "{}", answer.body);
    assert!(!answer.head.to_lowercase().contains("set-cookie"), "a password alone opens nothing");
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(body["second_factor"], "totp");
    text(&body["challenge"])
}

#[test]
fn a_second_factor_is_asked_for_and_its_code_opens_one_session() {
    let platform = Platform::spawn().unwrap();
    let ada = sign_up(&platform, "ada@example.com");
    assert_eq!(ada.send("POST", "/me/second-factor", &json!({ "password": "wrong" })).status, 422);
    let enrolment = ada.ok("POST", "/me/second-factor", &json!({ "password": PASSWORD }));
    let secret = text(&enrolment["secret"]);
    let url = text(&enrolment["otpauth_url"]);
    assert!(
        url.starts_with("otpauth://totp/Campanile:ada@example.com?secret=") && url.contains(&secret),
        "{url}"
    );
    let wrong = ada.send("POST", "/me/second-factor/confirm", &json!({ "code": "x" }));
    assert_eq!((wrong.status, code(&wrong).as_str()), (422, "validation_failed"));
    ada.ok("POST", "/me/second-factor/confirm", &json!({ "code": totp(&secret, 0) }));

    let answer = |challenge: &str, code: &str| {
        post(&platform, "/login/second-factor", &[], &json!({ "challenge": challenge, "code": code }))
    };
    let (first, second) = (challenge(&platform), challenge(&platform));
    let next = totp(&secret, 1);
    let opened = answer(&first, &next);
    assert_eq!(opened.status, 200, "{}", opened.body);
    let again = Person { platform: &platform, cookie: cookie(&opened) };
    assert_eq!(again.ok("GET", "/me", &Value::Null)["user"]["has_second_factor"], true);
    assert_eq!(answer(&second, &next).status, 422, "the code was used");
    assert_eq!(answer(&first, &next).status, 410, "so was the challenge");

    let recovery = text(&enrolment["recovery_codes"][0]);
    assert_eq!(answer(&second, &recovery).status, 200);
    assert_eq!(answer(&challenge(&platform), &recovery).status, 422);
    let other = text(&enrolment["recovery_codes"][1]);
    ada.ok("POST", "/me/second-factor/disable", &json!({ "code": other }));
    crate::person::log_in(&platform, "ada@example.com");
    let log = platform.log();
    assert!(!log.contains(&secret) && !log.contains(&recovery), "a secret is in the log");
}

#[test]
fn who_guesses_codes_in_anothers_session_is_slowed_down_then_stopped() {
    let platform = Platform::spawn().unwrap();
    let ada = sign_up(&platform, "ada@example.com");
    let disable = || ada.send("POST", "/me/second-factor/disable", &json!({ "code": "0" }));
    let none = disable();
    assert_eq!((none.status, code(&none).as_str()), (409, "conflict"), "there is no factor");
    let enrolment = ada.ok("POST", "/me/second-factor", &json!({ "password": PASSWORD }));
    let secret = text(&enrolment["secret"]);
    ada.ok("POST", "/me/second-factor/confirm", &json!({ "code": totp(&secret, 0) }));
    // What is under way counts already: of any number at once, ten are tried.
    let tried = thread::scope(|scope| {
        let tries: Vec<_> = (0..15).map(|_| scope.spawn(disable)).collect();
        tries.into_iter().map(|one| one.join().unwrap().status).collect::<Vec<_>>()
    });
    assert_eq!(tried.iter().filter(|status| **status == 422).count(), 10, "{tried:?}");
    let refused = disable();
    assert_eq!(refused.status, 429);
    assert!(refused.head.to_lowercase().contains("retry-after"));

    // The same guesses at the login, where the hour's bound is all that there is.
    let answer = |challenge: &str, code: &str| {
        post(&platform, "/login/second-factor", &[], &json!({ "challenge": challenge, "code": code })).status
    };
    let challenges: Vec<_> = (0..3).map(|_| challenge(&platform)).collect();
    for guessed in &challenges[..2] {
        (0..5).for_each(|_| assert_eq!(answer(guessed, "0"), 422));
    }
    assert_eq!(answer(&challenges[2], &totp(&secret, 1)), 429);

    platform.run(&["member", "reset-factor", "ada@example.com"]).unwrap();
    crate::person::log_in(&platform, "ada@example.com");
}
