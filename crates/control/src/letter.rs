use campanile_protocol::AppId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Role, TokenScope};

/// What a mail is about. The words, and the addresses that its links lead to, are the sender's to choose. It is
/// stored until it is sent: what a later release adds has a default.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "letter", rename_all = "snake_case")]
pub enum Letter {
    /// A link that shows that the address is theirs.
    VerifyEmail {
        /// For [`Store::verify_email`](crate::Store::verify_email).
        token: String,
    },
    /// Somebody tried to sign up with an address that has an account.
    AccountExists,
    /// A link that sets a new password.
    ResetPassword {
        /// For [`Store::reset_password`](crate::Store::reset_password).
        token: String,
    },
    /// The password was changed: a reason to act for who did not do it.
    PasswordChanged,
    /// Logging in takes a second factor from now on, or no more: likewise.
    SecondFactorChanged {
        /// Which of the two.
        is_on: bool,
    },
    /// A management token was made by the person: likewise.
    TokenCreated {
        /// What it is called.
        name: String,
        /// What it may be used for.
        scopes: Vec<TokenScope>,
        /// The name of the organisation that it opens.
        organisation: String,
    },
    /// A link into an organisation.
    Invitation {
        /// For [`Store::accept_invitation`](crate::Store::accept_invitation).
        token: String,
        /// Whose name the organisation has.
        organisation: String,
        /// Who invites, if a person does.
        inviter: Option<String>,
        /// What as.
        role: Role,
    },
    /// A webhook endpoint gets nothing any more.
    WebhookDisabled {
        /// The app's id.
        app_id: AppId,
        /// The app's name.
        app: String,
        /// The endpoint's id.
        #[serde(default)]
        webhook: Option<Uuid>,
        /// Where the endpoint is.
        url: String,
        /// `gone` or `failing`.
        reason: String,
        /// What was wrong with the last try, e.g. `the endpoint answered 410`.
        #[serde(default)]
        error: Option<String>,
    },
    /// A limit is nearly or wholly used up.
    LimitReached(LimitReached),
}

impl Letter {
    /// Its name, as stored: what a mail is about, without anything that is in it.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::VerifyEmail { .. } => "verify_email",
            Self::AccountExists => "account_exists",
            Self::ResetPassword { .. } => "reset_password",
            Self::PasswordChanged => "password_changed",
            Self::SecondFactorChanged { .. } => "second_factor_changed",
            Self::TokenCreated { .. } => "token_created",
            Self::Invitation { .. } => "invitation",
            Self::WebhookDisabled { .. } => "webhook_disabled",
            Self::LimitReached(_) => "limit_reached",
        }
    }
}

/// Which limit was reached, and how far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitReached {
    /// The name of the organisation.
    pub organisation: String,
    /// Id and name of the app whose limit it is; none for the organisation's.
    pub app: Option<(AppId, String)>,
    /// The limit, e.g. `max_connections`.
    pub limit: String,
    /// 80 or 100.
    pub percent: u8,
    /// What was used when it was found: at its peak, for what comes and goes.
    pub used: u64,
    /// What is allowed.
    pub most: u64,
    /// The UTC day, `YYYY-MM-DD`.
    pub day: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_earlier_release_has_written_is_still_read() {
        let stored = r#"{"letter":"webhook_disabled","app_id":"7","app":"Shop","url":"https://e.com","reason":"gone"}"#;
        let letter: Letter = serde_json::from_str(stored).unwrap();
        assert!(matches!(&letter, Letter::WebhookDisabled { webhook: None, error: None, .. }));
        assert_eq!(letter.kind(), "webhook_disabled");
    }

    #[test]
    fn a_letter_reads_as_it_is_written() {
        let reached = LimitReached {
            organisation: "Acme".to_owned(),
            app: AppId::from_number(7).ok().map(|id| (id, "Shop".to_owned())),
            limit: "max_connections".to_owned(),
            percent: 80,
            used: u64::MAX,
            most: u64::MAX,
            day: "2026-11-23".to_owned(),
        };
        let letter = Letter::LimitReached(reached);
        let stored = serde_json::to_value(&letter).unwrap();
        assert_eq!(stored["letter"], letter.kind());
        assert!(serde_json::from_value::<Letter>(stored).unwrap() == letter);
    }
}
