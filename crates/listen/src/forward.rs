use std::time::{Duration, Instant};

use reqwest::{
    Client,
    header::{CONNECTION, CONTENT_LENGTH, HOST, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING},
    redirect,
};
use serde::Serialize;
use url::Url;

use crate::{Delivery, platform::describe};

/// What the connection itself says, and not the one who sends.
const OF_THE_CONNECTION: [HeaderName; 4] = [HOST, CONTENT_LENGTH, CONNECTION, TRANSFER_ENCODING];

/// What came of posting a delivery to the local server; also the report to the platform.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct Answer {
    /// The delivery's.
    pub id: String,
    /// What the local server answered; absent when it did not.
    pub status: Option<u16>,
    /// How long it took.
    pub duration_ms: u64,
    /// Why there is no status.
    pub error: Option<String>,
}

/// Posts to the developer's own server, wherever they say it is.
#[derive(Clone)]
pub(crate) struct Forwarder {
    client: Client,
    target: Url,
}

impl Forwarder {
    pub(crate) fn new(target: Url, timeout: Duration) -> Result<Self, reqwest::Error> {
        let client = crate::platform::build(|| {
            // As a real delivery: no redirect is followed, no proxy asked.
            Client::builder().no_proxy().redirect(redirect::Policy::none()).referer(false).timeout(timeout)
        })?;
        Ok(Self { client, target })
    }

    /// Posts once; every outcome is an answer.
    pub(crate) async fn post(&self, delivery: &Delivery) -> Answer {
        let start = Instant::now();
        let request = self.client.post(self.target.clone()).headers(headers(delivery));
        let sent = request.body(delivery.body.clone()).send().await;
        Answer {
            id: delivery.id.clone(),
            status: sent.as_ref().ok().map(|response| response.status().as_u16()),
            duration_ms: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
            error: sent.err().map(|error| describe(&error)),
        }
    }
}

impl Answer {
    /// Whether the local server took it.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

fn headers(delivery: &Delivery) -> HeaderMap {
    let pairs = delivery.headers.iter().filter_map(|(name, value)| {
        Some((HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?))
    });
    pairs.filter(|(name, _)| !OF_THE_CONNECTION.contains(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_header_travels_but_those_of_the_connection() {
        let pairs = [("webhook-id", "1"), ("X-Custom", "a b"), ("Host", "evil"), ("content-length", "9")];
        let headers = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let sent = super::headers(&Delivery { id: String::new(), headers, body: String::new() });
        assert_eq!(
            (sent.len(), &sent["webhook-id"], &sent["x-custom"]),
            (2, &"1".parse().unwrap(), &"a b".parse().unwrap())
        );
    }
}
