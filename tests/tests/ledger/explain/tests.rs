use super::*;
use crate::book::CLIENT_EVENT;

fn lines(text: &str) -> Vec<Line> {
    let line = |word: &str| {
        let name = match &word[..1] {
            "o" => OCCUPIED,
            "v" => VACATED,
            "+" => ADDED,
            "-" => REMOVED,
            _ => CLIENT_EVENT,
        };
        Line::new(name, &word[1..])
    };
    text.split_whitespace().map(line).collect()
}

fn life(text: &str, certain: usize, end: End) -> Life {
    Life { lines: lines(text), certain, end }
}

#[test]
fn a_kill_costs_the_youngest_and_tells_departures() {
    let lives = [life("o +a +b e1 -b -a v o", 3, End::Killed), life("o +a e2 -a v", 5, End::Quiet)];
    for told in [
        "o +a +b e1 -b -a v o v o +a e2 -a v",
        "o +a +b e1 -b -a v o +a e2 -a v",
        "o +a +b e1 -a -b v o +a e2 -a v",
        "o +a +b -a -b v o +a e2 -a v",
    ] {
        assert_eq!(explain(&lines(told), &lives), Ok(()), "{told}");
    }
    for (told, why) in [
        ("o +a -a v o +a e2 -a v", "what was certain is lost"),
        ("o +a +b e1 -b -a v o o +a e2 -a v", "occupied twice"),
        ("o +a +b e1 -b -a v v o +a e2 -a v", "vacated twice"),
        ("o +a +b e1 -b -a o +a e2 -a v", "never vacated"),
        ("o +a +b e1 v o +a e2 -a v", "members never removed"),
        ("o +a +b e1 v -a -b o +a e2 -a v", "vacated before its members left"),
        ("o +a +b e1 -b -a v o v o +a -a v", "a client event of the quiet life is lost"),
        ("o +a +b -b -a v e1 o +a e2 -a v", "out of order"),
        ("o +a +b e1 -b -a v o v o +a e2 -a v v", "once too often"),
    ] {
        assert!(explain(&lines(told), &lives).is_err(), "{why}");
    }
}

#[test]
fn who_returns_before_a_kill_is_made_good_for_never_left() {
    let lives = [life("o +a +b e1", 4, End::Killed), life("o +a e2 -a v o +a e3 -a v", 10, End::Quiet)];
    for told in [
        // At once; while they are there; after they left again; in between; while nobody is there.
        "o +a +b e1 -b -a v o +a e2 -a v o +a e3 -a v",
        "o +a +b e1 -b e2 -a v o +a e3 -a v",
        "o +a +b e1 e2 -b -a v o +a e3 -a v",
        "o +a +b e1 e2 -b e3 -a v",
        "o +a +b e1 e2 e3 -b -a v",
    ] {
        assert_eq!(explain(&lines(told), &lives), Ok(()), "{told}");
    }
    for (told, why) in [
        ("o +a +b e1 e2 -a v o +a e3 -a v", "bob is never removed"),
        ("o +a +b e1 e2 e3", "nobody ever leaves"),
        ("o +a +b e1 +a e2 -a e3 -b -a v", "ada is told twice"),
        ("o +a +b e1 e3 -b -a v", "a client event is lost"),
        ("o +a +b e1 e2 -b -a v e3", "an event of an empty channel"),
    ] {
        assert!(explain(&lines(told), &lives).is_err(), "{why}");
    }
}

#[test]
fn who_is_there_at_the_end_leaves_with_it() {
    let lives = [life("o +a e1", 3, End::Stopped), life("o v", 2, End::Quiet)];
    assert_eq!(explain(&lines("o +a e1 -a v o v"), &lives), Ok(()));
    for told in ["o +a -a v o v", "o +a e1 v o v", "o +a e1 o v", "o +a e1 -a v"] {
        assert!(explain(&lines(told), &lives).is_err(), "{told}");
    }
}
