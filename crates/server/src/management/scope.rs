use std::sync::Arc;

use campanile_protocol::AppId;
use campanile_realtime::Realm;

use super::{Management, ManagementError, session::Session};

impl Management {
    /// The app in use, if it is of the tenant that the session acts for: the directory knows every
    /// tenant's. Asks the database only for an app that is not in use.
    pub(super) async fn realm(
        &self,
        session: &Session,
        app_id: AppId,
    ) -> Result<Arc<Realm>, ManagementError> {
        let found = self.directory.find(app_id).await?;
        found.filter(|realm| realm.app().tenant_id == session.tenant_id).ok_or(ManagementError::NotFound)
    }
}
