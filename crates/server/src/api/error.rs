use std::fmt;

use actix_web::{HttpResponse, ResponseError, http::StatusCode};
use campanile_protocol::{
    InvalidChannel, InvalidEvent, InvalidSocketId, limits, signature::InvalidRequestAuth,
};
use campanile_realtime::{PublishError, QueryError};

use crate::directory::DirectoryError;

/// Why a REST request was refused: a status and one line of text, as client libraries show it.
#[derive(Debug)]
pub(super) enum ApiError {
    BadRequest(String),
    Unauthorized(InvalidRequestAuth),
    AppDisabled,
    TlsRequired,
    OverQuota,
    UnknownApp,
    LargeEvent(InvalidEvent),
    LargeBody,
    TimedOut,
    /// The reason is in the log, or worth nobody's while.
    Unavailable,
}

impl ApiError {
    pub(super) fn bad_request(text: impl Into<String>) -> Self {
        Self::BadRequest(text.into())
    }

    pub(super) fn missing(parameter: &str) -> Self {
        Self::BadRequest(format!("Missing required parameter: {parameter}"))
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadRequest(text) => f.write_str(text),
            Self::Unauthorized(error) => error.fmt(f),
            Self::AppDisabled => f.write_str("The app is disabled"),
            Self::TlsRequired => f.write_str("The app accepts TLS requests only"),
            Self::OverQuota => f.write_str("API call failed since (daily) message quota exceeded"),
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
            Self::Unavailable => f.write_str("The server is overloaded, try again"),
        }
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::Unauthorized(InvalidRequestAuth::Duplicate(_)) => StatusCode::BAD_REQUEST,
            Self::Unauthorized(_) => StatusCode::UNAUTHORIZED,
            Self::AppDisabled | Self::TlsRequired | Self::OverQuota => StatusCode::FORBIDDEN,
            Self::TimedOut => StatusCode::REQUEST_TIMEOUT,
            Self::UnknownApp => StatusCode::NOT_FOUND,
            Self::LargeEvent(_) | Self::LargeBody => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        response.content_type("text/plain; charset=utf-8");
        if matches!(self, Self::Unavailable) {
            response.insert_header(("Retry-After", "1"));
        }
        response.body(format!("{self}\n"))
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
        tracing::warn!(%error, "an app could not be looked up");
        Self::Unavailable
    }
}

impl From<PublishError> for ApiError {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::Overloaded => Self::Unavailable,
        }
    }
}

impl From<QueryError> for ApiError {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Overloaded => Self::Unavailable,
        }
    }
}
