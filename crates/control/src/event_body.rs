use campanile_protocol::{Occurrence, OccurrenceKind};
use serde::Serialize;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

/// One event of a webhook body: Pusher's members first, then ours.
#[derive(Serialize)]
struct EventBody<'a> {
    name: &'static str,
    channel: &'a str,
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
    };
    let body = EventBody {
        name: occurrence.kind.as_type().as_str(),
        channel: occurrence.channel.as_str(),
        detail,
        id,
        seq,
        occurred_at: rfc3339(occurrence.at_ms),
    };
    serde_json::to_string(&body).expect("strings and numbers always serialise")
}

fn rfc3339(at_ms: u64) -> String {
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at_ms) * 1_000_000);
    let time = time.unwrap_or(OffsetDateTime::UNIX_EPOCH);
    time.format(&Rfc3339).expect("a time between the years 1970 and 9999 has that form")
}

#[cfg(test)]
mod tests {
    use campanile_protocol::{AppId, ChannelName};

    use super::*;

    fn body(channel: &str, kind: OccurrenceKind) -> String {
        let occurrence = Occurrence {
            app_id: AppId::from_number(3).unwrap(),
            channel: ChannelName::parse(channel).unwrap(),
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
