//! The real platform behind real proxies, each with the configuration of `deploy/proxies` and with what it
//! does by default. A program that is not installed is skipped, and counted as such.
//!
//! "Live" is proved by order, not by time: something later is asked for, and comes, while the answer that
//! carried the earlier is still open. A proxy that buffers delivers nothing until the end, so the bounds on
//! waiting are generous. How long it took is printed.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "measured times are what a run is also for")]

mod answer;
mod behind;
mod configuration;
mod exchange;
mod process;
mod proxy;
mod session;
#[path = "../it/signing.rs"]
mod signing;
mod stage;
mod stream;
mod stripper;
mod websocket;

mod aborts;
mod addresses;
mod buffering;
mod forwarding;
mod requests;
mod silence;
mod streaming;
mod upgrades;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Completion, Trial};

use self::{
    behind::Behind,
    proxy::{PROXIES, Proxy, Setup},
    stage::Stage,
};

/// A sentence, and the function that finds out whether it is true.
type Question = (&'static str, fn(&Behind));

/// What the shipped configurations promise.
const CONFIGURED: [Question; 12] = [
    ("a_websocket_carries_events", upgrades::a_websocket_carries_events),
    ("signed_requests_arrive_as_they_were_signed", requests::signed_requests_arrive_as_they_were_signed),
    ("nothing_is_answered_from_a_cache", requests::nothing_is_answered_from_a_cache),
    ("the_dashboard_knows_its_own_pages", requests::the_dashboard_knows_its_own_pages),
    ("a_stream_is_live", streaming::a_stream_is_live),
    ("a_stream_is_live_where_gzip_is_accepted", streaming::a_stream_is_live_where_gzip_is_accepted),
    ("a_stream_is_live_in_http_1_0", streaming::a_stream_is_live_in_http_1_0),
    ("event_sources_are_live", streaming::event_sources_are_live),
    ("polls_wait_for_events", requests::polls_wait_for_events),
    ("a_big_answer_reaches_a_slow_reader_whole", requests::a_big_answer_reaches_a_slow_reader_whole),
    ("a_stream_is_taken_over_without_loss", aborts::a_stream_is_taken_over_without_loss),
    ("a_stream_can_be_replaced_at_any_time", aborts::a_stream_can_be_replaced_at_any_time),
];

/// What reaches everybody, whoever set the proxy up.
const BY_DEFAULT: [Question; 5] = [
    ("a_stream_is_live", streaming::a_stream_is_live),
    ("a_stream_is_live_where_gzip_is_accepted", streaming::a_stream_is_live_where_gzip_is_accepted),
    ("event_sources_are_live", streaming::event_sources_are_live),
    ("polls_wait_for_events", requests::polls_wait_for_events),
    ("a_stream_can_be_replaced_at_any_time", aborts::a_stream_can_be_replaced_at_any_time),
];

/// Takes minutes: for the night.
const NIGHTLY: [Question; 2] = [
    ("silence_is_survived", silence::silence_is_survived),
    ("a_departure_is_noticed", silence::a_departure_is_noticed),
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    // Only named when asked for: what is counted as skipped shall be what could not be done here.
    let is_night = arguments.ignored || arguments.include_ignored;
    let mut trials = trials();
    if is_night {
        trials.extend(nightly());
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    Stage::end();
    conclusion.exit_code()
}

fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for proxy in PROXIES {
        trials.extend(CONFIGURED.map(|question| trial(proxy, Setup::Shipped, question)));
        trials.extend(BY_DEFAULT.map(|question| trial(proxy, Setup::Default, question)));
        let upgrade: Question = if proxy.passes_upgrades_by_default() {
            ("a_websocket_carries_events", upgrades::a_websocket_carries_events)
        } else {
            ("an_upgrade_is_refused_at_once", upgrades::an_upgrade_is_refused_at_once)
        };
        trials.push(trial(proxy, Setup::Default, upgrade));
        if proxy != Proxy::Squid {
            let told_apart: Question = ("clients_are_told_apart", addresses::clients_are_told_apart);
            trials.push(trial(proxy, Setup::Shipped, told_apart));
        }
    }
    let (sentence, question) = buffering::QUESTION;
    trials.push(alone(Proxy::Nginx, sentence, question));
    for (sentence, question) in forwarding::QUESTIONS {
        trials.push(alone(Proxy::Squid, sentence, question));
    }
    trials
}

fn nightly() -> impl Iterator<Item = Trial> {
    let of = |proxy| NIGHTLY.map(|question| trial(proxy, Setup::Shipped, question).with_ignored_flag(true));
    PROXIES.into_iter().flat_map(of)
}

/// A question about one proxy in one setup.
fn trial(proxy: Proxy, setup: Setup, (sentence, question): Question) -> Trial {
    let name = match setup {
        Setup::Shipped => format!("real_proxies::{proxy}::{sentence}"),
        Setup::Default => format!("real_proxies::{proxy}_by_default::{sentence}"),
    };
    Trial::ignorable_test(name, move || Ok(if_installed(proxy, || question(&Behind::start(proxy, setup)))))
}

/// A question that sets its proxy up itself.
fn alone(proxy: Proxy, sentence: &str, question: fn()) -> Trial {
    Trial::ignorable_test(format!("real_proxies::{proxy}::{sentence}"), move || {
        Ok(if_installed(proxy, question))
    })
}

fn if_installed(proxy: Proxy, question: impl FnOnce()) -> Completion {
    if !proxy.is_installed() {
        return Completion::ignored_with(format!("{proxy} is not installed"));
    }
    question();
    Completion::Completed
}
