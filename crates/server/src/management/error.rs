use std::{collections::BTreeMap, fmt};

use actix_web::{
    HttpRequest, HttpResponse, Responder, ResponseError,
    error::{JsonPayloadError, QueryPayloadError},
    http::{StatusCode, header},
};
use campanile_control::{AccountError, AppError, StoreError, TokenError, WebhookError};
use campanile_realtime::{PublishError, QueryError};
use campanile_webhooks::{ListenError, WorkbenchError};
use serde::Serialize;

use crate::directory::DirectoryError;

/// Why a management request was refused. The body is `{"error":{code,message,fields?}}`.
#[derive(Debug)]
pub(super) enum ManagementError {
    /// Values that a person can mend, each named by its field.
    Validation(BTreeMap<&'static str, String>),
    /// The body is not JSON of the expected shape.
    Malformed(String),
    Unauthenticated,
    /// A token that never was, or was deleted.
    InvalidToken,
    InvalidCredentials,
    /// A management token where a person is asked for.
    PeopleOnly,
    /// A person where a management token is asked for.
    ProgramsOnly,
    /// A request from another site's page.
    ForeignOrigin,
    NotFound,
    /// A value that someone else has already.
    Taken(&'static str, &'static str),
    /// What is asked does not fit how things are now.
    Conflict(String),
    TooManyRequests {
        retry_after_seconds: u64,
    },
    /// There are as many of these as there may be.
    LimitReached {
        what: &'static str,
        most: usize,
    },
    /// The request did not arrive in time.
    TimedOut,
    /// The database is away, or the data plane overloaded.
    Unavailable,
    /// A fault of ours; the log has it.
    Internal,
}

#[derive(Serialize)]
struct Body<'a> {
    error: Explanation<'a>,
}

#[derive(Serialize)]
struct Explanation<'a> {
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    fields: BTreeMap<&'a str, &'a str>,
}

impl ManagementError {
    fn code(&self) -> &'static str {
        match self {
            Self::Validation(_) => "validation_failed",
            Self::Malformed(_) => "malformed_request",
            Self::Unauthenticated | Self::InvalidToken => "unauthenticated",
            Self::InvalidCredentials => "invalid_credentials",
            Self::PeopleOnly | Self::ProgramsOnly => "forbidden",
            Self::ForeignOrigin => "forbidden_origin",
            Self::NotFound => "not_found",
            Self::Taken(..) | Self::Conflict(_) => "conflict",
            Self::TooManyRequests { .. } => "too_many_requests",
            Self::LimitReached { .. } => "limit_reached",
            Self::TimedOut => "timed_out",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
        }
    }

    fn fields(&self) -> BTreeMap<&str, &str> {
        match self {
            Self::Validation(fields) => fields.iter().map(|(field, text)| (*field, text.as_str())).collect(),
            Self::Taken(field, text) => BTreeMap::from([(*field, *text)]),
            _ => BTreeMap::new(),
        }
    }
}

impl fmt::Display for ManagementError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Validation(_) => f.write_str("Some fields need your attention."),
            Self::Malformed(reason) => write!(f, "The request could not be read: {reason}."),
            Self::Unauthenticated => f.write_str("Log in first."),
            Self::InvalidToken => f.write_str("This management token is not valid."),
            Self::InvalidCredentials => f.write_str("The e-mail address or the password is wrong."),
            Self::PeopleOnly => f.write_str("A management token cannot do this. Log in instead."),
            Self::ProgramsOnly => f.write_str("This needs a management token."),
            Self::ForeignOrigin => {
                f.write_str("This request came from another site's page, or was not JSON.")
            }
            Self::NotFound => f.write_str("There is nothing here."),
            Self::Taken(_, text) => f.write_str(text),
            Self::Conflict(text) => f.write_str(text),
            Self::TooManyRequests { retry_after_seconds } => {
                write!(f, "Too many attempts. Try again in {retry_after_seconds} seconds.")
            }
            Self::LimitReached { what, most } => {
                write!(f, "There can be at most {most} {what}. Delete one that is no longer needed.")
            }
            Self::TimedOut => f.write_str("The request took too long to arrive."),
            Self::Unavailable => f.write_str("This is not available right now. Try again in a moment."),
            Self::Internal => f.write_str("Something went wrong on our side."),
        }
    }
}

impl ResponseError for ManagementError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Validation(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::Unauthenticated | Self::InvalidToken | Self::InvalidCredentials => StatusCode::UNAUTHORIZED,
            Self::PeopleOnly | Self::ProgramsOnly | Self::ForeignOrigin => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Taken(..) | Self::Conflict(_) | Self::LimitReached { .. } => StatusCode::CONFLICT,
            Self::TimedOut => StatusCode::REQUEST_TIMEOUT,
            Self::TooManyRequests { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        if let Self::TooManyRequests { retry_after_seconds } = self {
            response.insert_header((header::RETRY_AFTER, retry_after_seconds.to_string()));
        }
        response.json(Body {
            error: Explanation { code: self.code(), message: self.to_string(), fields: self.fields() },
        })
    }
}

impl Responder for ManagementError {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        self.error_response()
    }
}

impl From<JsonPayloadError> for ManagementError {
    fn from(error: JsonPayloadError) -> Self {
        match error {
            JsonPayloadError::ContentType => Self::ForeignOrigin,
            other => Self::Malformed(other.to_string()),
        }
    }
}

impl From<QueryPayloadError> for ManagementError {
    fn from(error: QueryPayloadError) -> Self {
        Self::Malformed(error.to_string())
    }
}

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
            AccountError::LongPassword => {
                Self::Validation(BTreeMap::from([("password", "Use at most 1,024 bytes.".to_owned())]))
            }
            AccountError::Busy => Self::TooManyRequests { retry_after_seconds: 2 },
            AccountError::Store(error) => error.into(),
        }
    }
}

impl From<AppError> for ManagementError {
    fn from(error: AppError) -> Self {
        match error {
            AppError::NotFound => Self::NotFound,
            AppError::IdTaken => Self::Taken("id", "Another app has this id."),
            AppError::KeyTaken => Self::Taken("key", "Another app has this key."),
            AppError::Store(error) => error.into(),
        }
    }
}

impl From<TokenError> for ManagementError {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::NotFound => Self::NotFound,
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

impl From<QueryError> for ManagementError {
    fn from(QueryError::Overloaded: QueryError) -> Self {
        Self::Unavailable
    }
}
