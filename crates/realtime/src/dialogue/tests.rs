use campanile_protocol::{
    AppId, AppSettings, OccurrenceTypes, TenantId, TenantQuotas, signature::SigningKey,
};
use uuid::Uuid;

use std::time::Duration;

use super::*;

const SOCKET: u64 = 1 << 32 | 2;

fn key() -> SigningKey {
    SigningKey::new("key".parse().unwrap(), "secret".into())
}

fn app(client_events: bool) -> App {
    App {
        id: AppId::from_number(1).unwrap(),
        tenant_id: TenantId(Uuid::nil()),
        enabled: true,
        is_suspended: false,
        settings: AppSettings { client_events, watchlist: true, ..AppSettings::default() },
        keys: vec![key()],
        tenant_quotas: TenantQuotas::default(),
        webhook_types: OccurrenceTypes::default(),
    }
}

/// A dialogue with the app it takes place in, and a clock that stands still.
struct Talk {
    dialogue: Dialogue,
    app: App,
    now: Instant,
}

impl Talk {
    fn new() -> Self {
        Self { dialogue: Dialogue::new(SocketId::from_random(SOCKET)), app: app(true), now: Instant::now() }
    }

    fn say(&mut self, text: &str) -> Action {
        self.dialogue.receive(&ByteString::from(text), &self.app, self.now)
    }

    /// Says it and returns the frame that must be the answer.
    fn reply(&mut self, text: &str) -> String {
        match self.say(text) {
            Action::Send(frame) | Action::Refuse(frame, _) => {
                String::from_utf8(frame.payload().to_vec()).unwrap()
            }
            other => panic!("{other:?}"),
        }
    }

    fn subscribe(&mut self, channel: &str, data: Option<&str>) -> Action {
        let signed = match data {
            Some(data) => format!("1.2:{channel}:{data}"),
            None => format!("1.2:{channel}"),
        };
        let auth = format!("key:{}", key().sign([signed.as_bytes()]));
        let data = serde_json::json!({ "channel": channel, "auth": auth, "channel_data": data });
        self.say(&serde_json::json!({ "event": "pusher:subscribe", "data": data }).to_string())
    }

    fn join(&mut self, channel: &str, data: Option<&str>) {
        let Action::Subscribe { channel, number, .. } = self.subscribe(channel, data) else {
            panic!("refused")
        };
        assert!(self.dialogue.subscribed(&channel, number));
    }
}

const CLIENT_EVENT: &str = r#"{"event":"client-x","channel":"private-a","data":{"n":1},"user_id":"forged"}"#;

