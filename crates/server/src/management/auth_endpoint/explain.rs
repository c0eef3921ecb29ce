//! What a client would make of an endpoint's answer, and where it goes wrong, why.

use campanile_protocol::{Access, App, ChannelName, Member, SocketId, signature::SigningKey};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// What came back.
pub(super) struct Answer<'a> {
    /// Why nothing did.
    pub(super) error: Option<&'a str>,
    pub(super) status: Option<u16>,
    pub(super) body: &'a str,
}

/// One thing that was looked at.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(super) struct Finding {
    /// `answer`, `status`, `json`, `auth`, `key`, `channel_data`, `shared_secret` or `signature`.
    check: &'static str,
    /// Whether it is right.
    pub(super) ok: bool,
    /// What it is, and where it is wrong how to mend it.
    message: String,
}

/// All that was found.
#[derive(Debug, Default)]
pub(super) struct Explained {
    pub(super) findings: Vec<Finding>,
    /// The text whose signature is expected.
    pub(super) expected_text: Option<String>,
    /// The signature is of none of the texts that were tried.
    pub(super) is_signature_wrong: bool,
}

/// What a client asked for.
struct Asked<'a> {
    app: &'a App,
    socket_id: String,
    channel: &'a ChannelName,
}

/// An encrypted channel's key.
const SHARED_SECRET_BYTES: usize = 32;

pub(super) fn explain(
    app: &App,
    socket_id: SocketId,
    channel: &ChannelName,
    answer: &Answer<'_>,
) -> Explained {
    let asked = Asked { app, socket_id: socket_id.to_string(), channel };
    let mut explained = Explained::default();
    // The first fault ends it: what follows would only repeat it.
    let _ = explained.judge(&asked, answer);
    explained
}

impl Explained {
    fn right(&mut self, check: &'static str, message: impl Into<String>) {
        self.findings.push(Finding { check, ok: true, message: message.into() });
    }

    fn wrong<T>(&mut self, check: &'static str, message: impl Into<String>) -> Option<T> {
        self.findings.push(Finding { check, ok: false, message: message.into() });
        None
    }

    fn judge(&mut self, asked: &Asked<'_>, answer: &Answer<'_>) -> Option<()> {
        let reply = self.read(answer)?;
        let auth = match reply.get("auth") {
            Some(Value::String(auth)) => auth,
            Some(_) => return self.wrong("auth", "`auth` is not a string."),
            None => return self.wrong("auth", "The answer has no `auth`."),
        };
        let Some((name, signature)) = auth.split_once(':') else {
            return self.wrong("auth", "`auth` must be the key, a colon and the signature.");
        };
        self.right("auth", "`auth` has the form key:signature.");
        let key = self.find_key(asked.app, name)?;
        let data = self.channel_data(asked.channel, &reply)?;
        if asked.channel.access() == Access::Encrypted {
            self.shared_secret(&reply)?;
        }
        self.signature(asked, key, data, signature)
    }

    fn read(&mut self, answer: &Answer<'_>) -> Option<serde_json::Map<String, Value>> {
        if let Some(error) = answer.error {
            return self.wrong("answer", format!("The endpoint could not be asked: {error}."));
        }
        match answer.status {
            Some(200) => self.right("status", "Answered with 200."),
            Some(status @ (401 | 403)) => {
                let message = format!(
                    "Answered with {status}: the endpoint refused. Does it know who asks? Send what it needs as headers."
                );
                return self.wrong("status", message);
            }
            status => {
                let status = status.unwrap_or_default();
                return self.wrong("status", format!("Answered with {status}; clients accept 200 only."));
            }
        }
        match serde_json::from_str(answer.body) {
            Ok(Value::Object(reply)) => {
                self.right("json", "The answer is a JSON object.");
                Some(reply)
            }
            Ok(_) => self.wrong("json", "The answer is JSON, but no object."),
            Err(_) if answer.body.trim_start().starts_with('<') => self.wrong(
                "json",
                "The answer is a web page instead of JSON: perhaps that of a login, or of an error.",
            ),
            Err(error) => self.wrong("json", format!("The answer is not JSON: {error}.")),
        }
    }

