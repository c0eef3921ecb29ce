use std::{
    collections::{HashMap, hash_map::Entry},
    fmt,
    time::Duration,
};

use campanile_protocol::{App, AppId, TenantId, signature::SigningKey};
use secrecy::SecretString;
use sqlx::{PgConnection, prelude::FromRow};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    DeliveryOrder, WebhookError, check,
    headers::CustomHeaders,
    record::to_timeout,
    secrets::{previous_secret_place, random_secret, secret_place},
    write::DEFAULT_TIMEOUT,
};
use crate::{Store, StoreError, keys, seal::SealingKey};

/// An endpoint with all that it takes to sign for it and to post to it.
#[derive(Clone)]
pub struct Recipient {
    /// The endpoint.
    pub id: Uuid,
    /// Of which app.
    pub app_id: AppId,
    /// Whose.
    pub tenant_id: TenantId,
    /// Where; empty for a listener.
    pub url: String,
    /// Many events per request instead of one.
    pub batching: bool,
    /// How long it may take to answer.
    pub timeout: Duration,
    /// What a batch that keeps failing does to those behind it.
    pub order: DeliveryOrder,
    /// Headers its owner adds, by name in lower case.
    pub headers: Vec<(String, SecretString)>,
    /// Its own secrets, `whsec_…`: the current one, then for a day the one before.
    pub signing_secrets: Vec<SecretString>,
    /// The app's oldest active key; an app may have none.
    pub app_key: Option<SigningKey>,
    /// The first failure since the last success.
    pub failing_since: Option<OffsetDateTime>,
    /// When it was last made active: no retry counts from before.
    pub active_since: OffsetDateTime,
}

impl Recipient {
    /// An endpoint that is only being considered: checked like one that is to be kept, and signed for with a
    /// secret that nobody knows.
    pub fn provisional(
        app: &App,
        url: &str,
        headers: Vec<(String, SecretString)>,
        timeout: Option<Duration>,
    ) -> Result<Self, WebhookError> {
        let timeout_ms = check::timeout_ms(timeout.unwrap_or(DEFAULT_TIMEOUT))?;
        Ok(Self {
            id: Uuid::nil(),
            app_id: app.id,
            tenant_id: app.tenant_id,
            url: check::url(url)?,
            batching: false,
            timeout: to_timeout(timeout_ms),
            order: DeliveryOrder::Strict,
            headers: CustomHeaders::check(headers)?.into_pairs(),
            signing_secrets: vec![random_secret()],
            app_key: app.keys.first().cloned(),
            failing_since: None,
            active_since: OffsetDateTime::UNIX_EPOCH,
        })
    }
}

#[derive(FromRow)]
struct RecipientRow {
    id: Uuid,
    app_id: i64,
    tenant_id: Uuid,
    url: String,
    batching: bool,
    timeout_ms: i32,
    delivery_order: String,
    failing_since: Option<OffsetDateTime>,
    state_changed_at: OffsetDateTime,
    /// Whose secrets and headers these are: its own, or those of the webhook that it stands for.
    signer_id: Uuid,
    headers_sealed: Option<Vec<u8>>,
    secret_sealed: Vec<u8>,
    previous_secret_sealed: Option<Vec<u8>>,
    data_key_sealed: Vec<u8>,
    key_id: Option<Uuid>,
    key: Option<String>,
    key_secret_sealed: Option<Vec<u8>>,
}

/// Recipients by id; one whose secrets do not open spoils none of the others.
pub(crate) type Recipients = HashMap<Uuid, Result<Recipient, StoreError>>;

impl Store {
    /// What it takes to post to an endpoint of that tenant.
    pub async fn find_recipient(
        &self,
        tenant: TenantId,
        app: AppId,
        webhook: Uuid,
    ) -> Result<Recipient, WebhookError> {
        let mut connection = self.pool.acquire().await?;
        let found: Option<Uuid> = sqlx::query_scalar(
            "select id from webhook_endpoints where tenant_id = $1 and app_id = $2 and id = $3",
        )
        .bind(tenant.0)
        .bind(app.number())
        .bind(webhook)
        .fetch_optional(&mut *connection)
        .await?;
        let mut recipients =
            self.read_recipients(&mut connection, &[found.ok_or(WebhookError::NotFound)?]).await?;
        Ok(recipients.remove(&webhook).ok_or(WebhookError::NotFound)??)
    }

