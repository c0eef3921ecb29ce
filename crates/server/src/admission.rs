use std::sync::Arc;

use campanile_protocol::{App, CloseCode};
use campanile_realtime::Realm;
use campanile_transport::{Admission, ConnectRequest};

use tokio::sync::watch;

use crate::{directory::Directory, drain::Drain};

/// Admits the clients of enabled apps, until the platform stops or while its node is being drained.
pub(crate) struct DirectoryAdmission {
    pub(crate) directory: Arc<Directory>,
    pub(crate) stopping: watch::Receiver<bool>,
    pub(crate) drain: Drain,
}

impl Admission for DirectoryAdmission {
    async fn admit(&self, request: &ConnectRequest) -> Result<Arc<Realm>, CloseCode> {
        let found = self.directory.find_by_key(&request.key).await.map_err(|error| {
            tracing::warn!(%error, "a client was turned away because its app could not be looked up");
            CloseCode::OverCapacity
        })?;
        let realm = found.ok_or(CloseCode::UnknownApp)?;
        check(&realm.app(), request).inspect_err(|code| realm.tell_turned_away(*code))?;
        Ok(realm)
    }

    fn lets_in(&self) -> Result<(), CloseCode> {
        let is_closed = *self.stopping.borrow() || self.drain.is_on();
        if is_closed { Err(CloseCode::Restarting) } else { Ok(()) }
    }
}

fn check(app: &App, request: &ConnectRequest) -> Result<(), CloseCode> {
    if !app.enabled {
        return Err(CloseCode::AppDisabled);
    }
    if app.settings.force_tls && !request.source.is_secure {
        return Err(CloseCode::TlsRequired);
    }
    if !app.settings.allows_origin(request.source.origin.as_deref()) {
        return Err(CloseCode::OriginNotAllowed);
    }
    Ok(())
}
