//! The projection of what was told and still holds: occupied channels, present members, open connections.
//! When their incarnation dies, each is told as gone.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use campanile_protocol::{ChannelName, OccurrenceKind};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{RecordBatch, RecordedOccurrence, StoreError};

/// An occupied channel, or a member present in it.
type Presence = (i64, String, Vec<u8>);
/// An open connection.
type Connection = (i64, String);

/// Where a batch leaves what it is about: there, or gone.
#[derive(Default)]
struct Edges {
    presences: HashMap<Presence, bool>,
    connections: HashMap<Connection, bool>,
}

/// Brings the projection to where the batch leaves it, for apps that have someone to tell.
pub(super) async fn note(connection: &mut PgConnection, batch: &RecordBatch) -> Result<(), StoreError> {
    let edges = Edges::of(batch);
    note_presences(connection, batch.incarnation, edges.presences).await?;
    note_connections(connection, batch.incarnation, edges.connections).await
}

/// What of a batch is to be told. An arrival or departure is not while another incarnation holds the same
/// presence: receivers know it as there, and it stays. That incarnation may live elsewhere, or be dead and
/// not yet reconciled; then what it leaves behind is told when that happens, or is held by then.
pub(super) async fn untold<'a>(
    connection: &mut PgConnection,
    batch: &'a RecordBatch,
) -> Result<Cow<'a, [RecordedOccurrence]>, StoreError> {
    let held = find_held_elsewhere(connection, batch).await?;
    if held.is_empty() {
        return Ok(Cow::Borrowed(&batch.occurrences));
    }
    let is_untold =
        |recorded: &&RecordedOccurrence| presence(recorded).is_none_or(|(it, _)| !held.contains(&it));
    Ok(batch.occurrences.iter().filter(is_untold).cloned().collect())
}

/// The presences of a batch that other incarnations hold. They are locked: reconciling them waits.
async fn find_held_elsewhere(
    connection: &mut PgConnection,
    batch: &RecordBatch,
) -> Result<HashSet<Presence>, StoreError> {
    let edges: HashMap<Presence, bool> = batch.occurrences.iter().filter_map(presence).collect();
    if edges.is_empty() {
        return Ok(HashSet::new());
    }
    let others: Vec<Uuid> = sqlx::query_scalar("select id from incarnations where id <> $1")
        .bind(batch.incarnation)
        .fetch_all(&mut *connection)
        .await?;
    if others.is_empty() {
        return Ok(HashSet::new());
    }
    let (apps, channels, users) = columns(edges);
    let held: Vec<Presence> = sqlx::query_as(
        "select o.app_id, o.channel, o.user_id
         from unnest($2::bigint[], $3::text[], $4::bytea[]) as edge (app_id, channel, user_id)
         join occupancy o on o.incarnation_id = any($1) and o.app_id = edge.app_id
             and o.channel = edge.channel and o.user_id = edge.user_id
         for share of o",
    )
    .bind(others)
    .bind(apps)
    .bind(channels)
    .bind(users)
    .fetch_all(connection)
    .await?;
    Ok(held.into_iter().collect())
}

/// Which presence an occurrence is about, and whether it begins.
fn presence(recorded: &RecordedOccurrence) -> Option<(Presence, bool)> {
    let (user_id, is_present) = match &recorded.occurrence.kind {
        OccurrenceKind::Occupied => ("", true),
        OccurrenceKind::Vacated => ("", false),
        OccurrenceKind::MemberAdded { user_id } => (user_id.as_str(), true),
        OccurrenceKind::MemberRemoved { user_id } => (user_id.as_str(), false),
        OccurrenceKind::ConnectionOpened { .. }
        | OccurrenceKind::ConnectionClosed { .. }
        | OccurrenceKind::ClientEvent { .. }
        | OccurrenceKind::CacheMiss
        | OccurrenceKind::SubscriptionCount { .. } => return None,
    };
    let channel = recorded.occurrence.channel.as_ref().map_or("", ChannelName::as_str);
    Some(((recorded.occurrence.app_id.number(), channel.to_owned(), user_id.into()), is_present))
}