#[test]
fn a_ping_is_answered_and_a_pong_is_not() {
    let mut talk = Talk::new();
    assert_eq!(talk.reply(r#"{"event":"pusher:ping","data":""}"#), r#"{"event":"pusher:pong","data":{}}"#);
    assert!(matches!(talk.say(r#"{"event":"pusher:pong"}"#), Action::Nothing));
}

#[test]
fn what_is_not_understood_is_told_and_nothing_else_happens() {
    let mut talk = Talk::new();
    for (text, message) in [
        ("nonsense", "Message must be a JSON object with a string as 'event'"),
        ("[]", "Message must be a JSON object with a string as 'event'"),
        (r#"{"event":"pusher:nope"}"#, "Unsupported event received on socket: pusher:nope"),
        (r#"{"event":"nope","channel":"a","data":1}"#, "Unsupported event received on socket: nope"),
        (r#"{"event":"pusher:subscribe","data":{}}"#, "Missing parameter: data.channel"),
        (r#"{"event":"client-x"}"#, "Invalid client event (must contain channel and data)"),
    ] {
        let reply: serde_json::Value = serde_json::from_str(&talk.reply(text)).unwrap();
        assert_eq!(reply["event"], "pusher:error", "{text}");
        assert_eq!(reply["data"]["code"], serde_json::Value::Null, "{text}");
        assert_eq!(reply["data"]["message"], message, "{text}");
    }
}

#[test]
fn a_public_channel_needs_no_signature_and_is_joined_once() {
    let mut talk = Talk::new();
    let text = r#"{"event":"pusher:subscribe","data":{"channel":"news","auth":""}}"#;
    assert!(
        matches!(talk.say(text), Action::Subscribe { channel, member: None, .. } if channel.as_str() == "news")
    );
    assert!(talk.reply(text).contains("Existing subscription to channel news"));
    let leave = r#"{"event":"pusher:unsubscribe","data":{"channel":"news"}}"#;
    assert!(matches!(talk.say(leave), Action::Unsubscribe(_)));
    assert!(matches!(talk.say(leave), Action::Nothing));
    assert!(matches!(talk.say(text), Action::Subscribe { .. }));
}

#[test]
fn a_private_channel_needs_a_signature_for_this_socket_and_channel() {
    let mut talk = Talk::new();
    assert!(matches!(talk.subscribe("private-a", None), Action::Subscribe { member: None, .. }));
    assert!(matches!(
        talk.subscribe("private-b", Some("signed too")),
        Action::Subscribe { member: None, .. }
    ));
    for auth in ["", "nonsense", "other:00", "key:00"] {
        let text =
            format!(r#"{{"event":"pusher:subscribe","data":{{"channel":"private-c","auth":"{auth}"}}}}"#);
        let reply: serde_json::Value = serde_json::from_str(&talk.reply(&text)).unwrap();
        assert_eq!(reply["event"], "pusher:subscription_error");
        assert_eq!(reply["channel"], "private-c");
        assert_eq!((&reply["data"]["type"], &reply["data"]["status"]), (&"AuthError".into(), &401.into()));
    }
}

#[test]
fn a_presence_channel_needs_a_member() {
    let mut talk = Talk::new();
    let joined = talk.subscribe("presence-a", Some(r#"{"user_id":7}"#));
    assert!(
        matches!(joined, Action::Subscribe { member: Some(member), .. } if member.user_id.as_str() == "7")
    );
    for data in [None, Some("{}"), Some("nonsense")] {
        assert!(matches!(talk.subscribe("presence-b", data), Action::Refuse(..)), "{data:?}");
    }
}

#[test]
fn nobody_subscribes_to_a_users_own_channel() {
    let mut talk = Talk::new();
    let text = r##"{"event":"pusher:subscribe","data":{"channel":"#server-to-user-1","auth":""}}"##;
    assert!(talk.reply(text).contains("pusher:subscription_error"));
}

#[test]
fn a_client_event_goes_out_as_it_came_and_without_a_forged_sender() {
    let mut talk = Talk::new();
    talk.join("private-a", None);
    let Action::Publish(sent) = talk.say(CLIENT_EVENT) else { panic!("not published") };
    assert_eq!(sent.event.data.as_json(), r#"{"n":1}"#);
    assert_eq!(sent.user_id, None);

    talk.join("presence-a", Some(r#"{"user_id":"ann"}"#));
    let text = CLIENT_EVENT.replace("private-a", "presence-a");
    let Action::Publish(sent) = talk.say(&text) else { panic!("not published") };
    assert_eq!(sent.user_id.unwrap().as_str(), "ann");
}

#[test]
fn a_client_event_is_refused_where_it_may_not_be_sent() {
    let mut talk = Talk::new();
    assert!(talk.reply(CLIENT_EVENT).contains("not subscribed"));
    let Action::Subscribe { channel, number, .. } = talk.subscribe("private-a", None) else {
        panic!("refused")
    };
    assert!(talk.reply(CLIENT_EVENT).contains("subscription in progress"));
    talk.join("news", None);
    assert!(talk.reply(&CLIENT_EVENT.replace("private-a", "news")).contains("only supported on private"));
    assert!(talk.dialogue.subscribed(&channel, number));
    talk.app = app(false);
    let reply = talk.reply(CLIENT_EVENT);
    assert!(reply.contains("must enable this feature") && reply.contains("4301"), "{reply}");
    let long = CLIENT_EVENT.replace("client-x", &format!("client-{}", "x".repeat(200)));
    talk.app = app(true);
    assert!(talk.reply(&long).contains("too long"));
}

#[test]
fn the_eleventh_client_event_of_a_second_is_refused() {
    let mut talk = Talk::new();
    talk.join("private-a", None);
    for _ in 0..10 {
        assert!(matches!(talk.say(CLIENT_EVENT), Action::Publish(_)));
    }
    assert!(talk.reply(CLIENT_EVENT).contains("4301"));
    talk.now += Duration::from_secs(1);
    assert!(matches!(talk.say(CLIENT_EVENT), Action::Publish(_)));
}

fn sign_in(talk: &mut Talk, user_data: &str) -> Action {
    let auth = format!("key:{}", key().sign([format!("1.2::user::{user_data}").as_bytes()]));
    let data = serde_json::json!({ "auth": auth, "user_data": user_data });
    talk.say(&serde_json::json!({ "event": "pusher:signin", "data": data }).to_string())
}

#[test]
fn a_late_answer_does_not_concern_a_newer_subscription() {
    let mut talk = Talk::new();
    let Action::Subscribe { channel, number: first, .. } = talk.subscribe("private-a", None) else {
        panic!("refused")
    };
    assert!(matches!(
        talk.say(r#"{"event":"pusher:unsubscribe","data":{"channel":"private-a"}}"#),
        Action::Unsubscribe(_)
    ));
    let Action::Subscribe { number: second, .. } = talk.subscribe("private-a", None) else {
        panic!("refused")
    };
    assert!(!talk.dialogue.refused(&channel, first) && !talk.dialogue.subscribed(&channel, first));
    assert!(talk.dialogue.subscribed(&channel, second));
    assert_eq!(talk.dialogue.end().channels, [channel]);
}

#[test]
fn a_sign_in_joins_the_users_channel_once_and_stays_the_same_user() {
    let mut talk = Talk::new();
    let Action::SignIn(first) = sign_in(&mut talk, r#"{"id":"ann","watchlist":["bob"]}"#) else {
        panic!("refused")
    };
    let (channel, _) = first.join.unwrap();
    assert_eq!((channel.user_id(), first.watch.len()), (Some("ann"), 1));
    let answer = String::from_utf8(first.answer[0].payload().to_vec()).unwrap();
    assert!(answer.contains("pusher:signin_success") && !answer.contains("key:"), "{answer}");

    let Action::SignIn(again) = sign_in(&mut talk, r#"{"id":"ann"}"#) else { panic!("refused") };
    assert!(again.join.is_none());
    assert!(matches!(sign_in(&mut talk, r#"{"id":"bob"}"#), Action::Refuse(..)));
    let text = r##"{"event":"pusher:subscribe","data":{"channel":"#server-to-user-ann","auth":""}}"##;
    assert!(talk.reply(text).contains("subscription_succeeded"));
    assert!(talk.reply(&text.replace("user-ann", "user-bob")).contains("subscription_error"));
    assert_eq!(talk.dialogue.end().channels, [channel]);
}

#[test]
fn a_sign_in_that_nobody_vouches_for_is_refused() {
    let mut talk = Talk::new();
    for data in [r#"{"auth":"key:00","user_data":"{\"id\":\"ann\"}"}"#, r#"{"auth":"x","user_data":"{}"}"#] {
        let reply = talk.reply(&format!(r#"{{"event":"pusher:signin","data":{data}}}"#));
        assert!(reply.contains("4009"), "{reply}");
    }
    assert!(matches!(sign_in(&mut talk, "{}"), Action::Refuse(..)));
    assert!(!talk.dialogue.is_authorized());
}

#[test]
fn a_signed_in_connection_is_a_member_without_channel_data() {
    let mut talk = Talk::new();
    assert!(matches!(sign_in(&mut talk, r#"{"id":"ann","user_info":{"n":1}}"#), Action::SignIn(_)));
    let Action::Subscribe { member: Some(member), .. } = talk.subscribe("presence-a", None) else {
        panic!("refused")
    };
    assert_eq!((member.user_id.as_str(), member.user_info.as_deref()), ("ann", Some(r#"{"n":1}"#)));
    let overridden = talk.subscribe("presence-b", Some(r#"{"user_id":"bob"}"#));
    assert!(
        matches!(overridden, Action::Subscribe { member: Some(member), .. } if member.user_id.as_str() == "bob")
    );
}

#[test]
fn the_end_names_every_channel_once() {
    let mut talk = Talk::new();
    talk.join("private-a", None);
    talk.join("news", None);
    let mut left: Vec<_> = talk.dialogue.end().channels.iter().map(ToString::to_string).collect();
    left.sort();
    assert_eq!(left, ["news", "private-a"]);
    assert!(talk.dialogue.end().channels.is_empty());
}