    pub(crate) async fn read_recipients(
        &self,
        connection: &mut PgConnection,
        ids: &[Uuid],
    ) -> Result<Recipients, StoreError> {
        let rows: Vec<RecipientRow> = sqlx::query_as(
            "select w.id, w.app_id, w.tenant_id, w.url, w.batching, w.timeout_ms, w.delivery_order,
                 w.failing_since, w.state_changed_at, s.id as signer_id, s.headers_sealed, s.secret_sealed,
                 case when s.previous_secret_until > now() then s.previous_secret_sealed end
                     as previous_secret_sealed,
                 t.data_key_sealed, k.id as key_id, k.key, k.secret_sealed as key_secret_sealed
             from webhook_endpoints w
             join webhook_endpoints s on s.id = coalesce(w.stands_for, w.id)
             join tenants t on t.id = w.tenant_id
             left join lateral (
                 select id, key, secret_sealed from app_keys
                 where app_id = w.app_id and coalesce(expires_at > now(), true)
                 order by created_at, id limit 1
             ) k on true
             where w.id = any($1)",
        )
        .bind(ids)
        .fetch_all(connection)
        .await?;
        let mut keyring = Keyring::default();
        Ok(rows.into_iter().map(|row| (row.id, self.open_recipient(row, &mut keyring))).collect())
    }

    fn open_recipient(&self, row: RecipientRow, keyring: &mut Keyring) -> Result<Recipient, StoreError> {
        let app_id = AppId::from_number(row.app_id).map_err(|_| StoreError::Corrupt("an app id"))?;
        let data_key = match keyring.data_keys.entry(row.tenant_id) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(self.open_data_key(row.tenant_id, &row.data_key_sealed)?),
        };
        let app_key = match keyring.app_keys.entry(app_id) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(open_app_key(data_key, &row)?),
        };
        let signing_secrets =
            open_secrets(data_key, row.signer_id, &row.secret_sealed, row.previous_secret_sealed.as_deref())?;
        Ok(Recipient {
            id: row.id,
            app_id,
            tenant_id: TenantId(row.tenant_id),
            url: row.url,
            batching: row.batching,
            timeout: to_timeout(row.timeout_ms),
            order: row.delivery_order.parse().map_err(|_| StoreError::Corrupt("a delivery order"))?,
            headers: CustomHeaders::open(data_key, row.signer_id, row.headers_sealed.as_deref())?,
            signing_secrets,
            app_key: app_key.clone(),
            failing_since: row.failing_since,
            active_since: row.state_changed_at,
        })
    }
}

/// What many recipients share, opened once for all of them.
#[derive(Default)]
struct Keyring {
    data_keys: HashMap<Uuid, SealingKey>,
    app_keys: HashMap<AppId, Option<SigningKey>>,
}

fn open_app_key(data_key: &SealingKey, row: &RecipientRow) -> Result<Option<SigningKey>, StoreError> {
    let (Some(id), Some(key), Some(sealed)) = (row.key_id, &row.key, &row.key_secret_sealed) else {
        return Ok(None);
    };
    let key = key.parse().map_err(|_| StoreError::Corrupt("an app key"))?;
    Ok(Some(SigningKey::new(key, data_key.open_text(sealed, keys::secret_place(id))?)))
}

fn open_secrets(
    data_key: &SealingKey,
    signer: Uuid,
    current: &[u8],
    previous: Option<&[u8]>,
) -> Result<Vec<SecretString>, StoreError> {
    let mut secrets = vec![data_key.open_text(current, secret_place(signer))?];
    if let Some(previous) = previous {
        secrets.push(data_key.open_text(previous, previous_secret_place(signer))?);
    }
    Ok(secrets)
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recipient")
            .field("id", &self.id)
            .field("app_id", &self.app_id)
            .finish_non_exhaustive()
    }
}
