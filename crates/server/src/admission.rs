use std::sync::Arc;

use campanile_protocol::CloseCode;
use campanile_realtime::Realm;
use campanile_transport::{Admission, ConnectRequest};

use crate::directory::Directory;

/// Admits the clients of enabled apps.
pub(crate) struct DirectoryAdmission(pub(crate) Arc<Directory>);

impl Admission for DirectoryAdmission {
    async fn admit(&self, request: &ConnectRequest) -> Result<Arc<Realm>, CloseCode> {
        let found = self.0.find_by_key(&request.key).await.map_err(|error| {
            tracing::warn!(%error, "a client was turned away because its app could not be looked up");
            CloseCode::OverCapacity
        })?;
        let realm = found.ok_or(CloseCode::UnknownApp)?;
        let app = realm.app();
        if !app.enabled {
            return Err(CloseCode::AppDisabled);
        }
        if app.settings.force_tls && !request.is_secure {
            return Err(CloseCode::TlsRequired);
        }
        drop(app);
        Ok(realm)
    }
}
