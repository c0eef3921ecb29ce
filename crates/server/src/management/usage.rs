//! What was used: the same figures for charts, for programs and for a spreadsheet.

mod csv;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{ACCEPT, CACHE_CONTROL},
    web::{Data, Path, Query},
};
use campanile_control::{UsageAmounts, UsageQuery, UsageStep, UsageWarning};
use campanile_protocol::AppId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime, serde::rfc3339};

use super::{
    Management, ManagementError,
    rights::{Access, Right},
    routes::Routes,
    session::Session,
    validation::Form,
};
use crate::openapi::Timestamp;

/// Which time, in which steps.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UsageParameters {
    /// The step in which the first point begins holds this moment, RFC 3339; 60 minutes, 24 hours or 30 days
    /// before the end when absent.
    #[serde(default, with = "rfc3339::option")]
    #[schemars(with = "Option<Timestamp>")]
    from: Option<OffsetDateTime>,
    /// The last point begins before this moment; now when absent.
    #[serde(default, with = "rfc3339::option")]
    #[schemars(with = "Option<Timestamp>")]
    to: Option<OffsetDateTime>,
    /// How long a point is. Minutes are kept for 48 hours, hours for 90 days, days for three years.
    #[serde(default)]
    step: Step,
    /// `csv` for a spreadsheet; so does `Accept: text/csv`.
    #[serde(default)]
    format: Format,
}

/// How long a point is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Step {
    /// A minute.
    Minute,
    /// An hour.
    #[default]
    Hour,
    /// A UTC day.
    Day,
}

/// How the answer is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Format {
    #[default]
    Json,
    Csv,
}

/// What was used in some time. Exact to the message, up to five seconds ago.
#[derive(Serialize, JsonSchema)]
pub(super) struct UsageReply {
    /// How long a point is.
    step: Step,
    /// When the first point begins.
    #[serde(with = "rfc3339")]
    #[schemars(with = "Timestamp")]
    from: OffsetDateTime,
    /// When the last one ends.
    #[serde(with = "rfc3339")]
    #[schemars(with = "Timestamp")]
    to: OffsetDateTime,
    /// All points together.
    total: Amounts,
    /// One for each step, oldest first, without gaps.
    points: Vec<Point>,
    /// Limits that were nearly or wholly used up in that time, newest first; at most 100.
    warnings: Vec<Warning>,
}

/// What was used in one step.
#[derive(Serialize, JsonSchema)]
pub(super) struct Point {
    /// When it began.
    #[serde(with = "rfc3339")]
    #[schemars(with = "Timestamp")]
    at: OffsetDateTime,
    #[serde(flatten)]
    amounts: Amounts,
}

/// How much.
#[derive(Serialize, JsonSchema)]
pub(super) struct Amounts {
    /// The most connections at once.
    connections_peak: u64,
    /// Connections on average, weighted by time.
    connections_average: f64,
    /// What all connections lasted together.
    connection_seconds: f64,
    /// All messages that count: in, out, and webhook requests.
    messages: u64,
    /// From servers and clients.
    messages_in: u64,
    /// To clients.
    messages_out: u64,
    /// Requests that published; not messages themselves.
    api_requests: u64,
    /// Messages in them: one for each event, one more where it asked for information.
    api_messages: u64,
    /// Events that clients sent.
    client_events: u64,
    /// Events of servers, delivered.
    delivered_events: u64,
    /// Client events, delivered.
    delivered_client_events: u64,
    /// Members that came and went, told to subscribers.
    delivered_presence: u64,
    /// Remembered events, delivered to new subscribers.
    delivered_cached: u64,
    /// Subscription counts, told to subscribers.
    delivered_counts: u64,
    /// Requests to webhook endpoints.
    webhook_requests: u64,
}

/// A limit that was nearly, or wholly, used up.
#[derive(Serialize, JsonSchema)]
pub(super) struct Warning {
    /// The app whose limit it is; absent for the organisation's.
    #[serde(skip_serializing_if = "Option::is_none")]
    app_id: Option<AppId>,
    /// Which limit.
    limit: String,
    /// 80 or 100.
    percent: u8,
    /// What was used then.
    used: u64,
    /// What was allowed then.
    most: u64,
    /// The UTC day for which it is told once.
    #[serde(with = "rfc3339")]
    #[schemars(with = "Timestamp")]
    period_at: OffsetDateTime,
    /// When it was found.
    #[serde(with = "rfc3339")]
    #[schemars(with = "Timestamp")]
    warned_at: OffsetDateTime,
}

