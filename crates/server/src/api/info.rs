use campanile_protocol::{Access, AppSettings, ChannelName};
use campanile_realtime::ChannelInfo;
use schemars::JsonSchema;
use serde::Serialize;

use super::error::ApiError;

/// Which attributes of channels a request asks for, with `info=a,b`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct InfoRequest {
    pub(super) user_count: bool,
    pub(super) subscription_count: bool,
    pub(super) cache: bool,
}

/// The attributes of one channel; those that were not asked for, or do not apply, are absent.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(super) struct Attributes {
    #[serde(skip_serializing_if = "Option::is_none")]
    user_count: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subscription_count: Option<usize>,
    /// `null` for a channel that remembers nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    cache: Option<Option<Cache>>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Cache {
    data: String,
    /// In seconds.
    ttl: u64,
}

impl InfoRequest {
    pub(super) fn parse(info: Option<&str>) -> Result<Self, ApiError> {
        let mut request = Self::default();
        for attribute in info.unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty()) {
            match attribute {
                "user_count" => request.user_count = true,
                "subscription_count" => request.subscription_count = true,
                "cache" => request.cache = true,
                unknown => {
                    return Err(ApiError::bad_request(format!("Unknown info attribute: {unknown:.100}")));
                }
            }
        }
        Ok(request)
    }

    pub(super) fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// What was asked for and applies to a channel.
    pub(super) fn attributes(
        self,
        channel: &ChannelName,
        info: ChannelInfo,
        settings: &AppSettings,
    ) -> Attributes {
        let ChannelInfo { subscribers, users, cached } = info;
        let cache = || cached.map(|cached| Cache { data: cached.data, ttl: cached.ttl.as_secs() });
        Attributes {
            user_count: (self.user_count && channel.access() == Access::Presence).then_some(users),
            subscription_count: (self.subscription_count && settings.subscription_count)
                .then_some(subscribers),
            cache: (self.cache && channel.is_cache()).then(cache),
        }
    }
}
