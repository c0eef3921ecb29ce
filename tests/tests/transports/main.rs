//! The HTTP transports over raw sockets: SockJS item by item of its checklist (SockJS reference, section
//! 14), what pusher-js makes of it, server-sent events and long polling.
//!
//! All tests share one platform with two workers. They run side by side, because some wait for half a minute
//! without doing anything.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod exchange;
mod expect;
mod plain;
mod pusher_js;
mod session;
#[path = "../it/signing.rs"]
mod signing;
mod stage;

mod base;
mod beyond_the_suite;
mod cookies;
mod fallback;
mod handover;
mod http;
mod iframe;
mod jsonp;
mod limits;
mod polling;
mod polls;
mod pusher_paths;
mod sessions;
mod sse;
mod streaming;
mod takeover;
mod tenants;
mod tokens;
mod unicode_and_close;
mod websocket;

use std::{
    process::ExitCode,
    sync::{Arc, OnceLock},
};

use libtest_mimic::{Arguments, Trial};

use self::stage::Stage;

/// A sentence, and the function that finds out whether it is true.
pub(crate) type Test = (&'static str, fn(&Stage));

/// The tests of a module; one that is not named here is dead code, which the compiler tells.
#[macro_export]
macro_rules! tests {
    ($($test:ident),* $(,)?) => {
        pub(crate) const TESTS: &[$crate::Test] = &[$((stringify!($test), $test)),*];
    };
}

const MODULES: &[(&str, &[Test])] = &[
    ("base", base::TESTS),
    ("beyond_the_suite", beyond_the_suite::TESTS),
    ("cookies", cookies::TESTS),
    ("fallback", fallback::TESTS),
    ("handover", handover::TESTS),
    ("http", http::TESTS),
    ("iframe", iframe::TESTS),
    ("jsonp", jsonp::TESTS),
    ("limits", limits::TESTS),
    ("polling", polling::TESTS),
    ("polls", polls::TESTS),
    ("pusher_paths", pusher_paths::TESTS),
    ("sessions", sessions::TESTS),
    ("sse", sse::TESTS),
    ("streaming", streaming::TESTS),
    ("takeover", takeover::TESTS),
    ("tenants", tenants::TESTS),
    ("tokens", tokens::TESTS),
    ("unicode_and_close", unicode_and_close::TESTS),
    ("websocket", websocket::TESTS),
];

/// Most tests wait most of the time.
const THREADS: usize = 24;

/// The platform of all tests; started by the first of them, so that listing them starts none.
type Shared = Arc<OnceLock<Stage>>;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(THREADS);
    let shared = Shared::default();
    let mut trials = Vec::new();
    for (module, tests) in MODULES {
        let named = |(sentence, test): &Test| trial(format!("{module}::{sentence}"), *test, shared.clone());
        trials.extend(tests.iter().map(named));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial(name: String, test: fn(&Stage), shared: Shared) -> Trial {
    Trial::test(name, move || {
        test(shared.get_or_init(Stage::new));
        Ok(())
    })
}
