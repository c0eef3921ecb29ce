use std::{fmt, time::Duration};

use campanile_control::{MailQueue, PoolUse, Store};
use time::OffsetDateTime;
use tokio::time::{Instant, timeout};

use super::page::{Label, Page};
use crate::mail::MailStats;

/// How the database and the mails are doing.
#[derive(Debug)]
pub(super) struct StoreStats {
    /// How long it took to answer; none if it did not.
    answered_in: Option<Duration>,
    pool: PoolUse,
    mails: MailStats,
    mail_queue: Option<MailQueue>,
}

/// How long a reading may wait for the database.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);

impl StoreStats {
    pub(super) async fn read(store: &Store, mails: MailStats) -> Self {
        // Before we take one ourselves.
        let pool = store.pool_use();
        let begin = Instant::now();
        let answered = store.ping().await.is_ok();
        let answered_in = answered.then(|| begin.elapsed());
        let mail_queue = match answered {
            true => timeout(ANSWER_WITHIN, store.mail_queue()).await.ok().and_then(Result::ok),
            false => None,
        };
        Self { answered_in, pool, mails, mail_queue }
    }
}

pub(super) fn write(page: &mut Page<'_>, stats: &StoreStats) -> fmt::Result {
    let is_up = f64::from(u8::from(stats.answered_in.is_some()));
    page.gauge("database_up", "Whether the database answered this reading: 1, or 0.", is_up)?;
    if let Some(took) = stats.answered_in {
        let help = "Time to a connection and the answer to the shortest query, in seconds.";
        page.gauge("database_ping_seconds", help, took.as_secs_f64())?;
    }
    let PoolUse { busy, idle, most } = stats.pool;
    page.gauges(
        "database_connections",
        "Connections to the database by what they do.",
        [("busy", busy), ("idle", idle)].map(|(state, count)| ([(Label::State, state)], f64::from(count))),
    )?;
    page.gauge("database_connections_max", "Connections to the database that there may be.", most.into())?;
    mails(page, stats)
}

fn mails(page: &mut Page<'_>, stats: &StoreStats) -> fmt::Result {
    let MailStats { sent, failed, given_up } = stats.mails;
    page.counters(
        "mail_attempts",
        "Tries to bring a mail to the mail server by what became of them; given_up: failed for the last time.",
        [("sent", sent), ("failed", failed), ("given_up", given_up)]
            .map(|(outcome, count)| ([(Label::Outcome, outcome)], count)),
    )?;
    let Some(queue) = stats.mail_queue else { return Ok(()) };
    page.gauge("mail_queue_mails", "Mails that are not sent yet.", queue.waiting as f64)?;
    let age = queue.oldest_at.map_or(0.0, |at| (OffsetDateTime::now_utc() - at).as_seconds_f64());
    page.gauge("mail_queue_oldest_seconds", "Age of the oldest of these mails, in seconds.", age.max(0.0))
}
