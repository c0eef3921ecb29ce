use campanile_control::{
    Account, DisabledReason, Letter, MemberError, NewApp, Outcome, Role, Store, UsageStep, UsageWarning,
};
use campanile_protocol::{OccurrenceKind, OccurrenceType};
use sqlx::PgPool;
use time::OffsetDateTime;

use crate::{
    fixture::{attempt, claim, endpoint, occurrence, record, store},
    people::{join, letters, sign_up, tenant},
};

const ADA: &str = "ada@example.com";

#[sqlx::test(migrations = "../../migrations")]
async fn a_mail_comes_again_until_it_is_sent(pool: PgPool) {
    let store = store(&pool).await;
    sign_up(&store, "ada@example.com").await;
    let [first] = &store.claim_mails(10).await.unwrap()[..] else { panic!("one mail") };
    assert_eq!((first.attempt, first.recipient.as_str()), (1, "ada@example.com"));
    assert!(store.claim_mails(10).await.unwrap().is_empty(), "someone has it");
    assert!(store.mail_failed(first.id, "no route").await.unwrap());
    let seconds: f64 = sqlx::query_scalar("select extract(epoch from next_at - now())::float8 from mails")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert!((10.0..=15.0).contains(&seconds), "{seconds}");
    sqlx::query("update mails set next_at = now()").execute(&pool).await.unwrap();
    let [second] = &store.claim_mails(10).await.unwrap()[..] else { panic!("it again") };
    assert_eq!((second.id, second.attempt), (first.id, 2));
    store.mail_sent(second.id).await.unwrap();
    sqlx::query("update mails set next_at = now()").execute(&pool).await.unwrap();
    assert!(store.claim_mails(10).await.unwrap().is_empty());
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_mail_that_fails_does_not_hold_up_a_fresh_one(pool: PgPool) {
    let store = store(&pool).await;
    sign_up(&store, ADA).await;
    sqlx::query("update mails set attempts = 3, next_at = now() - interval '1 hour'")
        .execute(&pool)
        .await
        .unwrap();
    sign_up(&store, "grace@example.com").await;
    let next = async || store.claim_mails(1).await.unwrap()[0].recipient.clone();
    assert_eq!((next().await.as_str(), next().await.as_str()), ("grace@example.com", ADA));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_mail_that_has_failed_for_long_is_tried_every_hour(pool: PgPool) {
    let store = store(&pool).await;
    sign_up(&store, "ada@example.com").await;
    for attempts in [9, 40, 45, 58] {
        sqlx::query("update mails set attempts = $1, next_at = now()")
            .bind(attempts)
            .execute(&pool)
            .await
            .unwrap();
        let [mail] = &store.claim_mails(10).await.unwrap()[..] else { panic!("one mail") };
        assert!(store.mail_failed(mail.id, "no route").await.unwrap());
        let seconds: f64 =
            sqlx::query_scalar("select extract(epoch from next_at - now())::float8 from mails")
                .fetch_one(&pool)
                .await
                .unwrap();
        assert!((3_500.0..=3_600.0).contains(&seconds), "{attempts}: {seconds}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_mail_that_nobody_takes_is_given_up(pool: PgPool) {
    let store = store(&pool).await;
    sign_up(&store, "ada@example.com").await;
    sqlx::query("update mails set attempts = 59").execute(&pool).await.unwrap();
    let [last] = &store.claim_mails(10).await.unwrap()[..] else { panic!("one mail") };
    assert!(!store.mail_failed(last.id, "no route").await.unwrap());
    let left: i64 = sqlx::query_scalar("select count(*) from mails").fetch_one(&pool).await.unwrap();
    assert_eq!(left, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_disabled_webhook_is_told_once_to_those_who_can_mend_it(pool: PgPool) {
    let store = store(&pool).await;
    let (ada, _) = sign_up(&store, ADA).await;
    for (email, role) in [("bob@example.com", Role::Developer), ("eve@example.com", Role::Billing)] {
        join(&store, &ada, email, role).await;
    }
    let app =
        store.create_app(tenant(&ada), NewApp { name: "Chat".into(), ..NewApp::default() }).await.unwrap();
    endpoint(&store, &app, &[OccurrenceType::ChannelOccupied]).await;
    record(&store, vec![occurrence(app.id, "a", OccurrenceKind::Occupied)]).await;
    let claim = claim(&store).await.remove(0);
    let gone = Outcome::Disable(DisabledReason::Gone);
    assert!(store.settle(&claim.ticket, &attempt(410), gone, None).await.unwrap().is_disabled);
    let told = store.claim_mails(10).await.unwrap();
    let recipients: Vec<&str> = told.iter().map(|mail| mail.recipient.as_str()).collect();
    assert_eq!(recipients, ["bob@example.com"], "ada has yet to verify her address, eve cannot mend it");
    assert!(
        matches!(&told[0].letter, Letter::WebhookDisabled { app, reason, .. } if app == "Chat" && reason == "gone")
    );
}

/// An organisation with ada, whose address is verified, and somebody in each other role.
async fn company(store: &Store, pool: &PgPool) -> Account {
    let (ada, _) = sign_up(store, ADA).await;
    for role in [Role::Admin, Role::Developer, Role::Support, Role::Billing] {
        join(store, &ada, &format!("{role}@example.com"), role).await;
    }
    sqlx::query("update users set verified_at = now()").execute(pool).await.unwrap();
    letters(store, ADA).await;
    ada
}

fn warning(ada: &Account, percent: u8) -> UsageWarning {
    let day = UsageStep::Day.floor(OffsetDateTime::now_utc());
    UsageWarning {
        tenant: tenant(ada),
        app: None,
        limit_name: "max_connections".to_owned(),
        period_at: day,
        percent,
        used: u64::from(percent),
        most: 100,
        warned_at: day,
    }
}

async fn told(store: &Store) -> Vec<String> {
    let mails = store.claim_mails(100).await.unwrap();
    for mail in &mails {
        store.mail_sent(mail.id).await.unwrap();
    }
    let mut recipients: Vec<String> = mails.into_iter().map(|mail| mail.recipient).collect();
    recipients.sort_unstable();
    recipients
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_warning_is_mailed_once_to_those_who_answer_for_what_is_used(pool: PgPool) {
    let store = store(&pool).await;
    let ada = company(&store, &pool).await;
    assert!(store.store_warning(&warning(&ada, 80)).await.unwrap());
    assert_eq!(told(&store).await, [ADA, "admin@example.com", "billing@example.com"]);
    assert!(!store.store_warning(&warning(&ada, 80)).await.unwrap());
    assert_eq!(told(&store).await, [""; 0], "the same day");
    let tomorrow =
        UsageWarning { period_at: warning(&ada, 80).period_at + time::Duration::DAY, ..warning(&ada, 80) };
    assert!(store.store_warning(&tomorrow).await.unwrap());
    assert_eq!(told(&store).await.len(), 3);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_warning_that_a_higher_one_has_overtaken_is_stored_without_a_mail(pool: PgPool) {
    let store = store(&pool).await;
    let ada = company(&store, &pool).await;
    assert!(store.store_warning(&warning(&ada, 100)).await.unwrap());
    assert!(store.store_warning(&warning(&ada, 80)).await.unwrap());
    let [Letter::LimitReached(reached)] = &letters(&store, ADA).await[..] else { panic!("one letter") };
    assert_eq!((reached.percent, reached.used, reached.most), (100, 100, 100));
    assert_eq!((reached.organisation.as_str(), &reached.app), ("Acme", &None));
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_wants_no_notices_of_an_organisation_gets_none_of_it(pool: PgPool) {
    let store = store(&pool).await;
    let ada = company(&store, &pool).await;
    assert!(store.wants_notices(tenant(&ada), ada.user_id).await.unwrap());
    store.want_notices(tenant(&ada), ada.user_id, false).await.unwrap();
    assert!(!store.wants_notices(tenant(&ada), ada.user_id).await.unwrap());
    assert!(store.store_warning(&warning(&ada, 80)).await.unwrap());
    assert_eq!(told(&store).await, ["admin@example.com", "billing@example.com"]);
    let elsewhere = store.create_tenant("Elsewhere").await.unwrap();
    assert!(matches!(store.want_notices(elsewhere, ada.user_id, true).await, Err(MemberError::NotFound)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_organisation_is_told_fifty_things_a_day(pool: PgPool) {
    let store = store(&pool).await;
    let ada = company(&store, &pool).await;
    for number in 0..60 {
        let limit_name = format!("limit {number}");
        assert!(store.store_warning(&UsageWarning { limit_name, ..warning(&ada, 80) }).await.unwrap());
    }
    let mails: i64 = sqlx::query_scalar("select count(*) from mails").fetch_one(&pool).await.unwrap();
    assert_eq!(mails, 3 * 50);
    let stored = store.list_warnings(tenant(&ada), None, warning(&ada, 80).period_at).await.unwrap();
    assert_eq!(stored.len(), 60, "the dashboard shows all");
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_does_not_happen_is_not_mailed(pool: PgPool) {
    let store = store(&pool).await;
    sign_up(&store, "ada@example.com").await;
    assert!(matches!(letters(&store, "ada@example.com").await.as_slice(), [Letter::VerifyEmail { .. }]));
    assert!(store.sign_up(crate::people::account("ada@example.com")).await.is_err());
    assert!(letters(&store, "ada@example.com").await.is_empty());
}
