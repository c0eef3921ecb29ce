use crate::floor::{Floor, output};

/// Bounded by count, so that the outcome does not depend on time.
const COUNTED: [&str; 4] = ["--warmup", "0", "--duration", "30"];

fn counted<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [arguments, &COUNTED].concat()
}

#[test]
fn every_subscriber_gets_every_event() {
    let floor = Floor::start();
    for more in [
        &["--window", "1"][..],
        &["--window", "16"],
        &["--window", "16", "--publishers", "1"],
        &["--bytes", "200"],
        &["--bytes", "70000", "--window", "2"],
        &["--rate", "500"],
    ] {
        let arguments = [&["fanout", "--subscribers", "7", "--events", "40"][..], more].concat();
        let run = floor.run(&counted(&arguments));
        run.expect_clean();
        assert_eq!(run.number("/operations"), 280, "{more:?}");
        assert_eq!(run.number("/latency_us/count"), 280, "{more:?}");
    }
}

#[test]
fn channels_take_turns_and_may_share_connections() {
    let floor = Floor::start();
    for more in [&[][..], &["--connections", "5"], &["--connections", "11"]] {
        let arguments =
            [&["many", "--channels", "12", "--subscribers", "3", "--events", "48"][..], more].concat();
        let run = floor.run(&counted(&arguments));
        assert_eq!(run.expect_clean().number("/operations"), 144, "{more:?}");
    }
}

#[test]
fn triggers_are_answered() {
    let floor = Floor::start();
    let run = floor.run(&counted(&["trigger", "--window", "3", "--events", "100"]));
    assert_eq!(run.expect_clean().number("/operations"), 100);
}

#[test]
fn connections_come_and_go() {
    let floor = Floor::start();
    for ending in ["drop", "close"] {
        for kind in ["shared", "private", "public", "none"] {
            let arguments = ["connect", "--events", "50", "--ending", ending, "--channel-kind", kind];
            let run = floor.run(&counted(&arguments));
            assert_eq!(run.expect_clean().number("/operations"), 50, "{ending} {kind}");
        }
    }
}

#[test]
fn idle_connections_are_counted() {
    let floor = Floor::start();
    let run = floor.run(&["idle", "--connections", "60", "--seconds", "0.1"]);
    assert_eq!(run.expect_clean().number("/connections"), 60);
    run.number("/details/rss_growth_bytes");
}

#[test]
fn a_storm_ends_with_everybody_back() {
    let floor = Floor::start();
    let run = floor.run(&["storm", "--connections", "80"]);
    assert_eq!(run.expect_clean().number("/connections"), 80);
}

#[test]
fn pairs_answer_each_other() {
    let floor = Floor::start();
    let run = floor.run(&counted(&["client-events", "--pairs", "4", "--events", "200"]));
    assert!(run.expect_clean().number("/operations") >= 200);
}

#[test]
fn members_hear_of_those_who_come_and_go() {
    let floor = Floor::start();
    let arguments = ["presence", "--channels", "3", "--members", "4", "--churners", "5", "--events", "60"];
    let run = floor.run(&counted(&arguments));
    assert!(run.expect_clean().number("/operations") >= 60);
    assert!(run.number("/details/deliveries") >= 60 * 4);
}

#[test]
fn those_who_do_not_read_take_nothing_from_the_others() {
    let floor = Floor::start();
    let timing = ["--rate", "100", "--duration", "0.5", "--warmup", "0"];
    let arguments = [&["slow", "--subscribers", "6", "--slow", "2", "--bytes", "2000"][..], &timing].concat();
    let run = floor.run(&arguments);
    run.expect_clean();
    assert_eq!(run.number("/operations") % 4, 0);
    assert!(run.number("/operations") > 0);
}

#[test]
fn who_reads_on_too_late_is_seen_to_be_closed() {
    let floor = Floor::start();
    let load = ["--bytes", "70000", "--rate", "400", "--duration", "1", "--warmup", "0"];
    let run = floor.run(&[&["slow", "--subscribers", "3", "--slow", "1"][..], &load].concat());
    assert_eq!(run.expect_clean().number("/details/slow_ended"), 1);
    assert_eq!(run.number("/connections"), 2);
}

#[test]
fn another_computer_is_left_alone() {
    let output = output("http://192.0.2.1:6001", &["trigger"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--allow-remote"));
}
