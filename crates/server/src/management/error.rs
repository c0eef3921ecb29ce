mod causes;

use std::{collections::BTreeMap, fmt};

use actix_web::{
    HttpRequest, HttpResponse, Responder, ResponseError,
    error::{JsonPayloadError, QueryPayloadError},
    http::{StatusCode, header},
};
use campanile_control::{Role, TokenScope};
use campanile_realtime::OverQuota;
use schemars::JsonSchema;
use serde::Serialize;

use super::{request_id, rights::Right};

/// Why a management request was refused. The body is
/// `{"error":{code,message,fields?,request_id}}`.
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
    /// The role does not include the right.
    Forbidden {
        right: Right,
        role: Role,
    },
    /// The token was not made for this.
    OutOfScope(TokenScope),
    /// The token reaches one app only, and this is not of an app.
    Confined,
    /// The address has yet to be verified.
    Unverified,
    /// The person belongs to no organisation.
    NoTenant,
    /// The request means another organisation than the one that the session acts for, which is called so.
    OtherTenant(String),
    /// The organisation is suspended: its people may look.
    Suspended,
    /// The person does not look after the installation.
    OperatorsOnly,
    /// An operator by a password alone, or by a factor that was set up after they became one.
    SecondFactorNeeded,
    /// The member or the role is above who asks.
    AboveYou(Role),
    /// A person who is known, and whose password or code is wrong.
    WrongProof(&'static str, &'static str),
    /// A login or a link that can no longer be used.
    Expired(&'static str),
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
    /// Messages are limited, and there were as many as there may be.
    OverQuota(OverQuota),
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

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Error")]
pub(super) struct Body<'a> {
    error: Explanation<'a>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ErrorExplanation")]
struct Explanation<'a> {
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    fields: BTreeMap<&'a str, &'a str>,
    /// As in the answer's `x-request-id`, the log and the audit log.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
}

impl ManagementError {
    fn code(&self) -> &'static str {
        match self {
            Self::Validation(_) => "validation_failed",
            Self::Malformed(_) => "malformed_request",
            Self::Unauthenticated | Self::InvalidToken => "unauthenticated",
            Self::InvalidCredentials => "invalid_credentials",
            Self::PeopleOnly
            | Self::ProgramsOnly
            | Self::Forbidden { .. }
            | Self::OutOfScope(_)
            | Self::Confined
            | Self::OperatorsOnly
            | Self::AboveYou(_) => "forbidden",
            Self::Suspended => "tenant_suspended",
            Self::SecondFactorNeeded => "second_factor_required",
            Self::Unverified => "email_not_verified",
            Self::NoTenant => "no_tenant",
            Self::OtherTenant(_) => "other_tenant",
            Self::WrongProof(..) => "validation_failed",
            Self::Expired(_) => "expired",
            Self::ForeignOrigin => "forbidden_origin",
            Self::NotFound => "not_found",
            Self::Taken(..) | Self::Conflict(_) => "conflict",
            Self::TooManyRequests { .. } => "too_many_requests",
            Self::OverQuota(_) | Self::LimitReached { .. } => "limit_reached",
            Self::TimedOut => "timed_out",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
        }
    }

    fn fields(&self) -> BTreeMap<&str, &str> {
        match self {
            Self::Validation(fields) => fields.iter().map(|(field, text)| (*field, text.as_str())).collect(),
            Self::Taken(field, text) | Self::WrongProof(field, text) => BTreeMap::from([(*field, *text)]),
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
            Self::InvalidCredentials => f.write_str(
                "The e-mail address or the password is wrong. If you have just signed up, follow the link in \
                 your mail first.",
            ),
            Self::PeopleOnly => f.write_str("A management token cannot do this. Log in instead."),
            Self::ProgramsOnly => f.write_str("This needs a management token."),
            Self::Forbidden { right, role } => {
                let holders: Vec<&str> = right.roles().iter().map(|role| role.as_str()).collect();
                write!(f, "Your role here is {role}; this takes one of: {}.", holders.join(", "))
            }
            Self::OutOfScope(scope) => write!(f, "This token lacks the scope {scope}."),
            Self::Confined => f.write_str("This token reaches one app only."),
            Self::Unverified => {
                f.write_str("Verify your e-mail address first: follow the link that we sent.")
            }
            Self::NoTenant => f.write_str("You belong to no organisation. Make one, or ask to be invited."),
            Self::OtherTenant(name) => write!(f, "You act for {name} by now. Reload this page."),
            Self::Suspended => f.write_str(
                "Your organisation is suspended: until the operator resumes it, you can look and change nothing.",
            ),
            Self::OperatorsOnly => f.write_str("This is for the operators of this installation."),
            Self::SecondFactorNeeded => {
                f.write_str(
                    "Operators need a second factor here, from before they were made one. Set it up in your \
                     account, have `campanile operator grant` run again, and log in with it.",
                )
            }
            Self::AboveYou(role) => {
                write!(f, "Your role does not let you decide about one in the role {role}.")
            }
            Self::WrongProof(_, text) | Self::Expired(text) => f.write_str(text),
            Self::ForeignOrigin => {
                f.write_str("This request came from another site's page, or was not JSON.")
            }
            Self::NotFound => f.write_str("There is nothing here."),
            Self::Taken(_, text) => f.write_str(text),
            Self::Conflict(text) => f.write_str(text),
            Self::TooManyRequests { retry_after_seconds } => {
                write!(f, "Too many attempts. Try again in {retry_after_seconds} seconds.")
            }
            Self::OverQuota(over) => write!(f, "The message limit is reached: {over}."),
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
            Self::Validation(_) | Self::WrongProof(..) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Expired(_) => StatusCode::GONE,
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::Unauthenticated | Self::InvalidToken | Self::InvalidCredentials => StatusCode::UNAUTHORIZED,
            Self::PeopleOnly
            | Self::ProgramsOnly
            | Self::Forbidden { .. }
            | Self::OutOfScope(_)
            | Self::Confined
            | Self::Unverified
            | Self::NoTenant
            | Self::Suspended
            | Self::OperatorsOnly
            | Self::SecondFactorNeeded
            | Self::AboveYou(_)
            | Self::ForeignOrigin => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Taken(..) | Self::Conflict(_) | Self::OtherTenant(_) | Self::LimitReached { .. } => {
                StatusCode::CONFLICT
            }
            Self::TimedOut => StatusCode::REQUEST_TIMEOUT,
            Self::TooManyRequests { .. } | Self::OverQuota(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        if let Self::TooManyRequests { retry_after_seconds } = self {
            response.insert_header((header::RETRY_AFTER, retry_after_seconds.to_string()));
        }
        if let Self::OverQuota(over) = self
            && let Some(seconds) = over.retry_after_seconds()
        {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        response.json(Body {
            error: Explanation {
                code: self.code(),
                message: self.to_string(),
                fields: self.fields(),
                request_id: request_id::current(),
            },
        })
    }
}

impl From<OverQuota> for ManagementError {
    fn from(over: OverQuota) -> Self {
        Self::OverQuota(over)
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