/// Points of one answer.
const MAX_POINTS: i64 = 1_500;

pub(super) fn routes(routes: &mut Routes<'_>) {
    let view = Access::Has(Right::ViewUsage);
    routes
        .get("/usage", view, of_tenant)
        .about("What all apps used together")
        .answers::<UsageReply>()
        .answers_as("text/csv");
    routes
        .get("/apps/{app_id}/usage", view, of_app)
        .about("What one app used")
        .answers::<UsageReply>()
        .answers_as("text/csv");
}

/// `GET /usage`: what all apps used together, also those that are gone.
async fn of_tenant(
    session: Session,
    parameters: Query<UsageParameters>,
    request: HttpRequest,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    answer(&management, &session, None, parameters.into_inner(), &request).await
}

/// `GET /apps/{app_id}/usage`: what one app used.
async fn of_app(
    session: Session,
    app_id: Path<AppId>,
    parameters: Query<UsageParameters>,
    request: HttpRequest,
    management: Data<Management>,
) -> Result<HttpResponse, ManagementError> {
    management.store.get_app(session.tenant_id, *app_id).await?;
    answer(&management, &session, Some(*app_id), parameters.into_inner(), &request).await
}

async fn answer(
    management: &Management,
    session: &Session,
    app: Option<AppId>,
    parameters: UsageParameters,
    request: &HttpRequest,
) -> Result<HttpResponse, ManagementError> {
    let (is_csv, step) = (parameters.format == Format::Csv || accepts_csv(request), parameters.step);
    let now = OffsetDateTime::now_utc();
    let (from, to) = parameters.range(now)?;
    let query = UsageQuery { tenant: session.tenant_id, app, step: step.into(), from, to };
    let used = management.store.read_usage(&query).await?;
    let mut used = used.into_iter().peekable();
    let mut total = UsageAmounts::default();
    let duration = query.step.duration();
    let at = |index: i64| from + duration * i32::try_from(index).unwrap_or(i32::MAX);
    let points = (0..(to - from).whole_seconds() / duration.whole_seconds()).map(at).map(|at| {
        let amounts = used.next_if(|point| point.at == at).map(|point| point.amounts).unwrap_or_default();
        total.add(&amounts);
        Point { at, amounts: Amounts::new(&amounts, (at + duration).min(now) - at) }
    });
    let points: Vec<Point> = points.collect();
    if is_csv {
        return Ok(csv::table(&points));
    }
    let since = UsageStep::Day.floor(from);
    let warnings = management.store.list_warnings(session.tenant_id, app, since).await?;
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(UsageReply {
        step,
        from,
        to,
        total: Amounts::new(&total, to.min(now) - from),
        points,
        warnings: warnings.into_iter().map(Warning::from).collect(),
    }))
}

fn accepts_csv(request: &HttpRequest) -> bool {
    let accept = request.headers().get(ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.trim_start().starts_with("text/csv"))
}

impl UsageParameters {
    /// Whole steps, of which there are not too many.
    fn range(&self, now: OffsetDateTime) -> Result<(OffsetDateTime, OffsetDateTime), ManagementError> {
        let [from, to] = Form::moments([("from", self.from), ("to", self.to)])?;
        let step = UsageStep::from(self.step);
        let duration = step.duration();
        let last = to.unwrap_or(now) - Duration::NANOSECOND;
        let to = step.floor(last) + duration;
        let usual = match self.step {
            Step::Minute => 60,
            Step::Hour => 24,
            Step::Day => 30,
        };
        let from = from.map_or(to - duration * usual, |from| step.floor(from));
        let mut form = Form::default();
        form.require("from", from < to, "This must be before the end.");
        let points = (to - from).whole_seconds() / duration.whole_seconds();
        form.require(
            "from",
            points <= MAX_POINTS,
            "At most 1,500 points: ask for less time or longer steps.",
        );
        form.check()?;
        Ok((from, to))
    }
}

