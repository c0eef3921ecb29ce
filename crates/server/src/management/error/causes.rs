//! What errors of the inner crates are to a client. Here they are logged, once.

use std::collections::BTreeMap;

use campanile_control::{AccountError, AppError, Full, MemberError, StoreError, TokenError, WebhookError};
use campanile_realtime::{PublishError, QueryError, TooManyWatchers};
use campanile_webhooks::{ListenError, WorkbenchError};

use super::ManagementError;
use crate::directory::DirectoryError;

impl From<StoreError> for ManagementError {
    fn from(error: StoreError) -> Self {
        if error.is_unavailable() {
            tracing::warn!(%error, "the database is away");
            return Self::Unavailable;
        }
        tracing::error!(error = &error as &dyn std::error::Error, "the database refused");
        Self::Internal
    }
}

impl From<Full> for ManagementError {
    fn from(Full { what, most }: Full) -> Self {
        Self::LimitReached { what, most: most as usize }
    }
}

impl From<DirectoryError> for ManagementError {
    fn from(error: DirectoryError) -> Self {
        match error {
            DirectoryError::Overloaded => Self::Unavailable,
            DirectoryError::Store(error) => error.into(),
        }
    }
}

impl From<AccountError> for ManagementError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::EmailTaken => {
                Self::Taken("email", "There is an account with this e-mail address. Log in instead.")
            }
            AccountError::WrongCredentials => Self::InvalidCredentials,
            AccountError::WrongPassword => Self::WrongProof("password", "This is not your password."),
            AccountError::WrongCode => Self::WrongProof("code", "This code is wrong, or was used already."),
            AccountError::ChallengeExpired => Self::Expired("This login has expired. Log in again."),
            AccountError::TooManyCodes => Self::TooManyRequests { retry_after_seconds: 3600 },
            AccountError::FactorState => {
                Self::Conflict("The second factor is enabled already, or was not set up.".to_owned())
            }
            AccountError::LinkExpired => Self::Expired("This link was used already, or is too old."),
            AccountError::LongPassword => {
                Self::Validation(BTreeMap::from([("password", "Use at most 1,024 bytes.".to_owned())]))
            }
            AccountError::Busy => Self::TooManyRequests { retry_after_seconds: 2 },
            AccountError::Store(error) => error.into(),
        }
    }
}

impl From<MemberError> for ManagementError {
    fn from(error: MemberError) -> Self {
        match error {
            MemberError::NotFound => Self::NotFound,
            MemberError::AboveYou(role) => Self::AboveYou(role),
            MemberError::LastOwner => {
                Self::Conflict("An organisation needs an owner. Make someone else one first.".to_owned())
            }
            MemberError::Member => Self::Taken("email", "This address belongs to a member already."),
            MemberError::InvitationExpired => {
                Self::Expired("This invitation was used or taken back, or is too old.")
            }
            MemberError::AnothersInvitation => {
                Self::Conflict("This invitation is for another address. Log in with that one.".to_owned())
            }
            MemberError::HasAccount => {
                Self::Conflict("The invited address has an account. Log in to accept.".to_owned())
            }
            MemberError::Suspended => Self::Suspended,
            MemberError::TooOften => Self::TooManyRequests { retry_after_seconds: 3600 },
            MemberError::Account(error) => error.into(),
            MemberError::Full(full) => full.into(),
            MemberError::Store(error) => error.into(),
        }
    }
}

impl From<AppError> for ManagementError {
    fn from(error: AppError) -> Self {
        match error {
            AppError::NotFound => Self::NotFound,
            AppError::IdTaken => Self::Taken("id", "Another app has this id."),
            AppError::KeyTaken => Self::Taken("key", "Another app has this key."),
            AppError::KeyRotated => Self::Conflict("This key was rotated before.".to_owned()),
            AppError::Full(full) => full.into(),
            AppError::Store(error) => error.into(),
        }
    }
}

impl From<TokenError> for ManagementError {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::NotFound => Self::NotFound,
            TokenError::AboveYou(role) => Self::AboveYou(role),
            TokenError::Full(full) => full.into(),
            TokenError::Store(error) => error.into(),
        }
    }
}

impl From<WebhookError> for ManagementError {
    fn from(error: WebhookError) -> Self {
        let text = error.to_string();
        let field = match error {
            WebhookError::NotFound => return Self::NotFound,
            WebhookError::Expired
            | WebhookError::InProgress
            | WebhookError::NotDead
            | WebhookError::NothingFrozen
            | WebhookError::TooManyReplays => return Self::Conflict(sentence(&text)),
            WebhookError::TooManyListeners => {
                return Self::LimitReached { what: "programs that listen to an app", most: 10 };
            }
            WebhookError::Full(full) => return full.into(),
            WebhookError::Store(error) => return error.into(),
            WebhookError::InvalidUrl => "url",
            WebhookError::InvalidName => "name",
            WebhookError::NoEventTypes => "event_types",
            WebhookError::InvalidChannels => "channels",
            WebhookError::InvalidHeader(_) | WebhookError::TooManyHeaders => "headers",
            WebhookError::InvalidLanes => "lanes",
            WebhookError::InvalidTimeout => "timeout_ms",
        };
        Self::Validation(BTreeMap::from([(field, sentence(&text))]))
    }
}

impl From<WorkbenchError> for ManagementError {
    fn from(error: WorkbenchError) -> Self {
        match error {
            WorkbenchError::Busy => Self::TooManyRequests { retry_after_seconds: 2 },
            WorkbenchError::Webhook(error) => error.into(),
        }
    }
}

impl From<ListenError> for ManagementError {
    fn from(error: ListenError) -> Self {
        match error {
            ListenError::TooMany(most) => {
                Self::LimitReached { what: "programs that listen for an organisation", most }
            }
            ListenError::Webhook(error) => error.into(),
        }
    }
}

/// Inner crates speak in fragments, people read sentences.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

impl From<PublishError> for ManagementError {
    fn from(PublishError::Overloaded: PublishError) -> Self {
        Self::Unavailable
    }
}

impl From<TooManyWatchers> for ManagementError {
    fn from(TooManyWatchers: TooManyWatchers) -> Self {
        Self::LimitReached { what: "people and programs that watch an app", most: TooManyWatchers::MOST }
    }
}

impl From<QueryError> for ManagementError {
    fn from(QueryError::Overloaded: QueryError) -> Self {
        Self::Unavailable
    }
}
