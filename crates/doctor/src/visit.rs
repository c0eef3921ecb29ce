mod application;

use std::time::Duration;

use reqwest::{Method, header::HeaderMap};
use serde_json::Value;
use tokio::time::Instant;
use url::Url;

use crate::{
    attempt::{Attempt, Attempts},
    cors,
    deadline::Deadline,
    doctor::Doctor,
    explain::Circumstances,
    failure::{Awaited, Failure},
    finding::{Explanation, Finding, Step},
    http,
    judge::{Yardstick, judge},
    line::Line,
    network::{self, Network},
    poll,
    session::{Receiver, Session},
    sse, websocket,
};

/// One examination under way.
pub(crate) struct Visit<'a, T> {
    doctor: &'a Doctor,
    deadline: Deadline,
    tell: T,
    findings: Vec<Finding>,
    connected: Vec<Connected>,
    circumstances: Circumstances,
    yardstick: Yardstick,
    /// The app itself wants no connection: then no transport has a chance.
    is_refused: bool,
}

/// A line that works, subscribed to the doctor's channel.
struct Connected {
    step: Step,
    line: Line,
    socket_id: String,
}

impl<'a, T: FnMut(&Finding)> Visit<'a, T> {
    pub(crate) fn new(doctor: &'a Doctor, total: Duration, tell: T) -> Self {
        let circumstances = Circumstances {
            patience: doctor.questions.patience,
            is_tls: doctor.address.is_tls(),
            origin: doctor.questions.origin.clone(),
            traces: HeaderMap::new(),
        };
        Self {
            doctor,
            deadline: Deadline::after(total),
            tell,
            findings: Vec::new(),
            connected: Vec::new(),
            circumstances,
            yardstick: Yardstick { round_trip: Duration::ZERO, polling_works: false },
            is_refused: false,
        }
    }

    pub(crate) async fn run(mut self) -> Vec<Finding> {
        if let Some(network) = self.network().await {
            self.websocket(&network).await;
            self.pusher_js().await;
            self.sockjs().await;
            self.by_app(Step::Sse).await;
            self.by_app(Step::LongPolling).await;
            self.publish().await;
            self.authorize().await;
        }
        self.findings
    }

    async fn network(&mut self) -> Option<Network> {
        let (address, patience) = (&self.doctor.address, self.doctor.questions.patience);
        let mut found = Vec::new();
        let tell = &mut self.tell;
        let network = network::explore(address, patience, |finding| {
            tell(&finding);
            found.push(finding);
        });
        let network = network.await;
        let connect = found.iter().find(|finding| finding.step == Step::Connect);
        self.yardstick.round_trip = connect.and_then(|finding| finding.duration).unwrap_or_default();
        self.findings.append(&mut found);
        network
    }

    async fn websocket(&mut self, network: &Network) {
        let (start, Doctor { address, origin, .. }) = (Instant::now(), self.doctor);
        let line = websocket::open(network, address, origin.as_ref(), self.limit()).await;
        let attempt = self.attempts().make(Step::Websocket, start, line).await;
        self.is_refused = matches!(&attempt.outcome, Err(Failure::Closed { code: 4000..=4099, .. }));
        self.conclude(attempt);
    }

    /// Streaming and polling; what streaming is found to be depends on whether polling works.
    async fn pusher_js(&mut self) {
        let steps = [Step::XhrStreaming, Step::XhrPolling];
        if self.skips(&steps) {
            return;
        }
        let base = self.doctor.address.http(&["pusher", "app", self.doctor.address.key()]);
        let streaming = self.session(Step::XhrStreaming, &base, Receiver::Streaming).await;
        let polling = self.session(Step::XhrPolling, &base, Receiver::Polling).await;
        self.yardstick.polling_works = polling.outcome.is_ok();
        self.note_traces(&polling);
        for attempt in [streaming, polling] {
            self.conclude_for_pages(attempt, &base).await;
        }
    }

    async fn session(&self, step: Step, base: &Url, receiver: Receiver) -> Attempt {
        let start = Instant::now();
        let session = Session::new(self.doctor.http.clone(), base, step != Step::Sockjs);
        self.attempts().make(step, start, Ok(session.open(receiver))).await
    }

    async fn sockjs(&mut self) {
        if self.skips(&[Step::Sockjs]) {
            return;
        }
        let (start, base) =
            (Instant::now(), self.doctor.address.http(&["sockjs", "app", self.doctor.address.key()]));
        let attempt = match self.sockjs_info(&base).await {
            Ok(()) => self.session(Step::Sockjs, &base, Receiver::Polling).await,
            Err(failure) => Attempt::failed(Step::Sockjs, start, failure),
        };
        self.conclude_for_pages(attempt, &base).await;
    }