impl From<Step> for UsageStep {
    fn from(step: Step) -> Self {
        match step {
            Step::Minute => Self::Minute,
            Step::Hour => Self::Hour,
            Step::Day => Self::Day,
        }
    }
}

impl Amounts {
    /// Of so much time, none if it has not come yet.
    fn new(amounts: &UsageAmounts, time: Duration) -> Self {
        let connection_seconds = amounts.connection_ms as f64 / 1_000.0;
        let seconds = time.as_seconds_f64();
        let average = if seconds > 0.0 { connection_seconds / seconds } else { 0.0 };
        Self {
            connections_peak: amounts.connections_peak,
            connections_average: (average * 1_000.0).round() / 1_000.0,
            connection_seconds,
            messages: amounts.messages(),
            messages_in: amounts.messages_in(),
            messages_out: amounts.messages_out(),
            api_requests: amounts.api_requests,
            api_messages: amounts.api_messages,
            client_events: amounts.client_events,
            delivered_events: amounts.delivered_events,
            delivered_client_events: amounts.delivered_client_events,
            delivered_presence: amounts.delivered_presence,
            delivered_cached: amounts.delivered_cached,
            delivered_counts: amounts.delivered_counts,
            webhook_requests: amounts.webhook_requests,
        }
    }
}

impl From<UsageWarning> for Warning {
    fn from(warning: UsageWarning) -> Self {
        let UsageWarning { app, limit_name, percent, used, most, period_at, warned_at, .. } = warning;
        Self { app_id: app, limit: limit_name, percent, used, most, period_at, warned_at }
    }
}

#[cfg(test)]
mod tests {
    use time::format_description::well_known::Rfc3339;

    use super::*;

    fn range(parameters: &str) -> Result<(String, String), ManagementError> {
        let now = OffsetDateTime::from_unix_timestamp(1_800_000_123).unwrap();
        let parameters = Query::<UsageParameters>::from_query(parameters).unwrap();
        let text = |at: OffsetDateTime| at.format(&Rfc3339).unwrap();
        parameters.range(now).map(|(from, to)| (text(from), text(to)))
    }

    #[test]
    fn a_range_is_of_whole_steps_in_utc() {
        for (parameters, from, to) in [
            ("", "2027-01-14T09:00:00Z", "2027-01-15T09:00:00Z"),
            ("step=minute", "2027-01-15T07:03:00Z", "2027-01-15T08:03:00Z"),
            ("step=day&from=2027-01-01T12:00:00Z", "2027-01-01T00:00:00Z", "2027-01-16T00:00:00Z"),
            (
                "from=2027-01-01T12:30:00%2B02:00&to=2027-01-01T12:00:00Z",
                "2027-01-01T10:00:00Z",
                "2027-01-01T12:00:00Z",
            ),
        ] {
            assert_eq!(range(parameters).unwrap(), (from.to_owned(), to.to_owned()), "{parameters}");
        }
    }

    #[test]
    fn a_range_that_is_empty_or_too_long_is_refused() {
        for parameters in [
            "from=2027-01-15T12:00:00Z&to=2027-01-15T12:00:00Z",
            "step=minute&from=2027-01-01T00:00:00Z",
            "from=2026-11-01T00:00:00Z",
            "step=day&to=9999-12-31T12:00:00Z",
            "to=0000-01-01T00:00:00Z",
            "from=9999-12-31T23:30:00-01:00&to=9999-12-31T23:30:00-01:00",
        ] {
            assert!(matches!(range(parameters), Err(ManagementError::Validation(_))), "{parameters}");
        }
        assert!(range("step=minute&from=2027-01-14T07:03:00Z").is_ok());
    }

    #[test]
    fn an_average_is_weighted_by_the_time_that_has_passed() {
        let used = UsageAmounts { connection_ms: 90_000, ..UsageAmounts::default() };
        assert_eq!(Amounts::new(&used, Duration::MINUTE).connections_average, 1.5);
        assert_eq!(Amounts::new(&used, Duration::ZERO).connections_average, 0.0);
    }
}
