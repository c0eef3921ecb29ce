use std::collections::{BTreeMap, HashMap};

use sqlx::{PgConnection, prelude::FromRow};
use uuid::Uuid;

use crate::{RecordedOccurrence, StoreError, event_body::event_body};

/// A lane of an active endpoint.
#[derive(FromRow)]
struct LaneRow {
    id: i64,
    app_id: i64,
    endpoint_id: Uuid,
    event_types: Vec<String>,
}

/// The columns of the events of one transaction.
#[derive(Default)]
struct Columns {
    lane: Vec<i64>,
    seq: Vec<i64>,
    src: Vec<Uuid>,
    name: Vec<&'static str>,
    channel: Vec<String>,
    body: Vec<String>,
}

/// Appends each occurrence to one lane of every active endpoint of its app that wants its type, in
/// the given order. Returns how many events that made.
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
        let kind = recorded.occurrence.kind.as_type().as_str();
        for lanes in endpoints.get(&recorded.occurrence.app_id.number()).into_iter().flatten() {
            let lane = &lanes[lane_of(recorded.occurrence.channel.as_str(), lanes.len())];
            if lane.event_types.iter().any(|wanted| wanted == kind) {
                queued.entry(lane.id).or_default().push(recorded);
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

/// The lanes of each active endpoint, by app.
async fn find_endpoints(
    connection: &mut PgConnection,
    occurrences: &[RecordedOccurrence],
) -> Result<HashMap<i64, Vec<Vec<LaneRow>>>, StoreError> {
    let mut apps: Vec<i64> = occurrences.iter().map(|recorded| recorded.occurrence.app_id.number()).collect();
    apps.sort_unstable();
    apps.dedup();
    let rows: Vec<LaneRow> = sqlx::query_as(
        "select l.id, w.app_id, l.endpoint_id, w.event_types
         from webhook_endpoints w join webhook_lanes l on l.endpoint_id = w.id
         where w.app_id = any($1) and w.state = 'active'
         order by w.app_id, l.endpoint_id, l.n",
    )
    .bind(apps)
    .fetch_all(connection)
    .await?;
    let mut endpoints: HashMap<i64, Vec<Vec<LaneRow>>> = HashMap::new();
    for row in rows {
        let of_app = endpoints.entry(row.app_id).or_default();
        match of_app.last_mut() {
            Some(lanes) if lanes[0].endpoint_id == row.endpoint_id => lanes.push(row),
            Some(_) | None => of_app.push(vec![row]),
        }
    }
    Ok(endpoints)
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
        self.channel.push(occurrence.channel.as_str().to_owned());
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

/// Which of an endpoint's lanes a channel belongs to: the same one for ever (FNV-1a).
fn lane_of(channel: &str, lanes: usize) -> usize {
    let hash = channel.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    usize::try_from(hash % lanes as u64).expect("smaller than a usize")
}
