//! Signatures, from their published description.

use std::time::{SystemTime, UNIX_EPOCH};

use campanile_tests::App;
use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use sha2::Sha256;

pub(crate) fn sign(secret: &str, text: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// Whose key and secret a signature is made with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Credentials<'a> {
    pub(crate) key: &'a str,
    pub(crate) secret: &'a str,
}

impl<'a> From<&'a App> for Credentials<'a> {
    fn from(app: &'a App) -> Self {
        Self { key: &app.key, secret: &app.secret }
    }
}

impl Credentials<'_> {
    /// `key:signature` for a channel or a sign-in.
    pub(crate) fn auth(self, text: &str) -> String {
        format!("{}:{}", self.key, sign(self.secret, text))
    }

    /// The query of a REST request; `more` sorts behind `body_md5`, as `info=…` does.
    pub(crate) fn query(self, method: &str, path: &str, body: &str, more: &str) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let mut query = format!("auth_key={}&auth_timestamp={now}&auth_version=1.0", self.key);
        if !body.is_empty() {
            query.push_str("&body_md5=");
            query.push_str(&hex::encode(Md5::digest(body)));
        }
        if !more.is_empty() {
            query.push('&');
            query.push_str(more);
        }
        let signature = sign(self.secret, &format!("{method}\n{path}\n{query}"));
        format!("{query}&auth_signature={signature}")
    }
}
