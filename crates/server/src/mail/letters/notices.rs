//! What happened to an organisation while nobody looked.

use campanile_control::LimitReached;

use super::plain;

/// A limit in words.
struct LimitWords<'a> {
    /// What it bounds.
    noun: &'a str,
    /// How much of it was used.
    used: String,
    /// How there is room again.
    ends: &'static str,
}

/// Subject and text; the text comes before the link.
pub(super) fn limit_reached(reached: &LimitReached) -> (String, String) {
    let organisation = plain(&reached.organisation);
    let (whose, who) = match &reached.app {
        Some((_, app)) => (plain(app), format!("{}, an app of {organisation},", plain(app))),
        None => (organisation.clone(), organisation),
    };
    let LimitWords { noun, used, ends } = limit_words(reached);
    let is_full = reached.percent >= 100;
    let subject = if is_full {
        format!("{whose} has reached its limit of {noun}")
    } else {
        format!("{whose} has used {} % of its limit of {noun}", reached.percent)
    };
    let beyond = if is_full { "What goes beyond the limit is refused." } else { "Nothing is refused yet." };
    let day = &reached.day;
    let text = format!(
        "{who} is at {} % of its limit of {noun} on {day} (UTC): {used}.\n\n{beyond} {ends}",
        reached.percent
    );
    (subject, text.trim_end().to_owned())
}

fn limit_words(reached: &LimitReached) -> LimitWords<'_> {
    let (used, most) = (grouped(reached.used), grouped(reached.most));
    match reached.limit.as_str() {
        "max_connections" => LimitWords {
            noun: "connections",
            used: format!("at the peak, {used} of {most} were open at once"),
            ends: "There is room again as soon as connections close.",
        },
        "max_messages_per_day" => LimitWords {
            noun: "messages per day",
            used: format!("{used} of {most} are used"),
            ends: "Counting starts again at midnight UTC.",
        },
        "max_messages_per_second" => LimitWords {
            noun: "messages per second",
            used: format!("at the peak, {used} of {most} were published in a second"),
            ends: "There is room again a second later.",
        },
        // One of a later release.
        other => LimitWords { noun: other, used: format!("{used} of {most} are used"), ends: "" },
    }
}

/// Subject and text; the text comes before the link.
pub(super) fn webhook_disabled(app: &str, url: &str, reason: &str, error: Option<&str>) -> (String, String) {
    let (app, url) = (plain(app), plain(url));
    let (why, error) = match reason {
        "gone" => ("it answered 410 Gone", None),
        _ => ("it has failed for five days", error),
    };
    let last = error.map(|error| format!(" The last try: {}.", plain(error))).unwrap_or_default();
    let text = format!(
        "The webhook endpoint {url} of {app} gets nothing any more: {why}.{last}\n\nWhat it has yet to be told is \
         kept for seven days. When it is mended, resume it:"
    );
    (format!("A webhook of {app} was disabled"), text)
}

/// A number with its thousands apart: `12,000`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use campanile_protocol::AppId;

    use super::*;

    fn reached(limit: &str, percent: u8, used: u64, most: u64) -> LimitReached {
        LimitReached {
            organisation: "Acme".to_owned(),
            app: Some((AppId::from_number(7).unwrap(), "Shop".to_owned())),
            limit: limit.to_owned(),
            percent,
            used,
            most,
            day: "2026-11-23".to_owned(),
        }
    }

    #[test]
    fn a_limit_is_told_with_what_is_used_and_when_there_is_room_again() {
        let (subject, text) = limit_reached(&reached("max_messages_per_day", 80, 1_234_567, 1_500_000));
        assert_eq!(subject, "Shop has used 80 % of its limit of messages per day");
        assert_eq!(
            text,
            "Shop, an app of Acme, is at 80 % of its limit of messages per day on 2026-11-23 (UTC): 1,234,567 of \
             1,500,000 are used.\n\nNothing is refused yet. Counting starts again at midnight UTC."
        );
        let (subject, text) =
            limit_reached(&LimitReached { app: None, ..reached("max_connections", 100, 100, 100) });
        assert_eq!(subject, "Acme has reached its limit of connections");
        assert_eq!(
            text,
            "Acme is at 100 % of its limit of connections on 2026-11-23 (UTC): at the peak, 100 of 100 were open \
             at once.\n\nWhat goes beyond the limit is refused. There is room again as soon as connections close."
        );
    }

    #[test]
    fn a_disabled_endpoint_is_told_with_its_last_answer() {
        let (subject, text) =
            webhook_disabled("Shop", "https://example.com/in", "failing", Some("the endpoint answered 503"));
        assert_eq!(subject, "A webhook of Shop was disabled");
        assert!(text.contains("for five days. The last try: the endpoint answered 503."), "{text}");
        assert!(
            webhook_disabled("Shop", "https://example.com/in", "gone", None).1.contains("answered 410 Gone.")
        );
    }

    #[test]
    fn names_begin_no_line_of_their_own() {
        let mut reached = reached("max_connections", 80, 8, 10);
        reached.app =
            reached.app.map(|(id, _)| (id, "Shop\r\nBcc: all@example.com\r\n\r\nPay here".to_owned()));
        let (subject, text) = limit_reached(&reached);
        let (other, body) =
            webhook_disabled("Shop\nCc: x", "https://e\r\nvil", "failing", Some("bad\r\n\r\nnews"));
        for line in
            [subject, other].iter().chain(&[text.replacen("\n\n", "", 1), body.replacen("\n\n", "", 1)])
        {
            assert!(!line.contains(['\r', '\n']), "{line:?}");
        }
    }
}
