use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use sha2::Sha256;
use time::{OffsetDateTime, format_description::well_known::Rfc2822};

use crate::{
    address::Address,
    deadline::Deadline,
    failure::{Answer, Awaited, Failure},
    finding::Explanation,
    http::{self, Http},
    text,
};

/// The name of the events that are published.
pub(crate) const EVENT: &str = "campanile-doctor";

/// How far a clock may be off before it is the first thing to name.
const TOLERATED_SKEW: Duration = Duration::from_secs(300);

/// Publishes as an app's own server would.
pub(crate) struct Publisher<'a> {
    pub(crate) address: &'a Address,
    pub(crate) http: &'a Http,
    pub(crate) app: &'a str,
    pub(crate) secret: &'a SecretString,
}

impl Publisher<'_> {
    /// One event, whose data is the number of its round.
    pub(crate) async fn publish(
        &self,
        channel: &str,
        round: usize,
        deadline: Deadline,
    ) -> Result<(), Failure> {
        self.post(channel, round, self.address.prefix(), deadline).await
    }

    /// Signs the path with `prefix` before it, whatever prefix the request goes through.
    async fn post(
        &self,
        channel: &str,
        round: usize,
        prefix: &str,
        deadline: Deadline,
    ) -> Result<(), Failure> {
        let data = json!({ "round": round }).to_string();
        let body = json!({ "name": EVENT, "channel": channel, "data": data }).to_string();
        let mut url = self.address.http(&["apps", self.app, "events"]);
        let path = url.path().strip_prefix(self.address.prefix()).unwrap_or(url.path());
        let query = self.query(&format!("{prefix}{path}"), &body);
        url.set_query(Some(&query));
        let request =
            self.http.request(Method::POST, url).header("content-type", "application/json").body(body);
        let answered = deadline.wait(http::expect_ok(request)).await;
        answered.ok_or(Failure::Silent(Awaited::Headers))?.map(drop)
    }

    /// The signed parameters; in the order in which they are signed.
    fn query(&self, path: &str, body: &str) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let digest = hex::encode(Md5::digest(body));
        let key = self.address.key();
        let query = format!("auth_key={key}&auth_timestamp={now}&auth_version=1.0&body_md5={digest}");
        let signature = sign(self.secret, &format!("POST\n{path}\n{query}"));
        format!("{query}&auth_signature={signature}")
    }

    /// Why an event was refused; may ask once more to find out.
    pub(crate) async fn explain(&self, answer: &Answer, channel: &str, deadline: Deadline) -> Explanation {
        if answer.status != 401 {
            return refused(answer);
        }
        if let Some(skew) = skew(answer).filter(|skew| skew.unsigned_abs() > TOLERATED_SKEW.as_secs()) {
            return skewed(answer, skew);
        }
        let (prefix, said) = (self.address.prefix(), answer.body.to_ascii_lowercase());
        if said.contains("unknown auth_key") {
            let words = format!("{answer}: this key is none of app {}", self.app);
            return Explanation::new(words, "Take id, key and secret from the same app's page.");
        }
        if !prefix.is_empty() && self.post(channel, 0, "", deadline).await.is_ok() {
            return Explanation::new(
                format!("{answer}: the proxy takes {prefix} off the path, so the signed path is another one"),
                "Server libraries sign the path that they ask for: give the platform a host of its own, or have \
                 servers ask it directly.",
            );
        }
        Explanation::new(
            format!(
                "{answer}: the secret does not belong to the key, or a proxy changes path, query or body"
            ),
            "Compare the secret with the app's page, also for spaces around it.",
        )
    }
}

fn refused(answer: &Answer) -> Explanation {
    let advice = match answer.status {
        400 | 413 => "The platform's limits are stricter than this event, or another server answers.",
        403 => "The app is disabled, accepts TLS only, or has sent its messages of the day.",
        404 => "There is no app with this --app-id, or a proxy does not pass /apps/ on.",
        503 => "The platform is overloaded; try again.",
        _ => "Look into the log of the platform and of each proxy before it.",
    };
    Explanation::new(format!("the event was refused: {answer}"), advice)
}

fn skewed(answer: &Answer, skew: i64) -> Explanation {
    let direction = if skew > 0 { "ahead of" } else { "behind" };
    let minutes = skew.unsigned_abs() / 60;
    Explanation::new(
        format!("{answer}: this computer's clock is {minutes} min {direction} the platform's"),
        "Set the clocks (NTP): a request may be 10 minutes old.",
    )
}

/// Seconds that this computer's clock is ahead of the server's.
fn skew(answer: &Answer) -> Option<i64> {
    let theirs = OffsetDateTime::parse(answer.header("date")?, &Rfc2822).ok()?;
    Some(OffsetDateTime::now_utc().unix_timestamp() - theirs.unix_timestamp())
}

fn sign(secret: &SecretString, text: &str) -> String {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()).expect("HMAC takes any length");
    mac.update(text.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// The one in the middle, the later of two.
pub(crate) fn median(mut times: Vec<Duration>) -> Option<Duration> {
    times.sort_unstable();
    times.get(times.len() / 2).copied()
}

/// `websocket 2 ms, xhr_polling 4 ms`.
pub(crate) fn list(times: &[(&'static str, Duration)]) -> String {
    let shown = times.iter().map(|&(name, time)| format!("{name} {}", text::duration(time)));
    shown.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `sdk-specs/vectors/signatures.json`, first request.
    #[test]
    fn requests_are_signed_as_the_vectors_say() {
        let text = "POST\n/apps/3/events\nauth_key=278d425bdf160c739803&auth_timestamp=1353088179&\
                    auth_version=1.0&body_md5=ec365a775a4cd0599faeb73354201b6f";
        let signature = sign(&"7ad3773142a6692b25b8".into(), text);
        assert_eq!(signature, "da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c");
    }

    #[test]
    fn clocks_are_compared_by_the_date_of_the_answer() {
        let headers = [("date".parse().unwrap(), "Sun, 06 Nov 1994 08:49:37 GMT".parse().unwrap())];
        let answer = Answer { status: 401, headers: headers.into_iter().collect(), body: String::new() };
        let skew = skew(&answer).unwrap();
        assert!(skew > 0);
        assert!(skewed(&answer, skew).words.contains("ahead of"));
    }

    #[test]
    fn the_median_is_of_those_that_arrived() {
        let millis = |list: &[u64]| list.iter().map(|&it| Duration::from_millis(it)).collect();
        assert_eq!(median(millis(&[9, 1, 3])), Some(Duration::from_millis(3)));
        assert_eq!(median(millis(&[])), None);
    }
}
