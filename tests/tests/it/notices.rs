//! What happened to an organisation while nobody looked, and to an account, in the mails of those whom it
//! concerns.

use std::{
    thread,
    time::{Duration, Instant},
};

use campanile_tests::{App, Mailbox, Platform, ReceivedMail, WebhookReceiver};
use serde_json::{Value, json};

use crate::{
    mailed::{join, platform, sign_up},
    person::{PASSWORD, Person, post, text},
    second_factor::totp,
    signing::SignedRequest,
    socket::Client,
    usage::posted,
};

const ADA: &str = "ada@example.com";
const BOB: &str = "bob@example.com";
const EVE: &str = "eve@example.com";
/// Readings of the meter are five seconds apart.
const PATIENCE: Duration = Duration::from_secs(20);

/// The mails that come before the one that sets somebody's password, which is asked for now: all there are by
/// then, because mails are sent in order.
fn mails_until_now(platform: &Platform, mailbox: &Mailbox) -> Vec<ReceivedMail> {
    const NOBODY: &str = "fence@example.com";
    let body = json!({ "organisation": "Fence", "email": NOBODY, "password": PASSWORD });
    assert_eq!(post(platform, "/signup", &[], &body).status, 202);
    let mails = std::iter::from_fn(|| Some(mailbox.next().unwrap()));
    mails.take_while(|mail| mail.recipient != NOBODY).collect()
}

fn recipients(mails: &[ReceivedMail]) -> Vec<&str> {
    mails.iter().map(|mail| mail.recipient.as_str()).collect()
}

/// An app that may send ten messages a day, and who is to hear of that.
fn shop(ada: &Person<'_>) -> App {
    let (app, _) = ada.create_app();
    let settings = json!({ "settings": { "max_messages_per_day": 10 } });
    ada.ok("PATCH", &format!("/apps/{}", app.id), &settings);
    app
}

fn publish(platform: &Platform, app: &App, times: usize) {
    let publish = || SignedRequest::post(app, "events", &posted("news")).send(platform).status;
    (0..times).for_each(|_| assert_eq!(publish(), 200));
}

#[test]
fn a_limit_is_mailed_once_to_those_who_answer_for_it_and_want_to_know() {
    let (platform, mailbox) = platform();
    let ada = sign_up(&platform, &mailbox, ADA);
    join(&ada, &mailbox, BOB, "developer");
    let eve = join(&ada, &mailbox, EVE, "billing");
    let app = shop(&ada);
    publish(&platform, &app, 8);
    let mut told = [mailbox.next().unwrap(), mailbox.next().unwrap()];
    told.sort_by(|one, other| one.recipient.cmp(&other.recipient));
    assert_eq!(recipients(&told), [ADA, EVE], "a developer answers for no bill");
    for mail in &told {
        let text = &mail.text;
        assert!(text.contains("Subject: Chat has used 80 % of its limit of messages per day\n"), "{text}");
        assert!(text.contains("8 of 10 are used.") && text.contains("again at midnight UTC."), "{text}");
        let link = format!("http://push.example.com/dashboard/apps/{}/usage\n", app.id);
        assert!(text.contains(&link), "{text}");
    }
    assert_eq!(eve.ok("GET", "/me/notices", &Value::Null), json!({ "by_mail": true }));
    assert_eq!(eve.ok("PATCH", "/me/notices", &json!({ "by_mail": false })), json!({ "by_mail": false }));
    publish(&platform, &app, 2);
    let told = mailbox.next().unwrap();
    assert_eq!(told.recipient, ADA);
    assert!(told.text.contains("Subject: Chat has reached its limit of messages per day\n"), "{}", told.text);
    assert_eq!(recipients(&mails_until_now(&platform, &mailbox)), [""; 0]);
}

