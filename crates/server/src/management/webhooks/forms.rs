use std::collections::BTreeMap;

use campanile_control::{DeliveryOrder, NewWebhook, WebhookChange};
use campanile_protocol::OccurrenceType;
use schemars::JsonSchema;
use serde::Deserialize;

use super::fields::{self, Headers};
use crate::{
    management::{Management, ManagementError, validation::Form},
    openapi::Secret,
};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateEndpoint {
    url: String,
    #[schemars(with = "Vec<OccurrenceType>")]
    event_types: Vec<String>,
    #[serde(default)]
    name: String,
    #[serde(default)]
    channels: Vec<String>,
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Secret>")]
    headers: Headers,
    #[serde(default)]
    batching: bool,
    #[serde(default)]
    order: DeliveryOrder,
    lanes: Option<u8>,
    timeout_ms: Option<u64>,
}

/// What is absent stays. Lanes cannot change: events are spread over them already.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UpdateEndpoint {
    url: Option<String>,
    #[schemars(with = "Option<Vec<OccurrenceType>>")]
    event_types: Option<Vec<String>>,
    name: Option<String>,
    channels: Option<Vec<String>>,
    /// Replaces all: their values cannot be shown for editing.
    #[schemars(with = "Option<BTreeMap<String, Secret>>")]
    headers: Option<Headers>,
    batching: Option<bool>,
    order: Option<DeliveryOrder>,
    timeout_ms: Option<u64>,
}

impl CreateEndpoint {
    pub(super) fn check(self, management: &Management) -> Result<NewWebhook, ManagementError> {
        let mut form = Form::default();
        fields::url(&mut form, management, &self.url);
        let name = fields::name(&mut form, &self.name);
        let event_types = fields::event_types(&mut form, &self.event_types);
        form.check()?;
        Ok(NewWebhook {
            url: self.url,
            name,
            event_types,
            channels: self.channels,
            headers: fields::headers(self.headers),
            batching: self.batching,
            order: self.order,
            lanes: self.lanes,
            timeout: self.timeout_ms.map(fields::timeout),
        })
    }
}

impl UpdateEndpoint {
    pub(super) fn check(self, management: &Management) -> Result<WebhookChange, ManagementError> {
        let mut form = Form::default();
        if let Some(url) = &self.url {
            fields::url(&mut form, management, url);
        }
        let name = self.name.map(|name| fields::name(&mut form, &name));
        let event_types = self.event_types.map(|names| fields::event_types(&mut form, &names));
        form.check()?;
        Ok(WebhookChange {
            url: self.url,
            name,
            event_types,
            channels: self.channels,
            headers: self.headers.map(fields::headers),
            batching: self.batching,
            order: self.order,
            timeout: self.timeout_ms.map(fields::timeout),
        })
    }
}
