use serde_json::Value;

/// One line of the framing that pusher-js' HTTP transports share with SockJS.
#[derive(Debug, PartialEq)]
pub(crate) enum Word {
    /// The padding before a stream.
    Prelude,
    Open,
    Heartbeat,
    /// Each is one message.
    Messages(Vec<String>),
    Close(u16, String),
}

impl Word {
    /// `None` for what is none.
    pub(crate) fn read(line: &str) -> Option<Self> {
        let (letter, rest) = line.split_at_checked(1)?;
        match letter {
            "h" if rest.is_empty() => Some(Self::Heartbeat),
            "h" if rest.bytes().all(|byte| byte == b'h') => Some(Self::Prelude),
            "o" if rest.is_empty() || rest.starts_with('{') => Some(Self::Open),
            "a" => serde_json::from_str(rest).ok().map(Self::Messages),
            "m" => serde_json::from_str(rest).ok().map(|message| Self::Messages(vec![message])),
            "c" => close(&serde_json::from_str(rest).ok()?),
            _ => None,
        }
    }
}

fn close(value: &Value) -> Option<Word> {
    let code = u16::try_from(value.get(0)?.as_u64()?).ok()?;
    Some(Word::Close(code, value.get(1).and_then(Value::as_str).unwrap_or_default().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_known_and_nothing_else() {
        let messages = |list: &[&str]| Some(Word::Messages(list.iter().map(|&it| it.to_owned()).collect()));
        for (line, expected) in [
            ("o", Some(Word::Open)),
            (r#"o{"hostname":"node7"}"#, Some(Word::Open)),
            ("h", Some(Word::Heartbeat)),
            ("hhhh", Some(Word::Prelude)),
            (r#"a["x","y"]"#, messages(&["x", "y"])),
            (r#"m"x""#, messages(&["x"])),
            (r#"c[4001,"no"]"#, Some(Word::Close(4001, "no".into()))),
            ("", None),
            ("a[1]", None),
            ("c[]", None),
            ("ok", None),
            ("ähm", None),
            ("<html>", None),
        ] {
            assert_eq!(Word::read(line), expected, "{line}");
        }
    }
}
