//! Connections, closely: who is there, what became of them, and what can be done about one.

mod actions;
mod query;
pub(super) mod row;

use actix_web::web::{Data, Json, Path, Query};
use campanile_protocol::{AppId, SocketId};
use campanile_realtime::{ConnectionDetail, ConnectionPage, SubscriptionDetail};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;

use self::{
    query::ConnectionsQuery,
    row::{ConnectionRow, TimelineReply},
};
use super::{
    Management, ManagementError,
    paging::Paging,
    rights::{Access, Right},
    routes::Routes,
    session::Session,
};

/// An app and one of its connections.
type OnePath = Path<(AppId, String)>;

/// One page of connections, in the order of their ids, which is no order in time. It may be short, even
/// empty, and still have a next one.
#[derive(Serialize, JsonSchema)]
pub(super) struct ConnectionsReply {
    /// What was found.
    connections: Vec<ConnectionRow>,
    /// Names the next page; null after the last.
    next_cursor: Option<String>,
}

/// One connection.
#[derive(Serialize, JsonSchema)]
pub(super) struct ConnectionReply {
    #[serde(flatten)]
    row: ConnectionRow,
    /// Messages it sent, pings included.
    messages_in: u64,
    /// Messages it was sent.
    messages_out: u64,
    /// Some of its subscriptions, in the order of the channels' names.
    subscriptions_page: Vec<SubscriptionReply>,
    /// Names the next page of them; null after the last.
    next_cursor: Option<String>,
    #[serde(flatten)]
    timeline: TimelineReply,
}

/// A subscription of a connection.
#[derive(Serialize, JsonSchema)]
struct SubscriptionReply {
    /// The channel.
    channel: String,
    /// Who it is there, in a presence channel.
    user_id: Option<String>,
    /// What others know of that user there, where it is shown: foreign.
    user_info: Option<Box<RawValue>>,
}

/// Looking, and acting upon what one sees.
pub(super) fn routes(routes: &mut Routes<'_>) {
    let (view, manage) = (Access::Has(Right::ViewActivity), Access::Has(Right::ManageConnections));
    routes.get("/apps/{app_id}/connections", view, list).about("Find connections");
    routes
        .get("/apps/{app_id}/connections/{socket_id}", view, get)
        .about("One connection, and what happened to it");
    routes
        .get("/apps/{app_id}/connections/{socket_id}/timeline", view, timeline)
        .about("What happened to a connection, also after its end");
    routes
        .post("/apps/{app_id}/connections/{socket_id}/disconnect", manage, actions::disconnect)
        .about("Close a connection")
        .answers_nothing();
    routes
        .post("/apps/{app_id}/connections/{socket_id}/events", manage, actions::send)
        .about("Send an event to one connection")
        .takes::<actions::SendToConnection<'_>>()
        .answers_nothing()
        .refuses(&[409, 429]);
}

/// `GET /apps/{app_id}/connections`: those for which all of the query holds.
pub(super) async fn list(
    session: Session,
    app_id: Path<AppId>,
    query: Query<ConnectionsQuery>,
    paging: Query<Paging>,
    management: Data<Management>,
) -> Result<Json<ConnectionsReply>, ManagementError> {
    let realm = management.realm(&session, *app_id).await?;
    let after = row::cursor(&paging)?;
    let wanted = query.into_inner().check()?;
    if let Some(socket_id) = wanted.socket_id {
        let found = management.node.find_connection(&realm, socket_id, None, 0).await?;
        let connections = found.into_iter().map(|found| found.summary.into()).collect();
        return Ok(Json(ConnectionsReply { connections, next_cursor: None }));
    }
    let page = management.node.find_connections(&realm, &wanted.query, after, paging.limit()).await?;
    Ok(Json(page.into()))
}

/// `GET /apps/{app_id}/connections/{socket_id}`: with a page of its subscriptions. Its timeline is recorded
/// from the first time that this is asked, for ten minutes after the last. 404 when it has ended.
pub(super) async fn get(
    session: Session,
    path: OnePath,
    paging: Query<Paging>,
    management: Data<Management>,
) -> Result<Json<ConnectionReply>, ManagementError> {
    let (app_id, socket_id) = path.into_inner();
    let realm = management.realm(&session, app_id).await?;
    let socket_id = parse(&socket_id)?;
    let found = management.node.find_connection(&realm, socket_id, paging.after(), paging.limit()).await?;
    let detail = found.ok_or(ManagementError::NotFound)?;
    let timeline = TimelineReply::of(&realm.connection_timeline(socket_id));
    Ok(Json(ConnectionReply::of(detail, timeline, session.may(Right::ViewPayloads))))
}

/// `GET /apps/{app_id}/connections/{socket_id}/timeline`: also when the connection has ended. 404 unless it
/// is recorded: it is of who was looked at in the last ten minutes.
pub(super) async fn timeline(
    session: Session,
    path: OnePath,
    management: Data<Management>,
) -> Result<Json<TimelineReply>, ManagementError> {
    let (app_id, socket_id) = path.into_inner();
    let realm = management.realm(&session, app_id).await?;
    let found = realm.find_connection_timeline(parse(&socket_id)?).ok_or(ManagementError::NotFound)?;
    Ok(Json(TimelineReply::of(&found)))
}

fn parse(socket_id: &str) -> Result<SocketId, ManagementError> {
    SocketId::parse(socket_id).ok().flatten().ok_or(ManagementError::NotFound)
}

impl ConnectionReply {
    fn of(detail: ConnectionDetail, timeline: TimelineReply, payloads: bool) -> Self {
        let ConnectionDetail { summary, messages_in, messages_out, subscriptions, has_more_subscriptions } =
            detail;
        let last = subscriptions.last().filter(|_| has_more_subscriptions);
        let next_cursor = last.map(|last| last.channel.to_string());
        let subscriptions_page =
            subscriptions.into_iter().map(|one| SubscriptionReply::of(one, payloads)).collect();
        Self { row: summary.into(), messages_in, messages_out, subscriptions_page, next_cursor, timeline }
    }
}

impl SubscriptionReply {
    fn of(SubscriptionDetail { channel, member }: SubscriptionDetail, payloads: bool) -> Self {
        let info = member.as_ref().and_then(|member| member.user_info.as_deref()).filter(|_| payloads);
        Self {
            channel: channel.to_string(),
            user_id: member.as_ref().map(|member| member.user_id.as_str().to_owned()),
            user_info: info.and_then(|info| RawValue::from_string(info.to_owned()).ok()),
        }
    }
}

impl From<ConnectionPage> for ConnectionsReply {
    fn from(page: ConnectionPage) -> Self {
        Self {
            connections: page.connections.into_iter().map(ConnectionRow::from).collect(),
            next_cursor: page.next.map(|next| next.to_string()),
        }
    }
}
