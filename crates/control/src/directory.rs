//! Apps as the data plane sees them: found by what a client or a request presents, with secrets open.

use campanile_protocol::{
    App, AppId, AppSettings, OccurrenceType, OccurrenceTypes, TenantId, signature::SigningKey,
};
use sqlx::{prelude::FromRow, types::Json};
use uuid::Uuid;

use crate::{Store, StoreError, keys::secret_place, limits::QuotaColumns};

#[derive(FromRow)]
struct FoundApp {
    id: i64,
    tenant_id: Uuid,
    data_key_sealed: Vec<u8>,
    enabled: bool,
    is_suspended: bool,
    settings: Json<AppSettings>,
    #[sqlx(flatten)]
    quotas: QuotaColumns,
    webhook_types: Vec<String>,
}

impl Store {
    /// The app that a live key opens. `None` covers both "no such key" and "revoked": a caller must
    /// not be able to tell them apart.
    pub async fn find_app_by_key(&self, key: &str) -> Result<Option<App>, StoreError> {
        let id: Option<i64> = sqlx::query_scalar(
            "select app_id from app_keys where key = $1 and coalesce(expires_at > now(), true)",
        )
        .bind(key)
        .fetch_optional(&self.pool)
        .await?;
        match id.and_then(|id| AppId::from_number(id).ok()) {
            Some(id) => self.find_app(id).await,
            None => Ok(None),
        }
    }

    /// The app of that id, whoever owns it, with its keys oldest first and their secrets open.
    pub async fn find_app(&self, id: AppId) -> Result<Option<App>, StoreError> {
        let found: Option<FoundApp> = sqlx::query_as(
            "select a.id, a.tenant_id, t.data_key_sealed, a.enabled, a.settings,
                 t.suspended_at is not null as is_suspended,
                 coalesce(t.max_connections, p.max_connections) as max_connections,
                 coalesce(t.max_messages_per_day, p.max_messages_per_day) as max_messages_per_day,
                 coalesce(t.max_messages_per_second, p.max_messages_per_second) as max_messages_per_second,
                 coalesce(t.max_presence_members, p.max_presence_members) as max_presence_members,
                 coalesce(t.max_event_bytes, p.max_event_bytes) as max_event_bytes,
                 coalesce(t.max_webhook_endpoints, p.max_webhook_endpoints) as max_webhook_endpoints,
                 array(select distinct unnest(w.event_types) from webhook_endpoints w
                       where w.app_id = a.id and w.state <> 'disabled') as webhook_types
             from apps a join tenants t on t.id = a.tenant_id left join plans p on p.name = t.plan
             where a.id = $1",
        )
        .bind(id.number())
        .fetch_optional(&self.pool)
        .await?;
        let Some(found) = found else { return Ok(None) };
        let keys = self.open_keys(&found).await?;
        Ok(Some(App {
            id: AppId::from_number(found.id).map_err(|_| StoreError::Corrupt("an app id"))?,
            tenant_id: TenantId(found.tenant_id),
            enabled: found.enabled && !found.is_suspended,
            is_suspended: found.is_suspended,
            settings: found.settings.0.within(&found.quotas.0),
            keys,
            tenant_quotas: found.quotas.0,
            webhook_types: types_to_watch(&found.webhook_types),
        }))
    }

    async fn open_keys(&self, app: &FoundApp) -> Result<Vec<SigningKey>, StoreError> {
        let data_key = self.open_data_key(app.tenant_id, &app.data_key_sealed)?;
        let rows: Vec<(Uuid, String, Vec<u8>)> = sqlx::query_as(
            "select id, key, secret_sealed from app_keys
             where app_id = $1 and coalesce(expires_at > now(), true) order by created_at, id",
        )
        .bind(app.id)
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|(id, key, sealed)| {
                let key = key.parse().map_err(|_| StoreError::Corrupt("an app key"))?;
                Ok(SigningKey::new(key, data_key.open_text(&sealed, secret_place(id))?))
            })
            .collect()
    }
}

/// The types that endpoints chose, and for each edge its opposite: who is present can be told after
/// a crash only if both are recorded. What an endpoint did not choose is never sent to it.
fn types_to_watch(chosen: &[String]) -> OccurrenceTypes {
    let opposite = |kind| match kind {
        OccurrenceType::ChannelOccupied => Some(OccurrenceType::ChannelVacated),
        OccurrenceType::ChannelVacated => Some(OccurrenceType::ChannelOccupied),
        OccurrenceType::MemberAdded => Some(OccurrenceType::MemberRemoved),
        OccurrenceType::MemberRemoved => Some(OccurrenceType::MemberAdded),
        OccurrenceType::ConnectionOpened => Some(OccurrenceType::ConnectionClosed),
        OccurrenceType::ConnectionClosed => Some(OccurrenceType::ConnectionOpened),
        OccurrenceType::ClientEvent | OccurrenceType::CacheMiss | OccurrenceType::SubscriptionCount => None,
    };
    // A type of a later release is one that this one cannot observe.
    let known = chosen.iter().filter_map(|name| name.parse().ok());
    known.flat_map(|kind| [Some(kind), opposite(kind)]).flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_is_watched_together_with_its_opposite() {
        let types = types_to_watch(&["channel_vacated".to_owned(), "of_tomorrow".to_owned()]);
        assert!(types.contains(OccurrenceType::ChannelVacated));
        assert!(types.contains(OccurrenceType::ChannelOccupied));
        assert!(!types.contains(OccurrenceType::MemberAdded));
        assert!(!types.contains(OccurrenceType::ClientEvent));
        assert_eq!(types_to_watch(&[]), OccurrenceTypes::default());
    }
}