/// Waits until so many messages of the app are stored.
fn stored(platform: &Platform, cookie: &str, app: &App, messages: u64) {
    let ada = Person { platform, cookie: cookie.to_owned() };
    let deadline = Instant::now() + PATIENCE;
    let path = format!("/apps/{}/usage?step=day", app.id);
    while ada.ok("GET", &path, &Value::Null)["total"]["messages"] != messages {
        assert!(Instant::now() < deadline, "{messages} messages are not stored");
        thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_kill_while_a_warning_is_stored_neither_loses_nor_doubles_its_mail() {
    for boundary in ["warning.stored", "warning.committed"] {
        let (mut platform, mailbox) = platform();
        let (app, cookie) = {
            let ada = sign_up(&platform, &mailbox, ADA);
            (shop(&ada), ada.cookie)
        };
        platform.stop().unwrap();
        platform.abort_at(boundary, 1);
        platform.start().unwrap();
        publish(&platform, &app, 8);
        assert!(platform.wait_for_end(PATIENCE).unwrap().is_some(), "{boundary} was not passed");
        platform.start().unwrap();
        // The meter goes on where it was stored, and finds the limit nearly used up anew.
        publish(&platform, &app, 1);
        assert!(mailbox.next().unwrap().text.contains("Chat has used 80 %"));
        stored(&platform, &cookie, &app, 9);
        publish(&platform, &app, 1);
        assert!(mailbox.next().unwrap().text.contains("Chat has reached its limit"), "{boundary}");
    }
}

/// An endpoint that is gone, and its id.
fn gone(ada: &Person<'_>, app: &App, receiver: &WebhookReceiver) -> String {
    receiver.answer(410);
    let body = json!({ "url": receiver.url(), "event_types": ["channel_occupied"] });
    text(&ada.ok("POST", &format!("/apps/{}/webhooks", app.id), &body)["id"])
}

#[test]
fn a_disabled_endpoint_is_mailed_to_those_who_can_mend_it() {
    let (platform, mailbox) = platform();
    let ada = sign_up(&platform, &mailbox, ADA);
    join(&ada, &mailbox, BOB, "developer");
    join(&ada, &mailbox, EVE, "billing");
    let (app, receiver) = (ada.create_app().0, WebhookReceiver::start().unwrap());
    let id = gone(&ada, &app, &receiver);
    Client::connect(&platform, &app).subscribe("news", None);
    let mut told = [mailbox.next().unwrap(), mailbox.next().unwrap()];
    told.sort_by(|one, other| one.recipient.cmp(&other.recipient));
    assert_eq!(recipients(&told), [ADA, BOB]);
    for ReceivedMail { text, .. } in &told {
        assert!(text.contains("Subject: A webhook of Chat was disabled\n"), "{text}");
        assert!(text.contains(receiver.url()) && text.contains("it answered 410 Gone."), "{text}");
        let link = format!("http://push.example.com/dashboard/apps/{}/webhooks/{id}\n", app.id);
        assert!(text.contains(&link), "{text}");
    }
    assert_eq!(recipients(&mails_until_now(&platform, &mailbox)), [""; 0], "nobody is told of bills");
}

#[test]
fn a_kill_while_an_endpoint_is_disabled_neither_loses_nor_doubles_its_mail() {
    for boundary in ["settle.written", "settle.committed"] {
        let (mut platform, mailbox) = platform();
        let receiver = WebhookReceiver::start().unwrap();
        let app = {
            let ada = sign_up(&platform, &mailbox, ADA);
            let app = ada.create_app().0;
            gone(&ada, &app, &receiver);
            app
        };
        platform.stop().unwrap();
        platform.abort_at(boundary, 1);
        platform.start().unwrap();
        Client::connect(&platform, &app).subscribe("news", None);
        assert!(platform.wait_for_end(PATIENCE).unwrap().is_some(), "{boundary} was not passed");
        platform.start().unwrap();
        assert!(mailbox.next().unwrap().text.contains("A webhook of Chat was disabled"), "{boundary}");
        assert_eq!(recipients(&mails_until_now(&platform, &mailbox)), [""; 0], "{boundary}");
    }
}

#[test]
fn what_changes_who_may_enter_is_mailed_to_the_person() {
    let (platform, mailbox) = platform();
    let ada = sign_up(&platform, &mailbox, ADA);
    ada.ok("PATCH", "/me/notices", &json!({ "by_mail": false }));
    let told = |subject: &str| {
        let mail = mailbox.next().unwrap();
        assert_eq!(mail.recipient, ADA);
        assert!(mail.text.contains(&format!("Subject: {subject}\n")), "{}", mail.text);
        mail.text
    };
    let new = "another horse battery";
    ada.ok("POST", "/me/password", &json!({ "old_password": PASSWORD, "password": new }));
    told("Your password was changed");
    let enrolment = ada.ok("POST", "/me/second-factor", &json!({ "password": new }));
    ada.ok("POST", "/me/second-factor/confirm", &json!({ "code": totp(&text(&enrolment["secret"]), 0) }));
    told("Your second factor was switched on");
    let recovery = &enrolment["recovery_codes"][0];
    ada.ok("POST", "/me/second-factor/disable", &json!({ "code": recovery }));
    told("Your second factor was switched off");
    let made = ada.ok("POST", "/tokens", &json!({ "name": "CI", "scopes": ["read", "write"] }));
    let mail = told("A management token for Acme was made");
    assert!(mail.contains("\"CI\"") && mail.contains("read, write"), "{mail}");
    assert!(!mail.contains(&text(&made["token"])), "who reads mails must not have it");
}
