use campanile_protocol::{AppId, ChannelName, Occurrence, OccurrenceKind, OccurrenceType, SocketId};
use serde::Serialize;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

/// One event of a webhook body: Pusher's members first, then ours.
#[derive(Serialize)]
struct EventBody<'a> {
    name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<&'a str>,
    #[serde(flatten)]
    detail: Detail<'a>,
    id: Uuid,
    seq: i64,
    occurred_at: String,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Detail<'a> {
    None {},
    Member {
        user_id: &'a str,
    },
    SubscriptionCount {
        subscription_count: usize,
    },
    ClientEvent {
        event: &'a str,
        data: &'a str,
        socket_id: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        user_id: Option<&'a str>,
    },
    ConnectionOpened {
        socket_id: String,
    },
    ConnectionClosed {
        socket_id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        user_id: Option<&'a str>,
        reason: &'a str,
    },
}

/// The JSON object that is stored and later sent, byte for byte.
pub(crate) fn event_body(occurrence: &Occurrence, id: Uuid, seq: i64) -> String {
    let detail = match &occurrence.kind {
        OccurrenceKind::Occupied | OccurrenceKind::Vacated | OccurrenceKind::CacheMiss => Detail::None {},
        OccurrenceKind::SubscriptionCount { count } => {
            Detail::SubscriptionCount { subscription_count: *count }
        }
        OccurrenceKind::MemberAdded { user_id } | OccurrenceKind::MemberRemoved { user_id } => {
            Detail::Member { user_id }
        }
        OccurrenceKind::ClientEvent { event, data, socket_id, user_id } => {
            Detail::ClientEvent { event, data, socket_id, user_id: user_id.as_deref() }
        }
        OccurrenceKind::ConnectionOpened { socket_id } => {
            Detail::ConnectionOpened { socket_id: socket_id.to_string() }
        }
        OccurrenceKind::ConnectionClosed { socket_id, user_id, reason } => {
            Detail::ConnectionClosed { socket_id: socket_id.to_string(), user_id: user_id.as_deref(), reason }
        }
    };
    let body = EventBody {
        name: occurrence.kind.as_type().as_str(),
        channel: occurrence.channel.as_ref().map(ChannelName::as_str),
        detail,
        id,
        seq,
        occurred_at: rfc3339(occurrence.at_ms),
    };
    serde_json::to_string(&body).expect("strings and numbers always serialise")
}