    /// What SockJS asks before anything else.
    async fn sockjs_info(&self, base: &Url) -> Result<(), Failure> {
        let mut url = base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.push("info");
        }
        let asked = self.limit().wait(http::read_ok(self.doctor.http.request(Method::GET, url))).await;
        let answer = asked.ok_or(Failure::Silent(Awaited::Headers))??;
        match serde_json::from_str::<Value>(&answer.body) {
            Ok(info) if info["websocket"].is_boolean() => Ok(()),
            _ => Err(Failure::Strange("/info is not SockJS' description of itself".to_owned())),
        }
    }

    /// Transports whose address names the app.
    async fn by_app(&mut self, step: Step) {
        if self.skips(&[step]) {
            return;
        }
        let Some(app) = &self.doctor.questions.app else {
            return self.add(Finding::skipped(step, "give --app-id to have it examined"));
        };
        let (start, last) = (Instant::now(), if step == Step::Sse { "sse" } else { "poll" });
        let mut url = self.doctor.address.http(&["apps", app, last]);
        url.query_pairs_mut()
            .append_pair("channels", &self.doctor.channel)
            .append_pair("key", self.doctor.address.key());
        let http = &self.doctor.http;
        let line = if step == Step::Sse { sse::open(http, url) } else { poll::open(http.clone(), url) };
        let attempt = self.attempts().make(step, start, Ok(line)).await;
        self.conclude_unless_hidden(attempt);
    }

    /// What a page of another origin may not do, does not work.
    async fn conclude_for_pages(&mut self, attempt: Attempt, base: &Url) {
        if let (Some(origin), Ok(_)) = (&self.doctor.origin, &attempt.outcome) {
            let url = Session::new(self.doctor.http.clone(), base, false).path("xhr_send");
            match cors::preflight(&self.doctor.http, url, origin, self.limit()).await {
                Ok(Ok(())) => {}
                Ok(Err(explanation)) => return self.add_failed(&attempt, explanation),
                Err(failure) => {
                    let explanation = self.circumstances.explain(attempt.step, &failure);
                    let words = format!("browsers ask first (OPTIONS): {}", explanation.words);
                    return self.add_failed(&attempt, Explanation { words, ..explanation });
                }
            }
        }
        self.conclude_unless_hidden(attempt);
    }

    fn conclude_unless_hidden(&mut self, attempt: Attempt) {
        let hidden = match (&self.doctor.origin, &attempt.outcome) {
            (Some(origin), Ok(_)) => cors::check(&attempt.opening.answered, origin).err(),
            _ => None,
        };
        match hidden {
            Some(explanation) => self.add_failed(&attempt, explanation),
            None => self.conclude(attempt),
        }
    }

    fn conclude(&mut self, attempt: Attempt) {
        self.note_traces(&attempt);
        self.add(judge(&attempt, &self.circumstances, &self.yardstick));
        if let Attempt { step, opening, outcome: Ok(line), .. } = attempt {
            self.connected.push(Connected { step, line, socket_id: opening.socket_id });
        }
    }

    fn attempts(&self) -> Attempts<'a> {
        let patience = self.doctor.questions.patience;
        Attempts { channel: &self.doctor.channel, patience, deadline: self.deadline }
    }

    fn limit(&self) -> Deadline {
        self.deadline.within(self.doctor.questions.patience)
    }

    /// Whether there is no point, or no time, to examine these.
    fn skips(&mut self, steps: &[Step]) -> bool {
        if self.is_refused {
            for &step in steps {
                self.add(Finding::skipped(step, "the app would refuse it as it refused the websocket"));
            }
            return true;
        }
        self.deadline.has_passed() && steps.iter().all(|&step| self.is_late(step))
    }

    fn is_late(&mut self, step: Step) -> bool {
        let is_late = self.deadline.has_passed();
        if is_late {
            self.add(Finding::skipped(step, "no time was left"));
        }
        is_late
    }

    /// Whoever answered may be the one who needs advice.
    fn note_traces(&mut self, attempt: &Attempt) {
        let headers = match &attempt.outcome {
            Err(Failure::Refused(answer)) => &answer.headers,
            _ => &attempt.opening.answered,
        };
        if crate::proxy::seen(headers).is_some() {
            self.circumstances.traces = headers.clone();
        }
    }

    fn add_failed(&mut self, attempt: &Attempt, explanation: Explanation) {
        let finding = Finding::failed(attempt.step, explanation);
        self.add(finding.took(attempt.duration).with(attempt.measured()));
    }

    fn add(&mut self, finding: Finding) {
        (self.tell)(&finding);
        self.findings.push(finding);
    }
}
