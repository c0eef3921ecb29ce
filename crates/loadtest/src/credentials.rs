use anyhow::{Context, Result};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// An app as its owner knows it. The key schedule of the secret is done once.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    pub(crate) app: String,
    pub(crate) key: String,
    secret: Option<Hmac<Sha256>>,
}

impl Credentials {
    pub(crate) fn new(app: String, key: String, secret: Option<&str>) -> Self {
        let secret =
            secret.map(|secret| Hmac::new_from_slice(secret.as_bytes()).expect("HMAC takes any length"));
        Self { app, key, secret }
    }

    /// The prepared secret.
    pub(crate) fn mac(&self) -> Result<&Hmac<Sha256>> {
        self.secret.as_ref().context("this mode signs: give --secret")
    }

    /// The `auth` that lets a connection join a private or presence channel.
    pub(crate) fn channel_auth(&self, socket_id: &str, channel: &str, data: Option<&str>) -> Result<String> {
        let mut mac = self.mac()?.clone();
        mac.update(socket_id.as_bytes());
        mac.update(b":");
        mac.update(channel.as_bytes());
        if let Some(data) = data {
            mac.update(b":");
            mac.update(data.as_bytes());
        }
        Ok(format!("{}:{}", self.key, hex::encode(mac.finalize().into_bytes())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of the Pusher documentation.
    #[test]
    fn channels_are_signed_as_documented() {
        let app = Credentials::new("1".into(), "278d425bdf160c739803".into(), Some("7ad3773142a6692b25b8"));
        assert_eq!(
            app.channel_auth("1234.1234", "private-foobar", None).unwrap(),
            "278d425bdf160c739803:58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4"
        );
        assert_eq!(
            app.channel_auth(
                "1234.1234",
                "presence-foobar",
                Some(r#"{"user_id":10,"user_info":{"name":"Mr. Channels"}}"#)
            )
            .unwrap(),
            "278d425bdf160c739803:31935e7d86dba64c2a90aed31fdc61869f9b22ba9d8863bba239c03ca481bc80"
        );
    }
}
