use std::collections::{BTreeMap, HashMap};

use campanile_protocol::{ChannelName, Occurrence, OccurrenceKind, OccurrenceTypes};
use sqlx::{PgConnection, prelude::FromRow};
use uuid::Uuid;

use crate::{RecordedOccurrence, StoreError, channel_filter::ChannelFilter, event_body::event_body};

/// An endpoint that is told: active, or paused.
struct Endpoint {
    lanes: Vec<i64>,
    event_types: OccurrenceTypes,
    channels: ChannelFilter,
}

#[derive(FromRow)]
struct EndpointRow {
    app_id: i64,
    event_types: Vec<String>,
    channels: Vec<String>,
    lanes: Vec<i64>,
}

/// The columns of the events of one transaction.
#[derive(Default)]
struct Columns {
    lane: Vec<i64>,
    seq: Vec<i64>,
    src: Vec<Uuid>,
    name: Vec<&'static str>,
    channel: Vec<Option<String>>,
    body: Vec<String>,
}

/// Appends each occurrence to one lane of every endpoint of its app that wants to hear it, in the given
/// order. Returns how many events that made. What an endpoint's filter leaves out takes no number: numbers
/// are without gaps, and a batch is what lies between two of them.
///
/// The lanes' rows stay locked until the transaction ends. That makes the order of commits the
/// order of numbers: no reader's cursor can pass a number that is committed later.
pub(crate) async fn append(
    connection: &mut PgConnection,
    occurrences: &[RecordedOccurrence],
) -> Result<usize, StoreError> {
    let endpoints = find_endpoints(connection, occurrences).await?;
    let mut queued: BTreeMap<i64, Vec<&RecordedOccurrence>> = BTreeMap::new();
    for recorded in occurrences {
        for endpoint in endpoints.get(&recorded.occurrence.app_id.number()).into_iter().flatten() {
            if let Some(lane) = endpoint.lane_for(&recorded.occurrence) {
                queued.entry(lane).or_default().push(recorded);
            }
        }
    }
    if queued.is_empty() {
        return Ok(0);
    }
    let heads = take_numbers(connection, &queued).await?;
    let mut columns = Columns::default();
    for (lane, events) in &queued {
        // An endpoint that was deleted a moment ago has no head any more, and is not told.
        let Some(head) = heads.get(lane) else { continue };
        for (seq, recorded) in (head + 1..).zip(events) {
            columns.push(*lane, seq, recorded);
        }
    }
    columns.insert(connection).await
}

/// The endpoints to be told, by app.
async fn find_endpoints(
    connection: &mut PgConnection,
    occurrences: &[RecordedOccurrence],
) -> Result<HashMap<i64, Vec<Endpoint>>, StoreError> {
    let mut apps: Vec<i64> = occurrences.iter().map(|recorded| recorded.occurrence.app_id.number()).collect();
    apps.sort_unstable();
    apps.dedup();
    let rows: Vec<EndpointRow> = sqlx::query_as(
        "select w.app_id, w.event_types, w.channels,
             array(select l.id from webhook_lanes l where l.endpoint_id = w.id order by l.n) as lanes
         from webhook_endpoints w where w.app_id = any($1) and w.state <> 'disabled'",
    )
    .bind(apps)
    .fetch_all(connection)
    .await?;
    let mut endpoints: HashMap<i64, Vec<Endpoint>> = HashMap::new();
    for row in rows.into_iter().filter(|row| !row.lanes.is_empty()) {
        endpoints.entry(row.app_id).or_default().push(Endpoint {
            lanes: row.lanes,
            event_types: row.event_types.iter().filter_map(|name| name.parse().ok()).collect(),
            channels: ChannelFilter::new(row.channels),
        });
    }
    Ok(endpoints)
}

impl Endpoint {
    /// Where it is told of an occurrence, if it wants to be: always in the same lane for the same channel or
    /// connection.
    fn lane_for(&self, occurrence: &Occurrence) -> Option<i64> {
        let channel = occurrence.channel.as_ref().map(ChannelName::as_str);
        if !self.event_types.contains(occurrence.kind.as_type()) || !self.channels.passes(channel) {
            return None;
        }
        let index = match (channel, &occurrence.kind) {
            (Some(channel), _) => lane_of(channel, self.lanes.len()),
            (
                None,
                OccurrenceKind::ConnectionOpened { socket_id }
                | OccurrenceKind::ConnectionClosed { socket_id, .. },
            ) => lane_of(&socket_id.to_string(), self.lanes.len()),
            (None, _) => 0,
        };
        Some(self.lanes[index])
    }
}

/// Moves the lanes' heads and returns where they stood before.
async fn take_numbers(
    connection: &mut PgConnection,
    queued: &BTreeMap<i64, Vec<&RecordedOccurrence>>,
) -> Result<HashMap<i64, i64>, StoreError> {
    let lanes: Vec<i64> = queued.keys().copied().collect();
    let counts: Vec<i64> = queued.values().map(|events| i64::try_from(events.len()).expect("fits")).collect();
    // Locked in the order of their ids, so that two writers cannot wait for each other.
    sqlx::query("select id from webhook_lanes where id = any($1) order by id for update")
        .bind(&lanes)
        .execute(&mut *connection)
        .await?;
    // The first event of an idle lane that batches waits a moment for company.
    let heads: Vec<(i64, i64)> = sqlx::query_as(
        "update webhook_lanes l set head = l.head + taken.count,
             next_at = case when l.head = l.cursor and w.batching
                 then greatest(l.next_at, now() + interval '250 milliseconds') else l.next_at end
         from unnest($1::bigint[], $2::bigint[]) as taken (id, count), webhook_endpoints w
         where l.id = taken.id and w.id = l.endpoint_id
         returning l.id, l.head - taken.count",
    )
    .bind(&lanes)
    .bind(counts)
    .fetch_all(connection)
    .await?;
    Ok(heads.into_iter().collect())
}

impl Columns {
    fn push(&mut self, lane: i64, seq: i64, recorded: &RecordedOccurrence) {
        let occurrence = &recorded.occurrence;
        self.lane.push(lane);
        self.seq.push(seq);
        self.src.push(recorded.id);
        self.name.push(occurrence.kind.as_type().as_str());
        self.channel.push(occurrence.channel.as_ref().map(|channel| channel.as_str().to_owned()));
        self.body.push(event_body(occurrence, recorded.id, seq));
    }

    async fn insert(self, connection: &mut PgConnection) -> Result<usize, StoreError> {
        let count = self.lane.len();
        sqlx::query(
            "insert into webhook_events (lane_id, seq, src, name, channel, body, created_at)
             select e.*, now()
             from unnest($1::bigint[], $2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::text[]) as e",
        )
        .bind(self.lane)
        .bind(self.seq)
        .bind(self.src)
        .bind(self.name)
        .bind(self.channel)
        .bind(self.body)
        .execute(connection)
        .await?;
        Ok(count)
    }
}

/// Which of an endpoint's lanes a channel or connection belongs to: the same one for ever (FNV-1a).
fn lane_of(subject: &str, lanes: usize) -> usize {
    let hash = subject.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    usize::try_from(hash % lanes as u64).expect("smaller than a usize")
}
