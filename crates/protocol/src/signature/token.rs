use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::Mac;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;
use thiserror::Error;

use crate::App;

/// What an app's server lets a client without a library receive: a JSON Web Token (RFC 7519) signed with
/// the secret of one of the app's keys (HS256).
#[derive(Debug)]
pub struct Token<'a> {
    header: Header,
    claims: TokenClaims,
    /// What is signed, and the signature.
    signed: &'a str,
    signature: Vec<u8>,
}

#[derive(Debug, Deserialize)]
struct Header {
    alg: String,
    /// The app key whose secret signs.
    kid: String,
    /// Extensions that whoever does not know them must refuse (RFC 7515, section 4.1.11).
    crit: Option<IgnoredAny>,
}

/// What the token says. Claims of other names are other people's.
#[derive(Debug, Deserialize)]
pub struct TokenClaims {
    /// In seconds since 1970.
    exp: u64,
    /// The same, if it begins later than when it was made.
    nbf: Option<u64>,
    /// The channels that may be joined.
    pub channels: Vec<String>,
    user_id: Option<Box<RawValue>>,
    user_info: Option<Box<RawValue>>,
}

/// Why a token opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InvalidToken {
    /// It does not look like one.
    #[error("The token is no JSON Web Token with alg HS256, kid, exp and channels")]
    Malformed,
    /// Another secret has signed it, or the key is none of the app's.
    #[error("The token's signature is wrong")]
    Signature,
    /// Its time is over.
    #[error("The token has expired")]
    Expired,
    /// Its time has not begun.
    #[error("The token is not valid yet")]
    TooEarly,
}

impl<'a> Token<'a> {
    /// Reads a token; nothing it says is to be believed before it is verified.
    pub fn parse(text: &'a str) -> Result<Self, InvalidToken> {
        let read = || {
            let (signed, signature) = text.rsplit_once('.')?;
            let (header, claims) = signed.split_once('.')?;
            let decode = |part: &str| BASE64_URL_SAFE_NO_PAD.decode(part).ok();
            let header: Header = serde_json::from_slice(&decode(header)?).ok()?;
            let claims: TokenClaims = serde_json::from_slice(&decode(claims)?).ok()?;
            (header.alg == "HS256" && header.crit.is_none()).then_some(())?;
            Some(Self { header, claims, signed, signature: decode(signature)? })
        };
        read().ok_or(InvalidToken::Malformed)
    }

    /// The app key that it says has signed it.
    pub fn key(&self) -> &str {
        &self.header.kid
    }

    /// What it says, if a key of the app has signed it and it is valid at that time, in seconds since 1970.
    pub fn verify(self, app: &App, now_seconds: u64) -> Result<TokenClaims, InvalidToken> {
        let key = app.find_key(&self.header.kid).ok_or(InvalidToken::Signature)?;
        key.mac([self.signed.as_bytes()])
            .verify_slice(&self.signature)
            .map_err(|_| InvalidToken::Signature)?;
        if self.claims.exp <= now_seconds {
            return Err(InvalidToken::Expired);
        }
        if self.claims.nbf.is_some_and(|begins| begins > now_seconds) {
            return Err(InvalidToken::TooEarly);
        }
        Ok(self.claims)
    }
}

impl TokenClaims {
    /// The `channel_data` of the member it names, if it names one.
    pub fn channel_data(&self) -> Option<String> {
        let user_id = self.user_id.as_ref()?;
        Some(match &self.user_info {
            Some(info) => format!(r#"{{"user_id":{user_id},"user_info":{info}}}"#),
            None => format!(r#"{{"user_id":{user_id}}}"#),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AppId, AppSettings, OccurrenceTypes, TenantId, TenantQuotas, signature::SigningKey};

    fn app() -> App {
        App {
            id: AppId::from_number(1).unwrap(),
            tenant_id: TenantId(uuid::Uuid::nil()),
            enabled: true,
            is_suspended: false,
            settings: AppSettings::default(),
            keys: vec![SigningKey::new("key".parse().unwrap(), "secret".into())],
            tenant_quotas: TenantQuotas::default(),
            webhook_types: OccurrenceTypes::default(),
        }
    }

    fn token(header: &str, claims: &str) -> String {
        let encode = |text: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(text);
        let signed = format!("{}.{}", encode(header.as_bytes()), encode(claims.as_bytes()));
        let signature = app().keys[0].mac([signed.as_bytes()]).finalize().into_bytes();
        format!("{signed}.{}", encode(&signature))
    }

    const HEADER: &str = r#"{"alg":"HS256","typ":"JWT","kid":"key"}"#;
    const CLAIMS: &str = r#"{"exp":100,"channels":["private-a"],"user_id":7,"user_info":{"n":1},"iss":"x"}"#;

    #[test]
    fn a_token_says_which_channels_and_who_until_it_expires() {
        let text = token(HEADER, CLAIMS);
        let claims = Token::parse(&text).unwrap().verify(&app(), 99).unwrap();
        assert_eq!(claims.channels, ["private-a"]);
        assert_eq!(claims.channel_data().unwrap(), r#"{"user_id":7,"user_info":{"n":1}}"#);
        assert_eq!(Token::parse(&text).unwrap().verify(&app(), 100).unwrap_err(), InvalidToken::Expired);
        let later = token(HEADER, &CLAIMS.replace(r#""exp":100"#, r#""exp":100,"nbf":50"#));
        assert_eq!(Token::parse(&later).unwrap().verify(&app(), 49).unwrap_err(), InvalidToken::TooEarly);
        assert!(Token::parse(&later).unwrap().verify(&app(), 50).is_ok());
    }

    #[test]
    fn a_token_that_nobody_of_the_app_has_signed_opens_nothing() {
        let text = token(HEADER, CLAIMS);
        let forged = text.replace(
            &BASE64_URL_SAFE_NO_PAD.encode(CLAIMS),
            &BASE64_URL_SAFE_NO_PAD.encode(CLAIMS.replace("private-a", "private-b")),
        );
        for text in [&forged, &text[..text.len() - 2], &token(&HEADER.replace("key", "other"), CLAIMS)] {
            let verified = Token::parse(text).and_then(|token| token.verify(&app(), 1));
            assert!(verified.is_err(), "{text}");
        }
        let none = BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"none","kid":"key"}"#);
        let claims = BASE64_URL_SAFE_NO_PAD.encode(CLAIMS);
        for text in [
            "",
            ".",
            "..",
            "a.b.c",
            &format!("{none}.{claims}."),
            &token(HEADER, r#"{"channels":[]}"#),
            &token(&HEADER.replace('{', r#"{"crit":["x"],"#), CLAIMS),
        ] {
            assert_eq!(Token::parse(text).unwrap_err(), InvalidToken::Malformed, "{text}");
        }
    }
}
