use std::time::Duration;

use crate::finding::{Finding, Outcome, Step};

/// The transports of pusher-js, best first.
const FALLBACKS: [Step; 3] = [Step::Websocket, Step::XhrStreaming, Step::XhrPolling];

/// All findings, and what they come to.
#[derive(Clone, Debug)]
pub struct Report {
    /// In the order in which they were made.
    pub findings: Vec<Finding>,
    /// Whether clients use TLS, which decides when they fall back.
    pub is_tls: bool,
}

impl Report {
    /// Whether users get WebSockets and nothing else failed either.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        let failed = self.findings.iter().any(|finding| finding.outcome == Outcome::Failed);
        self.works(Step::Websocket) && !failed
    }

    /// The transport that pusher-js ends up with.
    #[must_use]
    pub fn transport(&self) -> Option<Step> {
        FALLBACKS.into_iter().find(|&step| self.works(step))
    }

    /// The verdict in a sentence or two.
    #[must_use]
    pub fn verdict(&self) -> String {
        let first = match self.transport() {
            Some(Step::Websocket) => format!("Users get WebSockets. {}", self.spare()),
            Some(step) => format!(
                "Users do not get WebSockets. pusher-js falls back to {}, {} s after the page asks to connect.",
                step.name(),
                self.delay(step).as_secs(),
            ),
            None => "Users of pusher-js cannot connect.".to_owned(),
        };
        match self.others_that_failed() {
            others if others.is_empty() => first,
            others => format!("{first} Also failed: {}.", others.join(", ")),
        }
    }

    /// What to change, each once and after the first step that wants it; failures first.
    #[must_use]
    pub fn changes(&self) -> Vec<(Step, &str)> {
        let mut changes: Vec<(Step, &str)> = Vec::new();
        for outcome in [Outcome::Failed, Outcome::Warned] {
            for finding in self.findings.iter().filter(|finding| finding.outcome == outcome) {
                let known = |advice| changes.iter().any(|(_, known)| *known == advice);
                if let Some(advice) = finding.advice.as_deref().filter(|advice| !known(*advice)) {
                    changes.push((finding.step, advice));
                }
            }
        }
        changes
    }

    fn works(&self, step: Step) -> bool {
        self.findings.iter().any(|finding| finding.step == step && finding.works())
    }

    /// What those get for whom WebSockets are blocked on their own side.
    fn spare(&self) -> String {
        match FALLBACKS[1..].iter().find(|&&step| self.works(step)) {
            Some(step) => format!("Where these are blocked, pusher-js falls back to {}.", step.name()),
            None => "Where these are blocked, there is no fallback.".to_owned(),
        }
    }

    /// Of the HTTP fallback, where WebSockets fail without being told.
    fn delay(&self, step: Step) -> Duration {
        let http = Duration::from_secs(if self.is_tls { 2 } else { 5 });
        if step == Step::XhrPolling { http + Duration::from_secs(4) } else { http }
    }

    fn others_that_failed(&self) -> Vec<&'static str> {
        let failed = self.findings.iter().filter(|finding| finding.outcome == Outcome::Failed);
        failed.map(|finding| finding.step).filter(|&step| step != Step::Websocket).map(Step::name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Explanation;

    fn report(working: &[Step], failed: &[Step]) -> Report {
        let passed = working.iter().map(|&step| Finding::passed(step, ""));
        let failed = failed.iter().map(|&step| Finding::failed(step, Explanation::new("", "Change it.")));
        Report { findings: passed.chain(failed).collect(), is_tls: true }
    }

    #[test]
    fn the_verdict_names_the_best_transport_that_works() {
        use Step::{Publish, Sockjs, Websocket, XhrPolling, XhrStreaming};
        for (working, failed, healthy, words) in [
            (&[Websocket, XhrStreaming, XhrPolling][..], &[][..], true, "falls back to xhr_streaming"),
            (&[Websocket, XhrPolling], &[], true, "falls back to xhr_polling"),
            (&[Websocket], &[Publish, Sockjs], false, "no fallback. Also failed: publish, sockjs."),
            (&[XhrStreaming], &[Websocket], false, "xhr_streaming, 2 s after"),
            (&[XhrPolling], &[Websocket, XhrStreaming], false, "xhr_polling, 6 s after"),
            (&[], &[Websocket], false, "cannot connect"),
        ] {
            let report = report(working, failed);
            assert_eq!(report.is_healthy(), healthy, "{words}");
            assert!(report.verdict().contains(words), "{}", report.verdict());
            assert_eq!(report.changes().len(), usize::from(!failed.is_empty()));
        }
    }
}
