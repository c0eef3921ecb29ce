use std::sync::Arc;

use campanile_protocol::CloseCode;
use campanile_realtime::Realm;
use campanile_transport::{Admission, ConnectRequest};

use crate::directory::Directory;

/// Admits the clients of enabled apps.
pub(crate) struct DirectoryAdmission(pub(crate) Arc<Directory>);

impl Admission for DirectoryAdmission {
    async fn admit(&self, request: &ConnectRequest) -> Result<Arc<Realm>, CloseCode> {
        match self.0.find_by_key(&request.key).await {
            Ok(Some(realm)) if realm.app().enabled => Ok(realm),
            Ok(Some(_)) => Err(CloseCode::AppDisabled),
            Ok(None) => Err(CloseCode::UnknownApp),
            Err(error) => {
                tracing::warn!(%error, "a client was turned away because its app could not be looked up");
                Err(CloseCode::OverCapacity)
            }
        }
    }
}
