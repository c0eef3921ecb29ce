use campanile_protocol::AppId;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::StoreError;

/// How many due lanes of each standing one claim chooses among at first: those that have been due longest.
const CANDIDATES: i64 = 2_000;
/// Where there are more, they may all be of a few busy apps: then so many apps are looked at one by one, each
/// time beginning with another one.
const APPS: i32 = 500;

/// How a lane's last try went: what it may expect of the next claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// It succeeded, promptly.
    Proven,
    /// There was none.
    Unproven,
    /// It failed, or took long.
    Laggard,
}

/// What a node has under way for one app.
#[derive(Clone, Copy, Debug)]
pub struct Busy {
    /// Which.
    pub app_id: AppId,
    /// All its requests.
    pub requests: i64,
    /// Those of laggards.
    pub laggards: i64,
}

/// How much to claim.
#[derive(Clone, Debug)]
pub struct ClaimLimits {
    /// Who claims: what a dead incarnation holds is given back by
    /// [`Store::reconcile`](crate::Store::reconcile).
    pub incarnation: Uuid,
    /// Most lanes at once.
    pub lanes: i64,
    /// Most among them that are not proven.
    pub not_proven: i64,
    /// Most among them that are laggards.
    pub laggards: i64,
    /// Most requests of one app under way at once.
    pub per_app: i64,
    /// Most requests of one app's laggards.
    pub laggards_per_app: i64,
    /// What is under way already.
    pub busy: Vec<Busy>,
}

impl Standing {
    pub(super) fn from_number(number: i16) -> Self {
        match number {
            0 => Self::Proven,
            1 => Self::Unproven,
            _ => Self::Laggard,
        }
    }

    pub(super) fn number(self) -> i16 {
        match self {
            Self::Proven => 0,
            Self::Unproven => 1,
            Self::Laggard => 2,
        }
    }
}

/// Locks lanes that are due, each app's in turn, the proven ones of an app first.
///
/// Lanes that sleep, that wait for nothing, that are paused or leased are never looked at: the index holds
/// the others by the time they are due. So this costs what is due, up to a bound, not what there is. Only when
/// that bound is reached is a second index walked from app to app, up to a bound too.
pub(super) async fn lock_due_lanes(
    connection: &mut PgConnection,
    limits: &ClaimLimits,
) -> Result<Vec<i64>, StoreError> {
    let (mut apps, mut requests, mut laggards) = (Vec::new(), Vec::new(), Vec::new());
    for busy in &limits.busy {
        apps.push(busy.app_id.number());
        requests.push(busy.requests);
        laggards.push(busy.laggards);
    }
    // `place` is a lane's rank within its app, after what is under way: ordering by it serves the apps in
    // turn. The conditions stand twice because a row may change before it is locked.
    let lanes = sqlx::query_scalar(
        "with recursive busy as (
             select * from unnest($6::bigint[], $7::bigint[], $8::bigint[]) as b (app_id, requests, laggards)
         ), oldest as materialized (
             select c.* from generate_series(0, 2) kind
             cross join lateral (
                 select l.id, l.app_id, l.standing, l.next_at from webhook_lanes l
                 where l.standing = kind and l.cursor < l.head and not l.is_held and l.next_at <= now()
                   and (l.locked_until is null or l.locked_until <= now())
                 order by l.next_at limit $9
             ) c
         ), crowded as (
             select standing, (min(app_id) + random() * (max(app_id) - min(app_id)))::bigint as start
             from (
                 select o.standing, edge.app_id from (
                     select standing from oldest group by standing having count(*) >= $9) o
                 cross join lateral (
                     (select l.app_id from webhook_lanes l
                      where l.standing = o.standing and l.cursor < l.head and not l.is_held
                      order by l.app_id limit 1)
                     union all
                     (select l.app_id from webhook_lanes l
                      where l.standing = o.standing and l.cursor < l.head and not l.is_held
                      order by l.app_id desc limit 1)
                 ) edge
             ) edges group by standing
         ), walk as (
             select standing, start, start - 1 as app_id, false as is_second_round, 0 as step from crowded
             union all
             select w.standing, w.start, coalesce(next.app_id, -1),
                 w.is_second_round or next.app_id is null, w.step + 1
             from walk w
             left join lateral (
                 select l.app_id from webhook_lanes l
                 where l.standing = w.standing and l.cursor < l.head and not l.is_held
                   and l.app_id > w.app_id
                 order by l.app_id limit 1
             ) next on true
             where w.step < $10 and not (w.is_second_round and (next.app_id is null or next.app_id >= w.start))
         ), due as (
             select * from oldest
             union
             select c.* from walk w
             cross join lateral (
                 select l.id, l.app_id, l.standing, l.next_at from webhook_lanes l
                 where l.standing = w.standing and l.app_id = w.app_id and l.cursor < l.head
                   and not l.is_held and l.next_at <= now()
                   and (l.locked_until is null or l.locked_until <= now())
                 order by l.next_at limit $4
             ) c
         ), ranked as (
             select d.*, coalesce(b.laggards, 0) as laggards_busy,
                 row_number() over (partition by d.app_id order by d.standing, d.next_at)
                     + coalesce(b.requests, 0) as place,
                 row_number() over (partition by d.app_id, d.standing order by d.next_at) as place_of_standing
             from due d left join busy b on b.app_id = d.app_id
         ), allowed as (
             select r.*,
                 row_number() over (partition by r.standing >= 1 order by r.place, r.next_at) as unproven_turn,
                 row_number() over (partition by r.standing = 2 order by r.place, r.next_at) as laggard_turn
             from ranked r
             where r.place <= $4 and (r.standing < 2 or r.place_of_standing + r.laggards_busy <= $5)
         ), picked as (
             select a.id, a.place, a.next_at from allowed a
             where (a.standing = 0 or a.unproven_turn <= $2) and (a.standing < 2 or a.laggard_turn <= $3)
             order by a.place, a.next_at limit $1
         )
         select l.id from webhook_lanes l join picked p on p.id = l.id
         where l.cursor < l.head and not l.is_held and l.next_at <= now()
           and (l.locked_until is null or l.locked_until <= now())
         order by p.place, p.next_at
         for update of l skip locked",
    )
    .bind(limits.lanes)
    .bind(limits.not_proven)
    .bind(limits.laggards)
    .bind(limits.per_app)
    .bind(limits.laggards_per_app)
    .bind(apps)
    .bind(requests)
    .bind(laggards)
    .bind(CANDIDATES)
    .bind(APPS)
    .fetch_all(connection)
    .await?;
    Ok(lanes)
}