    fn find_key<'a>(&mut self, app: &'a App, name: &str) -> Option<&'a SigningKey> {
        let Some(key) = app.find_key(name) else {
            let keys: Vec<_> = app.keys.iter().map(|key| key.key().as_str()).collect();
            let message = format!("{name:?} is no valid key of this app. Its keys are {}.", keys.join(", "));
            return self.wrong("key", message);
        };
        self.right("key", format!("{name} is a key of this app."));
        Some(key)
    }

    /// The text that is signed with the channel, if there is one.
    fn channel_data<'a>(
        &mut self,
        channel: &ChannelName,
        reply: &'a serde_json::Map<String, Value>,
    ) -> Option<Option<&'a str>> {
        let data = match reply.get("channel_data") {
            Some(Value::String(data)) => Some(data.as_str()),
            Some(Value::Null) | None => None,
            Some(_) => {
                let message =
                    "`channel_data` must be a string that holds JSON, the very text that was signed.";
                return self.wrong("channel_data", message);
            }
        };
        if channel.access() != Access::Presence {
            return Some(data);
        }
        match data.map(Member::from_channel_data) {
            Some(Ok(member)) => {
                self.right("channel_data", format!("The user is {:?}.", member.user_id.as_str()));
                Some(data)
            }
            Some(Err(error)) => self.wrong("channel_data", format!("{error}.")),
            None => self.wrong("channel_data", "A presence channel needs `channel_data` with a `user_id`."),
        }
    }

    fn shared_secret(&mut self, reply: &serde_json::Map<String, Value>) -> Option<()> {
        let secret = reply.get("shared_secret").and_then(Value::as_str).and_then(base64_bytes);
        if secret == Some(SHARED_SECRET_BYTES) {
            self.right("shared_secret", "`shared_secret` is there.");
            return Some(());
        }
        self.wrong("shared_secret", "An encrypted channel needs `shared_secret`: 32 bytes in base64.")
    }

    fn signature(
        &mut self,
        asked: &Asked<'_>,
        key: &SigningKey,
        data: Option<&str>,
        given: &str,
    ) -> Option<()> {
        let text = asked.text(data);
        let expected = key.sign([text.as_bytes()]);
        self.expected_text = Some(text.clone());
        if given == expected {
            self.right("signature", "The signature is right.");
            return Some(());
        }
        if given.eq_ignore_ascii_case(&expected) {
            return self.wrong("signature", "The signature must be written in lower case.");
        }
        if let Some(other) = asked.signer(&text, given, key) {
            let message =
                format!("The secret is that of another key of this app, {other}: name that one in `auth`.");
            return self.wrong("signature", message);
        }
        let signs = |(text, _): &(String, &str)| key.sign([text.as_bytes()]) == given;
        if let Some((_, mistake)) = asked.mistakes(data).into_iter().find(|mistake| signs(mistake)) {
            return self.wrong("signature", format!("What was signed is wrong: {mistake}."));
        }
        self.is_signature_wrong = true;
        let message = "The signature is none of that text: another secret, another socket id or another text was signed. It must be the hex of HMAC-SHA256.";
        self.wrong("signature", message)
    }

    /// Tells from a second answer, to another socket id, whether the endpoint looks at who asks.
    pub(super) fn compare(&mut self, one: &Answer<'_>, other: &Answer<'_>) {
        let auth = |answer: &Answer<'_>| {
            let reply: Option<Value> = serde_json::from_str(answer.body).ok();
            reply.and_then(|reply| reply.get("auth")?.as_str().map(str::to_owned))
        };
        if auth(one).is_some() && auth(one) == auth(other) {
            let message = "Another socket id got the same signature: the endpoint signs a fixed socket id, or its answer is cached.";
            let _: Option<()> = self.wrong("signature", message);
        }
    }
}

impl Asked<'_> {
    fn text(&self, data: Option<&str>) -> String {
        let (socket_id, channel) = (&self.socket_id, self.channel);
        match data {
            Some(data) => format!("{socket_id}:{channel}:{data}"),
            None => format!("{socket_id}:{channel}"),
        }
    }

    /// Another key of the app whose secret signed the right text.
    fn signer(&self, text: &str, given: &str, named: &SigningKey) -> Option<&str> {
        let others = self.app.keys.iter().filter(|key| key.key() != named.key());
        others
            .map(|key| (key, key.sign([text.as_bytes()])))
            .find(|(_, signature)| signature == given)
            .map(|(key, _)| key.key().as_str())
    }

    /// Texts that are signed by mistake, and what the mistake is.
    fn mistakes(&self, data: Option<&str>) -> Vec<(String, &'static str)> {
        let (socket_id, channel) = (&self.socket_id, self.channel.as_str());
        let bare = ["private-encrypted-", "private-", "presence-"]
            .iter()
            .find_map(|prefix| channel.strip_prefix(prefix));
        let mut mistakes = vec![
            (format!("{channel}:{socket_id}"), "channel and socket id are the wrong way round"),
            (channel.to_owned(), "the socket id is missing"),
            (socket_id.clone(), "the channel is missing"),
            (format!("{socket_id}{channel}"), "the colon is missing"),
            (
                format!("{socket_id}:{}", bare.unwrap_or_default()),
                "the channel's name is signed without its prefix",
            ),
        ];
        if let Some(data) = data {
            mistakes.extend([
                (format!("{socket_id}:{channel}"), "channel_data is missing"),
                (format!("{socket_id}::user::{data}"), "it is a signature for signing in, not for a channel"),
            ]);
            let compact = serde_json::from_str::<Value>(data).map(|value| value.to_string());
            let quoted = serde_json::to_string(data);
            mistakes.extend(compact.into_iter().map(|data| {
                (
                    format!("{socket_id}:{channel}:{data}"),
                    "channel_data is not, byte for byte, what was signed",
                )
            }));
            mistakes.extend(quoted.into_iter().map(|data| {
                (
                    format!("{socket_id}:{channel}:{data}"),
                    "channel_data was encoded twice before it was signed",
                )
            }));
        }
        mistakes
    }
}

/// How many bytes a base64 text stands for, if it is one.
fn base64_bytes(text: &str) -> Option<usize> {
    let digits = text.trim_end_matches('=');
    let is_legal = digits.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte));
    (is_legal && digits.len() % 4 != 1 && text.len() - digits.len() < 3).then_some(digits.len() * 3 / 4)
}

#[cfg(test)]
mod tests;
