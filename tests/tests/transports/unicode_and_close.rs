//! Items 78 to 83: text that browsers mangle, and the end of sessions.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::{
    session::{GO_AWAY, STILL_OPEN, Session, after_prelude},
    stage::Stage,
    tests,
};

tests![
    what_browsers_mangle_comes_back_escaped,
    what_clients_escape_comes_back_with_its_value,
    a_closing_stream_ends_and_the_next_tells_why,
    a_second_stream_is_told_that_it_is_not_alone,
    a_client_that_aborts_begins_anew,
    the_end_is_told_until_nobody_asks_for_five_seconds,
];

fn characters(ranges: &[std::ops::RangeInclusive<u32>]) -> String {
    ranges.iter().cloned().flatten().filter_map(char::from_u32).collect()
}

/// Item 78. Sent as it is, so that every escape is the platform's own.
fn what_browsers_mangle_comes_back_escaped(stage: &Stage) {
    let escaped = characters(&[0x200c..=0x200f, 0x2028..=0x202f, 0x2060..=0x206f, 0xfff0..=0xffff]);
    let control = characters(&[0..=0x1f]);
    let session = Session::polling(stage);
    let body = json!([format!("{control}{escaped}é😀")]).to_string();
    assert!(body.contains(&escaped), "serde_json escapes control characters only");
    assert_eq!(session.post("xhr_send", &body).status, 204);
    let told = session.poll();
    let expected: String = escaped.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
    assert!(told.contains(&expected) && told.contains("é😀"), "{told}");
    for c in control.chars() {
        assert!(!told.trim_end().contains(c), "{c:?}");
    }
    let echoed: Vec<String> = serde_json::from_str(&told[1..]).unwrap();
    assert_eq!(echoed, [format!("{control}{escaped}é😀")]);
}

/// Item 79: raw and escaped.
fn what_clients_escape_comes_back_with_its_value(stage: &Stage) {
    let text = characters(&[
        0x22..=0x22,
        0x5c..=0x5c,
        0..=0x1f,
        0x7f..=0x9f,
        0xad..=0xad,
        0x300..=0x333,
        0x33d..=0x346,
        0x34a..=0x34c,
        0x350..=0x352,
        0x357..=0x358,
        0x35c..=0x362,
        0x374..=0x374,
        0x37e..=0x37e,
        0x387..=0x387,
        0x591..=0x5af,
        0x5c4..=0x5c4,
        0x600..=0x604,
        0x610..=0x617,
        0x653..=0x654,
        0x657..=0x65b,
        0x65d..=0x65e,
        0x6df..=0x6e2,
        0x6eb..=0x6ec,
        0x70f..=0x70f,
        0x730..=0x733,
        0x735..=0x736,
        0x73a..=0x73a,
        0x73d..=0x73d,
        0x73f..=0x741,
        0x743..=0x747,
        0x17b4..=0x17b5,
        0x1fba..=0x1fff,
        0x2000..=0x20ff,
        0x2126..=0x212b,
        0x2329..=0x232a,
        0x2adc..=0x2adc,
        0x302b..=0x302c,
        0xf900..=0xfaff,
        0xfb1d..=0xfb4e,
        0xfeff..=0xfeff,
        0xfff0..=0xffff,
    ]);
    let mut units = [0; 2];
    let escaped: String = text
        .chars()
        .flat_map(|c| {
            c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04X}")).collect::<Vec<_>>()
        })
        .collect();
    let session = Session::polling(stage);
    for body in [json!([text]).to_string(), format!("[\"{escaped}\"]")] {
        assert_eq!(session.post("xhr_send", &body).status, 204);
        let echoed: Vec<String> = serde_json::from_str(&session.poll()[1..]).unwrap();
        assert_eq!(echoed, std::slice::from_ref(&text));
    }
}

/// Item 80.
fn a_closing_stream_ends_and_the_next_tells_why(stage: &Stage) {
    let session = Session::new(stage, "/close");
    let mut stream = session.stream();
    assert_eq!(after_prelude(&mut stream), "o\n");
    assert_eq!(stream.chunk().unwrap(), GO_AWAY);
    assert_eq!(stream.chunk(), None);
    let mut next = session.stream();
    assert_eq!(after_prelude(&mut next), GO_AWAY);
    assert_eq!(next.chunk(), None);
}

/// Item 81.
fn a_second_stream_is_told_that_it_is_not_alone(stage: &Stage) {
    let session = Session::of_echo(stage);
    let mut first = session.stream();
    assert_eq!(after_prelude(&mut first), "o\n");
    let mut second = session.stream();
    assert_eq!(after_prelude(&mut second), STILL_OPEN);
    assert_eq!(second.chunk(), None);
    session.send(&["x"]);
    assert_eq!(first.chunk().unwrap(), "a[\"x\"]\n");
}

/// Item 82: at once, not when something is written next.
fn a_client_that_aborts_begins_anew(stage: &Stage) {
    let fresh = BTreeSet::from(["o\n", "c[1002,\"Connection interrupted\"]\n"]);
    let session = Session::of_echo(stage);
    let mut stream = session.stream();
    assert_eq!(after_prelude(&mut stream), "o\n");
    drop(stream);
    let told = session.poll();
    assert!(fresh.contains(told.as_str()), "{told}");

    let session = Session::polling(stage);
    let poll = session.certain_poll();
    drop(poll);
    let told = session.poll();
    assert!(fresh.contains(told.as_str()), "{told}");
}

/// Item 83.
fn the_end_is_told_until_nobody_asks_for_five_seconds(stage: &Stage) {
    let session = Session::new(stage, "/close");
    assert_eq!(session.poll(), "o\n");
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(8) {
        assert_eq!(session.poll(), GO_AWAY, "{:?}", begun.elapsed());
        std::thread::sleep(Duration::from_millis(400));
    }
    std::thread::sleep(Duration::from_millis(6500));
    assert_eq!(session.poll(), "o\n");
}
