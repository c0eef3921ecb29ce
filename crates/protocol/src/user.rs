use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;
use thiserror::Error;

use crate::{
    from_object,
    limits::{USER_ID_BYTES, USER_INFO_BYTES},
};

/// Who a member of a presence channel is. Compared by its text, sent with its original JSON type:
/// `7` and `"7"` are one user, and a numeric id stays a number on the wire.
#[derive(Clone, Debug)]
pub struct UserId {
    text: Arc<str>,
    is_number: bool,
}

/// One user of a presence channel as its app's server described it.
#[derive(Clone, Debug)]
pub struct Member {
    /// Who it is.
    pub user_id: UserId,
    /// What others may know of it, as JSON text; absent when the server said nothing.
    pub user_info: Option<Arc<str>>,
}

/// Why `channel_data` describes no member (Pusher reference, sections 2.2 and 3).
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InvalidMember {
    /// There is none.
    #[error("Presence channels need channel_data with a user_id")]
    Missing,
    /// It is not a JSON object with a string or number as `user_id`.
    #[error("channel_data must be a JSON object with a string or number as user_id")]
    Malformed,
    /// The `user_id` is too long.
    #[error("user_id must be 1 to {USER_ID_BYTES} bytes long")]
    UserIdLength,
    /// The `user_info` is too large.
    #[error("user_info exceeds the allowed maximum ({USER_INFO_BYTES} bytes)")]
    LargeUserInfo,
}

impl UserId {
    /// The id as text, by which users are told apart.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The id as JSON, with its original type.
    pub fn to_json(&self) -> String {
        if self.is_number {
            self.text.to_string()
        } else {
            serde_json::to_string(&self.text).expect("a string always serialises")
        }
    }

    fn from_json(json: &str) -> Result<Self, InvalidMember> {
        let is_number = json.starts_with(|c: char| c == '-' || c.is_ascii_digit());
        let text = if is_number {
            json.to_owned()
        } else {
            serde_json::from_str::<String>(json).map_err(|_| InvalidMember::Malformed)?
        };
        if text.is_empty() || text.len() > USER_ID_BYTES {
            return Err(InvalidMember::UserIdLength);
        }
        Ok(Self { text: text.into(), is_number })
    }
}

impl PartialEq for UserId {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for UserId {}

impl Member {
    /// Reads the `channel_data` of a presence subscription.
    pub fn from_channel_data(channel_data: &str) -> Result<Self, InvalidMember> {
        #[derive(Deserialize)]
        struct ChannelData<'a> {
            #[serde(borrow)]
            user_id: &'a RawValue,
            #[serde(borrow)]
            user_info: Option<&'a RawValue>,
        }

        let data: ChannelData = from_object(channel_data).map_err(|_| InvalidMember::Malformed)?;
        let user_id = UserId::from_json(data.user_id.get())?;
        let user_info = data.user_info.map(|info| Arc::from(info.get()));
        if user_info.as_ref().is_some_and(|info: &Arc<str>| info.len() > USER_INFO_BYTES) {
            return Err(InvalidMember::LargeUserInfo);
        }
        Ok(Self { user_id, user_info })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_numeric_id_keeps_its_type_and_equals_its_text() {
        let number = Member::from_channel_data(r#"{"user_id":10,"user_info":{"name":"A"}}"#).unwrap();
        let string = Member::from_channel_data(r#"{"user_id":"10"}"#).unwrap();
        assert_eq!(number.user_id, string.user_id);
        assert_eq!(number.user_id.to_json(), "10");
        assert_eq!(string.user_id.to_json(), "\"10\"");
        assert_eq!(number.user_info.as_deref(), Some(r#"{"name":"A"}"#));
        assert_eq!(string.user_info, None);
    }

    #[test]
    fn what_describes_no_member_is_refused() {
        let long = format!(r#"{{"user_id":"{}"}}"#, "x".repeat(129));
        let large = format!(r#"{{"user_id":"1","user_info":"{}"}}"#, "x".repeat(1024));
        for (data, error) in [
            ("", InvalidMember::Malformed),
            ("[]", InvalidMember::Malformed),
            ("{}", InvalidMember::Malformed),
            (r#"{"user_id":null}"#, InvalidMember::Malformed),
            (r#"{"user_id":true}"#, InvalidMember::Malformed),
            (r#"{"user_id":{}}"#, InvalidMember::Malformed),
            (r#"{"user_id":""}"#, InvalidMember::UserIdLength),
            (&long, InvalidMember::UserIdLength),
            (&large, InvalidMember::LargeUserInfo),
        ] {
            assert_eq!(Member::from_channel_data(data).unwrap_err(), error, "{data}");
        }
    }
}
