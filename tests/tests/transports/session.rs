use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::json;

use crate::{
    exchange::{Answer, Ask, Connection},
    stage::Stage,
};

/// A session as a SockJS client holds one: it receives by one request and sends by others.
pub(crate) struct Session<'a> {
    pub(crate) stage: &'a Stage,
    pub(crate) base: String,
}

/// What a poll says to a client that has said that it is no longer alone.
pub(crate) const STILL_OPEN: &str = "c[2010,\"Another connection still open\"]\n";
pub(crate) const GO_AWAY: &str = "c[3000,\"Go away!\"]\n";

/// A name that no session of this run has.
pub(crate) fn new_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("s{}x{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

impl<'a> Session<'a> {
    /// A new one of the service mounted there.
    pub(crate) fn new(stage: &'a Stage, service: &str) -> Self {
        Self { stage, base: format!("{service}/000/{}", new_name()) }
    }

    /// A new one of the echo service.
    pub(crate) fn of_echo(stage: &'a Stage) -> Self {
        Self::new(stage, "/echo")
    }

    /// A new one of the echo service that polls and is open.
    pub(crate) fn polling(stage: &'a Stage) -> Self {
        let session = Self::of_echo(stage);
        assert_eq!(session.poll(), "o\n");
        session
    }

    pub(crate) fn url(&self, transport: &str) -> String {
        format!("{}/{transport}", self.base)
    }

    pub(crate) fn post(&self, transport: &str, body: &str) -> Answer {
        self.stage.post(&self.url(transport), body)
    }

    pub(crate) fn get(&self, transport: &str) -> Answer {
        self.stage.get(&self.url(transport))
    }

    /// A streaming answer, whose preludes have not been read.
    pub(crate) fn stream(&self) -> Answer {
        self.post("xhr_streaming", "")
    }

    /// One poll, to its end.
    pub(crate) fn poll(&self) -> String {
        finish(self.post("xhr", ""))
    }

    /// A poll whose answer is read later.
    pub(crate) fn waiting_poll(&self) -> Connection {
        self.stage.say(&Ask::post(&self.url("xhr"), ""))
    }

    /// A poll that certainly waits: of two, the other one has been refused.
    pub(crate) fn certain_poll(&self) -> Connection {
        let (mut one, mut two) = (self.waiting_poll(), self.waiting_poll());
        loop {
            if one.has_answer() {
                assert_eq!(finish(one.answer()), STILL_OPEN);
                return two;
            }
            std::mem::swap(&mut one, &mut two);
            std::thread::yield_now();
        }
    }

    pub(crate) fn send(&self, messages: &[&str]) {
        let answer = self.post("xhr_send", &json!(messages).to_string());
        assert_eq!(answer.status, 204, "{}", answer.head);
    }
}

/// The body of an answer that must be a success.
pub(crate) fn finish(mut answer: Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.head);
    answer.text()
}

/// The first chunk of a stream; the prelude is skipped.
pub(crate) fn after_prelude(answer: &mut Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.head);
    assert_eq!(answer.chunk().unwrap(), format!("{}\n", "h".repeat(2048)));
    answer.chunk().unwrap()
}

/// A SockJS frame with these messages, as plain text needs it.
pub(crate) fn messages(texts: &[&str]) -> String {
    format!("a{}\n", json!(texts))
}
