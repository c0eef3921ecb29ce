use actix_web::web::{Data, Json, Query};
use campanile_control::{DeliveryPage, DeliveryQuery};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    EndpointPath, Within,
    delivery::{DeliveryReply, DetailReply},
};
use crate::management::{Management, ManagementError, session::Session, validation::Form};

/// What the log is asked for. An empty value is as good as none: forms send them.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct LogQuery {
    pub(super) state: String,
    channel: String,
    from: String,
    to: String,
    cursor: String,
    limit: Option<u32>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct PageReply {
    deliveries: Vec<DeliveryReply>,
    next_cursor: Option<String>,
}

/// `GET …/deliveries`: newest first. A page may be short, even empty, and still have a next one.
pub(super) async fn list(
    session: Session,
    path: EndpointPath,
    query: Query<LogQuery>,
    management: Data<Management>,
) -> Result<Json<PageReply>, ManagementError> {
    let (app_id, webhook_id) = path.into_inner();
    let query = query.into_inner().check()?;
    let page = management.store.list_deliveries(session.tenant_id, app_id, webhook_id, &query).await?;
    Ok(Json(page.into()))
}

/// `GET …/deliveries/{delivery_id}`: every try of it.
pub(super) async fn get(
    session: Session,
    path: Within<Uuid>,
    management: Data<Management>,
) -> Result<Json<DetailReply>, ManagementError> {
    let (app_id, webhook_id, delivery_id) = path.into_inner();
    let detail = management.store.get_delivery(session.tenant_id, app_id, webhook_id, delivery_id).await?;
    Ok(Json(detail.into()))
}

impl LogQuery {
    pub(super) fn check(self) -> Result<DeliveryQuery, ManagementError> {
        let mut form = Form::default();
        let given = |text: String| (!text.is_empty()).then_some(text);
        let state = given(self.state).and_then(|text| {
            let state = text.parse().map_err(|_| "Use delivered, retrying, dead or discarded.");
            form.take("state", state)
        });
        let from = given(self.from).and_then(|text| form.time("from", &text));
        let to = given(self.to).and_then(|text| form.time("to", &text));
        let cursor = given(self.cursor).and_then(|text| {
            let cursor = text.parse().map_err(|_| "Use the next_cursor of the page before.");
            form.take("cursor", cursor)
        });
        form.check()?;
        let limit = self.limit.unwrap_or(DeliveryQuery::default().limit).max(1);
        Ok(DeliveryQuery { state, channel: given(self.channel), from, to, cursor, limit })
    }
}

impl From<DeliveryPage> for PageReply {
    fn from(page: DeliveryPage) -> Self {
        Self {
            deliveries: page.deliveries.into_iter().map(DeliveryReply::from).collect(),
            next_cursor: page.next_cursor.map(|cursor| cursor.to_string()),
        }
    }
}
