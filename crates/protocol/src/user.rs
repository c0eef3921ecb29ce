use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;
use thiserror::Error;

use crate::{
    ChannelName, from_object,
    json::is_harmless,
    limits::{USER_ID_BYTES, USER_INFO_BYTES, WATCHLIST_USERS},
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
        let user_info = user_info(data.user_info)?;
        Ok(Self { user_id, user_info })
    }
}

fn user_info(info: Option<&RawValue>) -> Result<Option<Arc<str>>, InvalidMember> {
    match info.map(RawValue::get) {
        None => Ok(None),
        Some(info) if info.len() > USER_INFO_BYTES => Err(InvalidMember::LargeUserInfo),
        Some(info) if is_harmless(info) => Ok(Some(info.into())),
        Some(_) => Err(InvalidMember::Malformed),
    }
}

fn watched_channel(id: &RawValue) -> Option<ChannelName> {
    ChannelName::of_user(UserId::from_json(id.get()).ok()?.as_str()).ok()
}

/// A user who signed in, as the app's server described it in `user_data`.
#[derive(Clone, Debug)]
pub struct SignedInUser {
    /// The user as a member of presence channels.
    pub member: Member,
    /// The channel that reaches the user.
    pub channel: ChannelName,
    /// The channels of the users it watches: at most
    /// [`WATCHLIST_USERS`](crate::limits::WATCHLIST_USERS).
    pub watchlist: Vec<ChannelName>,
    /// Whether it asked to watch more.
    pub is_watchlist_cut: bool,
}

/// Why `user_data` describes no user (Pusher reference, section 2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InvalidUser {
    /// It is not a JSON object with a non-empty string or a number as `id`.
    #[error("user_data must be a JSON object with a non-empty id")]
    Malformed,
    /// The `id` has other characters than channel names may have, or is too long.
    #[error("The id in user_data is too long or contains illegal characters")]
    Id,
    /// The `user_info` is too large.
    #[error("user_info exceeds the allowed maximum ({USER_INFO_BYTES} bytes)")]
    LargeUserInfo,
}

impl SignedInUser {
    /// Reads the `user_data` of a sign-in. A number as id is taken as its text. Watched ids that no user
    /// can have are left out.
    pub fn from_user_data(user_data: &str) -> Result<Self, InvalidUser> {
        #[derive(Deserialize)]
        struct UserData<'a> {
            #[serde(borrow)]
            id: &'a RawValue,
            #[serde(borrow)]
            user_info: Option<&'a RawValue>,
            #[serde(borrow)]
            watchlist: Option<Vec<&'a RawValue>>,
        }

        let data: UserData = from_object(user_data).map_err(|_| InvalidUser::Malformed)?;
        let id = UserId::from_json(data.id.get()).map_err(|_| InvalidUser::Malformed)?;
        let user_id = UserId { text: id.text, is_number: false };
        let channel = ChannelName::of_user(user_id.as_str()).map_err(|_| InvalidUser::Id)?;
        let user_info = user_info(data.user_info).map_err(|error| match error {
            InvalidMember::LargeUserInfo => InvalidUser::LargeUserInfo,
            _ => InvalidUser::Malformed,
        })?;
        let watched = data.watchlist.unwrap_or_default();
        let mut watchlist: Vec<_> =
            watched.iter().take(WATCHLIST_USERS).filter_map(|id| watched_channel(id)).collect();
        watchlist.sort();
        watchlist.dedup();
        let is_watchlist_cut = watched.len() > WATCHLIST_USERS;
        Ok(Self { member: Member { user_id, user_info }, channel, watchlist, is_watchlist_cut })
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

    #[test]
    fn a_user_is_read_with_its_watchlist() {
        let user = SignedInUser::from_user_data(
            r#"{"id":7,"user_info":{"n":1},"watchlist":["b","a","b","a b",7,null]}"#,
        );
        let user = user.unwrap();
        assert_eq!(user.member.user_id.to_json(), "\"7\"");
        assert_eq!(user.channel.user_id(), Some("7"));
        assert_eq!(
            user.watchlist.iter().filter_map(ChannelName::user_id).collect::<Vec<_>>(),
            ["7", "a", "b"]
        );
        assert!(!user.is_watchlist_cut);
        for data in ["", "[]", "{}", r#"{"id":""}"#, r#"{"id":null}"#] {
            assert_eq!(SignedInUser::from_user_data(data).unwrap_err(), InvalidUser::Malformed, "{data}");
        }
        assert_eq!(SignedInUser::from_user_data(r#"{"id":"a b"}"#).unwrap_err(), InvalidUser::Id);
    }

    #[test]
    fn a_watchlist_is_cut_at_its_hundredth_id() {
        let ids: Vec<_> = (0..101).map(|id| id.to_string()).collect();
        let user =
            SignedInUser::from_user_data(&serde_json::json!({ "id": "u", "watchlist": ids }).to_string());
        let user = user.unwrap();
        assert_eq!((user.watchlist.len(), user.is_watchlist_cut), (100, true));
    }
}
