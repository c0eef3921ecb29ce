//! Whether one is mailed what happens to the organisation.

use actix_web::web::{Data, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Management, ManagementError, rights::Access, routes::Routes, session::Person};

/// What one gets of the organisation that the session acts for.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Notices {
    /// Whether limits that are nearly used up, to owners, admins and billing, and webhook endpoints that were
    /// disabled, to owners, admins and developers, are told by mail. What concerns one's own account always is.
    by_mail: bool,
}

/// Notices.
pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.get("/me/notices", Access::Person, read).about("Whether notices are mailed to you");
    routes.patch("/me/notices", Access::Person, change).about("Have notices mailed to you, or not");
}

/// `GET /me/notices`: 404 while one belongs to no organisation.
pub(super) async fn read(
    person: Person,
    management: Data<Management>,
) -> Result<Json<Notices>, ManagementError> {
    let acting = person.account.acting.ok_or(ManagementError::NotFound)?;
    let by_mail = management.store.wants_notices(acting.tenant_id, person.account.user_id).await?;
    Ok(Json(Notices { by_mail }))
}

/// `PATCH /me/notices`: for this organisation only.
pub(super) async fn change(
    person: Person,
    notices: Json<Notices>,
    management: Data<Management>,
) -> Result<Json<Notices>, ManagementError> {
    let acting = person.account.acting.ok_or(ManagementError::NotFound)?;
    management.store.want_notices(acting.tenant_id, person.account.user_id, notices.by_mail).await?;
    Ok(notices)
}
