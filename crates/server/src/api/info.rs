use campanile_protocol::{Access, ChannelName};
use campanile_realtime::ChannelInfo;
use serde::Serialize;

use super::error::ApiError;

/// Which attributes of channels a request asks for, with `info=a,b`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct InfoRequest {
    pub(super) user_count: bool,
}

/// The attributes of one channel; those that were not asked for, or do not apply, are absent.
#[derive(Debug, Default, Serialize)]
pub(super) struct Attributes {
    #[serde(skip_serializing_if = "Option::is_none")]
    user_count: Option<usize>,
}

impl InfoRequest {
    pub(super) fn parse(info: Option<&str>) -> Result<Self, ApiError> {
        let mut request = Self::default();
        for attribute in info.unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty()) {
            match attribute {
                "user_count" => request.user_count = true,
                unknown => {
                    return Err(ApiError::bad_request(format!(
                        "Unknown or unavailable info attribute: {unknown}"
                    )));
                }
            }
        }
        Ok(request)
    }

    pub(super) fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// What was asked for of a channel; an unoccupied one has no users.
    pub(super) fn attributes(self, channel: &ChannelName, info: Option<&ChannelInfo>) -> Attributes {
        let applies = self.user_count && channel.access() == Access::Presence;
        Attributes { user_count: applies.then(|| info.map_or(0, |info| info.users)) }
    }
}