/// The body of a batch: the same bytes at each try and replay, for its time is that of the batch.
pub(crate) fn batch_body<'a>(frozen_at: OffsetDateTime, events: impl IntoIterator<Item = &'a str>) -> String {
    let time_ms = frozen_at.unix_timestamp_nanos() / 1_000_000;
    let events: Vec<&str> = events.into_iter().collect();
    format!(r#"{{"time_ms":{time_ms},"events":[{}]}}"#, events.join(","))
}

/// What a request with one event of a type looks like, made up.
pub fn example_body(kind: OccurrenceType, now: OffsetDateTime) -> String {
    let (user_id, socket_id) = ("user-1".to_owned(), SocketId::from_random(1_234 << 32 | 5_678));
    let (channel, kind) = match kind {
        OccurrenceType::ChannelOccupied => ("test-channel", OccurrenceKind::Occupied),
        OccurrenceType::ChannelVacated => ("test-channel", OccurrenceKind::Vacated),
        OccurrenceType::MemberAdded => ("presence-test", OccurrenceKind::MemberAdded { user_id }),
        OccurrenceType::MemberRemoved => ("presence-test", OccurrenceKind::MemberRemoved { user_id }),
        OccurrenceType::ClientEvent => ("presence-test", example_client_event(user_id, socket_id)),
        OccurrenceType::CacheMiss => ("cache-test", OccurrenceKind::CacheMiss),
        OccurrenceType::SubscriptionCount => ("test-channel", OccurrenceKind::SubscriptionCount { count: 3 }),
        OccurrenceType::ConnectionOpened => ("", OccurrenceKind::ConnectionOpened { socket_id }),
        OccurrenceType::ConnectionClosed => {
            let (user_id, reason) = (Some(user_id), "left".to_owned());
            ("", OccurrenceKind::ConnectionClosed { socket_id, user_id, reason })
        }
    };
    let app_id = AppId::from_number(1).expect("positive");
    let at_ms = u64::try_from(now.unix_timestamp_nanos() / 1_000_000).unwrap_or_default();
    let occurrence = Occurrence { app_id, channel: ChannelName::parse(channel).ok(), at_ms, kind };
    batch_body(now, [event_body(&occurrence, Uuid::now_v7(), 0).as_str()])
}

fn example_client_event(user_id: String, socket_id: SocketId) -> OccurrenceKind {
    OccurrenceKind::ClientEvent {
        event: "client-test".to_owned(),
        data: "{\"hello\":\"world\"}".to_owned(),
        socket_id: socket_id.to_string(),
        user_id: Some(user_id),
    }
}

fn rfc3339(at_ms: u64) -> String {
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at_ms) * 1_000_000);
    let time = time.unwrap_or(OffsetDateTime::UNIX_EPOCH);
    time.format(&Rfc3339).expect("a time between the years 1970 and 9999 has that form")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_an_example_of_every_type() {
        for kind in OccurrenceType::ALL {
            let body: serde_json::Value =
                serde_json::from_str(&example_body(kind, OffsetDateTime::UNIX_EPOCH)).unwrap();
            assert_eq!(body["events"][0]["name"], kind.as_str());
            let has_channel = body["events"][0].get("channel").is_some();
            let is_of_connection =
                matches!(kind, OccurrenceType::ConnectionOpened | OccurrenceType::ConnectionClosed);
            assert_eq!(has_channel, !is_of_connection, "{kind}");
        }
    }

    #[test]
    fn events_are_sent_as_they_were_stored() {
        let at = OffsetDateTime::from_unix_timestamp(1_327_078_148).unwrap();
        let body = batch_body(at, [r#"{"a": 1}"#, "{}"]);
        assert_eq!(body, r#"{"time_ms":1327078148000,"events":[{"a": 1},{}]}"#);
    }

    #[test]
    fn what_happens_to_a_connection_names_no_channel() {
        let socket_id = SocketId::from_random((1 << 32) | 2);
        let body = |kind| {
            let app_id = AppId::from_number(3).unwrap();
            event_body(&Occurrence { app_id, channel: None, at_ms: 1_327_078_148_132, kind }, Uuid::nil(), 7)
        };
        assert_eq!(
            body(OccurrenceKind::ConnectionOpened { socket_id }),
            format!(r#"{{"name":"connection_opened","socket_id":"1.2",{TAIL}"#)
        );
        let closed = |user_id| OccurrenceKind::ConnectionClosed { socket_id, user_id, reason: "left".into() };
        assert_eq!(
            body(closed(Some("u".into()))),
            format!(r#"{{"name":"connection_closed","socket_id":"1.2","user_id":"u","reason":"left",{TAIL}"#)
        );
        assert_eq!(
            body(closed(None)),
            format!(r#"{{"name":"connection_closed","socket_id":"1.2","reason":"left",{TAIL}"#)
        );
    }

    fn body(channel: &str, kind: OccurrenceKind) -> String {
        let occurrence = Occurrence {
            app_id: AppId::from_number(3).unwrap(),
            channel: Some(ChannelName::parse(channel).unwrap()),
            at_ms: 1_327_078_148_132,
            kind,
        };
        event_body(&occurrence, Uuid::nil(), 7)
    }

    const TAIL: &str =
        r#""id":"00000000-0000-0000-0000-000000000000","seq":7,"occurred_at":"2012-01-20T16:49:08.132Z"}"#;

    #[test]
    fn each_type_has_the_members_of_the_reference() {
        let client_event = |user_id| OccurrenceKind::ClientEvent {
            event: "client-a".into(),
            data: "{\"b\":1}".into(),
            socket_id: "1.2".into(),
            user_id,
        };
        let table = [
            ("news", OccurrenceKind::Occupied, r#"{"name":"channel_occupied","channel":"news","#),
            ("news", OccurrenceKind::Vacated, r#"{"name":"channel_vacated","channel":"news","#),
            (
                "presence-a",
                OccurrenceKind::MemberAdded { user_id: "u\"1".into() },
                r#"{"name":"member_added","channel":"presence-a","user_id":"u\"1","#,
            ),
            (
                "presence-a",
                OccurrenceKind::MemberRemoved { user_id: "\0".into() },
                r#"{"name":"member_removed","channel":"presence-a","user_id":"\u0000","#,
            ),
            (
                "private-a",
                client_event(None),
                r#"{"name":"client_event","channel":"private-a","event":"client-a","data":"{\"b\":1}","socket_id":"1.2","#,
            ),
            (
                "presence-a",
                client_event(Some("u".into())),
                r#"{"name":"client_event","channel":"presence-a","event":"client-a","data":"{\"b\":1}","socket_id":"1.2","user_id":"u","#,
            ),
        ];
        for (channel, kind, head) in table {
            assert_eq!(body(channel, kind), format!("{head}{TAIL}"));
        }
    }
}
