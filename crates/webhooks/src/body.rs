use bytes::Bytes;
use campanile_control::Batch;

/// The body of a batch: the same bytes at each try, for its time is that of the batch, not the try's.
pub(crate) fn body(batch: &Batch) -> Bytes {
    let time_ms = batch.frozen_at.unix_timestamp_nanos() / 1_000_000;
    let events: Vec<&str> = batch.events.iter().map(|event| event.body.as_str()).collect();
    format!(r#"{{"time_ms":{time_ms},"events":[{}]}}"#, events.join(",")).into()
}

#[cfg(test)]
mod tests {
    use campanile_control::BatchEvent;
    use time::OffsetDateTime;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn events_are_sent_as_they_were_stored() {
        let event = |seq, body: &str| BatchEvent { seq, body: body.to_owned() };
        let batch = Batch {
            id: Uuid::nil(),
            attempt: 1,
            frozen_at: OffsetDateTime::from_unix_timestamp(1_327_078_148).unwrap(),
            events: vec![event(1, r#"{"a": 1}"#), event(2, "{}")],
        };
        assert_eq!(body(&batch), r#"{"time_ms":1327078148000,"events":[{"a": 1},{}]}"#);
    }
}
