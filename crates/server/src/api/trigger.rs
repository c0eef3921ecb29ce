use std::{borrow::Cow, collections::BTreeMap};

use actix_web::web::{Bytes, Data, Json};
use campanile_protocol::{
    Access, ChannelName, Event, EventData, EventName, SocketId, from_object,
    limits::CHANNELS_PER_PUBLICATION, signature::RequestAuth,
};
use campanile_realtime::{Node, Publication, Source};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{
    error::ApiError,
    info::{Attributes, InfoRequest},
    signed::Signed,
};

/// The attributes of the channels that were published to, if asked for.
#[derive(Serialize, JsonSchema)]
pub(super) struct TriggerReply {
    #[serde(skip_serializing_if = "Option::is_none")]
    channels: Option<BTreeMap<String, Attributes>>,
}

/// The same for each event of a batch, in its order.
#[derive(Serialize, JsonSchema)]
pub(super) struct BatchReply {
    #[serde(skip_serializing_if = "Option::is_none")]
    batch: Option<Vec<Attributes>>,
}

/// An event. What is absent may stand in the query, but for the data.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "Event")]
pub(super) struct TriggerBody<'a> {
    /// Its name.
    name: Option<Cow<'a, str>>,
    /// What it carries: a string, or any JSON.
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    /// To which channels: at most 100.
    channels: Option<Vec<Cow<'a, str>>>,
    /// Or to which one.
    channel: Option<Cow<'a, str>>,
    /// The connection that is not to get it.
    socket_id: Option<Cow<'a, str>>,
    /// Attributes of the channels to answer with: `user_count`, `subscription_count`, with commas.
    info: Option<Cow<'a, str>>,
}

/// Events, each with one `channel`.
#[derive(Deserialize, JsonSchema)]
pub(super) struct BatchBody<'a> {
    /// At most 10, unless the app is set otherwise.
    #[serde(borrow)]
    batch: Option<Vec<TriggerBody<'a>>>,
}

/// `POST /apps/{app_id}/events`: publishes one event to at most 100 channels of the app.
///
/// 200 means that the engine accepted it, not that anyone received it.
pub(super) async fn trigger(request: &Signed, node: &Node) -> Result<TriggerReply, ApiError> {
    let parameters;
    let mut body: TriggerBody = parse(&request.body)?;
    if request.has_parameters {
        parameters = request.parameters()?;
        body = body.or_from_query(&parameters);
    }
    let info = InfoRequest::parse(body.info.as_deref())?;
    let publication = body.into_publication(request)?;
    if info.is_empty() {
        request.allow(1).await?;
        request.publish(node, publication, 1, 1).await?;
        return Ok(TriggerReply { channels: None });
    }
    let channels = publication.channels.clone();
    request.allow(2).await?;
    request.publish(node, publication, 1, 2).await?;
    let mut reply = BTreeMap::new();
    for channel in channels {
        let found = node.find_channel(&request.realm, channel.clone()).await?;
        let attributes = info.attributes(&channel, found, &request.realm.app().settings);
        reply.insert(channel.to_string(), attributes);
    }
    Ok(TriggerReply { channels: Some(reply) })
}

/// The same for a request whose path had to be decoded.
pub(super) async fn trigger_routed(
    request: Signed,
    node: Data<Node>,
) -> Result<Json<TriggerReply>, ApiError> {
    trigger(&request, &node).await.map(Json)
}

