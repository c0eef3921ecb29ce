use actix_web::web::{Bytes, Data, Json, Path};
use campanile_protocol::{AppId, ChannelName, Event, EventData, EventName, from_object};
use campanile_realtime::{Publication, Source};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Management, ManagementError, session::Session, validation::Form};

#[derive(Deserialize)]
struct SendEvent<'a> {
    channel: String,
    name: String,
    #[serde(borrow)]
    data: &'a RawValue,
}

#[derive(Serialize)]
pub(super) struct Sent {
    /// How many connections are subscribed to the channel.
    subscribers: usize,
}

/// `POST /apps/{app_id}/events`: publishes a test event as the app's server would.
pub(super) async fn send(
    session: Session,
    app_id: Path<AppId>,
    body: Bytes,
    management: Data<Management>,
) -> Result<Json<Sent>, ManagementError> {
    // Scopes the request to the tenant: the directory knows every tenant's apps.
    management.store.get_app(session.tenant_id, *app_id).await?;
    let text = std::str::from_utf8(&body).map_err(|error| ManagementError::Malformed(error.to_string()))?;
    let wanted: SendEvent =
        from_object(text).map_err(|error| ManagementError::Malformed(error.to_string()))?;
    let Some(realm) = management.directory.find(*app_id).await? else {
        return Err(ManagementError::NotFound);
    };
    let (channel, event) = check(&wanted, &body, realm.app().settings.max_event_bytes)?;
    realm.count_messages(1);
    let publication =
        Publication { event, channels: vec![channel.clone()], except: None, source: Source::Dashboard };
    management.node.publish(*app_id, publication)?;
    let found = management.node.find_channel(&realm, channel).await?;
    Ok(Json(Sent { subscribers: found.subscribers }))
}

fn check(
    wanted: &SendEvent<'_>,
    body: &Bytes,
    max_bytes: u32,
) -> Result<(ChannelName, Event), ManagementError> {
    let mut form = Form::default();
    let channel = form.take("channel", ChannelName::parse(&wanted.channel));
    let name = form.take("name", EventName::parse(&wanted.name));
    let data = form.take("data", EventData::published(wanted.data, body, max_bytes));
    form.check()?;
    let (Some(channel), Some(name), Some(data)) = (channel, name, data) else {
        return Err(ManagementError::Internal);
    };
    Ok((channel, Event { name, data }))
}
