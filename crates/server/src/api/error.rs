use std::fmt;

use actix_web::{
    HttpResponse, ResponseError,
    http::{StatusCode, header},
};
use campanile_protocol::{
    InvalidChannel, InvalidEvent, InvalidSocketId, LimitName, limits, signature::InvalidRequestAuth,
};
use campanile_realtime::{OverQuota, PublishError, QueryError};

use crate::directory::DirectoryError;

/// Why a REST request was refused: a status and one line of text, as client libraries show it.
#[derive(Debug)]
pub(super) enum ApiError {
    BadRequest(String),
    Unauthorized(InvalidRequestAuth),
    AppDisabled,
    TenantSuspended,
    TlsRequired,
    OverQuota(OverQuota),
    UnknownApp,
    LargeEvent(InvalidEvent),
    LargeBody,
    TimedOut,
    /// What waits inside the node is as much as may.
    Overloaded,
    /// It is not known whether there is such an app; why, only the log tells.
    UnknownForNow(DirectoryError),
}

impl ApiError {
    pub(super) fn bad_request(text: impl Into<String>) -> Self {
        Self::BadRequest(text.into())
    }

    pub(super) fn missing(parameter: &str) -> Self {
        Self::BadRequest(format!("Missing required parameter: {parameter}"))
    }

    /// What the log must know and the caller need not.
    pub(super) fn cause(&self) -> Option<String> {
        match self {
            Self::UnknownForNow(error) => Some(format!("{error:?}")),
            _ => None,
        }
    }

    fn retry_after_seconds(&self) -> Option<u64> {
        match self {
            Self::OverQuota(over) => over.retry_after_seconds(),
            Self::Overloaded | Self::UnknownForNow(_) => Some(1),
            _ => None,
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadRequest(text) => f.write_str(text),
            Self::Unauthorized(error) => error.fmt(f),
            Self::AppDisabled => f.write_str("The app is disabled"),
            Self::TenantSuspended => f.write_str("The organisation is suspended"),
            Self::TlsRequired => f.write_str("The app accepts TLS requests only"),
            // The beginning is what Pusher says.
            Self::OverQuota(over) if is_of_the_day(over) => {
                write!(f, "API call failed since (daily) message quota exceeded: {over}")
            }
            Self::OverQuota(over) => write!(f, "Rate limit exceeded: {over}"),
            Self::TimedOut => f.write_str("The request body took too long to arrive"),
            Self::UnknownApp => f.write_str("There is no app with this id"),
            Self::LargeEvent(error) => error.fmt(f),
            Self::LargeBody => {
                write!(
                    f,
                    "The request body exceeds the allowed maximum ({} bytes)",
                    limits::REQUEST_BODY_BYTES
                )
            }
            Self::Overloaded | Self::UnknownForNow(_) => f.write_str("The server is overloaded, try again"),
        }
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::Unauthorized(InvalidRequestAuth::Duplicate(_)) => StatusCode::BAD_REQUEST,
            Self::Unauthorized(_) => StatusCode::UNAUTHORIZED,
            Self::AppDisabled | Self::TenantSuspended | Self::TlsRequired => StatusCode::FORBIDDEN,
            Self::OverQuota(over) if is_of_the_day(over) => StatusCode::FORBIDDEN,
            Self::OverQuota(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::TimedOut => StatusCode::REQUEST_TIMEOUT,
            Self::UnknownApp => StatusCode::NOT_FOUND,
            Self::LargeEvent(_) | Self::LargeBody => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Overloaded | Self::UnknownForNow(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        response.content_type("text/plain; charset=utf-8");
        if let Some(seconds) = self.retry_after_seconds() {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        response.body(format!("{self}\n"))
    }
}

fn is_of_the_day(over: &OverQuota) -> bool {
    over.limit.name == LimitName::MaxMessagesPerDay
}

impl From<OverQuota> for ApiError {
    fn from(over: OverQuota) -> Self {
        Self::OverQuota(over)
    }
}

impl From<InvalidRequestAuth> for ApiError {
    fn from(error: InvalidRequestAuth) -> Self {
        Self::Unauthorized(error)
    }
}

impl From<InvalidEvent> for ApiError {
    fn from(error: InvalidEvent) -> Self {
        match error {
            InvalidEvent::LargeData(_) => Self::LargeEvent(error),
            InvalidEvent::EmptyName
            | InvalidEvent::LongName
            | InvalidEvent::ReservedName
            | InvalidEvent::BrokenData => Self::BadRequest(error.to_string()),
        }
    }
}

impl From<InvalidChannel> for ApiError {
    fn from(error: InvalidChannel) -> Self {
        Self::BadRequest(error.to_string())
    }
}

impl From<InvalidSocketId> for ApiError {
    fn from(error: InvalidSocketId) -> Self {
        Self::BadRequest(error.to_string())
    }
}

impl From<DirectoryError> for ApiError {
    fn from(error: DirectoryError) -> Self {
        Self::UnknownForNow(error)
    }
}

impl From<PublishError> for ApiError {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::Overloaded => Self::Overloaded,
        }
    }
}

impl From<QueryError> for ApiError {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Overloaded => Self::Overloaded,
        }
    }
}