/// `POST /apps/{app_id}/batch_events`: publishes at most 10 events, each to one channel; all of them
/// or, if one is not valid, none.
pub(super) async fn trigger_batch(request: Signed, node: Data<Node>) -> Result<Json<BatchReply>, ApiError> {
    let body: BatchBody = parse(&request.body)?;
    let entries = body.batch.ok_or_else(|| ApiError::missing("batch"))?;
    let most = request.realm.app().settings.max_batch_events as usize;
    if entries.len() > most {
        return Err(ApiError::bad_request(format!("Batch too large ({} > {most})", entries.len())));
    }
    let mut checked = Vec::with_capacity(entries.len());
    for entry in entries {
        if entry.channels.is_some() || entry.channel.is_none() {
            return Err(ApiError::missing("channel"));
        }
        let info = InfoRequest::parse(entry.info.as_deref())?;
        checked.push((info, entry.into_publication(&request)?));
    }
    let asking = checked.iter().filter(|(info, _)| !info.is_empty()).count();
    request.allow((checked.len() + asking) as u64).await?;
    let mut reply = Vec::with_capacity(checked.len());
    for (info, publication) in checked {
        let channel = publication.channels[0].clone();
        let is_first = reply.is_empty();
        request.publish(&node, publication, is_first.into(), 1 + u64::from(!info.is_empty())).await?;
        reply.push(match info.is_empty() {
            true => Attributes::default(),
            false => {
                let found = node.find_channel(&request.realm, channel.clone()).await?;
                info.attributes(&channel, found, &request.realm.app().settings)
            }
        });
    }
    Ok(Json(BatchReply { batch: (asking > 0).then_some(reply) }))
}

fn parse<'a, T: Deserialize<'a>>(body: &'a Bytes) -> Result<T, ApiError> {
    let text =
        std::str::from_utf8(body).map_err(|_| ApiError::bad_request("The body must be JSON in UTF-8"))?;
    from_object(text)
        .map_err(|error| ApiError::bad_request(format!("The body must be a JSON object: {error}")))
}

impl<'a> TriggerBody<'a> {
    /// Takes from the query what the body does not say; the data is always in the body.
    fn or_from_query(mut self, query: &'a RequestAuth<'_>) -> Self {
        let parameter = |name: &str| query.find(name).map(Cow::Borrowed);
        self.name = self.name.or_else(|| parameter("name"));
        self.socket_id = self.socket_id.or_else(|| parameter("socket_id"));
        self.info = self.info.or_else(|| parameter("info"));
        if self.channels.is_none() && self.channel.is_none() {
            let listed = query.list("channels");
            self.channels = (!listed.is_empty()).then(|| listed.into_iter().map(Cow::Borrowed).collect());
            self.channel = parameter("channel");
        }
        self
    }

    /// Checks everything; `self` was parsed from the request's body.
    fn into_publication(self, request: &Signed) -> Result<Publication, ApiError> {
        let max_bytes = request.realm.app().settings.max_event_bytes;
        let name = EventName::parse(&self.name.ok_or_else(|| ApiError::missing("name"))?)?;
        let data = self.data.ok_or_else(|| ApiError::missing("data"))?;
        let data = EventData::published(data, &request.body, max_bytes)?;
        let except = match self.socket_id.filter(|id| !id.is_empty()) {
            Some(id) => SocketId::parse(&id)?,
            None => None,
        };
        let channels = channels(request, self.channels, self.channel)?;
        Ok(Publication { event: Event { name, data }, channels, except, source: Source::Api })
    }
}

/// The channels named, each once. An encrypted channel stands alone: each has its own key, so one
/// ciphertext cannot serve two.
fn channels(
    request: &Signed,
    many: Option<Vec<Cow<'_, str>>>,
    one: Option<Cow<'_, str>>,
) -> Result<Vec<ChannelName>, ApiError> {
    let named = many.or_else(|| one.map(|one| vec![one])).filter(|named| !named.is_empty());
    let named = named.ok_or_else(|| ApiError::missing("channels"))?;
    if named.len() > CHANNELS_PER_PUBLICATION {
        let text = format!("Too many channels ({} > {CHANNELS_PER_PUBLICATION})", named.len());
        return Err(ApiError::bad_request(text));
    }
    let mut channels = Vec::with_capacity(named.len());
    for name in named {
        let channel = request.channel(&name)?;
        if !channels.contains(&channel) {
            channels.push(channel);
        }
    }
    if channels.len() > 1 && channels.iter().any(|channel| channel.access() == Access::Encrypted) {
        return Err(ApiError::bad_request("An event for an encrypted channel can have only that channel"));
    }
    Ok(channels)
}
