//! The app's own server: what it publishes, and what it signs.

use std::time::Duration;

use tokio::time::Instant;

use super::{Connected, Visit};
use crate::{
    authorization::{self, Endpoint},
    doctor::Doctor,
    failure::{Awaited, Failure},
    finding::{Explanation, Finding, Step},
    frame::Frame,
    proxy,
    publish::{self, Publisher},
};

const ROUNDS: usize = 5;

impl<T: FnMut(&Finding)> Visit<'_, T> {
    /// Publishes, and has the events arrive on every line.
    pub(super) async fn publish(&mut self) {
        let questions = &self.doctor.questions;
        let (Some(app), Some(secret)) = (&questions.app, &questions.secret) else {
            let words = "give --app-id and the secret (CAMPANILE_APP_SECRET) to have events published";
            return self.add(Finding::skipped(Step::Publish, words));
        };
        if self.is_late(Step::Publish) {
            return;
        }
        let start = Instant::now();
        let publisher = Publisher { address: &self.doctor.address, http: &self.doctor.http, app, secret };
        let finding = self.publish_rounds(&publisher).await;
        self.add(finding.took(start.elapsed()));
    }

    async fn publish_rounds(&mut self, publisher: &Publisher<'_>) -> Finding {
        let channel = &self.doctor.channel;
        let mut times: Vec<Vec<Duration>> = self.connected.iter().map(|_| Vec::new()).collect();
        let mut lost: Vec<(Step, Failure)> = Vec::new();
        for round in 1..=ROUNDS {
            let start = Instant::now();
            match publisher.publish(channel, round, self.limit()).await {
                Ok(()) => {}
                Err(Failure::Refused(answer)) => {
                    let explanation = publisher.explain(&answer, channel, self.limit()).await;
                    return Finding::failed(Step::Publish, explanation);
                }
                Err(failure) => {
                    return Finding::failed(
                        Step::Publish,
                        self.circumstances.explain(Step::Publish, &failure),
                    );
                }
            }
            let limit = self.limit();
            for (Connected { step, line, .. }, times) in self.connected.iter_mut().zip(&mut times) {
                if lost.iter().any(|(lost, _)| lost == step) {
                    continue;
                }
                let fits = |frame: &Frame| frame.event == publish::EVENT && frame.data["round"] == round;
                match line.expect(Awaited::Event, limit, fits).await {
                    Ok((at, _)) => times.push(at.saturating_duration_since(start)),
                    Err(failure) => lost.push((*step, failure)),
                }
            }
        }
        let medians = self.connected.iter().zip(times);
        let medians =
            medians.filter_map(|(it, times)| Some((it.step.name(), publish::median(times)?))).collect();
        self.arrived(medians, &lost)
    }

    fn arrived(&self, medians: Vec<(&'static str, Duration)>, lost: &[(Step, Failure)]) -> Finding {
        let list = publish::list(&medians);
        let lost: Vec<String> = lost
            .iter()
            .map(|(step, failure)| {
                format!("{} ({})", step.name(), self.circumstances.explain(*step, failure).words)
            })
            .collect();
        let finding = if !lost.is_empty() {
            Finding::failed(
                Step::Publish,
                Explanation::new(
                    format!("accepted, but did not arrive on {}", lost.join(", ")),
                    proxy::streaming_advice(&self.circumstances.traces),
                ),
            )
        } else if medians.is_empty() {
            Finding::passed(Step::Publish, "accepted; there is no connection here to receive it")
        } else {
            Finding::passed(Step::Publish, format!("arrives everywhere, medians of {ROUNDS}: {list}"))
        };
        finding.with(medians)
    }

    /// Has the app's own server sign a subscription, and uses the signature.
    pub(super) async fn authorize(&mut self) {
        let Some(url) = &self.doctor.questions.auth_endpoint else {
            return self
                .add(Finding::skipped(Step::Authorization, "give --auth-endpoint to have it examined"));
        };
        if self.is_late(Step::Authorization) {
            return;
        }
        let (start, limit, channel) =
            (Instant::now(), self.limit(), format!("private-{}", self.doctor.channel));
        let Some(Connected { line, socket_id, .. }) =
            self.connected.iter_mut().find(|connected| connected.line.can_speak())
        else {
            let words = "there is no connection whose subscription could be signed";
            return self.add(Finding::skipped(Step::Authorization, words));
        };
        let Doctor { auth_headers: headers, http, address, origin, .. } = self.doctor;
        let endpoint = Endpoint { url, headers, http, key: address.key(), origin: origin.as_ref() };
        let outcome = match endpoint.ask(socket_id, &channel, limit).await {
            Ok(auth) => line.subscribe(&channel, &auth, limit).await.map_err(|failure| {
                let refused = authorization::refused(&failure);
                refused.unwrap_or_else(|| self.circumstances.explain(Step::Websocket, &failure))
            }),
            Err(explanation) => Err(explanation),
        };
        let finding = match outcome {
            Ok(()) => Finding::passed(Step::Authorization, format!("{url} signs, and the platform agrees")),
            Err(explanation) => Finding::failed(Step::Authorization, explanation),
        };
        self.add(finding.took(start.elapsed()));
    }
}
