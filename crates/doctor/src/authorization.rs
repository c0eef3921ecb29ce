use reqwest::{
    Method,
    header::{HeaderMap, HeaderValue},
};
use serde_json::Value;
use url::Url;

use crate::{
    cors,
    deadline::Deadline,
    failure::{Answer, Awaited, Failure},
    finding::Explanation,
    http::{self, Http},
    text,
};

const SIGNATURE_CHARS: usize = 64;

/// The endpoint of an app's own server that signs subscriptions.
pub(crate) struct Endpoint<'a> {
    pub(crate) url: &'a Url,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) http: &'a Http,
    pub(crate) key: &'a str,
    pub(crate) origin: Option<&'a HeaderValue>,
}

impl Endpoint<'_> {
    /// Asks as pusher-js does, and returns the `auth` that it would send on.
    pub(crate) async fn ask(
        &self,
        socket_id: &str,
        channel: &str,
        deadline: Deadline,
    ) -> Result<String, Explanation> {
        let answered = deadline.wait(self.post(socket_id, channel)).await;
        let answer = answered.unwrap_or(Err(Failure::Silent(Awaited::Headers))).map_err(|failure| {
            let cause = match failure {
                Failure::Unreachable(cause) => cause,
                _ => "no answer in time".to_owned(),
            };
            Explanation::new(
                format!("{} does not answer: {cause}", self.url),
                "Is your server running there?",
            )
        })?;
        check_status(&answer)?;
        let auth = read_auth(&answer.body)?;
        self.check_auth(&auth)?;
        match self.origin.filter(|origin| **origin != self.url.origin().ascii_serialization().as_str()) {
            Some(origin) => {
                cors::check(&answer.headers, origin).map(|()| auth).map_err(|it| from_other_origin(&it))
            }
            None => Ok(auth),
        }
    }

    async fn post(&self, socket_id: &str, channel: &str) -> Result<Answer, Failure> {
        let mut form = Url::parse("form:").expect("it is one");
        form.query_pairs_mut().append_pair("socket_id", socket_id).append_pair("channel_name", channel);
        let request = self.http.request(Method::POST, self.url.clone());
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let body = form.query().unwrap_or_default().to_owned();
        let response = http::send(request.headers(self.headers.clone()).body(body)).await?;
        Ok(Answer::read(response).await)
    }

    /// `key:signature`; whether the signature is right, the platform says.
    fn check_auth(&self, auth: &str) -> Result<(), Explanation> {
        let (key, signature) = auth.split_once(':').unwrap_or_default();
        let is_hex = signature.len() == SIGNATURE_CHARS && signature.bytes().all(|it| it.is_ascii_hexdigit());
        if key.is_empty() || !is_hex {
            return Err(Explanation::new(
                format!("auth is \"{}\" and not KEY:SIGNATURE", text::shown(auth)),
                "The signature is 64 hexadecimal digits: HMAC-SHA256 of \"SOCKET_ID:CHANNEL\" with the secret.",
            ));
        }
        if key == self.key {
            return Ok(());
        }
        Err(Explanation::new(
            format!("auth is signed for key {} and not for {}", text::shown(key), self.key),
            "Give your server the key and the secret of the app that clients connect to.",
        ))
    }
}

fn check_status(answer: &Answer) -> Result<(), Explanation> {
    let words = format!("the endpoint answers {answer}, and pusher-js takes nothing but 200");
    let advice = match answer.status {
        200 => return Ok(()),
        300..=399 => "It redirects, to a login perhaps: an endpoint must answer itself.",
        401 | 403 => {
            "It refuses. If it wants a login, repeat this with a user's header, e.g. --auth-header 'Cookie: …'; \
             if it knows its channels, have it allow private-campanile-doctor-…"
        }
        404 | 405 => "Is this the path of the endpoint, and does it take POST?",
        415 | 422 => "It must take application/x-www-form-urlencoded.",
        419 => "It wants a CSRF token: make an exception for it, or give pusher-js the header.",
        _ => "Look into your server's log.",
    };
    Err(Explanation::new(words, advice))
}

fn read_auth(body: &str) -> Result<String, Explanation> {
    let begins = text::first_line(body).map_or_else(|| "no text".to_owned(), |line| format!("\"{line}\""));
    let value: Value = serde_json::from_str(body).map_err(|_| {
        let words = format!("the answer is no JSON, it begins with {begins}");
        Explanation::new(words, "Answer {\"auth\":\"KEY:SIGNATURE\"} and nothing around it.")
    })?;
    if value.is_string() {
        let advice = "It was encoded twice: send what the library returns as it is.";
        return Err(Explanation::new("the answer is JSON inside a JSON string", advice));
    }
    value["auth"].as_str().map(str::to_owned).ok_or_else(|| {
        let advice =
            "Answer {\"auth\":\"KEY:SIGNATURE\"}, as the server libraries' authorizeChannel returns it.";
        Explanation::new(format!("the answer has no text \"auth\": it is {begins}"), advice)
    })
}

fn from_other_origin(explanation: &Explanation) -> Explanation {
    let advice = "Your server must answer pages of other origins with Access-Control-Allow-Origin.";
    Explanation::new(format!("your server answers rightly, but {}", explanation.words), advice)
}

/// The platform refused what the endpoint signed.
pub(crate) fn refused(failure: &Failure) -> Option<Explanation> {
    let Failure::Strange(what) = failure else { return None };
    Some(Explanation::new(
        format!("your server answers, but {what}"),
        "It signs with another secret, or another text than \"SOCKET_ID:CHANNEL\" as it received them.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_to_answer_wrongly_has_its_words() {
        for (body, expected) in [
            ("<html>", "no JSON, it begins with no text"),
            ("nope", "no JSON, it begins with \"nope\""),
            (r#""{\"auth\":\"k:1\"}""#, "inside a JSON string"),
            (r#"{"token":1}"#, "no text \"auth\""),
            (r#"{"auth":null}"#, "no text \"auth\""),
        ] {
            let words = read_auth(body).unwrap_err().words;
            assert!(words.contains(expected), "{words}");
        }
        assert_eq!(read_auth(r#"{"auth":"k:1"}"#).unwrap(), "k:1");
    }
}