impl Edges {
    fn of(batch: &RecordBatch) -> Self {
        let mut edges = Self::default();
        for recorded in &batch.occurrences {
            edges.presences.extend(presence(recorded));
            let (socket_id, is_open) = match &recorded.occurrence.kind {
                OccurrenceKind::ConnectionOpened { socket_id } => (socket_id, true),
                OccurrenceKind::ConnectionClosed { socket_id, .. } => (socket_id, false),
                OccurrenceKind::Occupied
                | OccurrenceKind::Vacated
                | OccurrenceKind::MemberAdded { .. }
                | OccurrenceKind::MemberRemoved { .. }
                | OccurrenceKind::ClientEvent { .. }
                | OccurrenceKind::CacheMiss
                | OccurrenceKind::SubscriptionCount { .. } => continue,
            };
            let connection = (recorded.occurrence.app_id.number(), socket_id.to_string());
            edges.connections.insert(connection, is_open);
        }
        edges
    }
}

async fn note_presences(
    connection: &mut PgConnection,
    incarnation: Uuid,
    edges: HashMap<Presence, bool>,
) -> Result<(), StoreError> {
    let (present, gone): (Vec<_>, Vec<_>) = edges.into_iter().partition(|(_, is_present)| *is_present);
    if !gone.is_empty() {
        let (apps, channels, users) = columns(gone);
        sqlx::query(
            "delete from occupancy o
             using unnest($2::bigint[], $3::text[], $4::bytea[]) as gone (app_id, channel, user_id)
             where o.incarnation_id = $1 and o.app_id = gone.app_id and o.channel = gone.channel
               and o.user_id = gone.user_id",
        )
        .bind(incarnation)
        .bind(apps)
        .bind(channels)
        .bind(users)
        .execute(&mut *connection)
        .await?;
    }
    if !present.is_empty() {
        let (apps, channels, users) = columns(present);
        sqlx::query(
            "insert into occupancy (incarnation_id, app_id, channel, user_id)
             select $1, p.app_id, p.channel, p.user_id
             from unnest($2::bigint[], $3::text[], $4::bytea[]) as p (app_id, channel, user_id)
             where exists (
                 select from webhook_endpoints w where w.app_id = p.app_id and w.state <> 'disabled')
             on conflict do nothing",
        )
        .bind(incarnation)
        .bind(apps)
        .bind(channels)
        .bind(users)
        .execute(connection)
        .await?;
    }
    Ok(())
}

async fn note_connections(
    connection: &mut PgConnection,
    incarnation: Uuid,
    edges: HashMap<Connection, bool>,
) -> Result<(), StoreError> {
    let (open, closed): (Vec<_>, Vec<_>) = edges.into_iter().partition(|(_, is_open)| *is_open);
    let columns = |edges: Vec<(Connection, bool)>| -> (Vec<i64>, Vec<String>) {
        edges.into_iter().map(|(connection, _)| connection).unzip()
    };
    if !closed.is_empty() {
        let (apps, sockets) = columns(closed);
        sqlx::query(
            "delete from open_connections o using unnest($2::bigint[], $3::text[]) as closed (app_id, socket_id)
             where o.incarnation_id = $1 and o.app_id = closed.app_id and o.socket_id = closed.socket_id",
        )
        .bind(incarnation)
        .bind(apps)
        .bind(sockets)
        .execute(&mut *connection)
        .await?;
    }
    if !open.is_empty() {
        let (apps, sockets) = columns(open);
        sqlx::query(
            "insert into open_connections (incarnation_id, app_id, socket_id)
             select $1, c.app_id, c.socket_id from unnest($2::bigint[], $3::text[]) as c (app_id, socket_id)
             where exists (select from webhook_endpoints w where w.app_id = c.app_id and w.state <> 'disabled')
             on conflict do nothing",
        )
        .bind(incarnation)
        .bind(apps)
        .bind(sockets)
        .execute(connection)
        .await?;
    }
    Ok(())
}

fn columns(edges: impl IntoIterator<Item = (Presence, bool)>) -> (Vec<i64>, Vec<String>, Vec<Vec<u8>>) {
    let mut columns = (Vec::new(), Vec::new(), Vec::new());
    for ((app, channel, user), _) in edges {
        columns.0.push(app);
        columns.1.push(channel);
        columns.2.push(user);
    }
    columns
}
