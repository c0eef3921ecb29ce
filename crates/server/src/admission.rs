use std::sync::Arc;

use campanile_protocol::CloseCode;
use campanile_realtime::Realm;
use campanile_transport::{Admission, ConnectRequest};

use tokio::sync::watch;

use crate::directory::Directory;

/// Admits the clients of enabled apps, until the platform stops.
pub(crate) struct DirectoryAdmission {
    pub(crate) directory: Arc<Directory>,
    pub(crate) stopping: watch::Receiver<bool>,
}

impl Admission for DirectoryAdmission {
    async fn admit(&self, request: &ConnectRequest) -> Result<Arc<Realm>, CloseCode> {
        if *self.stopping.borrow() {
            return Err(CloseCode::Restarting);
        }
        let found = self.directory.find_by_key(&request.key).await.map_err(|error| {
            tracing::warn!(%error, "a client was turned away because its app could not be looked up");
            CloseCode::OverCapacity
        })?;
        let realm = found.ok_or(CloseCode::UnknownApp)?;
        let app = realm.app();
        if !app.enabled {
            return Err(CloseCode::AppDisabled);
        }
        if app.settings.force_tls && !request.source.is_secure {
            return Err(CloseCode::TlsRequired);
        }
        if !app.settings.allows_origin(request.source.origin.as_deref()) {
            return Err(CloseCode::OriginNotAllowed);
        }
        drop(app);
        Ok(realm)
    }
}
