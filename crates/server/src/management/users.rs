//! Users who are signed in.

use actix_web::web::{Data, Json, Path, Query};
use campanile_protocol::{AppId, ChannelName};
use campanile_realtime::Page;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Management, ManagementError,
    connections::{ConnectionsReply, row::cursor},
    paging::Paging,
    rights::{Access, Right},
    routes::Routes,
    session::Session,
};

/// An app and one of its users.
type OnePath = Path<(AppId, String)>;

/// Which users are asked for.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Prefix {
    /// What their ids begin with.
    #[serde(default)]
    prefix: String,
}

/// One page of users who are signed in, in the order of their ids.
#[derive(Serialize, JsonSchema)]
pub(super) struct UsersReply {
    users: Vec<UserRow>,
    /// Names the next page; null after the last.
    next_cursor: Option<String>,
}

/// A user in a list.
#[derive(Serialize, JsonSchema)]
struct UserRow {
    /// Who.
    user_id: String,
    /// Connections that are signed in as this user.
    connections: usize,
}

/// How many connections were told to go.
#[derive(Serialize, JsonSchema)]
pub(super) struct Terminated {
    connections: usize,
}

/// Lists, and ending a user's connections.
pub(super) fn routes(routes: &mut Routes<'_>) {
    let view = Access::Has(Right::ViewActivity);
    let terminate_path = "/apps/{app_id}/users/{user_id}/terminate";
    routes.get("/apps/{app_id}/users", view, list).about("List the users who are signed in");
    routes
        .get("/apps/{app_id}/users/{user_id}/connections", view, connections)
        .about("List a user's connections");
    routes
        .post(terminate_path, Access::Has(Right::ManageConnections), terminate)
        .about("Close a user's connections");
}

/// `GET /apps/{app_id}/users`
pub(super) async fn list(
    session: Session,
    app_id: Path<AppId>,
    query: Query<Prefix>,
    paging: Query<Paging>,
    management: Data<Management>,
) -> Result<Json<UsersReply>, ManagementError> {
    let realm = management.realm(&session, *app_id).await?;
    let Page { items, has_more } =
        management.node.page_users(&realm, &query.prefix, paging.after(), paging.limit()).await?;
    let rows = items.iter().filter_map(|found| {
        Some(UserRow { user_id: found.channel.user_id()?.to_owned(), connections: found.subscribers })
    });
    let users: Vec<_> = rows.collect();
    let next_cursor = users.last().filter(|_| has_more).map(|last| last.user_id.clone());
    Ok(Json(UsersReply { users, next_cursor }))
}

/// `GET /apps/{app_id}/users/{user_id}/connections`: none when the user is not signed in.
pub(super) async fn connections(
    session: Session,
    path: OnePath,
    paging: Query<Paging>,
    management: Data<Management>,
) -> Result<Json<ConnectionsReply>, ManagementError> {
    let (app_id, user_id) = path.into_inner();
    let realm = management.realm(&session, app_id).await?;
    let (user, after) = (parse(&user_id)?, cursor(&paging)?);
    let page = management.node.page_subscribers(&realm, &user, after, paging.limit()).await?;
    Ok(Json(page.into()))
}

/// `POST /apps/{app_id}/users/{user_id}/terminate`: closes the user's connections with 4009; their clients
/// do not come back by themselves.
pub(super) async fn terminate(
    session: Session,
    path: OnePath,
    management: Data<Management>,
) -> Result<Json<Terminated>, ManagementError> {
    let (app_id, user_id) = path.into_inner();
    let realm = management.realm(&session, app_id).await?;
    let user = parse(&user_id)?;
    let connections = management.node.reach(&realm, &user, None).await?.subscribers;
    management.node.terminate_user(&realm, user);
    Ok(Json(Terminated { connections }))
}

fn parse(user_id: &str) -> Result<ChannelName, ManagementError> {
    ChannelName::of_user(user_id).map_err(|_| ManagementError::NotFound)
}
